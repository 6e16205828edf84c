"""Names, phones, categories and code lists."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import codes
from registry.reasons import REASONS, sentence
from registry.reference import CATEGORIES, REFUSED
from registry.rules.categories import Hint, normal_key, resolve_categories
from registry.rules.contacts import group_phone, phones
from registry.rules.names import clean_name, initials, pinyin_key
from registry.rules.people import check_born, check_sex


def name_codes(text):
    return [reason.code for reason in clean_name(text).reasons]


@pytest.mark.parametrize(
    ("written", "name"),
    [("张 三", "张三"), ("张 卫 东", "张卫东"), ("欧阳 建国", "欧阳建国"), ("阿依努尔•买买提", "阿依努尔·买买提"), ("於军", "於军"), ("李〇明", "李〇明"), ("𠮷野", "𠮷野"), ("⼩明", "小明")],
)  # fmt: skip
def test_names_are_cleaned(written, name):
    found = clean_name(written)
    assert (found.value, found.reasons) == (name, ())


@pytest.mark.parametrize(
    ("written", "code"),
    [("", "NAME_MISSING"), (" 　", "NAME_MISSING"), ("王\ue001", "NAME_PUA"), ("李明 王芳", "NAME_BAD_CHARS"), ("张?", "NAME_BAD_CHARS"), ("张三（小）", "NAME_BAD_CHARS"),
     ("Zhang", "NAME_BAD_CHARS"), ("·张三", "NAME_BAD_CHARS"), ("张某", "NAME_SUSPECT"), ("张某某", "NAME_SUSPECT"), ("张", "NAME_SUSPECT"), ("李 明 王 芳", "NAME_SUSPECT")],
)  # fmt: skip
def test_names_are_refused_or_asked_about(written, code):
    assert name_codes(written) == [code]


def test_the_surname_某_is_a_surname():
    assert name_codes("某小明") == []


@given(st.text(max_size=12))
def test_cleaning_a_name_twice_changes_nothing(text):
    once = clean_name(text)
    if not once.reasons:
        assert clean_name(once.value).value == once.value


@given(st.text(max_size=6), st.sampled_from("\ue000\uf8ff\U000f0001\U0010fffd"), st.text(max_size=6))
def test_a_private_character_is_never_dropped(before, private, after):
    found = clean_name(before + private + after)
    assert found.reasons and (private in found.value)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("张卫东", "zwd"),
        ("单田芳", "dtf"),
        ("单田芳", "stf"),
        ("曾国藩", "zgf"),
        ("曾国藩", "cgf"),
        ("阿依努尔·买买提", "aynemmt"),
    ],
)
def test_initials(name, typed):
    assert f" {typed}" in initials(name)
    assert len(initials(name).split()) <= 8


def test_sort_keys_follow_the_reading_of_the_surname():
    assert pinyin_key("单田芳") < pinyin_key("张卫东") < pinyin_key("赵一")
    assert pinyin_key("单田芳").startswith("shan ")


@pytest.mark.parametrize(
    ("written", "numbers", "warning"),
    [
        ("100-5550-0217", ["10055500217"], []),
        ("+86 100 5550 0217", ["10055500217"], []),
        (10055500217.0, ["10055500217"], []),
        ("(0734)8220001", ["0734-8220001"], []),
        ("0734-8220001-12", ["0734-8220001-12"], []),
        ("8220001", ["8220001"], []),
        ("10055500217/0734-8220001", ["10055500217", "0734-8220001"], ["PHONE_MULTIPLE"]),
        ("1005550021", [], ["PHONE_INVALID"]),
        ("无", [], []),
    ],
)
def test_phones(written, numbers, warning):
    found = phones(written)
    assert (found.value, [w.code for w in found.warnings], found.reasons) == (numbers, warning, ())


@given(st.from_regex(r"1\d{10}|0\d{2,3}-\d{7,8}", fullmatch=True))
def test_a_clean_phone_stays(number):
    again = phones(number).value
    assert len(again) == 1 and phones(again[0]).value == again


def test_phones_are_grouped_for_reading():
    assert group_phone("10055500217") == "100 5550 0217"


ALIASES = {normal_key(row.label): row.code for row in CATEGORIES}
ALIASES |= {normal_key(text): row.code for row in CATEGORIES for text in row.aliases}
ALIASES |= {normal_key(text): Hint(hint) for text, hint in REFUSED.items()}


def test_every_label_and_alias_means_its_category():
    for row in CATEGORIES:
        for text in (row.label, *row.aliases):
            assert resolve_categories(text, ALIASES).value == [row.code], text


def test_several_categories_and_a_name_with_和():
    assert resolve_categories("退役士兵、参战人员/残疾军人", ALIASES).value == ["V02", "51", "11"]
    assert resolve_categories("军队离退休干部和退休士官", ALIASES).value == ["V03"]
    assert resolve_categories("无", ALIASES).value == []


@pytest.mark.parametrize("text", sorted(REFUSED))
def test_what_could_mean_several_things_is_refused_with_a_hint(text):
    found = resolve_categories(text, ALIASES)
    assert found.reasons[0].code == "CATEGORY_UNKNOWN" and REFUSED[text] in found.reasons[0].detail


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [(codes.POLITICAL, "党员", "01"), (codes.POLITICAL, "群众", "13"), (codes.ETHNICITY, "汉", "01"), (codes.ETHNICITY, "土家族", "15"), (codes.EDUCATION, "大专", "30"),
     (codes.EDUCATION, "高中", "60"), (codes.MARITAL, "丧偶", "30"), (codes.HUKOU_TYPE, "农村户口", "RURAL"), (codes.HUKOU_TYPE, "城镇", "URBAN"), (codes.EXIT_WAY, "自主就业", "OWN_JOB"), (codes.POLITICAL, "神秘", None)],
)  # fmt: skip
def test_code_lists_read_short_forms(table, text, code):
    assert codes.code_for(table, text) == code


def test_there_are_56_ethnic_groups():
    assert len(codes.ETHNICITY) == 58 and codes.ETHNICITY["56"] == "基诺族"


def test_sex_and_birth_against_the_number():
    number = "11010519491231002X"
    assert check_sex("男", number).reasons[0].code == "SEX_MISMATCH"
    assert check_sex("", number).value == "F" and check_sex("女", number) == check_sex("女性", number)
    assert check_born("1949-12", number).reasons == () and check_born("1949-12", number).value == "1949-12-31"
    assert check_born("1950", number).reasons[0].code == "BIRTH_MISMATCH"
    assert check_born("", number).warnings[0].code == "BIRTH_TAKEN_FROM_ID"


def test_every_sentence_is_chinese_and_complete():
    for code in REASONS:
        text = sentence(code, column="列", detail="甲|乙", row="3")
        assert "{" not in text and any(unicodedata.name(char, "").startswith("CJK") for char in text)
        assert not any(word in text for word in ("非法", "失败", "异常", "！"))

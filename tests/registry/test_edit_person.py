"""Correcting a dossier: only what changed is written, a lost update shows both values, locked facts stay."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from registry.actions.people import edit_person
from registry.models import Identity, Person
from registry.models.people import id_digest
from tests import factories as make
from tests.registry.imports.running import run
from tests.registry.imports.workbooks import HEADER, number, sheet_of
from veterans_portal.accounts.models import AuditEvent, RowChange

AT = {"at": make.NOON}


@pytest.fixture
def person(station, officer):
    return make.person(station, by=officer, name="许春生")


def url(person, topic="contact"):
    return reverse("registry:person-edit", args=[person.ref, topic])


def contact(person, **over):
    return {"phone": person.phone, "phone_alt": "", "address": person.address, "hukou_place": "", "hukou_type": "",
            "employment": "", "workplace": "", "version": person.row_version} | over  # fmt: skip


def fresh(person, user):
    with make.as_(user):
        return Person.objects.get(pk=person.pk)


def lock(person, officer, approver):
    """Confirm a paid category, so that money hangs on the dossier."""
    with make.as_(approver):
        make.identity(person, "51", by=officer, standing="CONFIRMED", confirmed_by=approver, confirmed_at=make.NOON)


def test_a_village_edits_whom_the_town_imported(station, town_head, clerk, tmp_path):
    """The import that brought her lies behind the village's wall; what refers to it is not asked again."""
    ledger = sheet_of(
        tmp_path / "town", [*HEADER, "人员类别", "所属社区"], ["张甲", number(order=1), "退役士兵", "新荷社区"]
    )
    run(ledger, by=town_head, commit=True)
    with make.as_(clerk):
        person = Person.objects.visible_to(clerk).get()
        edit_person(person=person, changes={"phone": "10055500999"}, version=person.row_version, by=clerk, **AT)
    assert fresh(person, clerk).phone == "10055500999"


def test_saves_what_was_typed(page, clerk, person):
    soup = page(url(person), as_=clerk, **contact(person, phone="0734-8220001", workplace="新荷粮店"))
    assert soup.h1.text == "许春生" and "已保存" in soup.text
    now = fresh(person, clerk)
    assert (now.phone, now.workplace, now.row_version) == ("0734-8220001", "新荷粮店", 2)
    with make.as_(clerk):
        assert Person.objects.filter(phone_digest=now.phone_digest).exclude(phone_digest=person.phone_digest).exists()


def test_writes_only_what_changed(clerk, person):
    with make.as_(clerk):
        edit_person(
            person=person, changes={"phone": person.phone, "address": "石井社区 1 号"}, version=1, by=clerk, **AT
        )
        change = RowChange.objects.filter(table="registry_person", row=str(person.pk), op="U").get()
        assert set(change.new) == {"address", "row_version"}
        [event] = AuditEvent.objects.about(person)
    assert event.event == "PERSON_EDITED" and event.facts == {"fields": ["address"]}


def test_a_cleared_field_is_empty_and_loses_its_digest(clerk, person):
    with make.as_(clerk):
        edit_person(person=person, changes={"phone": ""}, version=1, by=clerk, **AT)
    now = fresh(person, clerk)
    assert (now.phone, now.phone_digest) == ("", None)


def test_a_new_name_brings_its_initials(clerk, person):
    with make.as_(clerk):
        edit_person(person=person, changes={"name": "单田芳"}, version=1, by=clerk, **AT)
    now = fresh(person, clerk)
    assert " stf" in now.initials and now.pinyin == "shan tian fang"


def test_a_new_number_brings_birth_sex_and_digests(page, clerk, person):
    number = make.id_number("19601111", sex="F")
    page(url(person, "base"), as_=clerk, name="许春生", id_number=number, version=1)
    now = fresh(person, clerk)
    assert (now.id_number, now.born, now.sex, bytes(now.id_digest)) == (number, "1960-11-11", "F", id_digest(number))


def test_a_number_left_empty_stays(page, clerk, person):
    soup = page(url(person, "base"), as_=clerk)
    assert soup.select_one("#id_id_number").get("value") is None and person.id_number not in str(soup)
    page(url(person, "base"), as_=clerk, name="许春生", id_number="", former_name="许二", version=1)
    now = fresh(person, clerk)
    assert now.id_number == person.id_number and now.former_name == "许二"


def test_a_wrong_number_can_be_taken_out_with_a_reason(page, clerk, person):
    page(url(person, "base"), as_=clerk, name="许春生", id_number="", no_id_reason="TO_FIND", version=1)
    now = fresh(person, clerk)
    assert (now.id_number, now.id_digest, now.no_id_reason, now.born) == ("", None, "TO_FIND", person.born)


def test_a_person_without_number_can_be_edited_and_given_one(page, clerk, station):
    person = make.person(station, by=clerk, name="李乙", id_number="", phone="")
    page(url(person), as_=clerk, **contact(person, workplace="粮店"))
    number = make.id_number("19540219")
    page(
        url(person, "base"),
        as_=clerk,
        name="李乙",
        id_number=number,
        no_id_reason="",
        born="1954-02-19",
        sex="M",
        version=2,
    )
    now = fresh(person, clerk)
    assert (now.workplace, now.id_number, now.no_id_reason) == ("粮店", number, "")


def test_a_taken_number_is_refused(page, clerk, station, person):
    other = make.person(station, by=clerk, name="罗兴旺")
    soup = page(url(person, "base"), as_=clerk, expect=422, name="许春生", id_number=other.id_number, version=1)
    assert "这个身份证号已有档案：罗兴旺" in soup.select_one(".error-summary").text


def test_bad_input_is_said_beside_its_field_and_kept(page, clerk, person):
    soup = page(url(person), as_=clerk, expect=422, **contact(person, phone="12345", address="x" * 201))
    assert "联系电话应为 11 位手机号，或带区号的固定电话，现在是“12345”。" in soup.select_one("#id_phone_error").text
    assert "现住址最多 200 个字，现在是 201 个" in soup.text
    assert soup.select_one("#id_phone")["value"] == "12345"


def test_nothing_changed_is_said(page, clerk, person):
    soup = page(url(person), as_=clerk, expect=422, **contact(person))
    assert "内容没有变化" in soup.text
    assert fresh(person, clerk).row_version == 1


def test_a_lost_update_shows_both_values_and_loses_nothing(page, clerk, officer, person):
    drawn = page(url(person), as_=clerk)
    hidden = {name: drawn.select_one(f"[name={name}]")["value"] for name in ("version", "shown")}
    with make.as_(officer):
        changes = {"phone": "10055500999", "hukou_type": "RURAL"}
        edit_person(person=person, changes=changes, version=1, by=officer, **AT)
    typed = contact(person, phone="10055500111", workplace="粮店", **hidden)
    soup = page(url(person), as_=clerk, expect=422, **typed)
    assert "档案刚被他人修改" in soup.select_one(".error-summary").text
    rows = {row.th.text: [cell.text for cell in row.select("td")] for row in soup.select("#conflicts tbody tr")}
    assert rows == {
        "联系电话": ["10055500217", "10055500999", "10055500111"],  # both changed it
        "户籍类别": ["未填写", "农业", "（你没有改，已按现在的内容）"],
    }
    assert (
        soup.select_one("#id_phone")["value"] == "10055500111" and soup.select_one("#id_workplace")["value"] == "粮店"
    )
    assert soup.select_one("#id_hukou_type option[selected]")["value"] == "RURAL"
    again = {name: soup.select_one(f"[name={name}]")["value"] for name in ("version", "shown")}
    page(url(person), as_=clerk, **contact(person, phone="10055500111", workplace="粮店", hukou_type="RURAL", **again))
    now = fresh(person, clerk)
    assert (now.phone, now.workplace, now.hukou_type) == ("10055500111", "粮店", "RURAL")


def test_what_the_page_showed_is_sealed_and_may_be_missing(page, clerk, officer, person):
    drawn = page(url(person), as_=clerk)
    assert person.phone not in drawn.select_one("[name=shown]")["value"]
    with make.as_(officer):
        edit_person(person=person, changes={"phone": "10055500999"}, version=1, by=officer, **AT)
    for shown in ("", "AAAA", "!"):
        soup = page(url(person), as_=clerk, expect=422, **contact(person, workplace="粮店", shown=shown))
        assert "10055500999" in soup.select_one("#conflicts").text


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"name": "许春"}, "name"),
        ({"hukou_type": "RURAL"}, "hukou_type"),
        ({"id_number": "430408195402190018"}, "id_number"),
    ],
)
def test_what_money_hangs_on_is_locked(clerk, officer, approver, person, changes, name):
    lock(person, officer, approver)
    with make.as_(clerk), pytest.raises(ValidationError) as refused:
        edit_person(person=person, changes=changes, version=1, by=clerk, **AT)
    assert refused.value.message_dict[name] == ["这项内容影响待遇，请由区县审核后更改。"]
    assert fresh(person, clerk).row_version == 1


def test_the_rest_of_a_locked_dossier_can_be_edited(page, clerk, officer, approver, person):
    lock(person, officer, approver)
    page(url(person), as_=clerk, **contact(person, phone="10055500111"))
    assert fresh(person, clerk).phone == "10055500111"
    soup = page(
        url(person), as_=clerk, expect=422, **contact(person, phone="10055500111", hukou_type="RURAL", version=2)
    )
    assert "这项内容影响待遇" in soup.select_one("#id_hukou_type_error").text


def test_an_ended_paid_category_locks_no_longer(clerk, officer, approver, person):
    with make.as_(approver):
        make.identity(person, "51", by=officer, standing="ENDED", ended="2025-01", ended_reason="迁出")
    with make.as_(clerk):
        assert edit_person(person=person, changes={"name": "许春"}, version=1, by=clerk, **AT).name == "许春"
        assert Identity.objects.filter(person=person).count() == 2


def test_a_cancelled_dossier_is_closed(clerk, station):
    person = make.person(station, by=clerk, status="CANCELLED")
    with make.as_(clerk), pytest.raises(ValidationError, match="这份档案注销，不能再修改"):
        edit_person(person=person, changes={"name": "许春"}, version=1, by=clerk, **AT)


def test_out_of_scope_and_wrong_role(page, foreign_clerk, city_user, person):
    page(url(person), as_=foreign_clerk, expect=404, **contact(person))
    page(url(person), as_=city_user, expect=403, **contact(person))
    page(url(person, "nonsense"), as_=make.staff(person.office), expect=404)
    with make.as_(foreign_clerk), pytest.raises(Person.DoesNotExist):
        edit_person(person=person, changes={"name": "许春"}, version=1, by=foreign_clerk, **AT)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_save_at_once_and_one_wins():
    station = make.office("990101001001")
    clerks = [make.staff(station), make.staff(station)]
    person = make.person(station, by=clerks[0])
    start, results = threading.Barrier(2), []

    def save(by, phone):
        try:
            start.wait(10)
            with make.as_(by):
                edit_person(person=person, changes={"phone": phone}, version=1, by=by, **AT)
            results.append(phone)
        except ValidationError as refusal:
            results.append(refusal.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=save, args=pair) for pair in zip(clerks, ("10055500111", "10055500222"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert "stale" in results and len(results) == 2
    [winner] = [one for one in results if one != "stale"]
    now = fresh(person, clerks[0])
    assert (now.phone, now.row_version) == (winner, 2)

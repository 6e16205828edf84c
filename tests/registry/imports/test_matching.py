"""Matching against the registry: what is filled, updated, added, asked about, or left alone."""

import pytest
from django.utils import timezone

from registry.actions import import_rows, imports
from registry.models import CategoryAlias, ColumnMapping, Identity, ImportRow, Person, StationAlias
from tests import factories as make
from tests.registry.imports.running import codes_of, counts, reasons, rows_of, run
from tests.registry.imports.workbooks import HEADER, number, sheet_of

NOON = make.NOON


@pytest.fixture
def head(town_head, station, sibling_station):
    return town_head


def book(tmp_path, header, *rows):
    return sheet_of(tmp_path / "x", header, *rows)


def test_the_same_file_twice_changes_nothing(head, tmp_path, as_):
    path = book(
        tmp_path,
        [*HEADER, "联系电话", "入伍时间", "人员类别"],
        ["张一", number(), "10055500001", "1974.12", "退役士兵"],
    )
    first = run(path, by=head, commit=True)
    with as_(head):
        before = list(Person.objects.values())
    again = run(path, by=head)
    assert counts(first) == {"COMMITTED": 1} and counts(again) == {"UNCHANGED": 1}
    assert "ALREADY_IMPORTED" in codes_of(again, by=head)
    with as_(head):
        imports.commit_batch(batch=again, by=head, at=NOON)
        assert list(Person.objects.values()) == before
        assert Identity.objects.count() == 1


def test_blank_never_overwrites_and_fields_follow_their_rule(head, station, tmp_path, as_):
    person = make.person(
        station, by=head, id_number=number(), name="张一", political="01", ethnicity="", phone="10055500009"
    )
    path = book(
        tmp_path, [*HEADER, "政治面貌", "民族", "联系电话", "现住址", "人员类别"],
        ["张一", number(), "群众", "汉族", "10055500001", "", "退役士兵、残疾军人"],
    )  # fmt: skip
    batch = run(path, by=head)
    assert rows_of(batch, by=head)[2].plan.diff == {"ethnicity": ["", "01"], "phone": ["10055500009", "10055500001"]}
    with as_(head):
        imports.commit_batch(batch=batch, by=head, at=NOON)
        person.refresh_from_db()
        assert (person.political, person.ethnicity, person.phone, person.address) == (
            "01",
            "01",
            "10055500001",
            "新荷社区 3 网格 12 栋 402",
        )
        assert set(person.identities.values_list("category_id", flat=True)) == {"V02", "11"}
        assert person.row_version == 2


def test_a_different_name_is_asked_about(head, station, tmp_path, as_):
    person = make.person(station, by=head, id_number=number(), name="张一")
    batch = run(book(tmp_path, [*HEADER, "联系电话"], ["张乙", number(), "10055500001"]), by=head)
    assert reasons(rows_of(batch, by=head)[2]) == ["NAME_DIFFERS"]
    with as_(head):
        row = batch.rows.get()
        import_rows.fix_row(row=row, fixes={}, answers={"name": "KEEP"}, confirmed=set(), by=head, at=NOON)
        imports.commit_batch(batch=batch, by=head, at=NOON)
        person.refresh_from_db()
    assert (person.name, person.phone) == ("张一", "10055500001")


def test_a_person_of_another_district_is_not_shown_but_named_by_station(head, foreign_station, tmp_path):
    make.person(foreign_station, id_number=number(), name="张一")
    batch = run(book(tmp_path, HEADER, ["张一", number()]), by=head)
    row = rows_of(batch, by=head)[2]
    assert reasons(row) == ["ID_IN_OTHER_STATION"] and row.reasons[0].detail == "枫岭村退役军人服务站"


def test_number_and_dossier_number_must_agree(head, station, tmp_path):
    one, other = (
        make.person(station, by=head, id_number=number(order=1)),
        make.person(station, by=head, id_number=number(order=3)),
    )
    path = book(tmp_path, ["档案号", *HEADER], [one.ref, one.name, number(order=3)], [other.ref, other.name, ""])
    rows = rows_of(run(path, by=head), by=head)
    assert reasons(rows[2]) == ["MATCH_CONFLICT"]
    assert (reasons(rows[3]), rows[3].plan.outcome) == ([], "UNCHANGED")


def test_a_masked_number_of_an_own_export_is_understood(head, station, tmp_path):
    person = make.person(station, by=head, id_number=number(), name="张一")
    path = book(
        tmp_path,
        ["档案号", *HEADER],
        [person.ref, "张一", person.display_masked()],
        [person.ref, "张一", "110105********0000"],
    )
    rows = rows_of(run(path, by=head), by=head)
    assert (reasons(rows[2]), rows[2].plan.outcome) == ([], "UNCHANGED")
    assert reasons(rows[3]) == ["MATCH_CONFLICT"]


def test_people_who_share_a_mask_are_not_taken_for_one(head, station, tmp_path):
    """Six figures in front and four behind: in a masked ledger of thousands some are alike."""
    numbers = [number(born=f"19{year}0219") for year in range(40, 80)]
    one, two = next((a, b) for a in numbers for b in numbers if a < b and a[-4:] == b[-4:])
    people = [
        make.person(station, by=head, id_number=text, name=name, born=f"{text[6:10]}-02-19")
        for text, name in ((one, "张一"), (two, "李二"))
    ]
    assert people[0].display_masked() == people[1].display_masked()
    lines = [[person.ref, person.name, person.display_masked()] for person in people]
    rows = rows_of(run(book(tmp_path, ["档案号", *HEADER], *lines, lines[0]), by=head), by=head)
    assert [(reasons(rows[at]), rows[at].plan.outcome) for at in (2, 3)] == [([], "UNCHANGED")] * 2
    assert reasons(rows[4]) == ["DUP_IN_FILE"]  # the same dossier twice is still told


def test_a_row_without_number_is_never_matched_by_name_alone(head, station, tmp_path, as_):
    person = make.person(station, by=head, name="张一", born="1954-02-19")
    path = book(tmp_path, [*HEADER, "出生日期"], ["张一", "", "1954-02-19"])
    batch = run(path, by=head)
    row = rows_of(batch, by=head)[2]
    assert reasons(row) == ["ID_MISSING", "MATCH_AMBIGUOUS"]
    with as_(head):
        fixed = import_rows.fix_row(
            row=batch.rows.get(),
            fixes={},
            answers={"match": person.ref, "no_id_reason": "TO_FIND"},
            confirmed=set(),
            by=head,
            at=NOON,
        )
    assert (fixed.is_held, fixed.plan.known.pk) == (False, person.pk)


def test_a_new_dossier_without_number_needs_a_reason(head, tmp_path, as_):
    batch = run(book(tmp_path, HEADER, ["张一", ""]), by=head)
    with as_(head):
        import_rows.fix_row(
            row=batch.rows.get(), fixes={}, answers={"no_id_reason": "NOT_ISSUED"}, confirmed=set(), by=head, at=NOON
        )
        imports.commit_batch(batch=batch, by=head, at=NOON)
        assert Person.objects.get().no_id_reason == "NOT_ISSUED"


def test_a_closed_dossier_is_not_changed(head, station, tmp_path):
    make.person(station, by=head, id_number=number(), name="张一", status="DECEASED", died="2024-05")
    rows = rows_of(run(book(tmp_path, [*HEADER, "联系电话"], ["张一", number(), "10055500001"]), by=head), by=head)
    assert reasons(rows[2]) == ["RECORD_CLOSED"]
    rows = rows_of(run(book(tmp_path, HEADER, ["张一", number()]), by=head), by=head)
    assert reasons(rows[2]) == [] and rows[2].plan.outcome == "UNCHANGED"


def test_facts_that_carry_money_are_locked_once_confirmed(head, officer, station, tmp_path, as_):
    person = make.person(station, by=head, id_number=number(), name="张一", hukou_type="URBAN", categories=())
    with as_(officer):
        make.identity(person, "42", by=head, standing="CONFIRMED", confirmed_by=officer, confirmed_at=NOON)
    path = book(
        tmp_path, [*HEADER, "户籍类别", "联系电话", "入伍时间"], ["张一", number(), "农业", "10055500001", "1974.12"]
    )
    row = rows_of(run(path, by=head), by=head)[2]
    assert row.plan.diff == {"phone": ["10055500217", "10055500001"]} and row.plan.service == {}
    assert [issue.key for issue in row.warnings if issue.code == "LOCKED_FIELD"] == ["hukou_type", "enlisted"]


def test_a_narrower_date_completes_a_service_and_an_overlapping_one_is_not_added(head, station, tmp_path, as_):
    person = make.person(station, by=head, id_number=number(), name="张一")
    service = make.service(person, by=head, enlisted="1974", discharged="", branch="")
    path = book(tmp_path, [*HEADER, "入伍时间", "退役时间", "军种"], ["张一", number(), "1974.12", "1978.3", "海军"])
    run(path, by=head, commit=True)
    with as_(head):
        service.refresh_from_db()
        assert (service.enlisted, service.discharged, service.branch) == ("1974-12", "1978-03", "海军")
        assert person.services.count() == 1


def test_station_names_are_asked_once_and_remembered(head, tmp_path, as_):
    path = book(tmp_path, [*HEADER, "所属社区"], ["张一", number(), "荷花"])
    batch = run(path, by=head)
    assert batch.counts["stations"] == [["荷花", "荷花", 1]] and rows_of(batch, by=head)[2].values["is_unplaced"]
    with as_(head):
        batch = imports.answer_names(batch=batch, stations={"荷花": "990101001001"}, categories={}, by=head, at=NOON)
        assert StationAlias.objects.get().target_id == "990101001001"
    assert rows_of(batch, by=head)[2].values["office"] == "990101001001"
    again = run(book(tmp_path, [*HEADER, "所属社区"], ["张二", number(order=3), "荷花"]), by=head)
    assert again.counts["stations"] == []


def test_a_category_answer_is_saved_for_this_office_only(head, foreign_clerk, tmp_path, as_):
    path = book(tmp_path, [*HEADER, "人员类别"], ["张一", number(), "老兵"])
    batch = run(path, by=head)
    with as_(head):
        batch = imports.answer_names(batch=batch, stations={}, categories={"老兵": "V02"}, by=head, at=NOON)
        assert CategoryAlias.objects.get(key="老兵").office_id == head.office_id
    assert counts(batch) == {"CREATE": 1}
    assert counts(run(path, by=foreign_clerk)) == {"HELD": 1}


def test_an_answered_form_skips_the_mapping_page(head, tmp_path, as_):
    path = book(tmp_path, [*HEADER, "绰号"], ["张一", number(), "老张"])
    with as_(head):
        batch = imports.upload_file(office=head.office, path=path, file_name="x.xlsx", by=head, at=NOON)
        batch = imports.read_batch(batch=batch, by=head, at=NOON)
        assert batch.state == "MAPPING"
        answers = [{"use": True, "columns": {"0": "name", "1": "id_number", "2": "former_name"}}]
        imports.map_columns(batch=batch, answers=answers, by=head, at=NOON)
        assert ColumnMapping.objects.count() == 1
        again = imports.upload_file(office=head.office, path=path, file_name="x.xlsx", by=head, at=NOON)
        assert imports.read_batch(batch=again, by=head, at=NOON).state == "CHECKED"
    assert rows_of(again, by=head)[2].values["former_name"] == "老张"


def test_without_a_name_column_the_mapping_is_refused(head, tmp_path, as_):
    path = book(tmp_path, [*HEADER, "绰号"], ["张一", number(), "老张"])
    with as_(head):
        batch = imports.upload_file(office=head.office, path=path, file_name="x.xlsx", by=head, at=NOON)
        batch = imports.read_batch(batch=batch, by=head, at=NOON)
        with pytest.raises(Exception, match="还没有指定“姓名”"):
            imports.map_columns(batch=batch, answers=[{"use": True, "columns": {"1": "id_number"}}], by=head, at=NOON)


def test_fixing_a_number_to_one_that_the_file_has_already_is_a_repetition(head, tmp_path, as_):
    path = book(
        tmp_path,
        [*HEADER, "人员类别"],
        ["张一", number(order=1), "退役士兵"],
        ["张一", number(order=1)[:17], "残疾军人"],
    )
    batch = run(path, by=head)
    with as_(head):
        held = batch.rows.get(state="HELD")
        fixed = import_rows.fix_row(
            row=held, fixes={"id_number": number(order=1)}, answers={}, confirmed=set(), by=head, at=NOON
        )
        assert reasons(fixed) == ["DUP_IN_FILE"]
        import_rows.merge_categories(row=held, by=head, at=NOON)
        batch.refresh_from_db()
        assert counts(batch) == {"CREATE": 1, "DISCARDED": 1}
        imports.commit_batch(batch=batch, by=head, at=NOON)
        assert set(Identity.objects.values_list("category_id", flat=True)) == {"V02", "11"}


def test_confirmed_reasons_let_a_row_through(head, tmp_path, as_):
    path = book(tmp_path, [*HEADER, "性别", "出生日期"], ["张某某", number(), "女", "1955-01-01"])
    batch = run(path, by=head)
    with as_(head):
        confirmed = {"NAME_SUSPECT", "SEX_MISMATCH", "BIRTH_MISMATCH"}
        fixed = import_rows.fix_row(row=batch.rows.get(), fixes={}, answers={}, confirmed=confirmed, by=head, at=NOON)
        assert not fixed.is_held
        imports.commit_batch(batch=batch, by=head, at=NOON)
        person = Person.objects.get()
    assert (person.sex, person.born, person.archive_born) == ("M", "1954-02-19", "1955-01-01")


def test_a_committed_row_can_no_longer_be_fixed(head, tmp_path, as_):
    batch = run(book(tmp_path, HEADER, ["张一", number()], ["张二", ""]), by=head, commit=True)
    with as_(head), pytest.raises(Exception, match="已经入库"):
        import_rows.fix_row(
            row=batch.rows.get(state="COMMITTED"),
            fixes={"name": "李四"},
            answers={},
            confirmed=set(),
            by=head,
            at=timezone.now(),
        )
    with as_(head):
        assert ImportRow.objects.get(state="HELD").name == "张二"


def test_a_row_without_dossier_number_in_a_file_that_has_the_column(head, station, tmp_path, as_):
    person = make.person(station, by=head, id_number=number(), name="张一")
    path = book(tmp_path, ["档案号", *HEADER, "联系电话"], ["", "张一", number(), "10055500001"])
    assert counts(run(path, by=head, commit=True)) == {"COMMITTED": 1}
    with as_(head):
        person.refresh_from_db()
    assert person.phone == "10055500001"


def test_the_preview_says_what_a_known_person_gains(page, head, station, tmp_path):
    person = make.person(station, by=head, id_number=number(), name="张一", categories=["V02", "11"])
    with make.as_(head):
        person.identities.filter(category="11").update(injury_grade=7, injury_nature="DUTY")
    header = [*HEADER, "联系电话", "人员类别", "伤残等级", "入伍时间", "户号", "是否悬挂光荣牌", "悬挂时间"]
    batch = run(
        book(tmp_path, header, ["张一", number(), "10055500001", "参战人员", "六级", "1974.12", "H1", "是", "2019.5"]),
        by=head,
    )
    text = page(f"/registry/imports/{batch.pk}/?show=update", as_=head).text
    for said in ("联系电话：10055500217 → 10055500001", "伤残等级：7 → 6", "新增类别：参战退役军人", "服役经历：1974-12—", "归入户号 H1",
                 "登记光荣牌：2019-05"):  # fmt: skip
        assert said in text, said

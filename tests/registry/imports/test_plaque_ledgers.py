"""A plaque ledger comes in through the same door: people and households that are missing, plaques, history, undo."""

import io
import json

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.actions import import_rows, imports
from registry.importing import error_workbook
from registry.models import Household, HouseholdMember, Identity, ImportBatch, Person, Plaque
from tests import factories as make
from tests.registry.imports.running import codes_of, counts, reasons, rows_of
from tests.registry.imports.workbooks import number, sheet_of

NOON = make.NOON
HEADER = ["光荣牌编号", "户主", "身份证号", "与军人关系", "悬挂依据", "家庭住址", "悬挂位置", "悬挂日期", "签收人", "状态",
          "更换/收回日期", "备注"]  # fmt: skip
real = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])


@pytest.fixture
def head(town_head, station, sibling_station):
    return town_head


def line(
    no="",
    holder="张一",
    order=1,
    day="2019.5",
    status="悬挂",
    *,
    place="大门",
    signer="张",
    closed="",
    note="",
    bases="退役士兵",
):
    return [
        no,
        holder,
        number(order=order) if order else "",
        "本人",
        bases,
        "甲村 1 号",
        place,
        day,
        signer,
        status,
        closed,
        note,
    ]


def book(tmp_path, *rows, header=HEADER):
    return sheet_of(tmp_path / "x", ["某街道光荣牌台账"], header, *rows, title="光荣牌")


def bring(path, *, by, commit=False, office=None):
    """Upload a plaque ledger as the page does."""
    with make.as_(by):
        batch = imports.upload_file(
            office=office or by.office, path=path, file_name=path.name, by=by, at=NOON, kind="plaques"
        )
        batch = imports.read_batch(batch=batch, by=by, at=NOON)
        if batch.state == "MAPPING":
            answers = [{"use": sheet["use"], "columns": sheet.get("columns", {})} for sheet in batch.sheets]
            batch = imports.map_columns(batch=batch, answers=answers, by=by, at=NOON)
        if commit:
            batch = imports.commit_batch(batch=batch, by=by, at=NOON)
    return batch


def plaques(user) -> list[tuple]:
    with make.as_(user):
        rows = Plaque.objects.visible_to(user).live().order_by("serial", "pk")
        return [(one.serial, one.holder.name, one.state, one.hung, one.closed, one.source) for one in rows]


def test_people_households_and_plaques_are_made_where_they_are_missing(head, station, tmp_path, as_):
    known = make.person(station, by=head, name="李二", id_number=number(order=3))
    batch = bring(book(tmp_path, line("A1"), line("A2", "李二", 3), line("A0", "张一", 1, "2018.10", "更换", closed="2019.5")),
                  by=head, commit=True)  # fmt: skip
    assert counts(batch) == {"COMMITTED": 3}
    assert plaques(head) == [
        ("A0", "张一", "REPLACED", "2018-10", "2019-05", "IMPORT"),
        ("A1", "张一", "HUNG", "2019-05", "", "IMPORT"),
        ("A2", "李二", "HUNG", "2019-05", "", "IMPORT"),
    ]
    with as_(head):
        made = Person.objects.get(name="张一")
        assert (made.sex, made.born, made.address) == ("M", "1954-02-19", "甲村 1 号")
        assert set(made.identities.values_list("category_id", "standing")) == {("V02", "CLAIMED")}
        hung = Plaque.objects.get(serial="A1")
        assert (hung.place, hung.signer, hung.bases, hung.mode, hung.address) == (
            "DOOR",
            "张",
            ["V02"],
            "AUTO",
            "甲村 1 号",
        )
        assert hung.household_id == Plaque.objects.get(serial="A0").household_id
        assert hung.household.head_name == "张一" and hung.household.members.get().person == made
        assert Plaque.objects.get(serial="A2").household.members.get().person == known
        assert Plaque.objects.get(serial="A2").office_id == known.office_id
    warned = {code for row in rows_of(batch, by=head).values() for code in [issue.code for issue in row.warnings]}
    assert "PERSON_CREATED" in warned


def test_the_same_ledger_twice_changes_nothing(head, tmp_path, as_):
    path = book(
        tmp_path,
        line("A1"),
        line("A0", "张一", 1, "2018.10", "更换", closed="2019.5"),
        line("", "李二", 3, "", "应挂未挂"),
    )
    bring(path, by=head, commit=True)
    before = plaques(head)
    again = bring(path, by=head)
    assert counts(again) == {"UNCHANGED": 3} and "ALREADY_IMPORTED" in codes_of(again, by=head)
    with as_(head):
        imports.commit_batch(batch=again, by=head, at=NOON)
        assert (Person.objects.count(), Household.objects.count(), HouseholdMember.objects.count()) == (2, 2, 2)
    assert plaques(head) == before


def test_a_household_has_one_and_a_number_hangs_once(head, station, tmp_path):
    home = make.household(make.person(station, by=head, name="罗旺", id_number=number(order=5)), by=head)
    with make.as_(head):
        Plaque.objects.create(household=home, office=station, holder=home.members.get().person, state="HUNG", serial="B1",
                              hung="2020-01", place="DOOR", signer="罗", created_at=NOON, created_by=head)  # fmt: skip
    header = [*HEADER, "所属社区"]
    rows = [
        [*line("B1", "李二", 3), "新荷社区"], [*line("B9", "罗旺", 5, "2021.3"), "新荷社区"], [*line("C1"), "新荷社区"],
        [*line("C1", "王五", 7), "新荷社区"], [*line("C2", "张一", 1, "2020.1"), "新荷社区"], [*line("C1", "周六", 9), "石井社区"],
        [*line("B1", "吴七", 11, "2018.1", "收回", closed="2019.1"), "新荷社区"],
    ]  # fmt: skip
    found = rows_of(bring(book(tmp_path, *rows, header=header), by=head), by=head)
    assert {at: reasons(row) for at, row in found.items()} == {
        3: ["PLAQUE_DUP"], 4: ["PLAQUE_HOUSEHOLD_HAS_ONE"], 5: [], 6: ["PLAQUE_DUP"], 7: ["PLAQUE_HOUSEHOLD_HAS_ONE"],
        8: [], 9: [],
    }  # fmt: skip
    assert found[3].reasons[0].detail == "B1|本站台账" and found[6].reasons[0].detail == "C1|第 5 行"


def test_a_known_plaque_is_completed_and_never_changes_state(head, tmp_path, as_):
    bring(book(tmp_path, line("", place="", signer="")), by=head, commit=True)
    batch = bring(book(tmp_path, line("A7", status="收回", closed=""), line("A7")), by=head)
    rows = rows_of(batch, by=head)
    # a withdrawn row without anything in common with the one that hangs is history of its own
    assert (rows[3].plan.outcome, rows[4].plan.outcome) == ("CREATE", "UPDATE")
    with as_(head):
        imports.commit_batch(batch=batch, by=head, at=NOON)
        one = Plaque.objects.get(state="HUNG")
        assert (one.serial, one.place, one.signer) == ("A7", "DOOR", "张")
    again = rows_of(bring(book(tmp_path, line("A7", status="遗失")), by=head), by=head)[3]
    assert again.plan.outcome == "UNCHANGED"
    assert ("PLAQUE_DIFFERS", "现在是已悬挂") in [(one.code, one.detail) for one in again.warnings]


@pytest.mark.parametrize(
    ("status", "note", "day", "state", "code"),
    [
        ("已挂", "", "2019.5", "HUNG", ""), ("", "", "2019.5", "HUNG", ""), ("", "", "", "TO_VERIFY", ""),
        ("不愿悬挂", "", "", "HELD", ""), ("悬挂", "本人不愿挂，由子女保管", "2019.5", "HELD", "PLAQUE_NOTE_DIFFERS"),
        ("保留不再更换", "", "2019.5", "KEPT", ""), ("更换待批", "", "2019.5", "EXCHANGE", ""), ("挂了一半", "", "", "", "PLAQUE_STATUS_UNKNOWN"),
    ],
)  # fmt: skip
def test_what_a_ledger_calls_its_states(head, tmp_path, status, note, day, state, code):
    row = rows_of(bring(book(tmp_path, line("A1", day=day, status=status, note=note)), by=head), by=head)[3]
    assert row.values["state"] == state
    assert not code or code in [issue.code for issue in [*row.reasons, *row.warnings]]


def test_dates_names_and_closed_dossiers_are_looked_at(head, station, tmp_path, as_):
    make.person(station, by=head, name="李二", id_number=number(order=3))
    make.person(station, by=head, name="王五", id_number=number(order=7), status="DECEASED", died="2020-01")
    rows = rows_of(bring(book(
        tmp_path, line("A0", closed="2018.1", status="更换"), line("A1", "李三", 3), line("A2", "王五", 7), line("A3", "王五", 7, status="保留"),
        line("", "周六", 9),
    ), by=head), by=head)  # fmt: skip
    assert [reasons(rows[at]) for at in range(3, 8)] == [["DATE_ORDER"], ["NAME_DIFFERS"], ["RECORD_CLOSED"], [], []]
    assert "PLAQUE_NO_MISSING" in [issue.code for issue in rows[7].warnings]
    assert "DUP_IN_FILE" not in {code for row in rows.values() for code in reasons(row)}


def test_a_row_is_corrected_on_screen_or_in_the_error_workbook(head, tmp_path, as_):
    batch = bring(book(tmp_path, line("A1", status="挂了"), line("A1", "李二", 3), line("A1", "王五", 5)), by=head)
    assert counts(batch) == {"CREATE": 1, "HELD": 2}
    with as_(head):
        fixed = import_rows.fix_row(row=batch.rows.get(number=3), fixes={"status": "待悬挂", "plaque_no": ""}, answers={},
                                    confirmed=set(), by=head, at=NOON)  # fmt: skip
        assert not fixed.is_held
        error_workbook.write(tmp_path / "errors.xlsx", batch)
    workbook = openpyxl.load_workbook(tmp_path / "errors.xlsx")
    sheet = workbook.active
    assert [cell.value for cell in sheet[1]][:3] == ["光荣牌编号", "户主", "身份证号"] and sheet["A2"].value == "A1"
    sheet["A2"].value = "A5"
    out = io.BytesIO()
    workbook.save(out)
    out.seek(0)
    out.name = "改好.xlsx"
    with as_(head):
        result = import_rows.reupload_fixes(batch=batch, rows=error_workbook.read(out, batch), by=head, at=NOON)
        assert (result["fixed"], result["held"]) == (1, 0)
        imports.commit_batch(batch=batch, by=head, at=NOON)
    assert [(serial, name) for serial, name, *_ in plaques(head)] == [("", "张一"), ("A1", "李二"), ("A5", "王五")]


def test_without_a_number_the_clerk_chooses(head, tmp_path, as_):
    person = make.person(head.office, by=head, name="李二", id_number=number(order=3))
    batch = bring(book(tmp_path, line("A1", "李二", 0), line("A2", "王五", 0)), by=head)
    rows = rows_of(batch, by=head)
    assert [reasons(rows[at]) for at in (3, 4)] == [["ID_MISSING", "MATCH_AMBIGUOUS"], ["ID_MISSING"]]
    with as_(head):
        for at, answers in ((3, {"match": person.ref, "no_id_reason": "TO_FIND"}), (4, {"no_id_reason": "TO_FIND"})):
            import_rows.fix_row(
                row=batch.rows.get(number=at), fixes={}, answers=answers, confirmed=set(), by=head, at=NOON
            )
        imports.commit_batch(batch=batch, by=head, at=NOON)
        assert Plaque.objects.get(serial="A1").holder == person
        assert Plaque.objects.get(serial="A2").holder.no_id_reason == "TO_FIND"


def test_undo_takes_the_plaques_back_exactly(head, tmp_path, as_):
    bring(book(tmp_path, line("", place="", signer="")), by=head, commit=True)
    with as_(head):
        before = Plaque.objects.values().get()
    batch = bring(book(tmp_path, line("A1"), line("A2", "李二", 3)), by=head, commit=True)
    assert len(plaques(head)) == 2
    with as_(head):
        imports.undo_batch(batch=batch, by=head, at=NOON)
        after = Plaque.objects.live().values().get()
        assert {**after, "row_version": 0} == {**before, "row_version": 0}
        assert Person.objects.live().count() == Household.objects.live().count() == Identity.objects.live().count() == 1


@real
def test_undo_is_refused_once_a_plaque_has_been_worked_on(head, tmp_path, as_):
    batch = bring(book(tmp_path, line("A1"), line("A2", "李二", 3)), by=head, commit=True)
    with as_(head):
        Plaque.objects.filter(serial="A2").update(state="EXCHANGE", row_version=2)
    with as_(head), pytest.raises(ValidationError, match="第 4 行（新的修改）"):
        imports.undo_batch(batch=batch, by=head, at=NOON)


def test_the_command_reports_plaques_as_agreed(head, tmp_path, capsys):
    path = book(tmp_path, line("A1"), line("A2", "李?", 3))
    out = tmp_path / "out.json"
    call_command("import_ledger", "plaques", path, office="990101001", by=head.username, report=out)
    report = json.loads(out.read_text("utf-8"))
    assert report["file_error"] is None and report["sheets"][0]["header_rows"] == [2]
    wanted = {"holder": "张一", "plaque_no": "A1", "status": "已悬挂", "hung_date": "2019-05", "change_date": "", "place": "大门",
              "address": "甲村 1 号"}  # fmt: skip
    accepted = report["accepted"][0]
    assert wanted.items() <= accepted["normalized"].items() and accepted["outcome"] == "CREATE"
    assert report["rejected"][0]["reasons"][0]["code"] == "NAME_BAD_CHARS"
    assert plaques(head) == []


def test_a_people_ledger_is_no_plaque_ledger(head, tmp_path):
    with make.as_(head):
        path = sheet_of(tmp_path / "x", ["姓名", "身份证号码"], ["张一", number()])
        batch = imports.upload_file(office=head.office, path=path, file_name="x.xlsx", by=head, at=NOON, kind="plaques")
        batch = imports.read_batch(batch=batch, by=head, at=NOON)
    assert (batch.state, batch.file_error) == ("REFUSED", "HEADER_NOT_RECOGNISED")


def test_the_pages_lead_a_plaque_ledger_through(page, client, head, tmp_path):
    client.force_login(head)
    path = book(tmp_path, line("A1"), line("A2", "李?", 3))
    with open(path, "rb") as file:
        answer = client.post(
            reverse("registry:import-new"), {"kind": "plaques", "file": file, "office": head.office_id}
        )
    soup = page(answer.url, as_=head)
    assert "2 行中有 1 行需要修改" in soup.h1.text
    soup = page(f"{answer.url}?show=create", as_=head)
    assert [th.text for th in soup.select("thead th")][2:6] == [
        "牌号",
        "状态",
        "悬挂日期",
        "位置",
    ] and "未建档" in soup.text
    assert "登记光荣牌" in page(answer.url + "commit/", as_=head).text
    page(answer.url + "commit/", as_=head, go="1")
    assert [row[0] for row in plaques(head)] == ["A1"]
    with make.as_(head):
        assert ImportBatch.objects.get().state == "PARTLY"
    answer = client.post(reverse("registry:import-template") + "?kind=plaques")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(answer.url).streaming_content))).active
    assert [cell.value for cell in sheet[1]][:4] == ["光荣牌编号", "户主*", "户号", "所属服务站"]


def test_what_a_template_asks_for_can_be_read(head, tmp_path):
    from registry.template import make_template

    with make.as_(head):
        make_template(tmp_path / "t.xlsx", user=head, kind="plaques")
    workbook = openpyxl.load_workbook(tmp_path / "t.xlsx")
    sheet = workbook.active
    headers = [cell.value.rstrip("*") for cell in sheet[1]]
    sheet.append(
        [
            {"光荣牌编号": "A1", "户主": "张一", "身份证号码": number(), "状态": "已悬挂", "悬挂日期": "2019-05"}.get(
                text
            )
            for text in headers
        ]
    )
    workbook.save(tmp_path / "t.xlsx")
    batch = bring(tmp_path / "t.xlsx", by=head, commit=True)
    assert counts(batch) == {"COMMITTED": 1}


def test_questions_do_not_grow_with_the_rows(head, tmp_path):
    counted = []
    for start, size in ((0, 5), (100, 60)):
        path = book(tmp_path, *(line(f"A{i}", "张一", i) for i in range(start + 1, start + 2 * size, 2)))
        with CaptureQueriesContext(connection) as queries:
            bring(path, by=head, commit=True)
        counted.append(len(queries))
    assert len(plaques(head)) == 65 and counted[0] == counted[1]

"""Old ledgers in: what is understood, what is refused and why, that trying equals doing, and that nothing comes twice."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from petitions.importing import cells
from petitions.importing.columns import key_of
from petitions.models import Deadline, FollowUp, Matter, Petition, Petitioner, Reception
from tests import factories as make
from tests.petitions import factories as cases

HEADER = [
    "编号",
    "来访日期",
    "登记日期",
    "信访形式",
    "信访事项类别（主要）",
    "人数",
    "受理日期",
    "延期天数",
    "答复 日期",
    "满意度",
    "重复信访次数",
    "联系方式",
]
ROWS = [
    ["某县信访登记台账"],
    HEADER,
    [
        "QH-7",
        "2026.3.3",
        "2026年3月3日",
        "来访",
        "残疾评定",
        "3人",
        "2026-03-10",
        "",
        "2026-05-11",
        "满意",
        "5",
        "10055500733",
    ],
    ["QH-8", "2026/3/4", "", "上级12345热线转", "优待证", "2批6人次", "20260310", "30天", "", "", "2", ""],
    ["QH-9", "2026-03-05", "2026-03-05", "来信", "从没听过的事", "", "2026-03-01", "", "", "", "", ""],
    ["QH-10", 46087, "", "接访", "安置", "十二", "", "", "", "", "", ""],
    ["", "", "", "", "", "", "", "", "", "", "", ""],
    ["QH-10", "2026-03-06", "", "来访", "安置", "1", "", "", "", "", "", ""],
    ["QH-11", "2026-03-32", "", "来访", "安置", "很多", "", "31", "", "", "", ""],
    ["合计", "", "", "", "", "24"],
    ["注：本表由各站填报"],
]


@pytest.fixture
def bureau(db):
    return cases.bureau()


def book(tmp_path, rows=ROWS):
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "台账"
    for row in rows:
        sheet.append(row)
    path = tmp_path / "ledger.xlsx"
    workbook.save(path)
    return path


def run(path, by, *more) -> dict:
    out = StringIO()
    call_command("import_ledger", "petitions", str(path), "--office", by.office_id, "--by", by.username, "--today", "2026-09-16",
                 *more, stdout=out)  # fmt: skip
    return json.loads(out.getvalue())


def counts(by) -> tuple:
    with make.as_(by):
        return tuple(model.objects.count() for model in (Petition, Petitioner, Matter, Deadline, Reception, FollowUp))


def test_41_a_row_gives_the_facts_and_whether_the_terms_were_kept(bureau, tmp_path):
    found = run(book(tmp_path), bureau.sorter)
    assert found["file_error"] is None and found["committed"] is False
    assert found["accepted"][0] == {"sheet": "台账", "row": 3, "outcome": "CREATE", "normalized": {
        "number": "QH-7", "received_on": "2026-03-03", "registered_on": "2026-03-03", "channel": "VISIT", "channel_text": "来访",
        "purpose": "APPEAL", "topic": "PENSION", "title": "残疾评定", "batch_count": 1, "people_count": 3, "petitioner": None,
        "notice_due_on": "2026-03-18", "notified_on": None, "accepted_on": "2026-03-10", "notified_in_time": True,
        "extension_days": 0, "answer_due_on": "2026-05-09", "replied_on": "2026-05-11", "replied_in_time": False, "outcome": None,
        "score": "SATISFIED", "state": "REPLIED"}}  # fmt: skip
    hotline, third = (row["normalized"] for row in found["accepted"][1:])
    assert (hotline["channel"], hotline["batch_count"], hotline["people_count"], hotline["answer_due_on"], hotline["replied_in_time"], hotline["state"]) == ("HOTLINE_12345", 2, 6, "2026-06-08", None, "HANDLING")  # fmt: skip
    assert (third["number"], third["received_on"], third["channel"], third["people_count"], third["state"]) == ("QH-10", "2026-03-06", "VISIT", 12, "REGISTERED")  # fmt: skip
    assert (third["notified_in_time"], third["answer_due_on"]) == (None, None)
    assert found["summary"] == {"petitions": 3, "visit_batches": 2, "visit_person_times": 15, "consultations": 0}


def test_41_refused_rows_say_why_and_rows_around_the_data_what_they_are(bureau, tmp_path):
    found = run(book(tmp_path), bureau.sorter)
    codes = {row["row"]: [reason["code"] for reason in row["reasons"]] for row in found["rejected"]}
    assert codes == {
        5: ["DATE_ORDER"],
        8: ["DUP_IN_FILE"],
        11 - 2: ["DATE_INVALID", "PEOPLE_INVALID", "EXTENSION_INVALID"],
    }
    assert found["rejected"][0]["reasons"][0] == {
        "code": "DATE_ORDER",
        "column": "受理日期",
        "message": "受理日期早于收到日期",
    }
    assert {row["row"]: row["what"] for row in found["skipped"]} == {
        1: "TITLE",
        2: "HEADER",
        7: "BLANK",
        10: "TOTAL",
        11: "NOTE",
    }


def test_41_columns_that_count_people_are_never_stored_and_others_are_named(bureau, tmp_path):
    found = run(book(tmp_path), bureau.sorter, "--commit")
    said = {(one["column"], one["code"]) for one in found["warnings"] if one["row"] == 2}
    assert ("重复信访次数", "NEVER_READ") in said and ("联系方式", "UNMAPPED") in said
    with make.as_(bureau.sorter):
        assert "10055500733" not in str(list(Petitioner.objects.values())) + str(list(Petition.objects.values()))


def test_41_trying_writes_nothing_and_equals_doing(bureau, tmp_path):
    path = book(tmp_path)
    tried = run(path, bureau.sorter)
    assert counts(bureau.sorter) == (0, 0, 0, 0, 0, 0)
    done = run(path, bureau.sorter, "--commit")
    assert {**tried, "committed": True} == done
    assert counts(bureau.sorter) == (3, 3, 3, 5, 2, 1)


def test_41_what_is_written_is_what_was_read(bureau, tmp_path):
    run(book(tmp_path), bureau.sorter, "--commit")
    with make.as_(bureau.sorter):
        first = Petition.objects.get(legacy_number="QH-7")
        assert (first.number, first.state, first.turn_office_id, first.statement_mode) == (
            "QH-2026-0001",
            "REPLIED",
            None,
            "IMPORTED",
        )
        answer = Deadline.objects.get(petition=first, kind="ANSWER")
        assert (answer.due_on, answer.fulfilled_on) == (date(2026, 5, 9), date(2026, 5, 11))
        assert FollowUp.objects.get(petition=first).is_imported
        waiting = Petition.objects.get(legacy_number="QH-8")
        assert (waiting.state, waiting.turn_office_id, str(waiting.next_act_by_on)) == (
            "HANDLING",
            "990101",
            "2026-06-08",
        )
        assert Reception.objects.get(petition=first).people_count == 3


def test_41_a_second_time_adds_nothing_and_other_facts_are_refused(bureau, tmp_path):
    path = book(tmp_path)
    run(path, bureau.sorter, "--commit")
    before = counts(bureau.sorter)
    again = run(path, bureau.sorter, "--commit")
    assert counts(bureau.sorter) == before
    assert [row["row"] for row in again["skipped"] if row["what"] == "ALREADY_IMPORTED"] == [3, 4, 6]
    other = [list(row) for row in ROWS]
    other[2][3] = "来信"
    conflict = run(book(tmp_path, other), bureau.sorter, "--commit")
    assert [one["reasons"][0]["code"] for one in conflict["rejected"] if one["row"] == 3] == ["DUP_CONFLICT"]
    assert counts(bureau.sorter) == before


def test_41_an_accusation_is_not_taken_in(bureau, tmp_path):
    rows = [
        ["序号", "收到日期", "信访目的", "内容"],
        ["1", "2026-03-03", "检举控告", "某人的事"],
        ["2", "2026-03-03", "咨询", "问政策"],
    ]
    found = run(book(tmp_path, rows), bureau.sorter, "--commit")
    assert [one["reasons"][0]["code"] for one in found["rejected"]] == ["ACCUSATION_NOT_IMPORTED"]
    assert "某人的事" not in json.dumps(found, ensure_ascii=False)
    assert found["summary"]["consultations"] == 1


def test_41_our_own_ledger_comes_back_as_the_same_facts(bureau, tmp_path):
    from petitions.actions.ledgers import export_ledger
    from veterans_portal.files import read_sealed

    cases.replied(bureau)
    run(book(tmp_path), bureau.sorter, "--commit")
    with make.as_(bureau.leader):
        seen = Petition.objects.visible_to(bureau.leader).order_by("pk")
        file = export_ledger(
            cases=seen, words="全部", full=False, reason="", by=bureau.leader, at=make.NOON, today=make.TODAY
        )
        total = seen.count()
    path = tmp_path / "own.xlsx"
    path.write_bytes(b"".join(read_sealed(file.stored_name)))
    found = run(path, bureau.sorter, "--commit")
    assert (found["accepted"], found["rejected"]) == ([], [])
    assert [row["what"] for row in found["skipped"]].count("ALREADY_IMPORTED") == total == 4


def test_a_file_without_the_columns_is_refused_with_exit_code_one(bureau, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        run(book(tmp_path, [["姓名", "年龄"], ["某某", "70"]]), bureau.sorter)
    assert ended.value.code == 1


def test_who_may_not_import_and_offices_out_of_reach(bureau, tmp_path, clerk):
    with pytest.raises(CommandError, match="没有导入权限"):
        run(book(tmp_path), clerk)
    with pytest.raises(CommandError, match="不在用户"):
        call_command(
            "import_ledger", "petitions", str(book(tmp_path)), "--office", "990102", "--by", bureau.sorter.username
        )


@pytest.mark.parametrize(
    ("header", "key"),
    [("应办结日", "due_answer"), ("延期后应办结日", "due_extended"), ("应告知日", "due_notice"), ("收到答复日", "reply_received"),
     ("收到\n日期*", "received"), ("登记时间（年月日）", "registered"), ("办结日期", "replied"), ("批次", "batch"), ("接待人次", "people"),
     ("来文编号", "source_ref"), ("件号", "number"), ("序号", "serial"), ("办理方式", "route"), ("信访渠道", "channel"),
     ("信访目的", "purpose"), ("诉求类别", "topic"), ("反映内容", "request"), ("问题发生地", ""), ("信访人", "petitioner"),
     ("是否越级", ""), ("重复访人次", ""), ("稳控责任人", ""), ("收到天数", "")],
)  # fmt: skip
def test_headers_are_known_by_their_parts_and_the_first_rule_wins(header, key):
    assert key_of(header) == key


@pytest.mark.parametrize(
    ("text", "batches", "people"),
    [("2批6人次", 2, 6), ("两批十二人", 2, 12), ("3人", 1, 3), (4, 1, 4), ("一百零三人", 1, 103), ("", 1, 1)],
)
def test_people_are_read_as_stations_write_them(text, batches, people):
    assert cells.read_people(text).value == (batches, people)


@pytest.mark.parametrize("text", ["很多", "0人", "6批2人次", "-1"])
def test_people_that_cannot_be(text):
    assert cells.read_people(text).code == "PEOPLE_INVALID"


@pytest.mark.parametrize(
    ("text", "code"), [("群众来电反映", "PHONE"), ("网络信访", "ONLINE"), ("写信", "LETTER"), ("信访局转", "OTHER"), ("登门访问", "VISIT"), ("联合接访", "JOINT_VISIT")]
)  # fmt: skip
def test_ways_of_arriving(text, code):
    aliases = {"来访": "VISIT", "联合接访": "JOINT_VISIT", "来电": "PHONE", "网络信访": "ONLINE", "其他": "OTHER"}
    assert cells.read_channel(text, aliases).value == code

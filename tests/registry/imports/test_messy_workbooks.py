"""Twenty-six messy workbooks: each gives its codes, good rows never wait for bad ones, and every code has a workbook."""

import pytest

from registry.importing import staging
from registry.importing.report import report
from registry.models import ImportBatch, ImportRow, Person, Service
from registry.reasons import REASONS
from tests import factories as make
from tests.registry.imports import workbooks
from tests.registry.imports.running import codes_of, counts, reasons, rows_of, run
from veterans_portal.sheets import is_blank, read_workbook

# codes that need a registry with people in it (test_matching), a ledger of plaques (test_plaque_ledgers), a limit (tests/sheets), or a second import
ELSEWHERE = {
    "NAME_DIFFERS", "ID_IN_OTHER_STATION", "MATCH_CONFLICT", "MATCH_AMBIGUOUS", "RECORD_CLOSED", "LOCKED_FIELD", "ALREADY_IMPORTED", "CONSTRAINT",
    "PLAQUE_DUP", "PLAQUE_STATUS_UNKNOWN", "PLAQUE_HOUSEHOLD_HAS_ONE", "PLAQUE_NO_MISSING", "PLAQUE_NOTE_DIFFERS", "PLAQUE_DIFFERS",
    "PERSON_CREATED",
    "FILE_TOO_LARGE", "FILE_TOO_LARGE_UNCOMPRESSED", "TOO_MANY_ROWS", "FILE_ENCRYPTED",
}  # fmt: skip


@pytest.fixture
def head(town_head, station, sibling_station):
    return town_head


@pytest.mark.parametrize("name", workbooks.BOOKS)
def test_each_workbook_gives_its_codes(head, tmp_path, name):
    write, expected = workbooks.BOOKS[name]
    batch = run(write(tmp_path / name), by=head)
    assert expected <= codes_of(batch, by=head)
    if batch.state != "REFUSED":
        held = counts(batch).get("HELD", 0)
        rows = rows_of(batch, by=head).values() if len([s for s in batch.sheets if s["use"]]) == 1 else []
        assert not rows or sum(bool(row.reasons) for row in rows) == held


@pytest.mark.parametrize("name", workbooks.BOOKS)
def test_every_row_of_a_workbook_is_told_exactly_once(head, tmp_path, name):
    """Accepted, rejected, skipped, or blank below the data: nothing is lost, nothing is told twice."""
    write, _ = workbooks.BOOKS[name]
    path = write(tmp_path / name)
    batch = run(path, by=head)
    if batch.state == "REFUSED":
        return
    with make.as_(head):
        told = report(batch, list(staging.load_rows(batch.rows.all())))
    places = [(one["sheet"], one["row"]) for part in ("accepted", "rejected", "skipped") for one in told[part]]
    assert len(places) == len(set(places))
    for sheet in read_workbook(path.read_bytes(), path.name).sheets:
        if sheet.name not in {one["name"] for one in told["sheets"]}:
            continue
        filled = {n for n, row in enumerate(sheet.rows, start=1) if any(not is_blank(cell) for cell in row)}
        assert filled - {row for its, row in places if its == sheet.name} == set()


def test_dates_keep_what_was_written_and_never_gain_a_day(head, tmp_path, as_):
    """The number 1983.1 may be January or October; the text 1983.1 is January; no month becomes a first of the month."""
    spellings = [
        1983.1,
        "1983.1",
        "1983年",
        "1983年10月",
        "198310",
        "1983.10",
        "一九八三年十月",
        1983,
        1983.12,
        "83.10",
    ]
    lines = [
        [f"张{'一二三四五六七八九十'[n]}", workbooks.number(order=2 * n + 1), text] for n, text in enumerate(spellings)
    ]
    batch = run(workbooks.sheet_of(tmp_path / "x", [*workbooks.HEADER, "入伍时间"], *lines), by=head, commit=True)
    assert [row.number for row in rows_of(batch, by=head).values() if reasons(row)] == [2]
    assert reasons(rows_of(batch, by=head)[2]) == ["DATE_AMBIGUOUS"]
    with as_(head):
        stored = list(Service.objects.order_by("person__pk").values_list("enlisted", flat=True))
    assert stored == ["1983-01", "1983", "1983-10", "1983-10", "1983-10", "1983-10", "1983", "1983-12", "1983-10"]


def test_every_code_has_its_workbook():
    covered = set().union(*(codes for _, codes in workbooks.BOOKS.values()))
    assert set(REASONS) - covered == ELSEWHERE


def test_a_refused_file_leaves_nothing_but_its_code(head, tmp_path, settings):
    batch = run(workbooks.cut_in_half(tmp_path / "x"), by=head)
    assert (batch.state, batch.file_error, batch.stored_name) == ("REFUSED", "FILE_CORRUPT", "")
    assert [p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()] == []


def test_two_levels_titles_merges_and_totals(head, tmp_path, as_):
    batch = run(workbooks.two_levels(tmp_path / "x"), by=head)
    rows = rows_of(batch, by=head)
    assert {number: (row.values["name"], row.values["office"], row.values["enlisted"], row.values["discharged"]) for number, row in rows.items()} == {
        5: ("张一", "990101001001", "1974-12", "1978-03"),
        6: ("张二", "990101001001", "1974-12", "1978-03"),
        7: ("张三", "990101001002", "1974-12-01", "1978"),
    }  # fmt: skip
    assert [what for _, _, what in batch.counts["skipped"]] == [
        "TITLE",
        "UNIT",
        "HEADER",
        "HEADER",
        "TOTAL",
        "BLANK",
        "FOOTER",
    ]


@pytest.mark.parametrize(
    "write", [workbooks.old_xls, workbooks.web_page, workbooks.prenumbered], ids=lambda w: w.__name__
)
def test_other_kinds_of_file_read_the_same(head, tmp_path, write):
    rows = rows_of(run(write(tmp_path / "x"), by=head), by=head)
    assert [row.values["name"] for row in rows.values()] == ["张一", "张二"]
    assert all(row.values["id_number"].startswith("430408") for row in rows.values())


def test_every_recognised_sheet_is_read_and_the_hidden_list_is_not(head, tmp_path, as_):
    batch = run(workbooks.several_sheets(tmp_path / "x"), by=head)
    with as_(head):
        assert list(ImportRow.objects.filter(batch=batch).order_by("sheet").values_list("name", flat=True)) == [
            "张一",
            "李一",
        ]


def test_columns_that_watch_people_are_nowhere(head, tmp_path, as_):
    batch = run(workbooks.watching_columns(tmp_path / "x"), by=head, commit=True)
    assert [sheet["dropped"] for sheet in batch.sheets] == [["是否上访", "稳控等级", "思想动态"]]
    with as_(head):
        opener = ImportRow.opener()
        stored = [str(opener(row.payload)) for row in ImportRow.objects.all()]
        stored += [str(batch.sheets), str(batch.counts), str(Person.objects.values())]
    assert not any("金丝雀" in text for text in stored)


def test_a_unit_above_the_table_counts(head, tmp_path):
    row = rows_of(run(workbooks.wide_unit(tmp_path / "x"), by=head), by=head)[3]
    assert row.extra["amount"] == "1200.00"


def test_days_that_excel_invented_are_offered_and_then_dropped(head, tmp_path, as_):
    from registry.actions import imports
    from tests.factories import NOON

    batch = run(workbooks.months_by_excel(tmp_path / "x"), by=head)
    assert batch.counts["month_only"] == ["enlisted"]
    answers = [{"use": True, "columns": batch.sheets[0]["columns"], "month_only": ["enlisted"]}]
    with as_(head):
        batch = imports.map_columns(batch=batch, answers=answers, by=head, at=NOON)
    assert rows_of(batch, by=head)[2].values["enlisted"] == "1974-01"


def test_a_row_reports_every_reason(head, tmp_path):
    path = workbooks.sheet_of(tmp_path / "x", [*workbooks.HEADER, "入伍时间"], ["张?", "1", "1974.13"])
    assert reasons(rows_of(run(path, by=head), by=head)[2]) == ["NAME_BAD_CHARS", "ID_BAD_LENGTH", "DATE_INVALID"]


def test_money_is_checked_and_never_stored_with_the_person(head, tmp_path, as_):
    batch = run(workbooks.money(tmp_path / "x"), by=head, commit=True)
    assert counts(batch) == {"HELD": 5, "COMMITTED": 2}
    assert batch.kind == ImportBatch.Kind.PEOPLE
    with as_(head):
        assert Person.objects.count() == 2

"""Twenty-six messy workbooks: each gives its codes, good rows never wait for bad ones, and every code has a workbook."""

import pytest

from registry.models import ImportBatch, ImportRow, Person
from registry.reasons import REASONS
from tests.registry.imports import workbooks
from tests.registry.imports.running import codes_of, counts, reasons, rows_of, run

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
        stored = [str(ImportRow.unseal(row.payload)) for row in ImportRow.objects.all()]
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

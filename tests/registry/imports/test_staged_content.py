"""What is kept of a staged row comes back whole, whether a value is told or left to its cell."""

from datetime import date, datetime

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from registry.importing.normalizing import Issue
from registry.importing.staging import Staged, encode, from_values
from registry.models import ImportRow
from registry.models.imports import NOTHING_BY_ITSELF
from veterans_portal.sheets.cells import NO_VALUE, ErrorCell

KEYS = st.sampled_from(["name", "id_number", "sex", "category", "amount", "enlisted", "office"])
TEXTS = st.sampled_from(["", "张三", "男", "M", "#N/A", "1974"])
CELLS = st.one_of(
    TEXTS, st.just(ErrorCell("#N/A")), st.just(NO_VALUE), st.just(1974), st.just(12.5), st.just(True),
    st.just(date(1974, 12, 1)), st.just(datetime(1974, 12, 1, 8)), st.lists(TEXTS, max_size=2),
)  # fmt: skip
VALUES = st.one_of(TEXTS, st.just(1974), st.just(True), st.none(), st.lists(TEXTS, max_size=2))


def kept(row: Staged) -> Staged:
    """Write a row as it is staged and read it back."""
    [payload] = ImportRow.seal([row.content()], encode)
    return from_values(ImportRow.opener(), 7, row.sheet, row.number, [], "OK", "", payload)


@example({"name": ErrorCell("#N/A"), "sex": "男"}, {"name": "#N/A"}, {})
@given(st.dictionaries(KEYS, CELLS), st.dictionaries(KEYS, VALUES), st.dictionaries(KEYS, TEXTS))
def test_a_staged_row_comes_back_whole(cells, values, fixes):
    row = Staged(0, 5, cells, fixes, values=values, warnings=[Issue("DATE_PARTIAL", "enlisted", "1974")])
    back = kept(row)
    assert (back.values, back.fixes, back.warnings, back.reasons) == (values, fixes, row.warnings, [])
    assert {key: type(value) for key, value in back.values.items()} == {k: type(v) for k, v in values.items()}
    assert list(back.cells) == list(cells)
    assert {key: (type(cell), str(cell)) for key, cell in back.cells.items()} == {
        key: (type(cell), str(cell)) for key, cell in cells.items()
    }


def test_what_the_cell_says_is_kept_once():
    row = Staged(0, 5, {"name": "张三", "sex": "男"}, values={"name": "张三", "sex": "M", "office": "990101"})
    content = row.content()
    assert content["values"] == {"sex": "M", "office": "990101"} and content.keys() == {"cells", "values", "silent"}
    assert kept(row).values == row.values and list(kept(row).values) == ["name", "sex", "office"]


def test_a_row_staged_by_an_earlier_version_is_read():
    old = {"cells": {"name": "张三", "note": "x"}, "fixes": {}, "answers": {}, "values": {"name": "张三"}, "extra": {},
           "reasons": [["ID_MISSING", "id_number", ""]], "warnings": [], "diff": {}, "adds": {}}  # fmt: skip
    row = from_values(lambda _: orjson.loads(orjson.dumps(old, option=NOTHING_BY_ITSELF)), 7, 0, 5, [], "HELD", "", b"")
    assert row.values == {"name": "张三"} and row.reasons == [Issue("ID_MISSING", "id_number")]

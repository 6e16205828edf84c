"""The peer of the benchmarks writes the columns that the portal writes: no more, no fewer, in the same order."""

from benchmarks.columns import EXPORTED
from registry.ledgers import PEOPLE_EXPORT


def test_the_peer_exports_the_columns_of_the_people_ledger():
    assert list(EXPORTED) == [column.label for column in PEOPLE_EXPORT]

"""Two people at the same desk at the same moment."""

from datetime import date

import pytest

from petitions.actions.ledgers import import_ledger
from petitions.importing.columns import LABELS
from petitions.models import Petition
from tests import factories as make
from tests.petitions import factories as cases
from tests.petitions.test_import_ledger import book
from tests.races import at_once
from veterans_portal.sheets import read_workbook


@pytest.mark.django_db(transaction=True)
def test_the_same_ledger_sent_twice_at_once_is_registered_once(tmp_path):
    people = cases.bureau()
    workbooks = [read_workbook(book(tmp_path), "x.xlsx", header_words=tuple(LABELS.values())) for _ in range(2)]

    def deed(by, workbook):
        return lambda: import_ledger(
            workbook=workbook, office=people.office, by=by, at=make.NOON, today=date(2026, 9, 16)
        )

    results = at_once(
        *[(by, deed(by, one)) for by, one in zip((people.sorter, people.handler), workbooks, strict=True)]
    )
    with make.as_(people.sorter):
        numbers = sorted(Petition.objects.values_list("number", flat=True))
    assert numbers == ["QH-2026-0001", "QH-2026-0002", "QH-2026-0003"]
    refused = [one for one in results if isinstance(one, str)]
    assert refused == ["这个原编号在本单位已经登记。"] or sum(len(one.accepted) for one in results) == 3

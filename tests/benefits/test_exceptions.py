"""Exceptions of a draft that ask for a fact: a birth of which the month is needed, months that were paid before the ledger."""

from datetime import date

import pytest

from benefits.actions.batches import draft_batch
from benefits.models import BatchException, Line
from benefits.rules.enrolments import has_turned
from registry.models import Person
from tests import factories as make
from tests.benefits import factories as pay
from tests.benefits.test_compute_dues import COMBAT, compute


@pytest.fixture
def district(db, station):
    pay.paying_office(ledger_from=date(2026, 1, 1))
    pay.notice([("RURAL60", "60", "PER_MONTH_PER_SERVICE_YEAR")], effective="2024-08", doc_no="样〔2024〕2号")
    pay.combat_standard()
    return station


def said(batch, by) -> list[tuple[str, bool]]:
    with make.as_(by):
        rows = BatchException.objects.filter(batch=batch).order_by("code")
        return list(rows.values_list("code", "is_blocking"))


def lines(batch, by) -> int:
    with make.as_(by):
        return Line.objects.filter(batch=batch).count()


@pytest.mark.parametrize(
    ("born", "answer"),
    [
        ("1966-03", True),
        ("1966-04", False),
        ("1966", None),
        ("1965", True),
        ("1967", False),
        ("", None),
        ("1966-03-31", True),
    ],
)
def test_a_year_of_birth_may_be_enough(born, answer):
    assert has_turned(born, 60, date(2026, 3, 1)) is answer


def test_old_age_pay_waits_for_a_birth_whose_month_is_needed(district, officer):
    by = make.staff(make.office("990101"), "OFFICER")
    person = make.person(
        district, by=by, categories=(), name="龚满", born="1966", id_number=None, no_id_reason="TO_FIND"
    )
    pay.enrolment(person, "RURAL60", since="2026-03", service_years=10, by=by)
    pay.account(person, by=by)
    batch = pay.drafted(officer, programmes=("RURAL60",))
    assert (said(batch, officer), lines(batch, officer)) == ([("BORN_NOT_FULL", True)], 0)
    with make.as_(officer):
        Person.objects.filter(pk=person.pk).update(born="1965")
        batch = draft_batch(batch=batch, by=officer, at=pay.AT)
    assert (said(batch, officer), lines(batch, officer)) == ([], 1)


def test_back_pay_that_stops_at_the_first_month_of_the_ledger_says_so(district, officer, approver):
    """Paid elsewhere before January, and the raise reaches back to December: that part cannot be computed."""
    by = make.staff(make.office("990101"), "OFFICER")
    person = make.person(district, by=by, categories=())
    pay.enrolment(person, since="2025-06", route="OPENING", by=by)
    pay.account(person, by=by)
    first = pay.approved(officer, approver, first="2026-01", window="2025-01")
    assert said(first, officer) == []
    pay.combat_standard("909", since="2025-12", doc_no="样〔2025〕12号")
    batch = pay.drafted(officer, first="2026-02", window="2025-01")
    assert said(batch, officer) == [("BEFORE_LEDGER", False)]
    with make.as_(officer):
        told = BatchException.objects.get(batch=batch)
    assert "启用月份 2026-01" in told.message and "导入历史发放" in told.message


def test_the_rules_say_it_from_a_terminal_too(tmp_path):
    case = COMBAT | {"ledger_from": "2025-10", "period": ["2025-11", "2025-11"], "window_from": "2025-08", "enrolments": [
        {"programme": "COMBAT", "category": "51", "month_from": "2025-01", "route": "OPENING"}],
        "paid": [{"programme": "COMBAT", "month": "2025-10", "amount": "840.00"}]}  # fmt: skip
    code, found = compute(case, tmp_path)
    assert code == 0
    assert [(one["code"], one["blocking"]) for one in found["exceptions"]] == [("BEFORE_LEDGER", False)]
    imported = case | {
        "paid": [{"programme": "COMBAT", "month": f"2025-{n:02}", "amount": "840.00"} for n in (8, 9, 10)]
    }
    assert compute(imported, tmp_path)[1]["exceptions"] == []

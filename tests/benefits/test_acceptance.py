"""What the offices that tried the money room asked to see with their own eyes, where no other file shows it."""

import gzip
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from benefits.actions.approval import approve_batch, reopen_batch
from benefits.actions.batches import draft_batch, return_batch, submit_batch
from benefits.models import BatchSnapshot, Enrolment, Line, LineMonth, Recovery, Standard
from registry.models import Person
from tests import factories as make
from tests.benefits import factories as pay
from tests.benefits.test_doors import moved_away
from tests.races import at_once


@pytest.fixture
def district(db, station):
    pay.paying_office()
    pay.combat_standard()
    return station


# ---- standards -----------------------------------------------------------------------------------------------------------


def test_a_standard_of_grade_eight_by_illness_is_refused_by_the_database(district, officer):
    notice = pay.notice([], effective="2026-08", doc_no="样〔2026〕8号", state="DRAFT")
    with make.as_(make.staff(make.office("9901"), "OFFICER")), transaction.atomic():
        with pytest.raises(IntegrityError, match="standard_no_illness_above_grade_six"), transaction.atomic():
            Standard.objects.create(notice=notice, programme_id="DISABILITY", key_grade=8, key_nature="ILLNESS", amount_yuan=1,
                                    unit="PER_YEAR")  # fmt: skip
        Standard.objects.create(
            notice=notice, programme_id="DISABILITY", key_grade=6, key_nature="ILLNESS", amount_yuan=1, unit="PER_YEAR"
        )


# ---- batches -------------------------------------------------------------------------------------------------------------


def test_a_quarter_pays_two_months_to_who_began_in_the_second(district, officer):
    first, second = pay.beneficiary(district, since="2026-01"), pay.beneficiary(district, since="2026-02")
    batch = pay.drafted(officer, first="2026-01", last="2026-03")
    with make.as_(officer):
        found = dict(Line.objects.filter(batch=batch).values_list("person_id", "gross_yuan"))
        assert found == {first.pk: Decimal("2520.00"), second.pk: Decimal("1680.00")}
        assert dict(Line.objects.filter(batch=batch).values_list("person_id", "months")) == {first.pk: 3, second.pk: 2}


def lines_of(snapshot) -> list[str]:
    return gzip.decompress(bytes(snapshot.packed)).decode().split("\n")


def test_one_grade_changed_and_the_two_snapshots_differ_in_one_line(district, station, officer, approver):
    rows = [{"programme_id": "DISABILITY", "amount_yuan": amount, "unit": "PER_MONTH", "key_grade": grade, "key_nature": "DUTY"}
            for grade, amount in ((7, "2570"), (8, "1659"))]  # fmt: skip
    pay.notice(rows, effective="2024-08", doc_no="样〔2024〕2号")
    people = []
    for number in range(3):
        person = make.person(district, by=officer, categories=(), name=f"样例{number}")
        pay.enrolment(person, "DISABILITY", since="2026-01", key_grade=7, key_nature="DUTY", by=officer)
        pay.account(person, by=officer)
        people.append(person)
    batch = pay.approved(officer, approver, programmes=("DISABILITY",))
    with make.as_(approver):
        batch = reopen_batch(batch=batch, reason="等级有误", by=approver, at=pay.AT)
    with make.as_(officer):
        batch = submit_batch(batch=batch, by=officer, at=pay.AT)
        wrong = Enrolment.objects.get(person=people[1])
        Enrolment.objects.filter(pk=wrong.pk).update(state="VOID")
    pay.enrolment(people[1], "DISABILITY", since="2026-01", key_grade=8, key_nature="DUTY", by=officer)
    with make.as_(approver):
        with pytest.raises(ValidationError, match="编制后有1人数据变化，请退回重新编制。涉及：样例1。"):
            approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
        batch = return_batch(batch=batch, reason="等级已更正", by=approver, at=pay.AT)
    with make.as_(officer):
        batch = submit_batch(batch=draft_batch(batch=batch, by=officer, at=pay.AT), by=officer, at=pay.AT)
    with make.as_(approver):
        batch = approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
        old, new = (lines_of(one) for one in BatchSnapshot.objects.filter(batch=batch).order_by("pk"))
    changed = [(one, two) for one, two in zip(old[1:], new[1:], strict=True) if one != two]
    touched = [one for one, _ in changed]
    assert old[0] != new[0] and len(changed) == len([one for one in old[1:] if f",{people[1].pk}," in one]) >= 1
    assert all(f",{people[1].pk}," in one for one in touched)


def test_a_death_that_was_a_mistake_comes_back_without_cash_for_paid_months(district, officer, approver):
    """Dead in January by mistake, paid until March: booked as too much; corrected: reversed, and April is paid."""
    person = pay.beneficiary(district)
    pay.combat_standard("840", since="2020-01", doc_no="样〔2020〕1号")
    pay.approved(officer, approver)
    pay.died(person, "2020-01-09")
    wrong = pay.approved(officer, approver, first="2026-04")
    with make.as_(officer):
        assert Line.objects.get(batch=wrong, kind="RECOVER").gross_yuan == Decimal("-2520.00")
        Person.objects.filter(pk=person.pk).update(died="", status="ACTIVE")
    right = pay.approved(officer, approver, first="2026-05")
    with make.as_(officer):
        back = Recovery.objects.get()
        assert (back.method, back.amount_yuan) == ("REVERSAL", Decimal("2520.00"))
        sums = dict(Line.objects.filter(batch=right).values_list("kind", "amount_yuan"))
    # May as an ordinary month; of the months before only April is paid out, the others are set off
    assert sums == {"REGULAR": Decimal("840.00"), "ADJUST": Decimal("840.00")}


@pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])
def test_two_districts_that_draft_at_once_pay_no_month_twice(station, foreign_station):
    for code in ("990101", "990102"):
        pay.paying_office(code)
    pay.combat_standard()
    staff = {
        (code, role): make.staff(make.office(code), role)
        for code in ("990101", "990102")
        for role in ("OFFICER", "APPROVER")
    }
    person = pay.beneficiary(station, since="2025-06")
    moved_away(person, foreign_station)  # in February 2026: the old district pays through December
    with make.as_(staff["990101", "OFFICER"]):
        Enrolment.objects.filter(person=person).update(state="ENDED", month_to=date(2026, 12, 1), end_reason="MOVED")
    by = staff["990102", "OFFICER"]
    there = Person(pk=person.pk, office_id=foreign_station.code, name=person.name)
    pay.enrolment(there, since="2027-01", by=by)
    batches = {
        code: pay.opened(staff[code, "OFFICER"], first="2026-12", last="2027-02", window="2025-06")
        for code in ("990101", "990102")
    }
    results = at_once(
        *((staff[code, "OFFICER"], lambda code=code: draft_batch(batch=batches[code], by=staff[code, "OFFICER"], at=pay.AT))
          for code in batches)
    )  # fmt: skip
    assert not [one for one in results if isinstance(one, str)], results
    months = {}
    for code, batch in batches.items():
        with make.as_(staff[code, "OFFICER"]):
            months[code] = set(LineMonth.objects.filter(batch=batch, is_live=True).values_list("month_on", flat=True))
    assert months["990101"] & months["990102"] == set()
    assert max(months["990101"]) == date(2026, 12, 1) and min(months["990102"]) == date(2027, 1, 1)
    assert len(months["990101"] | months["990102"]) == 21  # June 2025 to February 2027, none skipped


# ---- scope ---------------------------------------------------------------------------------------------------------------


def test_pickers_and_exports_offer_nobody_of_another_district(
    page, client, district, officer, approver, foreign_station
):
    pay.paying_office("990102")
    pay.beneficiary(foreign_station, name="外区人")
    mine = pay.beneficiary(district, name="本区人")
    pay.approved(officer, approver)
    stranger = make.staff(make.office("990102"), "OFFICER")
    for name in ("enrolments", "accounts", "paid", "entitled", "register", "batches", "overpayments"):
        for query in ("", "?view=ready", "?office=990101001001", "?find=本区"):
            text = page(reverse(f"benefits:{name}") + query, as_=stranger).text
            assert "本区人" not in text and "990101" not in text, (name, query)
    page(reverse("benefits:person", args=[mine.ref]), as_=stranger, expect=404)

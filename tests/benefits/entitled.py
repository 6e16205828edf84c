"""Requests, stops, rounds and accounts as the people of the portal make them: by one, decided by another."""

from datetime import date

from benefits.actions import enrolments
from benefits.models import Programme
from tests import factories as make
from tests.benefits import factories as pay

COMBAT = {
    "decided_on": date(2026, 9, 10),
    "decision_no": "青退役优抚〔2026〕7号",
    "decided_by_organ": "青禾区退役军人事务局",
}
GRADE_SIX = COMBAT | {"key_grade": 6, "key_nature": "ILLNESS"}


def entitled(office, *, by, category: str = "51", **over):
    """Return a person who holds an identity that was confirmed by a second person."""
    found = make.person(office, by=by, categories=(), **over)
    pay.confirmed(found, category, by=by)
    return found


def proposed(person, *, by, programme: str = "COMBAT", values: dict | None = None, route: str = "NEW", **over):
    with make.as_(by):
        return enrolments.propose_enrolment(
            person=person, programme=Programme.objects.get(pk=programme), values=values or COMBAT, route=route, by=by,
            at=make.NOON, **over,
        )  # fmt: skip


def reviewed(person, *, by, reviewer, **over):
    row = proposed(person, by=by, **over)
    with make.as_(reviewer):
        return enrolments.review_enrolment(enrolment=row, by=reviewer, at=make.NOON)


def approved(row, *, by, today=make.TODAY, **over):
    with make.as_(by):
        return enrolments.approve_enrolment(enrolment=row, by=by, at=make.NOON, today=today, **over)

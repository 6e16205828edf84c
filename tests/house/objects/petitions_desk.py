"""One of everything at the counter and in the settings of an office."""

from datetime import date

from petitions.models import DeadlineRule, Reception
from tests import factories as make


def objects(made) -> dict:
    with make.as_(made.keeper):
        reception = Reception.objects.create(
            office=made.office, received_on=make.TODAY, started_at=make.NOON, officer=made.keeper, channel_id="VISIT",
            kind="CONSULT", topic_id="PENSION", name=made.canary, phone="10055500733", summary=made.canary, answer=made.canary,
            result="ON_SPOT", created_at=make.NOON, created_by=made.keeper,
        )  # fmt: skip
        rule = DeadlineRule.objects.get(code="NOTICE", applies_to=None)
        promise, _ = DeadlineRule.objects.get_or_create(
            code="PROMISE",
            defaults={
                "label": "承诺",
                "starts": "收到",
                "days": 30,
                "citation": "公告",
                "applies_from": date(2026, 1, 1),
            },
        )
    doors = ("reception", "reception-correct", "reception-register", "reception-paper")
    return {
        **{(f"petitions:{door}", "pk"): reception.pk for door in doors},
        ("petitions:profile", "code"): made.office.pk,
        ("petitions:topics-edit", "entry"): "PENSION",
        ("petitions:channels-edit", "entry"): "VISIT",
        ("petitions:rule", "pk"): rule.pk,
        ("petitions:promise-end", "pk"): promise.pk,
        ("petitions:stats-rows", "figure"): "registered",
        ("accounts:calendar-cover", "year"): 2027,
    }

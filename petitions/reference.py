"""Topics, channels and the terms of the law: shipped as tables, put back after every migrate."""

from django.db import connections

from petitions.models import Channel, DeadlineRule, Topic
from petitions.rules.law import statutes, table


def sync_catalogues(*, using: str = "default") -> None:
    """
    Write the shipped rows that are missing. Idempotent.

    Topics and channels that somebody has edited are left alone; statutory terms always read as the law does, only their
    first day and roll are a choice of the administrator.
    """
    if DeadlineRule._meta.db_table not in connections[using].introspection.table_names():
        return  # migrating backwards
    channels = [
        Channel(
            code=row["code"], label=row["label"], law_form=row["law_form"], aliases=row["aliases"].split(), position=n
        )
        for n, row in enumerate(table("channels.csv"))
    ]
    Channel.objects.using(using).bulk_create(channels, ignore_conflicts=True)
    topics = [
        Topic(code=row["code"], label=row["label"], parent_id=row["parent"] or None, aliases=row["aliases"].split(),
              usual_body=row["usual_body"], position=n)
        for n, row in enumerate(table("topics.csv"))
    ]  # fmt: skip
    for level in (lambda topic: not topic.parent_id, lambda topic: topic.parent_id):
        Topic.objects.using(using).bulk_create(filter(level, topics), ignore_conflicts=True)
    sync_rules(using)


def sync_rules(using: str) -> None:
    held = {
        (rule.code, rule.applies_from): rule
        for rule in DeadlineRule.objects.using(using).filter(office=None, channel=None, source="")
    }
    for law in statutes():
        values = {"label": law.label, "starts": law.starts, "days": law.term.days, "unit": law.term.unit.value,
                  "is_statutory": law.is_statutory, "citation": law.term.citation, "applies_to": law.applies_to,
                  "pause_kinds": list(law.pause_kinds)}  # fmt: skip
        rule = held.get((law.code, law.applies_from))
        if rule is None:
            policy = {"first_day": law.term.policy.first_day.value, "roll": law.term.policy.roll.value}
            DeadlineRule.objects.using(using).create(
                code=law.code, applies_from=law.applies_from, is_active=law.is_active, **values, **policy
            )
        elif rule.is_statutory and any(getattr(rule, name) != value for name, value in values.items()):
            DeadlineRule.objects.using(using).filter(pk=rule.pk).update(**values)

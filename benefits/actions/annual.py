"""
Verbs of the yearly confirmation: a round is opened for everybody who is paid, people are seen, the rest are given notice,
and whoever is not seen in its days becomes a proposed stop, which a second person confirms.

Source: 军人抚恤优待条例第八条; 伤残抚恤管理办法第二十五条 (60 days of notice; months without pay are not paid later).
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Min

from benefits.actions.anchor import lock_paying_office, step
from benefits.models import AnnualConfirmation, Enrolment
from benefits.rules.terms import stop_after_notice
from benefits.standing import rules_only
from registry.actions.anchor import check
from registry.models import Document, Person
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action
from veterans_portal.pgscope.scope import after

MOST = 500
CHOOSE = "请先勾选人员。"
NOTHING_DUE = "公告未满{days}日，{day}起可停发。"
NO_NOTICE = "没有公告期满仍未确认的人员。"

OPEN_ROUND = """
INSERT INTO benefits_annualconfirmation
  (office_id, person_id, year, mode, notice_mode, created_at, created_by_id)
SELECT p.office_id, p.id, %(year)s, '', '', %(at)s, %(by)s
FROM registry_person p
WHERE p.office_id >= %(low)s AND p.office_id < %(high)s AND p.status = 'ACTIVE' AND p.voided_by_batch_id IS NULL
  AND EXISTS (SELECT FROM benefits_enrolment e JOIN registry_person a ON a.id = e.person_id
                WHERE (a.id = p.id OR a.merged_into_id = p.id) AND e.state = 'ACTIVE' AND e.paying_office_id = %(payer)s)
ON CONFLICT (person_id, year) DO NOTHING
"""

# One statement: the stops, and on each confirmation which stop came of it. Whoever is stopped already is left out, and
# whoever was seen under the dossier that hers was merged into, or the other way round.
STOP_UNCONFIRMED = """
WITH due AS (
  SELECT c.id, c.office_id, c.person_id, (date_trunc('month', c.deadline_on) + interval '1 month')::date AS since
  FROM benefits_annualconfirmation c
  WHERE c.year = %(year)s AND c.office_id >= %(low)s AND c.office_id < %(high)s AND c.confirmed_on IS NULL
    AND c.suspension_id IS NULL AND c.deadline_on < %(today)s
    -- of two dossiers that were merged, the one that was kept counts, and whoever was seen on either was seen
    AND NOT EXISTS (SELECT FROM registry_person own JOIN registry_person other ON other.survivor_key = own.survivor_key
                      JOIN benefits_annualconfirmation o ON o.person_id = other.id AND o.year = c.year AND o.id <> c.id
                      WHERE own.id = c.person_id AND (o.confirmed_on IS NOT NULL OR other.id = own.survivor_key))
), fresh AS (
  INSERT INTO benefits_suspension
    (office_id, person_id, kind, month_from, pays_arrears, arrears_basis, decision_no, decided_by_organ, reason, state,
     proposed_by_id, proposed_at, row_version)
  SELECT d.office_id, d.person_id, 'UNCONFIRMED', d.since, false, '', '', '', %(reason)s, 'PROPOSED', %(by)s, %(at)s, 1
  FROM due d
  WHERE NOT EXISTS (SELECT FROM benefits_suspension s WHERE s.person_id = d.person_id AND s.programme_id IS NULL
                      AND s.state <> 'VOID' AND (s.month_to IS NULL OR s.month_to >= d.since))
  RETURNING id, person_id
)
UPDATE benefits_annualconfirmation c SET suspension_id = fresh.id
FROM fresh WHERE c.person_id = fresh.person_id AND c.year = %(year)s
"""


def written(sql: str, **values) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


@action
def open_round(*, year: int, by: User, at: datetime, today: date) -> int:
    """
    Put everybody whom this office pays on the list of a year; returns how many are new. One statement.

    Opening again adds whoever has come since. Raises ValidationError: not a paying office, a year far from now.
    """
    step("stop", "propose", by=by)
    paying = lock_paying_office(by.office_id, by=by)
    if year not in (today.year - 1, today.year, today.year + 1):
        raise ValidationError({"year": f"年度应为 {today.year - 1} 至 {today.year + 1}。"})
    count = written(
        OPEN_ROUND, year=year, at=at, by=by.pk, payer=by.office_id, low=by.office_id, high=after(by.office_id)
    )
    AuditEvent.record("CONFIRMATION_OPENED", paying, by=by, at=at, year=year, count=count)
    return count


def lock_rows(keys: Iterable[int], *, by: User) -> list[AnnualConfirmation]:
    wanted = sorted(set(keys))
    if not wanted:
        raise ValidationError(CHOOSE)
    if len(wanted) > MOST:
        raise ValidationError(f"一次最多办理 {MOST} 人。")
    rows = AnnualConfirmation.objects.visible_to(by).filter(pk__in=wanted)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def refuse_day(confirmed_on: date | None, mode: str, today: date) -> None:
    if mode not in AnnualConfirmation.Mode.values:
        raise ValidationError({"mode": "请选择确认方式。"})
    if confirmed_on is None:
        raise ValidationError({"confirmed_on": "请填写确认日期。"})
    if confirmed_on > today:
        raise ValidationError({"confirmed_on": "确认日期晚于今天。"})


@action
def confirm_people(*, confirmations: Iterable[int], mode: str, confirmed_on: date | None, by: User, at: datetime,
                   today: date) -> int:  # fmt: skip
    """
    Note that people of a round were seen; returns how many. One statement, one event.

    Raises: ValidationError: none chosen, a day to come, somebody who was confirmed meanwhile.
    """
    refuse_day(confirmed_on, mode, today)
    rows = lock_rows(confirmations, by=by)
    if any(row.confirmed_on for row in rows):
        raise ValidationError("有的人员本年度已有确认记录，请刷新后重选。")
    found = AnnualConfirmation.objects.visible_to(by).filter(pk__in=[row.pk for row in rows])
    count = found.update(mode=mode, confirmed_on=confirmed_on, confirmed_by=by)
    AuditEvent.record("CONFIRMATION_RECORDED", by.office, by=by, at=at, count=count, mode=mode,
                      confirmations=[row.pk for row in rows])  # fmt: skip
    return count


@action
def confirm_person(*, person: Person, year: int, mode: str, confirmed_on: date | None, evidence: Document | None = None,
                   by: User, at: datetime, today: date) -> AnnualConfirmation:  # fmt: skip
    """
    Note that one person was seen, with a photo or a paper; she need not be on the list.

    Raises: ValidationError: confirmed already, a day to come, no benefit in force.
    """
    refuse_day(confirmed_on, mode, today)
    found = Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)
    if found.status == Person.Status.DECEASED:
        raise ValidationError("该人员已登记去世，不用确认。")
    if not Enrolment.objects.filter(person__survivor_key=found.survivor_key, state="ACTIVE").exists():
        raise ValidationError("该人员没有享受中的待遇，不用确认。")
    rows = AnnualConfirmation.objects.visible_to(by).filter(person__survivor_key=found.survivor_key, year=year)
    row = rows.order_by(F("confirmed_on").asc(nulls_last=True), "pk").first()
    row = row or AnnualConfirmation(person=found, office_id=found.office_id, year=year, created_at=at, created_by=by)
    if row.confirmed_on:
        raise ValidationError("该人员本年度已有确认记录。")
    row.mode, row.confirmed_on, row.confirmed_by, row.evidence = mode, confirmed_on, by, evidence
    check(row)
    row.save()
    AuditEvent.record("CONFIRMATION_RECORDED", row, by=by, at=at, year=year, mode=mode, count=1)
    return row


def notice_days(on: date, office: str) -> int:
    """Return how many days a notice runs, by the dated rule in force. Raises ValidationError: there is none."""
    rule = rules_only().rule("CONFIRM_DAYS", on=on, office=office)
    if rule is None:
        raise ValidationError("没有年度确认公告天数的规则，请先由分管领导发布。")
    return int(rule.value)


@action
def post_notice(
    *, year: int, office: str, notice_on: date | None, mode: str, by: User, at: datetime, today: date
) -> int:
    """
    Give notice to everybody of an office and below who has not been seen; returns how many. One statement.

    Raises: ValidationError: no day or way, a day to come, nobody left.
    """
    if mode not in AnnualConfirmation.NoticeMode.values:
        raise ValidationError({"mode": "请选择公告方式。"})
    if notice_on is None or notice_on > today:
        raise ValidationError({"notice_on": "请填写公告日期，不能晚于今天。"})
    term = stop_after_notice(notice_on, notice_days(notice_on, by.office_id))
    rows = AnnualConfirmation.objects.visible_to(by).below(office).filter(year=year, confirmed_on=None, notice_on=None)
    keys = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if not keys:
        raise ValidationError("没有需要公告的人员：都已确认，或者已经公告过。")
    count = AnnualConfirmation.objects.visible_to(by).filter(pk__in=keys).update(
        notice_on=notice_on, notice_mode=mode, deadline_on=term.deadline)  # fmt: skip
    AuditEvent.record("CONFIRMATION_NOTICE_POSTED", by.office, by=by, at=at, year=year, mode=mode, count=count,
                      deadline=str(term.deadline))  # fmt: skip
    return count


@action
def stop_unconfirmed(*, year: int, by: User, at: datetime, today: date) -> int:
    """
    Propose a stop for everybody whose notice has run out unseen; returns how many. One statement.

    Raises: ValidationError: no notice has run out.
    """
    taken = step("stop", "propose", by=by)
    paying = lock_paying_office(by.office_id, by=by)
    reason = f"{year}年度未确认，公告期满"
    count = written(STOP_UNCONFIRMED, year=year, today=today, by=by.pk, at=at, reason=reason, low=by.office_id,
                    high=after(by.office_id))  # fmt: skip
    if not count:
        refuse_early(year, today, by=by)
    AuditEvent.record(taken.event, paying, by=by, at=at, year=year, count=count, kind="UNCONFIRMED")
    return count


def refuse_early(year: int, today: date, *, by: User) -> None:
    """Say from which day the earliest notice allows a stop."""
    rows = AnnualConfirmation.objects.visible_to(by).filter(
        year=year, confirmed_on=None, suspension=None, deadline_on__gte=today
    )
    found = rows.aggregate(deadline=Min("deadline_on"), notice=Min("notice_on"))
    if found["deadline"] is None:
        raise ValidationError(NO_NOTICE)
    day = date.fromordinal(found["deadline"].toordinal() + 1)
    raise ValidationError(NOTHING_DUE.format(days=notice_days(found["notice"], by.office_id),
                                             day=f"{day.year}年{day.month}月{day.day}日"))  # fmt: skip

"""Rows of an old ledger become cases: what happened is written down as it was, nothing is asked of anybody afterwards."""

from datetime import date, datetime

from petitions.actions.case import settle_turn
from petitions.actions.clocks import rule_for
from petitions.calendars import live_calendar
from petitions.importing.reading import VISITS, Case
from petitions.ledger import Around
from petitions.models import CaseAccess, Deadline, DeadlineRule, FollowUp, Matter, Petition, Petitioner, Reception, Step
from petitions.models.matter import OUTCOMES, REASONED
from petitions.numbering import case_number, profile_of
from petitions.rules.deadlines import answer_due, notice_due
from petitions.rules.terms import Due
from petitions.workflow import State, stage_of
from veterans_portal.accounts.models import Office, User
from veterans_portal.bulk import reserve_ids

SCORES = {"SATISFIED": 5, "FAIR": 3, "UNSATISFIED": 1}
FROM_LEDGER, ANONYMOUS = "由旧台账导入", "匿名"
FITTING = {(route, outcome) for route, outcomes in OUTCOMES.items() for outcome in outcomes}


def known(cases: list[Case], office: Office, *, by: User) -> dict[str, tuple]:
    """Return {number: signature} of what is registered already, under its own number or the one of an old ledger."""
    numbers = [case.number for case in cases]
    seen = Petition.objects.visible_to(by).filter(is_restricted=False)
    held = list(seen.filter(number__in=numbers)) + list(
        seen.filter(legacy_number__in=numbers, registered_office=office).exclude(number__in=numbers)
    )
    around = Around(held, by)
    return {
        name: around.facts(row).signature for row in held for name in (row.legacy_number, row.number) if name in numbers
    }


class Writer:
    """Writes a set of cases of one office; one statement a table, whatever the number of rows."""

    def __init__(self, office: Office, *, by: User, at: datetime):
        self.office, self.by, self.at = office, by, at
        self.made = {"created_by": by, "created_at": at}
        self.calendar, self.version = live_calendar()
        self.rules: dict[tuple[str, date], DeadlineRule] = {}

    def write(self, cases: list[Case]) -> int:
        """Returns how many were written. Raises ValidationError when the office has no words for numbers."""
        profile = profile_of(self.office.pk)
        rows = [self.petition(pk, case) for pk, case in zip(reserve_ids(Petition, len(cases)), cases, strict=True)]
        for row in sorted(rows, key=lambda row: (row.registered_on, row.pk)):
            row.number = case_number(profile, row.registered_on.year, is_restricted=False, by=self.by, at=self.at)
        pairs = list(zip(rows, cases, strict=True))
        CaseAccess.objects.bulk_create(
            CaseAccess(petition_id=row.pk, office=self.office, basis="REGISTERED", granted_at=self.at, **self.made)
            for row in rows
        )
        Petition.objects.bulk_create(rows)
        Petitioner.objects.bulk_create(
            Petitioner(petition=row, name=case.normalized["petitioner"] or ANONYMOUS, is_lead=True, **self.made)
            for row, case in pairs
        )
        Matter.objects.bulk_create(self.matter(row, case) for row, case in pairs)
        Step.objects.bulk_create(self.step(row) for row in rows)
        Deadline.objects.bulk_create(clock for row, case in pairs for clock in self.clocks(row, case))
        Reception.objects.bulk_create(self.reception(row, case) for row, case in pairs if row.channel_id in VISITS)
        FollowUp.objects.bulk_create(self.score(row, case) for row, case in pairs if case.normalized["score"])
        self.settle(rows)
        return len(rows)

    def petition(self, pk: int, case: Case) -> Petition:
        said, days = case.normalized, case.days
        return Petition(
            pk=pk, office=self.office, registered_office=self.office, follow_up_office=self.office, first_officer=self.by,
            legacy_number=case.number, state=said["state"], channel_id=said["channel"], channel_text=case.channel_text[:40],
            source_ref=case.source_ref, purpose=said["purpose"], topic_id=case.topic, title=said["title"],
            request_text=case.request[:4000], statement_mode="IMPORTED", received_on=days["received"],
            registered_on=days["registered"], accepted_on=days["accepted"], people_count=said["people_count"],
            notice_exempt_reason="" if said["petitioner"] else "旧台账没有信访人姓名", **self.made,
        )  # fmt: skip

    def matter(self, row: Petition, case: Case) -> Matter:
        """The result as the old ledger words it; as a code only where the table asks for no reasons with it."""
        route = case.route or ("S" if row.purpose == "SUGGESTION" else "R6" if row.accepted_on else "")
        found = Matter(petition=row, no=1, text=(case.request or row.title)[:500], topic_id=row.topic_id, route=route,
                       decision=case.outcome_text, decided_cycle=1 if case.outcome_text else None, **self.made)  # fmt: skip
        code = case.normalized["outcome"]
        if code and code not in REASONED and (route, code) in FITTING:
            found.outcome = code
        return found

    def step(self, row: Petition) -> Step:
        return Step(petition=row, kind=Step.Kind.NOTE, action="import", cycle=1, on_date=row.registered_on, at=self.at, by=self.by,
                    office=self.office, text=FROM_LEDGER, public_stage=stage_of(row.state), **self.made)  # fmt: skip

    def clocks(self, row: Petition, case: Case):
        days, told = case.days, case.days["notified"] or case.days["accepted"]
        yield self.clock(
            row, "NOTICE", days["received"], notice_due(received_on=days["received"], calendar=self.calendar), told
        )
        if days["accepted"]:
            extension = case.normalized["extension_days"]
            found = answer_due(accepted_on=days["accepted"], extension_days=extension, calendar=self.calendar)
            yield self.clock(row, "ANSWER", days["accepted"], found, days["replied"], extension_days=extension)

    def clock(self, row: Petition, kind: str, start_on: date, found: Due, done_on: date | None, **more) -> Deadline:
        if (kind, start_on) not in self.rules:
            self.rules[kind, start_on] = rule_for(kind, start_on)
        rule = self.rules[kind, start_on]
        return Deadline(
            petition=row, kind=kind, rule=rule, label=rule.label, citation=rule.citation, office=self.office, start_on=start_on,
            calendar_version=self.version, base_due_on=found.base_due_on, due_on=found.due_on, act_by_on=found.act_by_on,
            is_provisional=found.is_provisional, working=found.working, fulfilled_on=done_on, **more, **self.made,
        )  # fmt: skip

    def reception(self, row: Petition, case: Case) -> Reception:
        return Reception(
            office=self.office, received_on=row.received_on, started_at=self.at, officer=self.by, channel_id=row.channel_id,
            kind=Reception.Kind.REPORT, topic_id=row.topic_id, people_count=row.people_count,
            batch_count=case.normalized["batch_count"], result=Reception.Result.REGISTERED, petition=row, is_imported=True,
            **self.made,
        )  # fmt: skip

    def score(self, row: Petition, case: Case) -> FollowUp:
        called_on = case.reply_received_on or case.days["replied"] or row.registered_on
        return FollowUp(petition=row, cycle=1, called_on=called_on, by=self.by, reached=True, is_imported=True,
                        result_score=SCORES[case.normalized["score"]], **self.made)  # fmt: skip

    def settle(self, rows: list[Petition]) -> None:
        """Say whose turn the open ones are. An answered one of an old ledger asks no follow-up, so it is nobody's."""
        waiting = [row for row in rows if row.state != State.REPLIED]
        for row in waiting:
            settle_turn(row, by=self.by, at=self.at)
        Petition.objects.bulk_update(waiting, ["turn_office", "turn_user", "next_act_by_on"])

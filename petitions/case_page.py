"""What the page of a case shows, gathered in ten questions whatever the size of the case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat, JSONObject

from petitions.actions.delivering import TRIES
from petitions.models import (
    Assignment,
    Attachment,
    CaseAccess,
    Deadline,
    Extension,
    FollowUp,
    Matter,
    Mediation,
    Notice,
    OfficeProfile,
    Petition,
    Petitioner,
    Recusal,
    ReferralLink,
    Review,
    Step,
    Supervision,
    Transfer,
)
from petitions.notice_kinds import TELLING, is_there
from petitions.rules.deadlines import days_since
from petitions.workflow import ANSWERED, FOLLOWED, GUIDING, HANDLED, INTAKE, SIDE_VERBS, VERBS, State, stage_of
from veterans_portal.accounts.models import RowChange, RowTxn

STAGES = (INTAKE, GUIDING, HANDLED, ANSWERED, FOLLOWED)
SENT = (
    "deliveries__pk", "deliveries__mode", "deliveries__sent_on", "deliveries__received_on", "deliveries__failed_on",
    "deliveries__fail_reason", "deliveries__signer", "deliveries__tracking_no", "deliveries__to_name",
    "deliveries__petitioner__name", "deliveries__to_office__name",
)  # fmt: skip


def cases_for_page(user):
    """Return cases with what their page asks of other tables as one value each."""
    follow_ups = FollowUp.objects.filter(petition=OuterRef("pk"), cycle=OuterRef("cycle"))
    places = CaseAccess.objects.open().filter(petition=OuterRef("pk"), can_act=True)
    deciding = OfficeProfile.objects.deciding().filter(office=OuterRef("office"))
    rows = Petition.objects.visible_to(user).select_related("topic", "channel")
    extensions = Extension.objects.filter(petition=OuterRef("pk"), cycle=OuterRef("cycle"), ruled_on=None)
    links = ReferralLink.objects.filter(petition=OuterRef("pk"), referral__state__in=("OPEN", "TAKEN"))
    days = follow_ups.order_by().values("petition").annotate(number=Count("called_on", distinct=True)).values("number")
    sent = (
        Transfer.objects.filter(petition=OuterRef("pk"), recalled_at=None)
        .exclude(kind=Transfer.Kind.HAND_UP)
        .order_by("-pk")
    )
    asked = Recusal.objects.filter(petition=OuterRef("pk"), is_upheld=None, ended_on=None)
    return rows.annotate(
        office_name=F("office__name"), registered_office_name=F("registered_office__name"),
        follow_up_office_name=F("follow_up_office__name"), turn_office_name=F("turn_office__name"),
        first_officer_name=F("first_officer__display_name"), leader_name=F("lead_leader__display_name"),
        turn_user_name=F("turn_user__display_name"), office_decides=Exists(deciding),
        may_act=Exists(places.filter(Q(user=user) | Q(office_id=user.office_id))),
        asked_extension_by=Subquery(extensions.values("applied_by")[:1]),
        is_referred=Exists(links), has_recusal=Exists(asked), is_mediated=Exists(Mediation.objects.filter(petition=OuterRef("pk"), result="")),
        is_asked=Exists(follow_ups.filter(Q(reached=True) | Q(declined=True))), days_tried=Subquery(days),
        sent_from_id=Subquery(sent.values("from_office_id")[:1]), sent_to_id=Subquery(sent.values("to_office_id")[:1]),
    )  # fmt: skip


def moves_of_clock(user):
    """Changes of the last day of an outer Deadline, out of the row history: {"old", "new", "at"}, the oldest first."""
    key = Cast(OuterRef("pk"), TextField())
    rows = RowChange.objects.visible_to(user).filter(table="petitions_deadline", row=key, op="U", new__has_key="due_on")
    made = RowTxn.objects.filter(txid=OuterRef("txid")).values("at")[:1]
    return rows.order_by("pk").values(said=JSONObject(old="old", new="new", at=Subquery(made)))


def document_number():
    """The number of a document as one value of the database: 青退役信复〔2026〕1号."""
    year, no = (Cast(name, TextField()) for name in ("number_year", "number_no"))
    return Concat("number_word", Value("〔"), year, Value("〕"), no, Value("号"), output_field=TextField())


@dataclass
class CasePage:
    """One case as one person reads it on one day."""

    petition: Petition
    user: object
    today: date

    def rows(self, model):
        return model.objects.visible_to(self.user).filter(petition=self.petition)

    @cached_property
    def matters(self) -> list[Matter]:
        return list(self.rows(Matter).select_related("topic").annotate(body_name=F("fulfil_by__name")).order_by("no"))

    @cached_property
    def petitioners(self) -> list[Petitioner]:
        return list(self.rows(Petitioner).order_by("-is_lead", "pk"))

    @cached_property
    def clocks(self) -> list[Deadline]:
        """Clocks that run, the agency's first and the nearest on top; the petitioner's own window below."""
        found = self.rows(Deadline).running().select_related("rule").annotate(
            office_name=F("office__name"), row_changes=ArraySubquery(moves_of_clock(self.user)))  # fmt: skip
        return list(found.order_by("is_window", "act_by_on", "pk"))

    @cached_property
    def assignments(self) -> list[Assignment]:
        rows = self.rows(Assignment).filter(ended_on=None)
        return list(
            rows.annotate(officer_name=F("officer__display_name"), office_name=F("office__name")).order_by("role", "pk")
        )

    @cached_property
    def transfers(self) -> list[Transfer]:
        rows = self.rows(Transfer)
        return list(rows.annotate(giver=F("from_office__name"), taker=F("to_office__name")).order_by("pk"))

    @cached_property
    def documents(self) -> list[dict]:
        """Documents with their handings-over, one question for both."""
        rows = self.rows(Notice).filter(review=None).annotate(
            drafter=F("drafted_by__display_name"), signer_name=F("approved_by__display_name"))  # fmt: skip
        shown = ("pk", "kind", "title", "number_word", "number_year", "number_no", "office_id", "cycle", "issued_on", "drafted_on",
                 "drafted_by_id", "approved_on", "returned_on", "voided_on", "stored_name", "drafter", "signer_name")  # fmt: skip
        found: dict[int, dict] = {}
        for row in rows.order_by("pk", "deliveries__pk").values(*shown, *SENT):
            held = found.setdefault(row["pk"], {name: row[name] for name in shown} | {"sent": []})
            if row["deliveries__pk"]:
                held["sent"].append({name.split("__", 1)[1].replace("__", "_"): row[name] for name in SENT})
        return [self.described(one) for one in found.values()]

    def described(self, one: dict) -> dict:
        no = f"{one['number_word']}〔{one['number_year']}〕{one['number_no']}号" if one["number_no"] else ""
        is_draft = one["issued_on"] is None and one["returned_on"] is None and one["voided_on"] is None
        is_sent = any(sent["failed_on"] is None for sent in one["sent"])
        inside = is_there(one["kind"], sent_from=self.petition.sent_from_id, sent_to=self.petition.sent_to_id)
        if self.petition.state == State.CLOSED and self.petition.notice_exempt_reason and one["kind"] in TELLING:
            is_sent = True  # nobody could be told
        return one | {"number": no, "is_draft": is_draft, "is_sent": is_sent, "is_inside": inside,
                      "is_waiting": bool(one["issued_on"]) and not one["voided_on"] and not is_sent and not inside}  # fmt: skip

    @cached_property
    def steps(self) -> list[Step]:
        rows = self.rows(Step).annotate(by_name=F("by__display_name"), office_name=F("office__name"))
        found = list(rows.order_by("-at", "-pk"))
        for step in found:
            verb = VERBS.get(step.action) or SIDE_VERBS.get(step.action)
            step.heading = step.get_kind_display() if step.kind != "TRANSITION" else verb.label if verb else step.action
        return found

    @cached_property
    def attachments(self) -> list[Attachment]:
        return list(self.rows(Attachment).order_by("-pk"))

    @cached_property
    def reviews(self) -> list[Review]:
        papers = Notice.objects.filter(review=OuterRef("pk"), voided_on=None).exclude(stored_name="").order_by("-pk")
        rows = self.rows(Review).annotate(
            body=F("office__name"),
            paper=Subquery(papers.values("pk")[:1]), paper_title=Subquery(papers.values("title")[:1]),
            paper_number=Subquery(papers.values(said=document_number())[:1]),
        )  # fmt: skip
        return list(rows.order_by("pk"))

    @cached_property
    def supervisions(self) -> list[Supervision]:
        rows = self.rows(Supervision).annotate(giver=F("from_office__name"), taker=F("to_office__name"))
        return list(rows.order_by("pk"))

    # ---- what follows from them ------------------------------------------------------------------------------------

    @cached_property
    def lead(self) -> Assignment | None:
        return next((one for one in self.assignments if one.role == "LEAD"), None)

    @property
    def is_lead(self) -> bool:
        return self.lead is not None and self.lead.officer_id == self.user.pk

    @property
    def is_handler(self) -> bool:
        return any(one.officer_id == self.user.pk for one in self.assignments)

    @cached_property
    def pending_transfer(self) -> Transfer | None:
        waiting = [one for one in self.transfers if not (one.signed_at or one.recalled_at or one.ruling or one.to_name)]
        return waiting[-1] if waiting else None

    @property
    def is_objected_here(self) -> bool:
        """The reader's office sent what is objected to; for a sender outside, the office that holds the case looks into it."""
        asked = [one for one in self.transfers if one.objected_on and not one.ruling and not one.recalled_at]
        return any((one.from_office_id or self.petition.office_id) == self.user.office_id for one in asked)

    @property
    def may_ask_review(self) -> bool:
        """An opinion of this round is out, and nothing is under review."""
        is_out = any(
            one["kind"] == "N10" and one["is_sent"] and one["cycle"] == self.petition.cycle for one in self.documents
        )
        return is_out and all(one.state in ("CONCLUDED", "WITHDRAWN") for one in self.reviews)

    @property
    def is_sent_here(self) -> bool:
        return any(
            one.to_office_id == self.user.office_id and not one.ruling and not one.recalled_at for one in self.transfers
        )

    def done(self, kinds: Iterable[str]) -> bool:
        """Tell whether this round has a record of each of these kinds."""
        return set(kinds) <= {step.kind for step in self.steps if step.cycle == self.petition.cycle}

    @property
    def unfulfilled(self) -> list[Matter]:
        return [one for one in self.matters if one.outcome == "SUPPORT" and one.fulfilled_on is None]

    @property
    def owes_report(self) -> bool:
        """Assigned to the reader's office, and not reported back this round."""
        asked = any(one.kind == "ASSIGN" and one.to_office_id == self.user.office_id and not one.recalled_at
                    and one.ruling != "UPHELD" for one in self.transfers)  # fmt: skip
        return asked and not any(one["kind"] == "N17" and one["cycle"] == self.petition.cycle for one in self.documents)

    @property
    def may_close(self) -> bool:
        """Nothing stands in the way of closing an answered case (petitions.actions.delivering.refuse_unfinished)."""
        petition = self.petition
        is_asked = petition.is_asked or (petition.days_tried or 0) >= TRIES or petition.statement_mode == "IMPORTED"
        reviewing = any(one.state not in ("CONCLUDED", "WITHDRAWN") for one in self.reviews)
        return is_asked and not self.unfulfilled and not self.owes_report and not reviewing

    @property
    def drafts(self) -> list[dict]:
        return [one for one in self.documents if one["is_draft"]]

    @property
    def counters(self) -> list[str]:
        """收到第 n 天, and 在某单位第 m 天 since it came to whoever holds it."""
        if self.petition.state == State.CLOSED:
            return [
                f"{self.petition.closed_on:%Y-%m-%d} 办结，历时 {days_since(from_on=self.petition.received_on, today=self.petition.closed_on)} 天"
            ]
        found = [f"收到第 {days_since(from_on=self.petition.received_on, today=self.today)} 天"]
        since, holder = self.held_since()
        if since:
            found.append(f"在{holder}第 {days_since(from_on=since, today=self.today)} 天")
        return found

    def held_since(self) -> tuple[date | None, str]:
        if self.lead and self.petition.state == State.HANDLING:
            return self.lead.started_on, self.lead.officer_name
        if self.transfers:
            last = self.transfers[-1]
            return last.arrived_on, last.taker or last.to_name
        return self.petition.registered_on, self.petition.office_name

    @property
    def stages(self) -> list[dict]:
        petition = self.petition
        now = stage_of(petition.state, is_closing=bool(petition.pending_closing))
        reached = len(STAGES) if petition.state == State.CLOSED else STAGES.index(now)
        first_day: dict[str, date] = {}
        for step in reversed(self.steps):
            first_day.setdefault(step.public_stage, step.on_date)
        return [
            {"label": label, "kind": "done" if place < reached else "now" if place == reached else "todo",
             "note": f"{first_day[label].month}月{first_day[label].day}日" if label in first_day and place <= reached else ""}
            for place, label in enumerate(STAGES)
        ]  # fmt: skip

"""
Benefits in the demo town: most people paid from before the portal, and one of everything that waits for somebody.

Done once: where anybody has a benefit already, nothing is added.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone

from benefits.actions import annual, enrolments, payee_accounts, stops
from benefits.models import Enrolment, PayeeAccount, PayingOffice, Programme
from registry.models import Identity, Person
from reports.demo.accounts import found, working_as

STATION, TOWN = "990101001001", "990101001"
PLAIN = ("COMBAT", "TESTED", "ILL_HOME", "MARTYR_CHILD")  # benefits whose standards ask for no key
MOST, FEWEST = 60, 5
STARTED = date(2025, 8, 1)
BANK = "样例农商银行柳桥支行"


class Entitled:
    """One run over the clerk's town."""

    def __init__(self, *, at: datetime):
        self.at, self.today = at, timezone.localdate(at)
        self.officer, self.approver, self.clerk = found("district"), found("approver"), found("clerk")

    def run(self) -> None:
        with working_as(self.approver):
            if not PayingOffice.objects.visible_to(self.approver).filter(office_id="990101").exists():
                PayingOffice.objects.create(office_id="990101", ledger_from=self.today.replace(month=1, day=1))
        with working_as(self.officer):
            if Enrolment.objects.visible_to(self.officer).exists():
                return
            pairs = list(self.pairs())
        if len(pairs) < FEWEST:
            return
        for person, programme in pairs[:-3]:
            self.pay(person, programme)
        self.confirm_accounts()
        self.leave_requests(pairs[-3:])
        self.confirm_the_year(pairs[:-3])

    def pairs(self):
        """People of the town with a confirmed identity, each with the benefit it gives; those of the station last."""
        programmes = {code: one for one in Programme.objects.filter(pk__in=PLAIN) for code in one.category_codes}
        held = (
            Identity.objects.visible_to(self.officer)
            .below(TOWN)
            .open()
            .filter(standing="CONFIRMED", category__in=programmes)
        )
        rows = held.filter(person__status="ACTIVE").select_related("person").order_by("-office_id", "person_id", "pk")
        seen = set()
        for one in rows[: MOST * 2]:
            if one.person_id not in seen and len(seen) < MOST:
                seen.add(one.person_id)
                yield one.person, programmes[one.category_id]

    def facts(self) -> dict:
        return {
            "decided_on": STARTED,
            "decision_no": "青退役优抚〔2025〕6号",
            "decided_by_organ": "青禾区退役军人事务局",
        }

    def pay(self, person: Person, programme: Programme) -> None:
        with working_as(self.officer):
            row = enrolments.propose_enrolment(person=person, programme=programme, values=self.facts(), route="OPENING",
                                               month_from=STARTED, by=self.officer, at=self.at)  # fmt: skip
            self.enter_account(person, by=self.officer)
        with working_as(self.approver):
            enrolments.approve_enrolment(enrolment=row, by=self.approver, at=self.at, today=self.today)

    def enter_account(self, person: Person, *, by) -> None:
        values = {"holder_name": person.name, "holder_relation": "SELF", "bank_name": BANK, "source": "SOCIAL"}
        payee_accounts.enter_account(person=person, purpose="REGULAR", account_number=f"62309901{person.pk:09}", values=values,
                                     by=by, at=self.at)  # fmt: skip

    def confirm_accounts(self) -> None:
        """The district confirms what was entered, but for a few that wait."""
        with working_as(self.approver):
            rows = PayeeAccount.objects.visible_to(self.approver).filter(confirmed_at=None).order_by("pk")
            keys = list(rows.values_list("pk", flat=True))[:-4]
            if keys:
                payee_accounts.confirm_accounts(accounts=keys, by=self.approver, at=self.at)

    def leave_requests(self, pairs) -> None:
        """A request that waits for the town, one that waits for the district, one that came back."""
        for number, (person, programme) in enumerate(pairs):
            maker = self.officer if number == 1 else self.clerk if person.office_id == STATION else self.officer
            with working_as(maker):
                row = enrolments.propose_enrolment(person=person, programme=programme, values=self.facts() | {"decided_on": self.today},
                                                   route="NEW", by=maker, at=self.at)  # fmt: skip
            if number == 2:
                with working_as(self.approver):
                    enrolments.return_enrolment(
                        enrolment=row, reason="批准文号与文件不一致，请核对", by=self.approver, at=self.at
                    )

    def confirm_the_year(self, pairs) -> None:
        """A round with most people seen, notice given to the rest, and one stop proposed on a decision."""
        with working_as(self.officer):
            annual.open_round(year=self.today.year, by=self.officer, at=self.at, today=self.today)
            for person, _ in pairs[: len(pairs) * 3 // 5]:
                annual.confirm_person(person=person, year=self.today.year, mode="HOME", confirmed_on=self.today - timedelta(days=20),
                                      by=self.officer, at=self.at, today=self.today)  # fmt: skip
            left = pairs[len(pairs) * 3 // 5 :]
            if not left:
                return
            annual.post_notice(year=self.today.year, office="990101", notice_on=self.today - timedelta(days=70), mode="BOARD",
                               by=self.officer, at=self.at, today=self.today)  # fmt: skip
            stops.propose_stop(person=left[0][0], kind="WANTED", decision_no="省退役函〔2026〕18号",
                               decided_on=self.today - timedelta(days=15), decided_by_organ="省退役军人事务厅", by=self.officer,
                               at=self.at)  # fmt: skip

"""
What happened in the demo district after the people were in: identities confirmed, plaques hung, a death, moves, requests.

Each matter looks first whether it has been done, so an interrupted run goes on where it stopped.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from registry.actions import changes, confirmations, duplicates, moves, plaque_sets, plaques, rounds, status
from registry.actions.people import register_person
from registry.models import ChangeRequest, Identity, Person, Plaque, PlaqueRound, StatusChange
from registry.plaque_lists import due_households, unhoused
from reports.demo.accounts import found, make_account, working_as
from reports.demo.district import Place, keeper_name
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Role

MOST = 500
ROUND, NEXT_ROUND = "2026年八一", "2027年春节"
HUNG_ON = date(2026, 7, 28)
FESTIVAL = date(2027, 2, 6)
NOT_HUNG = "家中装修，约定节后再挂"
CLERK_STATION, OTHER_STATION = "990101001001", "990102001001"


def sets_of(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), MOST):
        yield keys[start : start + MOST]


class Lives:
    """One run over all places. `keeper_of` gives the head of a town; `say` gets a line for people to read."""

    def __init__(
        self, places: list[Place], *, at: datetime, keeper_of: Callable[[Place], User], say: Callable[[str], None]
    ):
        self.places, self.at, self.keeper_of, self.say = places, at, keeper_of, say
        self.today = timezone.localdate(at)

    def run(self) -> None:
        for number, bureau in enumerate(place for place in self.places if place.tier == "DISTRICT"):
            towns = [place for place in self.places if place.parent == bureau.code]
            if not towns:
                continue
            self.confirm(bureau, number)
            for town in towns:
                self.hang(town)
        self.a_week_at_the_station()

    def leader_of(self, bureau: Place, number: int) -> User:
        """Who confirms what is paid in a district; only the first district's can log in."""
        if bureau.code == "990101":
            return found("approver")
        name = f"f{bureau.code}"
        return found(name) or make_account(name, keeper_name(number + 40), bureau.code, Role.APPROVER, at=self.at)

    def confirm(self, bureau: Place, number: int) -> None:
        """The district confirms what the ledgers brought; the clerk's own station keeps a few to look at."""
        leader = self.leader_of(bureau, number)
        with working_as(leader):
            rows = Identity.objects.visible_to(leader).open()
            if rows.filter(standing="CONFIRMED").exists():
                return
            claimed = rows.filter(standing="CLAIMED").order_by("pk")
            keys = list(claimed.exclude(office_id=CLERK_STATION).values_list("pk", flat=True))
            keys += list(claimed.filter(office_id=CLERK_STATION).values_list("pk", flat=True))[:-12]
            for part in sets_of(keys):
                confirmations.confirm_identities(identities=part, by=leader, at=self.at)

    def hang(self, town: Place) -> None:
        """A town lists what is due, hangs it in one round, and enters what came of it."""
        keeper, office = self.keeper_of(town), Office.objects.get(pk=town.code)
        with working_as(keeper):
            if PlaqueRound.objects.visible_to(keeper).filter(name=ROUND, office_id=town.code).exists():
                return
            people = list(unhoused(keeper).order_by("pk").values_list("pk", flat=True))
            for part in sets_of(people[: len(people) * 4 // 5]):
                plaque_sets.open_households(people=part, by=keeper, at=self.at)
            if not due_households(keeper, timezone.localdate(self.at)).exists():
                return
            plaque_sets.list_due_plaques(office=office, by=keeper, at=self.at)
            round_ = rounds.plan_round(
                office=office, name=ROUND, due_on=HUNG_ON, by=keeper, at=self.at, today=date(2026, 7, 1)
            )
            rounds.take_into_round(round_=round_, by=keeper, at=self.at)
            self.enter(round_, keeper)

    def enter(self, round_: PlaqueRound, keeper: User) -> None:
        rows = Plaque.objects.visible_to(keeper).live().filter(round=round_).order_by("pk").select_related("household")
        signers = list(rows.values_list("pk", "household__head_name", "office_id"))
        hung = [
            rounds.Result(plaque=pk, serial=f"{office[4:]}{number:05}", hung=(HUNG_ON - timedelta(days=number % 9)).isoformat(),
                          place=("DOOR", "ROOM")[number % 7 == 0], hung_by=keeper.display_name, signer=signer)
            if number % 29 else rounds.Result(plaque=pk, not_hung=NOT_HUNG)
            for number, (pk, signer, office) in enumerate(signers, 1)
        ]  # fmt: skip
        for start in range(0, len(hung), MOST):
            rounds.enter_results(round_=round_, results=hung[start : start + MOST], by=keeper, at=self.at)
        rounds.close_round(round_=round_, by=keeper, at=self.at, today=HUNG_ON)

    # ---- the station of the clerk who can log in: one of everything that waits for somebody ----

    def a_week_at_the_station(self) -> None:
        clerk = found("clerk")
        with working_as(clerk):
            if StatusChange.objects.visible_to(clerk).filter(kind="DEATH").exists():
                return
            people = list(self.plain_people(clerk))
            self.plan_next_round(clerk)
            self.lose_plates(clerk)
            status.record_death(
                person=people[0], died=self.month(1), reason="家属报告", by=clerk, at=self.at, today=self.today
            )
            status.record_move_out(
                person=people[1],
                moved_on=self.month(1),
                destination="外省，随子女居住",
                by=clerk,
                at=self.at,
                today=self.today,
            )
            self.ask_for_changes(clerk, people[2], people[3])
            self.send_away(clerk, people[4])
            self.register_twin(clerk, people[5])
        self.bring_back(clerk)
        self.ask_for_somebody()

    def plain_people(self, clerk: User):
        """People of the station on whom no money hangs: what is done to them asks for no month."""
        rows = Person.objects.visible_to(clerk).in_registry().filter(office_id=CLERK_STATION, id_number__isnull=False)
        paid = Identity.objects.visible_to(clerk).open().filter(category__is_pay_affecting=True)
        return rows.exclude(pk__in=paid.values("person_id")).order_by("pk")[4:10]

    def month(self, back: int) -> str:
        return (self.today.replace(day=1) - timedelta(days=30 * back)).strftime("%Y-%m")

    def plan_next_round(self, clerk: User) -> None:
        rounds.plan_round(
            office=clerk.office,
            name=NEXT_ROUND,
            due_on=max(FESTIVAL, self.today),
            by=clerk,
            at=self.at,
            today=self.today,
        )

    def lose_plates(self, clerk: User) -> None:
        hung = Plaque.objects.visible_to(clerk).live().filter(office_id=CLERK_STATION, state="HUNG").order_by("pk")
        worn, lost = hung[3], hung[4]
        plaques.ask_exchange(plaque=worn, reason="WORN", by=clerk, at=self.at)
        plaques.report_plaque_lost(plaque=lost, note="搬家时遗失", by=clerk, at=self.at)

    def ask_for_changes(self, clerk: User, one: Person, other: Person) -> None:
        changes.propose_change(person=one, kind="HUKOU_TYPE", row=None, after={"hukou_type": "UNIFIED" if one.hukou_type != "UNIFIED" else "RURAL"},
                               reason="户口簿已换新", by=clerk, at=self.at)  # fmt: skip
        changes.propose_change(
            person=other, kind="NAME", row=None, after={"name": f"{other.name}华"}, reason="改名", by=clerk, at=self.at
        )

    def bring_back(self, clerk: User) -> None:
        """The district returns one request, so that the clerk finds something that came back."""
        leader = found("approver")
        with working_as(leader):
            request = ChangeRequest.objects.visible_to(leader).get(kind="NAME", state="PROPOSED", proposed_by=clerk)
            changes.return_change(request=request, note="请附户口簿上的曾用名记载", by=leader, at=self.at)

    def send_away(self, clerk: User, person: Person) -> None:
        moves.propose_move(
            person=person, to_office=Office.objects.get(pk=OTHER_STATION), moved_on=self.month(1), hukou_moved=True, paid_through="",
            plaque_plan=moves.own_plan(person), reason="回原籍居住", by=clerk, at=self.at, today=self.today,
        )  # fmt: skip

    def register_twin(self, clerk: User, person: Person) -> None:
        """The same man a second time, without his number: a pair for the town to look at."""
        register_person(office=clerk.office, values={"name": person.name, "sex": person.sex, "born": person.born, "no_id_reason": "TO_FIND"},
                        categories=["V00"], service={}, by=clerk, at=self.at, today=self.today)  # fmt: skip
        duplicates.find_pairs(by=clerk, at=self.at)

    def ask_for_somebody(self) -> None:
        """The other district's town asks for a person of the clerk's station."""
        keeper = self.keeper_of(next(place for place in self.places if place.code == OTHER_STATION[:9]))
        clerk = found("clerk")
        with working_as(clerk):
            person = list(self.plain_people(clerk))[-1]
            asked = {"id_number": person.id_number, "name": person.name}
        with working_as(keeper):
            moves.request_move(**asked, moved_on=self.month(0), hukou_moved=False, reason="随子女居住", to_office=Office.objects.get(pk=OTHER_STATION),
                               by=keeper, at=self.at, today=self.today)  # fmt: skip

"""
Fills an empty portal with the demo district, through the verbs that people use: upload, check, correct, commit.

Every step looks first whether it has been done, so an interrupted run goes on where it stopped.
"""

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from registry.actions import import_rows, imports
from registry.actions.people import register_person
from registry.models import ImportBatch, ImportRow, Person
from reports.demo.accounts import keeper_of, make_logins, make_offices, working_as
from reports.demo.counter import leave_counter_work
from reports.demo.district import CITY, SIZES, Place
from reports.demo.entitled import Entitled
from reports.demo.ledgers import rows_of, with_mistakes, write_people
from reports.demo.lives import Lives
from reports.demo.payments import Payments
from reports.demo.people import People
from reports.demo.petitions import Petitions
from veterans_portal.accounts.demo_logins import DEMO_LOGINS
from veterans_portal.accounts.models import Office, User
from veterans_portal.files import scratch
from veterans_portal.pgscope.scope import Scope, scope

State = ImportBatch.State
OPEN = (State.READING, State.MAPPING, State.CHECKED)
WAITING = "新荷社区补充登记.xlsx"
BY_HAND = [
    {"name": "何秀英", "sex": "F", "born": "1949", "no_id_reason": "TO_FIND", "address": "新荷社区荷塘路 12 号"},
    {"name": "彭建军", "sex": "M", "born": "1958-07", "no_id_reason": "NOT_ISSUED", "phone": "10055500217"},
]


def batch_name(town: Place, count: int) -> str:
    return f"{town.name}人员台账（{count}人）.xlsx"


class Loader:
    """One run of load_demo. `say` gets a line for people to read."""

    def __init__(self, places: list[Place], *, at: datetime, say: Callable[[str], None]):
        self.places, self.at, self.say = places, at, say
        self.people = People()

    def towns(self) -> Iterator[tuple[Place, list[Place], int]]:
        """Yield every town with its stations and the number of people of both."""
        for town in self.places:
            if town.tier == "TOWN":
                stations = [place for place in self.places if place.parent == town.code]
                yield town, stations, town.people + sum(station.people for station in stations)

    def wanted(self) -> set[str]:
        return {batch_name(town, count) for town, _, count in self.towns()}

    def found(self) -> set[str]:
        """Return the names of the town ledgers that are in."""
        with scope(Scope("app_all", CITY)), transaction.atomic():
            done = ImportBatch.objects.filter(state=State.COMMITTED, file_name__contains="人员台账（")
            return set(done.values_list("file_name", flat=True))

    def run(self) -> int:
        """Make what is missing; returns the number of people that were imported."""
        make_offices(self.places, self.at)
        make_logins(DEMO_LOGINS, self.at)
        found, imported = self.found(), 0
        for number, (town, stations, count) in enumerate(self.towns()):
            # drawn even if they are in already, because the people of the next town follow from them
            rows = list(rows_of(town, stations, self.people))
            if batch_name(town, count) not in found:
                self.import_ledger(town, rows, batch_name(town, count), by=keeper_of(town, number, self.at))
                imported += count
                self.say(f"{town.name}：{count} 人")
        self.leave_work()
        keepers = {town.code: keeper_of(town, number, self.at) for number, (town, _, _) in enumerate(self.towns())}
        Lives(self.places, at=self.at, keeper_of=lambda town: keepers[town.code], say=self.say).run()
        Entitled(at=self.at).run()
        Payments(at=self.at).run()
        Petitions(self.places, at=self.at).run()
        return imported

    def import_ledger(self, office: Place, rows: list, name: str, *, by: User) -> ImportBatch:
        """Upload, check, answer what a clerk would be asked, and commit all of a town's people."""
        batch = self.upload(office, rows, name, by=by)
        with working_as(by):
            for record in batch.rows.filter(state=ImportRow.State.HELD).order_by("pk"):
                answers = {"no_id_reason": "TO_FIND", "match": "NEW"}
                import_rows.fix_row(row=record, fixes={}, answers=answers, confirmed=set(), by=by, at=self.at)
            batch = imports.commit_batch(batch=batch, by=by, at=self.at)
        if batch.state != State.COMMITTED:
            raise RuntimeError(f"{name}: {batch.counts['rows']}")
        return batch

    def upload(self, office: Place, rows: list, name: str, *, by: User) -> ImportBatch:
        with tempfile.TemporaryDirectory(dir=scratch()) as folder, working_as(by):
            interrupted = ImportBatch.objects.visible_to(by).filter(
                office_id=office.code, file_name=name, state__in=OPEN
            )
            for left in interrupted:
                imports.abandon_batch(batch=left, by=by, at=self.at)
            path = Path(folder) / "ledger.xlsx"
            write_people(path, name.removesuffix(".xlsx"), rows)
            target = Office.objects.get(pk=office.code)
            batch = imports.upload_file(office=target, path=path, file_name=name, by=by, at=self.at)
            return imports.read_batch(batch=batch, by=by, at=self.at)

    def leave_work(self) -> None:
        """Register a few people by hand, and leave a checked workbook with five faulty rows to the clerk."""
        clerk = User.objects.select_related("office").get(username="clerk")
        with working_as(clerk):
            if ImportBatch.objects.visible_to(clerk).filter(file_name=WAITING).exists():
                return
            for values in BY_HAND:
                if not Person.objects.visible_to(clerk).filter(name=values["name"], import_batch=None).exists():
                    self.register(values, by=clerk)
        leave_counter_work(clerk, at=self.at)
        place = next(place for place in self.places if place.code == clerk.office_id)
        rows = list(self.people.rows(30, place.name, gaps=False))
        self.upload(place, with_mistakes(rows), WAITING, by=clerk)

    def register(self, values: dict, *, by: User) -> None:
        register_person(
            office=by.office, values=values, categories=["V02"], service={"enlisted": "1976-03"}, by=by, at=self.at,
            today=timezone.localdate(self.at),
        )  # fmt: skip


def load(size: str, *, at: datetime, say: Callable[[str], None]) -> str:
    """Load the demo district of this size unless it is there; returns the sentence that says what happened."""
    loader = Loader(list(SIZES[size]()), at=at, say=say)
    found = loader.found()
    if found - loader.wanted():
        return "已有另一种规模的演示数据，没有改动。要换规模，请先运行 make stop，再删除 var 目录。"
    imported = loader.run()
    return f"演示数据已装入：{imported} 人。" if imported else "演示数据已经在了，不用再装。"

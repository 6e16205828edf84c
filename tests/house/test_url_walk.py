"""
Every address × every role × objects of one's own, a sibling's and a foreign office.

Twice: as the portal is, and with the first wall taken away, so that the database alone must hold. Of the places within a role's
reach, which are all alike to it, one is enough outside of the drill.
"""

import json
import re
import uuid
from base64 import b64encode
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from petitions.models import Petition
from petitions.models.base import OfCaseQuerySet
from petitions.models.petition import PetitionQuerySet
from registry.importing import staging
from registry.importing.reading import SAMPLES
from registry.models import (
    ChangeRequest,
    Household,
    ImportBatch,
    ImportRow,
    Move,
    Person,
    Plaque,
    PlaqueRound,
    StatusChange,
)
from tests import factories as make
from tests.conftest import DRILL, refuse_writes
from tests.house.objects import Made, more_objects
from tests.house.walk import addresses
from veterans_portal.accounts.models import JobProgress, ReadyFile
from veterans_portal.accounts.permissions import Role
from veterans_portal.accounts.scoping import OfficeScopedQuerySet
from veterans_portal.pgscope.scope import Scope, scope
from veterans_portal.sealing import seal_bytes

PLACES = {"own": "990101001001", "sibling": "990101001002", "foreign": "990102001001"}
CANARIES = {"own": "庚辰壹号", "sibling": "庚辰贰号", "foreign": "庚辰叁号"}
HOMES = {
    Role.CLERK: "990101001001",
    Role.HEAD: "990101001",
    Role.OFFICER: "990101",
    Role.APPROVER: "990101",
    Role.CASHIER: "990101",
    Role.CITY: "9901",
    Role.AUDITOR: "9901",
    Role.SYSADMIN: "9901",
    Role.SECADMIN: "9901",
}
ANSWERS = {200, 302, 403, 404, 405, 422}


def objects_of(place: str) -> dict:
    """Make one of everything at an office, each with the canary of the place, and say how addresses name it."""
    office, canary = make.office(PLACES[place]), CANARIES[place]
    keeper = make.staff(office, Role.OFFICER, display_name=f"{canary}经办")
    person = make.person(office, by=keeper, name=canary, workplace=canary, address=canary)
    service = make.service(person, by=keeper, unit_code=canary)
    make.household(person, by=keeper, book_no=canary)
    elsewhere = make.office("990103001")
    with make.as_(keeper):
        identity = person.identities.get()
        member = person.memberships.get()
        batch = ImportBatch.objects.create(
            office=office, state="CHECKED", file_name=f"{canary}.xlsx", sha256=uuid.uuid4().hex * 2, bytes=1, created_at=make.NOON,
            created_by=keeper, sheets=[{"name": canary, "recognised": True, "use": True, "known": False, "header_rows": [1],
            "headers": ["姓名", "身份证号码"], "columns": {"0": "name", "1": "id_number"}, "duplicates": [], "dropped": [],
            "fingerprint": "x", "units": {}, "samples": b64encode(seal_bytes(json.dumps([canary, ""]).encode(), SAMPLES)).decode(), "hidden_rows": False, "external_links": False, "typed": True}],
            counts={"rows": {"HELD": 1}},
        )  # fmt: skip
        row = staging.Staged(0, 2, {"name": canary, "id_number": "1"})
        staging.understand([row], staging.Reading(today=make.TODAY, aliases={}, stations=lambda *_: (office.pk, False)))
        staging.write_rows(batch, [row])
        move = Move.objects.create(
            office=office, person=person, from_office=office, to_office=elsewhere, direction="PUSH", moved_on="2026-08",
            reason=canary, created_at=make.NOON, created_by=keeper,
        )  # fmt: skip
        request = ChangeRequest.objects.create(
            office=office, person=person, kind="HUKOU_TYPE", target=f"person:{person.pk}", before="{}", after="{}", reason=canary,
            proposed_at=make.NOON, proposed_by=keeper, created_at=make.NOON, created_by=keeper,
        )  # fmt: skip
        home = Household.objects.get(book_no=canary)
        plaque = Plaque.objects.create(
            household=home, office=office, holder=person, state="PENDING", serial=canary, bases=["V02"], created_at=make.NOON,
            created_by=keeper,
        )  # fmt: skip
        round_ = PlaqueRound.objects.create(
            office=office, name=canary, due_on=make.TODAY, created_at=make.NOON, created_by=keeper
        )
        change = StatusChange.objects.create(
            office=office,
            person=person,
            kind="DEATH",
            effective="2026",
            reason=canary,
            created_at=make.NOON,
            created_by=keeper,
        )
        now = timezone.now()
        job = JobProgress.objects.create(kind="X", actor_id=keeper.pk, office_id=office.pk, queued_at=now)
        file = ReadyFile.objects.create(
            actor_id=keeper.pk, name=f"{canary}.xlsx", content_type="x", stored_name="x", bytes=1, sha256="x", made_at=now,
            expires_at=now + timedelta(hours=1),
        )  # fmt: skip
    return {
        "ref": person.ref,
        "pk": batch.pk,
        "row": row.pk,
        "code": office.pk,
        "topic": "base",
        "chapter": "import",
        ("registry:identity-end", "pk"): identity.pk,
        ("registry:service-edit", "pk"): service.pk,
        ("registry:household-leave", "pk"): member.pk,
        ("registry:plaque-list", "pk"): home.pk,
        ("registry:plaque-detail", "pk"): plaque.pk,
        ("registry:plaque-deed", "pk"): plaque.pk,
        "step": "hang",
        "deed": "approval",
        **{(f"registry:change-{verb}", "pk"): request.pk for verb in ("detail", "deed", "resubmit")},
        ("registry:identity-refuse", "pk"): identity.pk,
        **{(f"registry:plaque-round{verb}", "pk"): round_.pk for verb in ("", "-take", "-leave", "-close", "-sheet")},
        ("registry:status-review", "pk"): change.pk,
        **{(f"registry:move-{verb}", "pk"): move.pk for verb in
           ("detail", "answer", "accept", "refuse", "withdraw", "decide", "handover")},
        ("job-detail", "pk"): job.pk,
        ("file-download", "pk"): file.pk,
        **{(f"accounts:user-{verb}", "pk"): keeper.pk for verb in
           ("detail", "edit", "disable", "enable", "grant", "reset-password", "unlock", "end-session")},
        **more_objects(Made(place, office, canary, keeper, person, home)),
    }  # fmt: skip


@pytest.fixture
def world(db, unprinted):
    return {place: objects_of(place) for place in PLACES}


def hidden_from(home: str) -> list[str]:
    return [canary for place, canary in CANARIES.items() if not PLACES[place].startswith(home)]


def state_of(place: str):
    """Return everything of an office that a walk must not change."""
    with scope(Scope("app_all", "", 0)):
        people = list(
            Person.objects.below(PLACES[place]).order_by("pk").values_list("pk", "row_version", "status", "office_id")
        )
        batches = list(ImportBatch.objects.below(PLACES[place]).order_by("pk").values_list("pk", "state"))
        rows = list(ImportRow.objects.below(PLACES[place]).order_by("pk").values_list("pk", "state"))
        homes = list(Household.objects.below(PLACES[place]).order_by("pk").values_list("pk", "row_version"))
        cases = list(
            Petition.objects.filter(office=PLACES[place]).order_by("pk").values_list("pk", "row_version", "state")
        )
    return people, batches, rows, homes, cases


def places_for(home: str, is_admin: bool) -> list[str]:
    """Return the places a walk visits: all in the drill, otherwise of those within reach the first, and all others."""
    if DRILL:
        return list(PLACES)
    within = [place for place in PLACES if is_admin or PLACES[place].startswith(home)]
    return [place for place in PLACES if place not in within[1:]]


def walk(world, role, *, methods=("get", "post")):
    """
    Visit every address as `role`; return leaks, surprising answers and whether hidden offices changed.

    Raises AssertionError when a page of one's own office writes as it is opened.
    """
    home = HOMES[role]
    user = make.staff(make.office(home), role)
    hidden = hidden_from(home)
    # administrators keep the directory of colleagues: names of accounts and offices are no secret among them
    is_admin = role in (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)
    out_of_reach = [place for place in PLACES if not PLACES[place].startswith(home)] if not is_admin else list(PLACES)
    before = {place: state_of(place) for place in out_of_reach}
    leaks, odd, client = [], [], Client(raise_request_exception=True)
    client.force_login(user)
    visited = set()  # an address without an object in it is the same at every place
    for place in places_for(home, is_admin):
        for name, url in addresses(world[place]):
            for method in methods:
                if (method, url) in visited:
                    continue
                visited.add((method, url))
                if is_admin and name.startswith("accounts:") and method == "post":
                    continue  # they may change accounts; the deeds have tests of their own
                with connection.execute_wrapper(refuse_writes) if place == "own" and method == "get" else nullcontext():
                    response = getattr(client, method)(url)
                body = b"".join(response.streaming_content) if response.streaming else response.content
                text = (
                    re.sub(r"庚辰.号经办", "", body.decode("utf-8", "ignore"))
                    if is_admin
                    else body.decode("utf-8", "ignore")
                )
                leaks += [
                    (name, method, place, canary)
                    for canary in (CANARIES.values() if is_admin else hidden)
                    if canary in text
                ]
                if response.status_code not in ANSWERS:
                    odd.append((name, method, place, response.status_code))
    changed = [place for place in out_of_reach if state_of(place) != before[place]]
    return leaks, odd, changed


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_nobody_sees_or_changes_what_is_out_of_reach(world, role):
    assert walk(world, role) == ([], [], [])


def take_the_first_wall_away(monkeypatch):
    """Who is reported on and who stands back is told by the first wall alone; no such person is in this walk."""
    for rows in (OfficeScopedQuerySet, PetitionQuerySet, OfCaseQuerySet):
        monkeypatch.setattr(rows, "visible_to", lambda self, user: self.all())


# the database knows a reader's office, not her role: one at a station and one at a district; the others in the drill
UNFILTERED = [
    Role.CLERK,
    Role.OFFICER,
    *(pytest.param(role, marks=pytest.mark.drill) for role in (Role.HEAD, Role.APPROVER)),
]


@pytest.mark.parametrize("role", UNFILTERED, ids=str)
def test_the_database_alone_holds(world, role, monkeypatch):
    """With views unfiltered only row-level security is left."""
    take_the_first_wall_away(monkeypatch)
    leaks, _, changed = walk(world, role)
    # the directory of offices and colleagues is readable by all who are signed in (the hand-over pack lets one choose a
    # colleague); people, batches and rows are not
    shown = ("accounts:", "registry:handover-pack")
    assert ([leak for leak in leaks if not leak[0].startswith(shown)], changed) == ([], [])


def test_the_walk_has_teeth(world, monkeypatch):
    """With both walls down the walk must find leaks, or it proves nothing."""
    monkeypatch.setattr(OfficeScopedQuerySet, "visible_to", lambda self, user: self.all())
    monkeypatch.setattr("veterans_portal.middleware.scope_of", lambda user, **more: Scope("app_all", "", user.pk))
    leaks, _, _ = walk(world, Role.CLERK, methods=("get",))
    assert len({name for name, *_ in leaks}) >= 5

"""
Every address of the petitions × every kind of reader of one case: who handles it, who stands beside, above or far away, who is
reported on in it and who stands back from it. And the same of an accusation, which only the person named may read.

In the drill every role, otherwise one of each kind. Twice: as the portal is, and with the first wall taken away. Recusal and respondent are told by the first wall alone, so that
the second walk leaves those two out (docs/adr/0060-places-on-the-chain.md).
"""

import io
import zipfile
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from petitions import board
from petitions.actions import papers
from petitions.actions.recusing import note_system_recusal
from petitions.case_lists import TABS
from petitions.deeds import DEEDS
from petitions.models import Attachment, Matter, Notice, Petition, Petitioner, Review, Step
from petitions.papers_of_case import PAPERS
from petitions.review_deeds import REVIEW_DEEDS
from tests import factories as make
from tests.conftest import DRILL
from tests.house.test_url_walk import take_the_first_wall_away
from tests.house.walk import names
from tests.petitions import factories as case
from veterans_portal.accounts.permissions import Permission, Role
from veterans_portal.files import scratch
from veterans_portal.pgscope.scope import Scope

OPEN, SEALED = "甲子贰件", "丙寅密件"
STATION, SIBLING, TOWN, DISTRICT, CITY = "990101001001", "990101001002", "990101001", "990101", "9901"
FAR, FAR_STATION = "990102", "990102001001"
HANDLING = (Role.OFFICER, Role.APPROVER)
BESIDE = [(SIBLING, Role.CLERK), (SIBLING, Role.HEAD)]
STRANGERS = [
    (FAR, Role.OFFICER),
    (FAR, Role.APPROVER),
    (FAR, Role.CASHIER),
    (FAR_STATION, Role.CLERK),
    ("990102001", Role.HEAD),
]
ABOVE = [(TOWN, Role.HEAD), (CITY, Role.OFFICER)]
OTHERS = [(DISTRICT, Role.CASHIER), (CITY, Role.AUDITOR), (CITY, Role.SYSADMIN), (CITY, Role.SECADMIN)]
SUPERVISORS = [(CITY, Role.APPROVER), (CITY, Role.CITY)]
ANSWERS = {200, 302, 403, 404, 405, 422, 429}
# addresses that name one case, and where a reader without a place must get nothing
OF_CASE = ("case", "case-deed", "review-deed", "petitioners-reveal", "file-new", "registered", "query-code", "notice-pdf",
           "notice-proof", "file", "case-paper", "consent")  # fmt: skip

SEVERAL = {"case-deed": ("deed", DEEDS), "review-deed": ("deed", REVIEW_DEEDS), "case-paper": ("paper", PAPERS)}


class World:
    """One case of the district with something of everything in it, one accusation, and everybody who looks."""

    def __init__(self):
        cache.clear()
        self.people, self.counter = case.bureau(DISTRICT), case.station(STATION)
        city = make.office(CITY)
        self.contact = make.staff(city, Role.OFFICER)
        case.profile(city, can_decide=True, number_word="样退役信", discipline_contact=self.contact)
        self.respondents = [make.staff(self.people.office, role) for role in HANDLING]
        self.aside = [make.staff(self.people.office, role) for role in HANDLING]
        self.case = self.make_case()
        self.accusation = self.make_accusation()

    def make_case(self) -> Petition:
        people = self.people
        found = case.registered(
            people.sorter, title=OPEN, request_text=OPEN, facts_text=OPEN, petitioners=[case.petitioner(name=OPEN)],
            matters=[case.matter(text=OPEN)], respondents=[{"user": user} for user in self.respondents],
        )  # fmt: skip
        case.accept(found, people)
        case.do(case.handling.assign, found, by=people.sorter, day="2026-03-11", office=people.office, section="优抚股",
                officer=people.handler)  # fmt: skip
        case.heard(found, people)
        answers = {1: case.REASONED | {"decision": OPEN, "facts": OPEN}}
        case.do(case.handling.submit_reply, found, by=people.handler, day="2026-04-01", matters=answers)
        case.do(case.handling.approve, found, by=people.leader, day="2026-04-02")
        sent = {"mode": "FACE", "sent_on": date(2026, 4, 7), "received_on": date(2026, 4, 7), "signer": OPEN}
        case.do(case.delivering.deliver, found, by=people.handler, day="2026-04-07", fields=sent)
        for user in self.aside:
            with make.as_(people.sorter):
                note_system_recusal(petition=found, user=user, by=people.sorter, at=case.at("2026-04-08"))
        return self.file(found, people.sorter, OPEN)

    def make_accusation(self) -> Petition:
        about = [{"office": self.people.office}, *({"user": user} for user in self.respondents)]
        found = case.registered(self.contact, purpose="ACCUSATION", title=SEALED, request_text=SEALED, respondents=about,
                                petitioners=[case.petitioner(name=SEALED)], matters=[case.matter(text=SEALED)])  # fmt: skip
        return self.file(found, self.contact, SEALED)

    def file(self, petition: Petition, by, canary: str) -> Petition:
        with make.as_(by), TemporaryDirectory(dir=scratch()) as folder:
            path = Path(folder) / "x.pdf"
            path.write_bytes(b"%PDF-1.4 " + canary.encode())
            papers.attach(petition=petition, path=path, file_name=f"{canary}.pdf", kind="EVIDENCE", by=by, at=make.NOON)
            notice = Notice.objects.filter(petition=petition).first() or Notice.objects.create(
                petition=petition, office_id=by.office_id, kind="N01", title=canary, body=canary, drafted_by=by, drafted_on=make.TODAY,
                issued_on=make.TODAY, created_at=make.NOON, created_by=by,
            )  # fmt: skip
            Review.objects.create(
                petition=petition, cycle=1, stage="REVIEW", reply=notice, office_name=canary, request_text=canary, handed_in_on=make.TODAY,
                requested_on=make.TODAY, created_at=make.NOON, created_by=by,
            )  # fmt: skip
        return petition


@pytest.fixture
def world(db, unprinted):
    return World()


def state_of(world, petition, by):
    with make.as_(by):
        found = Petition.objects.get(pk=petition.pk)
        rows = [
            model.objects.filter(petition=petition).count()
            for model in (Step, Notice, Attachment, Petitioner, Matter, Review)
        ]
        return found.row_version, found.state, found.turn_office_id, rows


def addresses(petition, by) -> list[tuple[str, str]]:
    """Every address of the room with this case in it, and every page on which a case could turn up."""
    with make.as_(by):
        keys = {
            "review-deed": Review.objects.get(petition=petition).pk, "file": Attachment.objects.filter(petition=petition).first().pk,
            "notice-pdf": (notice := Notice.objects.filter(petition=petition).first().pk), "notice-proof": notice,
        }  # fmt: skip
    found = []
    for name in OF_CASE:
        key = {"pk": keys.get(name, petition.pk)}
        if name == "registered":
            key["file"] = "00000000-0000-4000-8000-000000000000"
        word, values = SEVERAL.get(name, ("", [""]))
        found += [
            (name, reverse(f"petitions:{name}", kwargs=key | ({word: value} if word else {}))) for value in values
        ]
    cases, rows = reverse("petitions:cases"), reverse("petitions:stats-rows", args=["registered"])
    lists = [
        "/",
        rows,
        *(f"{cases}?tab={tab}" for tab in TABS),
        *(f"{cases}?tab={tab}&find={petition.number}" for tab in TABS),
    ]
    lists += [f"{reverse('petitions:board')}?figure={figure}" for figure in board.LABELS]
    lists += [
        reverse(f"petitions:{name}")
        for name in ("stats", "ledger", "receptions", "lookup", "evaluations", "profiles", "rules")
    ]
    lists += [reverse("accounts:audit"), "/reports/", reverse("registry:people"), reverse("registry:referrals")]
    return found + [("list", url) for url in lists]


def text_of(response) -> str:
    """The words of a page or of a workbook."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK"):
        parts = zipfile.ZipFile(io.BytesIO(body))
        body = b"".join(parts.read(name) for name in parts.namelist())
    return body.decode("utf-8", "ignore")


def walk(world, petition, canary, user, *, by, reads=False, methods=("get", "post")):
    """Visit everything as a reader by GET and POST; return what leaked, odd answers, and whether the case has changed."""
    client, leaks, odd = Client(), [], []
    client.force_login(user)
    before = state_of(world, petition, by)
    for name, url in addresses(petition, by):
        for method in methods if name != "list" or "find=" not in url else ("get",):
            sent = {"row_version": before[0]} if method == "post" else {}
            response = getattr(client, method)(url, sent, follow=method == "post")
            text = text_of(response)
            # the board shows numbers only; a number that was typed above a list stands there for whoever typed it
            numbered = name == "list" and "find=" not in url and petition.number in text
            if canary in text or numbered:
                leaks.append((name, method, url))
            if response.status_code not in ANSWERS:
                odd.append((name, method, url, response.status_code))
            if name != "list" and response.status_code not in (403, 404, 405) and not reads:
                odd.append((name, method, url, response.status_code))
    return leaks, odd, state_of(world, petition, by) != before


def somebody(code: str, role: str):
    return make.staff(make.office(code), role)


def test_the_walk_knows_every_address_that_names_a_case():
    of_case = {
        name.split(":")[1]
        for name, entry in names()
        if name.startswith("petitions:") and "pk" in entry.pattern.converters
    }
    counter = {"reception", "reception-correct", "reception-register", "reception-paper", "rule", "promise-end"}
    assert of_case - counter == set(OF_CASE)


def some(rows: list) -> list:
    """One of each kind of reader; everybody in the drill."""
    return rows if DRILL else rows[:1]


def found_by(world, petition, canary, readers, **more) -> dict:
    """Walk as each of them; return what was not as it should be."""
    by = world.contact if petition == world.accusation else world.people.sorter
    walks = {(code, role): walk(world, petition, canary, somebody(code, role), by=by, **more) for code, role in readers}
    return {reader: found for reader, found in walks.items() if found != ([], [], False)}


def test_whoever_has_no_place_on_the_chain_finds_nothing(world):
    readers = [*some(BESIDE), *some(STRANGERS), *ABOVE, *some(OTHERS)]
    assert found_by(world, world.case, OPEN, readers) == {}


@pytest.mark.parametrize("why", ["respondents", "aside"])
def test_whoever_is_reported_on_or_stands_back_finds_nothing(world, why):
    for user in some(getattr(world, why)):
        assert user.may(Permission.VIEW_PETITIONS)
        assert walk(world, world.case, OPEN, user, by=world.people.sorter) == ([], [], False), user.role


def test_a_supervisor_above_reads_and_changes_nothing(world):
    for code, role in some(SUPERVISORS):
        leaks, odd, changed = walk(world, world.case, OPEN, somebody(code, role), by=world.people.sorter, reads=True)
        assert ("case", "get", reverse("petitions:case", args=[world.case.pk])) in leaks
        assert (odd, changed) == ([], False)


# whom it is about comes first: the office reported on, and its station
ABOUT = [(DISTRICT, Role.APPROVER), (STATION, Role.CLERK), (DISTRICT, Role.OFFICER)]


def test_an_accusation_is_there_for_the_person_named_alone(world):
    readers = [
        *some(ABOUT),
        *some(SUPERVISORS),
        ABOVE[1],
        *some(STRANGERS),
        *(some(BESIDE) if DRILL else []),
        *(OTHERS if DRILL else []),
    ]
    assert found_by(world, world.accusation, SEALED, readers) == {}


def test_the_person_named_reads_it_and_no_list_goes_to_a_file(world):
    leaks, odd, changed = walk(world, world.accusation, SEALED, world.contact, by=world.contact, reads=True)
    assert ("case", "get", reverse("petitions:case", args=[world.accusation.pk])) in leaks
    assert [leak for leak in leaks if leak[0] == "list" and leak[1] == "post"] == []
    assert (odd, changed) == ([], False)


def leaks_with_one_wall(world, petition, canary, readers) -> dict:
    found = found_by(world, petition, canary, readers)
    return {reader: (leaks, changed) for reader, (leaks, _, changed) in found.items() if leaks or changed}


def test_the_database_alone_holds_out_neighbours_and_strangers(world, monkeypatch):
    take_the_first_wall_away(monkeypatch)
    assert leaks_with_one_wall(world, world.case, OPEN, [*some(BESIDE), *some(STRANGERS)]) == {}


def test_the_database_alone_keeps_accusations(world, monkeypatch):
    take_the_first_wall_away(monkeypatch)
    readers = [*some(ABOUT), *some(SUPERVISORS), *some(STRANGERS), *(BESIDE + ABOVE + OTHERS if DRILL else [])]
    assert leaks_with_one_wall(world, world.accusation, SEALED, readers) == {}


def test_the_walk_has_teeth(world, monkeypatch):
    """With both walls down a stranger's walk must find the case, or it proves nothing."""
    take_the_first_wall_away(monkeypatch)
    monkeypatch.setattr("veterans_portal.middleware.scope_of", lambda user, **more: Scope("app_all", "", user.pk))
    stranger = somebody(FAR, Role.OFFICER)
    leaks, _, _ = walk(world, world.case, OPEN, stranger, by=world.people.sorter, methods=("get",))
    assert {"case", "case-deed", "list"} <= {name for name, *_ in leaks}

"""The demo's petitions: a case in each state, each way and each exception, through the verbs; and the home pages show them."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from petitions import board
from petitions.actions import papers
from petitions.models import (
    Deadline,
    Evaluation,
    Extension,
    Mediation,
    Petition,
    Reception,
    Recusal,
    ReferralLink,
    Review,
    Supervision,
    Transfer,
)
from petitions.queues import entries
from petitions.workflow import State
from reports.demo import accounts, petitions
from reports.demo.petitions import Petitions
from tests import factories as make
from tests.demo.test_load_demo import tiny
from veterans_portal.accounts.demo_logins import DEMO_LOGINS
from veterans_portal.accounts.models import AuditEvent

NOW = datetime(2026, 9, 16, 4, 0, tzinfo=UTC)


@pytest.fixture
def desk(db, settings, monkeypatch):
    settings.DEMO, settings.EMBEDDED, settings.DEMO_PASSWORD = True, True, "Demo-2026-zhan"
    monkeypatch.setattr(papers, "letter_pdf", lambda notice, petition: b"%PDF-1.4 x")  # set by hand elsewhere
    places = list(tiny())
    accounts.make_offices(places, NOW)
    accounts.make_logins(DEMO_LOGINS, NOW)
    loader = Petitions(places, at=NOW)
    loader.run()
    return loader


def rows(model, user):
    return model.objects.visible_to(user)


def test_cases_of_every_kind_are_there_somebody_waits_everywhere_and_nothing_comes_twice(desk, monkeypatch):
    """One load, looked at from all sides: it takes a few seconds."""
    see_every_state(desk)
    see_the_days(desk)
    see_the_counter(desk)
    load_again(desk, monkeypatch)


def see_every_state(desk):
    city, leader = desk.desk.city_leader, desk.desk.leader
    with make.as_(city):
        found = list(rows(Petition, city))
        assert {case.state for case in found} == set(State.values)
        assert {case.closing_kind for case in found} >= {"ANSWERED", "WITHDRAWN", "MERGED"}
        assert {case.purpose for case in found} == {"APPEAL", "SUGGESTION"}
        assert (
            rows(Transfer, city).exclude(objected_on=None).exists()
            and rows(Transfer, city).filter(kind="ASSIGN").exists()
        )
        assert sorted(rows(Extension, city).values_list("is_approved", flat=True), key=str) == [None, True]
        assert {(one.stage, one.state) for one in rows(Review, city)} == {
            ("REVIEW", "REQUESTED"), ("REVIEW", "CONCLUDED"), ("RECHECK", "REQUESTED")}  # fmt: skip
        assert set(rows(Review, city).values_list("outcome", flat=True)) == {"", "UPHELD", "REVOKED_REDO"}
        assert rows(Mediation, city).get().result == "AGREED" and rows(Recusal, city).get().is_upheld is None
        assert rows(Supervision, city).get().replied_on is None and rows(Evaluation, city).get().score == "SATISFIED"
        assert rows(ReferralLink, city).exists()
    with make.as_(leader):
        sealed = rows(Petition, leader).filter(is_restricted=True)
        assert sorted(sealed.values_list("state", "closing_kind")) == [("CLOSED", "HANDED_OVER"), ("REGISTERED", "")]
    for user in (city, desk.desk.head, desk.desk.clerk, desk.desk.officer):
        with make.as_(user):
            assert not rows(Petition, user).filter(is_restricted=True).exists()


def see_the_days(desk):
    today = timezone.localdate(NOW)
    people = desk.desk
    for user in (people.clerk, people.head, people.officer, people.leader, people.city_officer):
        with make.as_(user):
            assert entries(user, today), user.username
    with make.as_(people.city_leader):
        wanted = board.counted(board.running_below(people.city_leader), board.clock_conditions(today))
        assert wanted["n_overdue"] >= 2 and wanted["n_three"] >= 1 and wanted["n_ten"] >= 1
        asked = rows(Deadline, people.city_leader).running().filter(petition__title="残疾等级评定", kind="ANSWER").get()
        assert (asked.due_on - today).days == 3


def see_the_counter(desk):
    with make.as_(desk.desk.head):
        log = rows(Reception, desk.desk.head)
        assert log.filter(office_id="990101001001").count() >= 15
        assert log.filter(is_leader_reception=True, is_reception_day=True).count() == 3
        guided = log.get(kind="ACCUSATION_GUIDED")
        assert (guided.summary, guided.answer, guided.name) == ("", "", "")


def load_again(desk, monkeypatch):
    city = desk.desk.city_leader

    def counts():
        with make.as_(city):
            return rows(Petition, city).count(), AuditEvent.objects.count(), rows(Reception, city).count()

    before = counts()
    Petitions(list(tiny()), at=NOW).run()
    assert counts() == before
    monkeypatch.setattr(petitions, "STORIES", petitions.STORIES | {"新的一件": lambda desk: desk.take_in(
        desk.clerk, 1, "新的一件", "CARD", who="何平", text="请求说明。")})  # fmt: skip
    Petitions(list(tiny()), at=NOW).run()
    assert counts()[0] == before[0] + 1

"""去世、迁出本系统和复核."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from registry.actions import status as actions
from registry.actions.moves import propose_move
from registry.models import Card, Document, HouseholdMember, Move, Person, Plaque, StatusChange
from registry.verifying import findings
from tests import factories as make
from veterans_portal.accounts.models import AuditEvent


def refused(deed, **arguments) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(**arguments)
    return " ".join(refusal.value.messages)


@pytest.fixture
def veteran(station, clerk):
    return make.person(station, by=clerk, name="许春生", categories=["V02", "51"])


@pytest.fixture
def plaque(veteran, clerk):
    house = make.household(veteran, by=clerk)
    with make.as_(clerk):
        return Plaque.objects.create(household=house, office_id=house.office_id, holder=veteran, state="HUNG", hung="2020",
                                     place="DOOR", signer="许", bases=["V02"], created_at=make.NOON, created_by=clerk)  # fmt: skip


def die(who, *, by, died="2026-09-01", **over):
    with make.as_(by):
        return actions.record_death(person=who, died=died, by=by, at=make.NOON, today=make.TODAY, **over)


def card_of(who, *, by):
    with make.as_(by):
        return Card.objects.create(person=who, kind="VETERAN", state="ISSUED", issued_on=make.TODAY, signer="许",
                                   accepting_office=who.office, applied_on=make.TODAY, state_since=make.TODAY,
                                   created_at=make.NOON, created_by=by)  # fmt: skip


def test_a_death_stops_everything_at_once(veteran, plaque, clerk, foreign_station, django_assert_max_num_queries):
    card = card_of(veteran, by=clerk)
    with make.as_(clerk):
        propose_move(person=veteran, to_office=foreign_station, moved_on="2026-08", hukou_moved=False, paid_through="2026-08",
                     plaque_plan="HAND_IN", reason="", by=clerk, at=make.NOON, today=make.TODAY)  # fmt: skip
        with django_assert_max_num_queries(15):
            actions.record_death(person=veteran, died="2026-09-01", reason="病故", paid_through="2026-08", by=clerk,
                                 at=make.NOON, today=make.TODAY)  # fmt: skip
        found = Person.objects.get(pk=veteran.pk)
        assert (found.status, found.died) == ("DECEASED", "2026-09-01")
        assert set(found.identities.values_list("standing", "ended")) == {("ENDED", "2026-09-01")}
        assert Card.objects.get(pk=card.pk).closed_reason == actions.DIED
        assert Move.objects.get(person=veteran).state == "WITHDRAWN"
        assert Plaque.objects.get(pk=plaque.pk).state == "KEPT"
        assert found.status_changes.get().paid_through == "2026-08"


def test_a_second_basis_leaves_the_plaque_as_it_is(veteran, plaque, clerk, station):
    son = make.person(station, by=clerk, name="许小军", categories=["V02"])
    with make.as_(clerk):
        HouseholdMember.objects.create(household_id=plaque.household_id, office_id=station.pk, person=son, name=son.name,
                                       created_at=make.NOON, created_by=clerk)  # fmt: skip
    die(veteran, by=clerk)
    with make.as_(clerk):
        assert Plaque.objects.get(pk=plaque.pk).state == "HUNG"


@pytest.mark.parametrize(
    ("died", "sentence"),
    [("", "请填写去世时间，可以只填年月。"), ("2026-10", "去世时间晚于今天。"), ("1950", "去世时间早于出生时间。")],
)
def test_dates_that_cannot_be(veteran, clerk, died, sentence):
    assert refused(die, who=veteran, by=clerk, died=died) == sentence


def test_nobody_dies_twice(veteran, clerk):
    die(veteran, by=clerk)
    assert refused(die, who=veteran, by=clerk) == "这份档案当前为“去世”，不能办理。"


def test_the_second_look_is_another_persons(veteran, clerk, town_head):
    change = die(veteran, by=clerk)
    with make.as_(clerk):
        assert (
            refused(actions.review_status_change, change=change, by=clerk, at=make.NOON)
            == "复核人与登记人不能为同一人。"
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            StatusChange.objects.filter(pk=change.pk).update(reviewed_by=clerk, reviewed_at=make.NOON)
    with make.as_(town_head):
        actions.review_status_change(change=change, by=town_head, at=make.NOON)
        assert (
            refused(actions.review_status_change, change=change, by=town_head, at=make.NOON) == "这条变动已经复核过。"
        )


def leave(who, *, by, destination="邻省某县"):
    with make.as_(by):
        return actions.record_move_out(person=who, moved_on="2026-08", destination=destination, by=by, at=make.NOON,
                                       today=make.TODAY)  # fmt: skip


def test_leaving_the_system(veteran, clerk, foreign_station):
    assert refused(leave, who=veteran, by=clerk, destination=foreign_station.name) == actions.IN_SYSTEM
    leave(veteran, by=clerk)
    with make.as_(clerk):
        found = Person.objects.get(pk=veteran.pk)
        assert found.status == "MOVED_OUT"
        assert found.identities.filter(ended="").count() == 2
    die(veteran, by=clerk)  # news of a death may still come


@pytest.mark.parametrize(("stays", "state"), [(False, "REPLACED"), (True, "HUNG")])
def test_leaving_takes_the_plaque_along_unless_somebody_stays(veteran, plaque, clerk, station, stays, state):
    """It hung on with nobody under it, and no step led out of there."""
    if stays:
        son = make.person(station, by=clerk, name="许小军", categories=["V02"])
        with make.as_(clerk):
            HouseholdMember.objects.create(household_id=plaque.household_id, office_id=station.pk, person=son, name=son.name,
                                           created_at=make.NOON, created_by=clerk)  # fmt: skip
    leave(veteran, by=clerk)
    with make.as_(clerk):
        found = Plaque.objects.get(pk=plaque.pk)
        assert (found.state, found.closed) == (state, "" if stays else "2026-08")
        assert list(findings(clerk)) == []


def test_one_event_without_a_value(veteran, clerk):
    die(veteran, by=clerk, reason="许春生在家病故")
    with make.as_admin("app_audit"):
        [event] = AuditEvent.objects.filter(event="DEATH_RECORDED")
    assert set(event.facts) == {"change"}


def test_the_proof_of_death_is_chosen_from_the_papers(page, veteran, clerk):
    url = reverse("registry:person-death", args=[veteran.ref])
    with make.as_(clerk):
        paper = Document.objects.create(person=veteran, kind="DEATH", file_name="a.jpg", stored_name="x", content_type="image/jpeg",
                                        sha256="0", bytes=1, created_at=make.NOON, created_by=clerk)  # fmt: skip
    assert "已登记去世" in page(url, as_=clerk, died="2026-09-01", evidence=str(paper.pk)).text
    with make.as_(clerk):
        assert StatusChange.objects.get(person=veteran).evidence_id == paper.pk


def test_a_second_look_from_the_list(page, veteran, clerk, town_head, client):
    die(veteran, by=clerk)
    url = reverse("registry:status-changes") + "?review=open"
    assert "1 条去世、迁出登记待复核" in page("/", as_=town_head).text
    address = page(url, as_=town_head).select_one("tbody form")["action"]
    client.force_login(clerk)
    assert client.post(address).status_code == 403
    assert "已复核" in page(address, as_=town_head, go="1").text
    with make.as_(clerk):
        assert StatusChange.objects.get(person=veteran).reviewed_by_id == town_head.pk

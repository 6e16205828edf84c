"""Both walls around a case: who sees it, and what the database alone lets through."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from petitions.actions import routing
from petitions.models import CaseAccess, Petition, Petitioner, Recusal, Respondent
from tests import factories as make
from tests.petitions import factories as case
from veterans_portal.accounts.models import RowChange


@pytest.fixture
def people(db):
    return case.bureau()


@pytest.fixture
def counter(db):
    return case.station()


def sees(user, petition) -> bool:
    with make.as_(user):
        return Petition.objects.visible_to(user).filter(pk=petition.pk).exists()


def database_shows(user, petition, table="petitions_petition", column="id") -> bool:
    """What the second wall alone lets through, without visible_to."""
    with make.as_(user), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [petition.pk])
        return cursor.fetchone()[0] > 0


def test_a_case_is_seen_by_its_chain_and_by_the_supervisor_above(people, counter):
    petition = case.registered(counter.clerk)
    sibling = make.staff(make.office("990101001002"), "CLERK")
    foreign = make.staff(make.office("990102", is_deciding=True), "OFFICER")
    assert [sees(user, petition) for user in (counter.clerk, counter.other, people.leader)] == [True, True, True]
    # the officer of an office above is not on the chain
    assert [sees(user, petition) for user in (sibling, foreign, people.sorter)] == [False, False, False]
    for table, column in (
        ("petitions_petition", "id"),
        ("petitions_petitioner", "petition_id"),
        ("petitions_deadline", "petition_id"),
    ):
        assert database_shows(counter.clerk, petition, table, column)
        assert not database_shows(sibling, petition, table, column)
        assert not database_shows(foreign, petition, table, column)


def test_a_supervisor_reads_and_does_not_act(people, counter):
    petition = case.registered(counter.clerk)
    case.do(routing.hand_up, petition, by=counter.clerk, day="2026-03-04", to_office=people.office, reason="上报")
    city = make.office("9901")
    case.profile(city)
    city_officer, city_user = make.staff(city, "OFFICER"), make.staff(city, "CITY")
    assert sees(city_user, petition) and not sees(city_officer, petition)
    with pytest.raises(Petition.DoesNotExist):
        case.do(routing.sign_for, petition, by=city_officer, day="2026-03-05")


def test_a_station_keeps_seeing_what_it_handed_up(people, counter):
    petition = case.registered(counter.clerk)
    case.do(routing.hand_up, petition, by=counter.clerk, day="2026-03-04", to_office=people.office, reason="上报")
    case.do(routing.sign_for, petition, by=people.sorter, day="2026-03-05")
    assert sees(counter.clerk, petition) and database_shows(counter.clerk, petition)
    with make.as_(counter.clerk):
        assert Petitioner.objects.visible_to(counter.clerk).filter(petition=petition).count() == 1


def test_whoever_is_reported_on_or_stands_back_does_not_see_the_case(people):
    petition = case.registered(people.sorter)
    with make.as_(people.sorter):
        Respondent.objects.create(
            petition=petition, user=people.handler, created_at=make.NOON, created_by=people.sorter
        )
        Recusal.objects.create(petition=petition, user=people.leader, ground="KIN", asked_by="SYSTEM", is_upheld=True,
                               created_at=make.NOON, created_by=people.sorter)  # fmt: skip
    assert [sees(user, petition) for user in (people.sorter, people.handler, people.leader)] == [True, False, False]


# ---- restricted cases -------------------------------------------------------------------------------------------


@pytest.fixture
def contact(people):
    """The person named for accusations, an officer of the city bureau."""
    city = make.office("9901")
    named = make.staff(city, "OFFICER")
    case.profile(city, discipline_contact=named)
    return named


def accusation(contact, **over) -> Petition:
    return case.registered(contact, purpose="ACCUSATION", title="反映工作作风", **over)


def test_an_accusation_shows_itself_to_the_person_named_and_to_nobody_else(people, contact):
    petition = accusation(contact, respondents=[{"office": people.office}])
    colleague, city_user = make.staff(contact.office, "OFFICER"), make.staff(contact.office, "CITY")
    assert sees(contact, petition)
    for user in (colleague, city_user, people.sorter, people.leader):
        assert not sees(user, petition)
        assert not database_shows(user, petition)
        assert not database_shows(user, petition, "petitions_petitioner", "petition_id")
        assert not database_shows(user, petition, "petitions_caseaccess", "petition_id")
        with make.as_(user):
            assert (
                not RowChange.objects.filter(table__startswith="petitions_")
                .exclude(table="petitions_deadline")
                .exists()
            )
    assert petition.query_code == "" and petition.number == "YL密-2026-0001"


def test_an_accusation_leaves_no_gap_in_the_ordinary_numbers(contact):
    first = case.registered(contact)
    accusation(contact)
    assert [first.number, case.registered(contact).number] == ["YL-2026-0001", "YL-2026-0002"]


def test_an_accusation_is_registered_by_the_person_named_and_not_at_the_office_it_is_about(people, contact):
    with pytest.raises(ValidationError, match="检举控告由指定联系人单独登记"):
        case.registered(people.sorter, purpose="ACCUSATION")
    with pytest.raises(ValidationError, match="不能在本单位登记"):
        accusation(contact, respondents=[{"office": contact.office}])


# ---- places -----------------------------------------------------------------------------------------------------


def test_nobody_gives_a_place_on_a_case_of_others(people, counter):
    petition = case.registered(counter.clerk)
    foreign = make.staff(make.office("990102", is_deciding=True), "OFFICER")
    with make.as_(foreign), connection.cursor() as cursor:
        cursor.execute("SELECT open_place(%s, '990102', 'TRANSFER', true, now())", [petition.pk])
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT close_place(%s, '990101001001', 'TRANSFER', now())", [petition.pk])
        assert cursor.fetchone() == (False,)
    with make.as_(counter.clerk):
        assert CaseAccess.objects.open().filter(petition=petition).count() == 1

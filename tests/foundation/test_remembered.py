"""Figures are counted once and never shown late: whatever changes in the reader's range is counted again."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import Identity, Person
from reports import figures
from tests import factories as make
from tests.races import at_once
from veterans_portal import remembered as module
from veterans_portal.accounts.models import AuditEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_kept():
    module._kept.clear()
    yield
    module._kept.clear()


@pytest.fixture
def district(transactional_db):
    return make.staff(make.office("990101"), "OFFICER")


@pytest.fixture
def station(district):
    return make.office("990101001001")


def people(user, counts: list) -> int:
    """Count the people of the user's branch as a page does; each real count is put down in `counts`."""

    def count():
        counts.append(1)
        return Person.objects.visible_to(user).in_registry().count()

    with make.as_(user):
        return module.remembered("people", Person, Identity, count=count)


def test_what_did_not_change_is_not_counted_again(district, station):
    make.person(station, by=district)
    counts = []
    assert [people(district, counts) for _ in range(3)] == [1, 1, 1] and len(counts) == 1
    with make.as_(district):  # a link of the chain that changes no person
        AuditEvent.record("LEDGER_EXPORTED", station, by=district, at=make.NOON)
    assert people(district, counts) == 1 and len(counts) == 1


def test_a_new_a_changed_and_a_moved_person_count_at_once(district, station):
    city = make.staff(make.office("9901"), "OFFICER")
    person = make.person(station, by=district)
    counts = []
    assert people(district, counts) == 1
    other = make.person(station, by=district, id_number=make.id_number())
    assert people(district, counts) == 2
    with make.as_(district):
        Person.objects.filter(pk=other.pk).update(status="MOVED_OUT")
    assert people(district, counts) == 1
    elsewhere = make.office("990102001001")
    with make.as_(city):  # the row now lies in another district, and so does its history
        Person.objects.filter(pk=person.pk).update(office=elsewhere)
    assert people(district, counts) == 0 and len(counts) == 4


def test_what_happens_elsewhere_does_not_disturb(district, station):
    counts = []
    make.person(station, by=district)
    people(district, counts)
    foreign = make.staff(make.office("990102"), "OFFICER")
    make.person(make.office("990102001001"), by=foreign, id_number=make.id_number())
    assert people(district, counts) == 1 and len(counts) == 1
    assert people(foreign, counts) == 1 and len(counts) == 2


def test_a_transaction_that_has_written_remembers_nothing(district, station):
    counts = []
    people(district, counts)
    with pytest.raises(ZeroDivisionError), make.as_(district):
        Person.objects.filter(pk=0).update(note="x")
        AuditEvent.record("LEDGER_EXPORTED", station, by=district, at=make.NOON)
        module.remembered("people", Person, Identity, count=lambda: 99)
        raise ZeroDivisionError
    assert people(district, counts) == 0 and len(counts) == 1


def test_a_database_that_does_not_know_the_marks_is_counted(district, station):
    make.person(station, by=district)
    counts = []
    people(district, counts)
    for kept in module._kept.values():
        kept.hashes = [b"of another database" for _ in kept.hashes]
    assert people(district, counts) == 1 and len(counts) == 2


def test_writers_and_readers_at_once_end_with_the_right_number(district, station):
    numbers = [make.id_number() for _ in range(6)]
    counts = []
    writers = [(district, lambda n=n: make_one(station, district, n)) for n in numbers]
    readers = [(district, lambda: module.remembered("people", Person, Identity, count=lambda: total(district)))] * 4
    assert not [result for result in at_once(*writers, *readers) if isinstance(result, Exception)]
    assert people(district, counts) == 6


def make_one(station, by, number):
    pk = make.reserve_ids(Person, 1)[0]
    values = make.derived("name", "张卫东") | make.derived("id_number", number)
    Person(pk=pk, ref=make.ref_of(pk), office=station, created_at=make.NOON, created_by=by, name="张卫东", sex="M",
           registered_on=make.TODAY, id_number=number, **values).save(force_insert=True)  # fmt: skip


def total(user):
    return Person.objects.visible_to(user).in_registry().count()


def test_the_overview_follows_its_rows(district, station):
    make.person(station, by=district, categories=("V02", "51"))
    client = Client()
    client.force_login(district)
    with make.as_(district):
        before = figures.overview(district, district.office, today=make.TODAY, by_station=True)
    list_url = reverse("registry:people")
    assert "共 1 人" in client.get(list_url).content.decode()
    with CaptureQueriesContext(connection) as queries:
        assert "共 1 人" in client.get(list_url).content.decode()
    assert not [query for query in queries if "COUNT(" in query["sql"]]
    make.person(station, by=district, id_number=make.id_number(), categories=("51",))
    with make.as_(district):
        after = figures.overview(district, district.office, today=make.TODAY, by_station=True)
    assert "共 2 人" in client.get(list_url).content.decode()
    assert (before.total.counts["people"], before.total.counts["veteran"]) == (1, 1)
    assert (after.total.counts["people"], after.total.counts["veteran"]) == (2, 1)
    assert {row["code"]: row["n"] for row in after.categories} == {"V02": 1, "51": 2}

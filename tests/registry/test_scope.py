"""Each tier sees its own branch, by query and by wall."""

import pytest
from django.db import ProgrammingError, transaction

from registry.models import Person
from tests import factories as make


def test_each_tier_sees_its_own_branch(clerk, officer, city_user, foreign_clerk, station, foreign_station, as_):
    ours, theirs = make.person(station), make.person(foreign_station)
    seen = {}
    for who in (clerk, officer, city_user, foreign_clerk):
        with as_(who):
            seen[who] = set(Person.objects.visible_to(who))
    assert seen == {clerk: {ours}, officer: {ours}, city_user: {ours, theirs}, foreign_clerk: {theirs}}


def test_the_database_holds_without_the_first_wall(clerk, station, sibling_station, as_):
    ours, _ = make.person(station), make.person(sibling_station)
    with as_(clerk):
        assert list(Person.objects.all()) == [ours]


def test_without_a_scope_nothing_can_be_read(db):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Person.objects.count()


def test_a_row_cannot_be_written_into_another_branch(clerk, station, sibling_station, as_):
    ours = make.person(station)
    with as_(clerk), pytest.raises(ProgrammingError), transaction.atomic():
        Person.objects.filter(pk=ours.pk).update(office_id=sibling_station.pk)

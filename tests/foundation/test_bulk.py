"""Keys taken in advance: those that follow each other, and those with gaps between them."""

import pytest
from django.db import connection

from registry.models import Person
from tests import factories as make
from veterans_portal.bulk import reserve_ids


@pytest.fixture
def clerk(db):
    return make.staff(make.office("990101001001"), "CLERK")


@pytest.fixture
def counting_in_threes(transactional_db):
    def count_by(step):
        with connection.as_owner(), connection.cursor() as cursor:
            cursor.execute(f"ALTER SEQUENCE registry_person_id_seq INCREMENT BY {step}")

    count_by(3)
    yield
    count_by(1)


def test_keys_that_follow_each_other(clerk):
    keys = taken(clerk)
    assert keys == list(range(keys[0], keys[0] + 7))


def test_keys_with_others_between_them(counting_in_threes, clerk):
    keys = taken(clerk)
    assert keys == list(range(keys[0], keys[0] + 21, 3))


def taken(clerk) -> list[int]:
    with make.as_(clerk):
        assert list(reserve_ids(Person, 0)) == []
        return [*reserve_ids(Person, 4), *reserve_ids(Person, 2), *reserve_ids(Person, 1)]

"""Keys taken in advance, those that follow each other and those with gaps between them; many rows out by COPY."""

import pytest
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection

from registry.models import ColumnMapping, Person
from tests import factories as make
from veterans_portal.bulk import copy_out, reserve_ids


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


def test_copied_rows_are_those_of_the_query(clerk):
    for name in ("王甲", "王乙"):
        make.person(clerk.office, by=clerk, name=name, phone="10012345678")
    asked = ("pk", "name", "is_unplaced", "registered_on", "created_at", "merged_into_id", "former_name")
    with make.as_(clerk):
        found = Person.objects.visible_to(clerk).order_by("name").annotate(held=ArrayAgg("identities__category_id"))
        assert list(copy_out(found.values_list(*asked, "held"))) == list(found.values_list(*asked, "held"))
        [opened] = {read(envelope) for envelope, read in sealed_phones(found)}
    assert opened == "10012345678"


def sealed_phones(found):
    read = Person._meta.get_field("phone").reader()
    return [(envelope, read) for (envelope,) in copy_out(found.values_list("phone"))]


def test_a_type_that_copy_does_not_give_is_named_before_anything_is_asked(clerk):
    with make.as_(clerk):
        with pytest.raises(KeyError, match="jsonb"):
            list(copy_out(ColumnMapping.objects.values_list("columns")))
        assert Person.objects.visible_to(clerk).count() == 0

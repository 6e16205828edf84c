"""Keys taken in advance: those that follow each other, and those with gaps between them."""

import pytest
from django.db import connection

from registry.models import Person
from veterans_portal.bulk import reserve_ids


@pytest.mark.parametrize("step", [1, 3])
def test_keys_taken_in_advance_are_the_sequences_own(db, step):
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence('registry_person', 'id')")
        [name] = cursor.fetchone()
        cursor.execute(f"ALTER SEQUENCE {name} INCREMENT BY {step}")
        one, two = reserve_ids(Person, 4), reserve_ids(Person, 2)
        keys = [*one, *two]
        assert keys == list(range(keys[0], keys[0] + 6 * step, step))
        cursor.execute(f"SELECT nextval('{name}')")
        assert cursor.fetchone() == (keys[-1] + step,)

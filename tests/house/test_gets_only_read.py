"""Whoever opens a page changes nothing: every address of the portal, asked for, issues nothing but SELECT."""

import pytest
from django.db import connection
from django.test import Client

from tests import factories as make
from tests.conftest import refuse_writes
from tests.house.test_url_walk import HOMES, objects_of
from tests.house.walk import addresses
from veterans_portal.accounts.permissions import Role


@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICER, Role.APPROVER, Role.CITY], ids=str)
def test_no_page_writes_when_it_is_opened(db, role):
    values, client = objects_of("own"), Client()
    client.force_login(make.staff(make.office(HOMES[role]), role))
    opened = 0
    for _, url in addresses(values):
        with connection.execute_wrapper(refuse_writes):
            opened += client.get(url).status_code == 200
    assert opened >= 40

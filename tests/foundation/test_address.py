"""The address in the log is that of the asker, not of our own proxy, and not one that the asker invented."""

import pytest
from django.test import RequestFactory

from tests import factories as make
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.address import address_of


@pytest.mark.parametrize(
    ("proxies", "passed", "found"),
    [
        (0, "", "10.0.0.9"),
        (0, "203.0.113.7", "10.0.0.9"),  # no proxy of ours: the header is anybody's
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first was sent along by the asker
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.8", "203.0.113.7"),
        (2, "10.0.0.8", "10.0.0.9"),  # did not pass both
        (1, "nonsense", "10.0.0.9"),
    ],
)
def test_what_our_own_proxies_wrote_counts(settings, proxies, passed, found):
    settings.AXES_IPWARE_PROXY_COUNT = proxies
    headers = {"HTTP_X_FORWARDED_FOR": passed} if passed else {}
    assert address_of(RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", **headers)) == found


def test_an_event_keeps_the_address_of_the_asker(client, settings, sysadmin, station):
    settings.AXES_IPWARE_PROXY_COUNT = 1
    client.force_login(sysadmin)
    values = {"parent": "990101001", "code": "990101001009", "name": "新桥社区服务站", "tier": "VILLAGE"}
    client.post("/accounts/offices/new/", values, REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR="203.0.113.7")
    with make.as_admin("app_audit"):
        assert AuditEvent.objects.get(event="OFFICE_CREATED").ip == "203.0.113.7"

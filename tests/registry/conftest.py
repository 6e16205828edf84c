"""What holds for every deed of the registry, whatever test does it."""

import re

import pytest

from veterans_portal.accounts.models import AuditEvent

# 18 digits of an ID number, 11 of a mobile phone, standing alone
PERSONAL = re.compile(r"(?<![0-9A-Za-z])(\d{17}[\dXx]|1\d{10})(?![0-9A-Za-z])")


@pytest.fixture(autouse=True)
def no_event_tells_a_number(monkeypatch):
    """Hold every event of every test to the promise that no ID number or phone is in it."""
    record = AuditEvent.record.__func__

    def held(cls, event, obj=None, **facts):
        told = {name: value for name, value in facts.items() if name not in ("by", "at")}
        assert not PERSONAL.search(str(told)), (event, told)
        return record(cls, event, obj, **facts)

    monkeypatch.setattr(AuditEvent, "record", classmethod(held))

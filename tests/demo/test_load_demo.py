"""load_demo: through the portal's own verbs, once, and on where it stopped."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from benefits.models import AnnualConfirmation, Enrolment
from registry.actions import imports
from registry.models import (
    AidReferral,
    ChangeRequest,
    DuplicatePair,
    Fallen,
    Identity,
    ImportBatch,
    ImportRow,
    Move,
    Person,
    Plaque,
)
from reports.demo import district, entitled, petitions
from reports.demo.accounts import found, working_as
from reports.demo.loading import WAITING, load
from tests import factories as make
from veterans_portal.accounts.demo_logins import DEMO_LOGINS
from veterans_portal.accounts.models import AuditEvent, Office, RowChange, User
from veterans_portal.pgscope.scope import Scope, scope

NOW = datetime(2026, 9, 16, 4, 0, tzinfo=UTC)


def tiny():
    names = district.invented()
    yield from district.bureaus("990101", "990102")
    yield from district.town("990101001", [30, 20], names, unplaced=5, ending="社区")
    yield from district.town("990102001", [15], names)


@pytest.fixture
def demo(db, settings, monkeypatch):
    settings.DEMO, settings.EMBEDDED, settings.DEMO_PASSWORD = True, True, "Demo-2026-zhan"
    monkeypatch.setitem(district.SIZES, "tiny", tiny)
    monkeypatch.setattr(petitions, "STORIES", {})  # cases have tests of their own

    def run(size="tiny"):
        return load(size, at=NOW, say=lambda line: None)

    return run


def as_city():
    return make.as_(found("cityofficer"))


def test_everybody_is_in_through_imports(demo):
    assert demo() == "演示数据已装入：70 人。"
    with as_city():
        people = Person.objects.all()
        assert people.count() == 73
        assert people.filter(import_batch=None).count() == 3
        assert people.filter(is_unplaced=True, office_id="990101001").count() == 5
        assert people.filter(office_id="990101001002").count() == 20
        assert Identity.objects.values("person").distinct().count() == 73
        assert RowChange.objects.filter(table="registry_person", op="I").count() == 73
        events = set(AuditEvent.objects.values_list("event", flat=True))
    assert {"IMPORT_UPLOADED", "IMPORT_READ", "IMPORT_COMMITTED", "PERSON_REGISTERED", "OFFICES_IMPORTED"} <= events


def test_work_waits_for_everybody(demo):
    """Plaques hang, and one of everything that waits: exchange, loss, requests, moves, a pair of dossiers."""
    demo()
    with as_city():
        states = Counter(Plaque.objects.values_list("state", flat=True))
        assert states["HUNG"] >= 20 and (states["EXCHANGE"], states["LOST"]) == (1, 1) and states["HELD"] >= 1
        assert not Identity.objects.filter(standing="CLAIMED", office_id="990102001001").exists()
        assert sorted(Move.objects.values_list("direction", "state")) == [("PULL", "OPEN"), ("PUSH", "OPEN")]
        assert sorted(ChangeRequest.objects.values_list("kind", "state")) == [
            ("HUKOU_TYPE", "PROPOSED"),
            ("NAME", "RETURNED"),
        ]
        assert Person.objects.filter(status="DECEASED").count() == 1
    with make.as_(found("town")):
        assert DuplicatePair.objects.filter(state="OPEN").count() == 1


def test_the_registry_of_the_demo_has_no_fault(demo, capsys):
    demo()
    call_command("verify_registry")
    assert capsys.readouterr().out == "没有发现问题。\n"


def test_benefits_wait_for_everybody(demo, monkeypatch):
    """People are paid, and a request, an account, a stop and a notice wait for their second person."""
    monkeypatch.setattr(entitled, "FEWEST", 1)
    demo()
    with make.as_(found("approver")):
        states = Counter(Enrolment.objects.values_list("state", flat=True))
        assert states["RETURNED"] <= 1 and sum(states.values()) >= 1
        paid = Enrolment.objects.filter(state="ACTIVE").values("person")
        assert not Enrolment.objects.filter(state="ACTIVE", approved_by=None).exists()
        assert AnnualConfirmation.objects.exclude(person__in=paid).count() == 0


def test_the_ledger_of_a_town_is_imported_by_its_head(demo):
    demo()
    heads = dict(User.objects.filter(role="HEAD").values_list("pk", "office_id"))
    with as_city():
        done = list(ImportBatch.objects.filter(state="COMMITTED"))
    assert [batch.created_by_id for batch in done] == [batch.committed_by_id for batch in done]
    assert [heads[batch.created_by_id] for batch in done] == [batch.office_id for batch in done]


def test_the_clerk_finds_a_workbook_with_five_faulty_rows(demo):
    demo()
    clerk = found("clerk")
    with working_as(clerk):
        batch = ImportBatch.objects.visible_to(clerk).get(file_name=WAITING)
        assert batch.state == "CHECKED"
        held = batch.rows.filter(state=ImportRow.State.HELD).order_by("number")
        assert [row.reasons[0] for row in held] == [
            "ID_BAD_CHECKSUM", "ID_MISSING", "DATE_ORDER", "CATEGORY_UNKNOWN", "DUP_IN_FILE",
        ]  # fmt: skip
        assert batch.rows.filter(state=ImportRow.State.OK).count() == 25


def test_the_counter_has_been_used(demo):
    demo()
    clerk = found("clerk")
    with working_as(clerk):
        [martyr] = Fallen.objects.visible_to(clerk)
        assert martyr.survivors.get().is_certificate_holder
        [referral] = AidReferral.objects.visible_to(clerk)
        assert (referral.state, referral.office_id) == ("OPEN", "990101")


def test_every_login_of_the_login_page_works(demo, client):
    demo()
    for login in DEMO_LOGINS:
        user = User.objects.get(username=login.username)
        assert (user.office_id, user.role, user.is_active) == (login.office, login.role, True)
        assert not user.must_change_password and user.password_changed_at
        assert user.check_password("Demo-2026-zhan")


def test_a_second_run_changes_nothing(demo):
    demo()
    with as_city():
        before = RowChange.objects.count(), AuditEvent.objects.count(), ImportBatch.objects.count()
    assert demo() == "演示数据已经在了，不用再装。"
    with as_city():
        assert (RowChange.objects.count(), AuditEvent.objects.count(), ImportBatch.objects.count()) == before


def test_another_size_is_left_out(demo):
    demo()
    assert "另一种规模" in demo("small")
    assert Office.objects.count() == len(list(tiny()))


def test_goes_on_after_an_interruption(demo, monkeypatch):
    commit, calls = imports.commit_batch, []

    def killed(**arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return commit(**arguments)

    monkeypatch.setattr(imports, "commit_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        demo()
    monkeypatch.setattr(imports, "commit_batch", commit)
    demo()
    with as_city():
        assert Person.objects.count() == 73
        states = sorted(ImportBatch.objects.values_list("state", flat=True))
    assert states == ["ABANDONED", "CHECKED", "COMMITTED", "COMMITTED"]


def test_refuses_outside_of_the_demo(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="演示数据库"):
        call_command("load_demo")
    with scope(Scope("app_admin")), transaction.atomic():
        assert not Office.objects.exists()

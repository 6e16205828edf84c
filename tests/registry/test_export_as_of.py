"""截至日期: a ledger told as it stood on a day is the ledger that was taken out on that day."""

import io
import time
from datetime import date

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions import imports, moves, people, plaques, status
from registry.actions.exports import export_later, export_ledger
from registry.exporting import as_of
from registry.models import Household, Identity, Person, Plaque
from tests import factories as make
from tests.registry.imports.running import run
from tests.registry.imports.test_plaque_ledgers import book, bring, line
from tests.registry.imports.workbooks import HEADER, number, sheet_of
from veterans_portal.accounts.models import AuditEvent, JobProgress
from veterans_portal.files import read_sealed

NOON = make.NOON
# several transactions, each with a moment of its own: only real commits have that
real = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])


def export(by, code, **over):
    given = {
        "code": code,
        "query": "",
        "form": "xlsx",
        "full": False,
        "reason": "",
        "by": by,
        "at": NOON,
        "today": make.TODAY,
    } | over
    with make.as_(by):
        return export_ledger(**given)


def lines(file) -> list[tuple]:
    """Everything below the subtitle, which names the moment of the export."""
    content = io.BytesIO(b"".join(read_sealed(file.stored_name)))
    return list(openpyxl.load_workbook(content).active.iter_rows(min_row=3, values_only=True))


LEDGERS = [
    ("people", ""),
    ("people", "status=ALL"),
    ("people", "office=990101001001&category=V02"),
    ("plaques", ""),
    ("plaques", "state=WALL"),
]


def all_of(by, **over) -> list:
    return [lines(export(by, code, query=query, **over)) for code, query in LEDGERS]


@pytest.fixture
def before(station, sibling_station, officer, tmp_path):
    """The registry of the day: people with services and households, plaques, a committed import."""
    one = make.person(station, by=officer, name="张卫东", categories=["V02", "51"], phone_alt="0734-8220001")
    make.service(one, by=officer)
    home = make.household(one, by=officer, book_no="H1")
    two = make.person(station, by=officer, name="李建国", id_number=make.id_number("19600101"), born="1960-01-01")
    make.household(two, by=officer)
    mover = make.person(station, by=officer, name="许春生", id_number=make.id_number("19620101"), born="1962-01-01")
    bring(
        book(tmp_path, line("A1", "罗旺", 31), line("A0", "罗旺", 31, "2018", "更换", closed="2019.5")),
        by=officer,
        commit=True,
        office=station,
    )
    batch = run(sheet_of(tmp_path / "y", [*HEADER, "人员类别", "是否悬挂光荣牌"], ["周戊", number(order=41), "退役士兵", "是"],
                         ["李建国", two.id_number, "残疾军人", ""]), by=officer, commit=True, office=station)  # fmt: skip
    return one, two, mover, home, batch


def change_everything(before, officer, head, sibling_station) -> None:
    """Edits, a new dossier, a death, a move, a plaque taken back, an import taken back: each in a transaction of its own."""
    one, two, mover, home, batch = before
    today = timezone.localdate()
    with make.as_(officer):
        version = Person.objects.get(pk=one.pk).row_version
        people.edit_person(person=one, changes={"phone": "10055500999", "address": "新址 9 号", "former_name": "张三"}, version=version,
                           by=officer, at=NOON)  # fmt: skip
    with make.as_(officer):
        version = Person.objects.get(pk=one.pk).row_version
        people.edit_person(person=one, changes={"phone": "10055500888"}, version=version, by=officer, at=NOON)
    with make.as_(officer):
        imports.undo_batch(batch=batch, by=officer, at=NOON)
    make.person(sibling_station, by=officer, name="后来人", id_number=make.id_number("19700101"), born="1970-01-01")
    with make.as_(officer):
        Identity.objects.filter(person=one, category="51").update(
            ended="2026-01", standing="ENDED", ended_reason="核减"
        )
        one.services.update(rank="班长")
    with make.as_(officer):
        moves.relocate_person(
            person=mover, to_office=sibling_station, moved_on="2026-08", reason="搬家", by=officer, at=NOON, today=today
        )
    hung = Plaque.objects
    with make.as_(officer):
        plaques.withdraw_plaque(plaque=hung.get(serial="A1"), reason="CRIME", decision_no="刑〔2026〕1 号", approver="王", by=officer, at=NOON,
                                today=today)  # fmt: skip
    with make.as_(officer):
        plaques.list_plaque(household=home, by=officer, at=NOON)
    with make.as_(officer):
        status.record_death(person=two, died="2026-06", reason="因病", by=officer, at=NOON, today=today)
        Household.objects.filter(pk=home.pk).update(book_no="H7", head_name="别人")


@real
def test_what_stood_then_is_what_was_taken_out_then(before, officer, town_head, sibling_station, monkeypatch):
    then = all_of(officer)
    time.sleep(0.01)
    moment = timezone.now()
    time.sleep(0.01)
    change_everything(before, officer, town_head, sibling_station)
    assert [one != other for one, other in zip(all_of(officer), then, strict=True)] == [True] * len(LEDGERS)
    monkeypatch.setattr(as_of, "end_of", lambda day: moment)
    assert all_of(officer, as_of=date(2026, 6, 30)) == then
    # and what was asked about a day leaves the registry as it is
    with make.as_(officer):
        assert Person.objects.get(name="张卫东").phone == "10055500888"
        kinds = set(AuditEvent.objects.filter(event="LEDGER_EXPORTED").values_list("facts__as_of", flat=True))
    assert kinds == {None, "2026-06-30"}


@real
def test_another_branch_sees_its_own_past_only(
    before, officer, foreign_clerk, sibling_clerk, sibling_station, town_head, monkeypatch
):
    moment = timezone.now()
    time.sleep(0.01)
    change_everything(before, officer, town_head, sibling_station)
    monkeypatch.setattr(as_of, "end_of", lambda day: moment)
    for reader in (foreign_clerk, sibling_clerk):  # who came to the sibling later was not there then
        assert lines(export(reader, "people", query="status=ALL", as_of=date(2026, 6, 30)))[1][:2] == ("合计", "0 人")


@real
def test_before_the_first_entry_there_is_nothing(before, officer):
    assert lines(export(officer, "people", query="status=ALL", as_of=date(2001, 1, 1)))[1][:2] == ("合计", "0 人")
    file = export(officer, "plaques", as_of=date(2001, 1, 1))
    content = io.BytesIO(b"".join(read_sealed(file.stored_name)))
    assert "截至：2001-01-01" in openpyxl.load_workbook(content).active["A2"].value
    with make.as_(officer), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname = 'registry_person'")
        assert cursor.fetchone() == (0,)


def test_a_day_to_come_and_other_ledgers_are_refused(officer, client):
    with pytest.raises(ValidationError, match="截至日期晚于今天"):
        export(officer, "people", as_of=date(2027, 1, 1))
    with pytest.raises(ValidationError, match="不能按截至日期导出"):
        export(officer, "moves", as_of=date(2026, 1, 1))
    client.force_login(officer)
    given = {"form": "xlsx", "full": "masked", "filter": "", "as_of_year": "2030", "as_of_month": "1", "as_of_day": "1"}
    answer = client.post(reverse("registry:ledger-export", args=["people"]), given)
    assert answer.status_code == 422 and "截至日期" in answer.content.decode()


def test_the_end_of_a_day_is_the_next_midnight_here():
    assert as_of.end_of(date(2026, 6, 30)).isoformat() == "2026-07-01T00:00:00+08:00"


@pytest.fixture
def plumbing():
    """The second connection, on which progress is written; closed again, or the test database cannot be dropped."""
    yield
    connections["plumbing"].close()


@real
def test_the_worker_knows_the_day(plumbing, before, client, officer, settings):
    settings.EXPORT_INLINE_ROWS = 0
    client.force_login(officer)
    given = {
        "form": "csv",
        "full": "masked",
        "filter": "state=WALL",
        "as_of_year": "2001",
        "as_of_month": "1",
        "as_of_day": "2",
    }
    client.post(reverse("registry:ledger-export", args=["plaques"]), given)
    export_later.func(*DBTaskResult.objects.get().args_kwargs["args"])
    job = JobProgress.objects.get()
    content = b"".join(client.get(job.result_url).streaming_content).decode("utf-8-sig")
    assert (
        (job.state, job.subject) == ("DONE", "光荣牌台账") and "截至：2001-01-02" in content and "合计,0 块" in content
    )

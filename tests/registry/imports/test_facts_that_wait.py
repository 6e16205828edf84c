"""Facts that money hangs on become change requests, plaque columns hang plaques, namesakes become pairs."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.actions import changes, import_rows, imports
from registry.models import ChangeRequest, DuplicatePair, Household, HouseholdMember, Move, Person, Plaque, Service
from tests import factories as make
from tests.registry.imports.running import counts, reasons, rows_of, run
from tests.registry.imports.workbooks import HEADER, number, sheet_of
from veterans_portal.accounts.models import AuditEvent

NOON = make.NOON
real = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])


@pytest.fixture
def head(town_head, station, sibling_station):
    return town_head


def book(tmp_path, header, *rows):
    return sheet_of(tmp_path / "x", header, *rows)


def confirmed(station, *, head, officer, code="42", **over):
    """A dossier on which money hangs."""
    values = {"name": "张一", "id_number": number(), "hukou_type": "URBAN"} | over
    person = make.person(station, by=head, categories=(), **values)
    with make.as_(officer):
        make.identity(person, code, by=head, standing="CONFIRMED", confirmed_by=officer, confirmed_at=NOON)
    return person


def asked(user) -> list[tuple]:
    with make.as_(user):
        rows = ChangeRequest.objects.visible_to(user).live().order_by("pk")
        return [(one.kind, json.loads(one.before), json.loads(one.after), one.state) for one in rows]


def test_a_locked_fact_becomes_a_request_and_the_rest_goes_in(head, officer, approver, station, tmp_path, as_):
    person = confirmed(station, head=head, officer=officer)
    path = book(tmp_path, [*HEADER, "户籍类别", "联系电话", "现住址"], ["张一", number(), "农业", "10055500001", ""])
    batch = run(path, by=head, commit=True)
    assert counts(batch) == {"COMMITTED": 1}
    assert asked(head) == [("HUKOU_TYPE", {"hukou_type": "URBAN"}, {"hukou_type": "RURAL"}, "PROPOSED")]
    with as_(head):
        person.refresh_from_db()
        assert (person.hukou_type, person.phone, person.address) == (
            "URBAN",
            "10055500001",
            "新荷社区 3 网格 12 栋 402",
        )
        request = ChangeRequest.objects.get()
        assert (request.proposed_by_id, request.import_row.number) == (head.pk, 2) and "第 2 行" in request.reason
        assert AuditEvent.objects.get(event="IMPORT_COMMITTED").facts["written"] == {"UPDATE": 1, "REQUESTS": 1}
    with as_(approver):
        changes.approve_change(request=request, by=approver, at=NOON, today=make.TODAY)
        person.refresh_from_db()
    assert person.hukou_type == "RURAL"


def test_the_same_file_asks_once(head, officer, station, tmp_path):
    confirmed(station, head=head, officer=officer)
    path = book(tmp_path, [*HEADER, "户籍类别"], ["张一", number(), "农业"])
    run(path, by=head, commit=True)
    assert counts(run(path, by=head, commit=True)) == {"COMMITTED": 1} and len(asked(head)) == 1
    assert rows_of(run(path, by=head), by=head)[2].plan.outcome == "UNCHANGED"


def test_dates_of_a_service_wait_as_well(head, officer, approver, station, tmp_path, as_):
    person = confirmed(station, head=head, officer=officer)
    service = make.service(person, by=head, enlisted="1974", discharged="1978-03", branch="")
    run(
        book(tmp_path, [*HEADER, "入伍时间", "退役时间", "军种"], ["张一", number(), "1974.12", "1978.3", "海军"]),
        by=head,
        commit=True,
    )
    assert asked(head) == [("SERVICE_DATES", {"enlisted": "1974", "discharged": "1978-03"},
                            {"enlisted": "1974-12", "discharged": "1978-03"}, "PROPOSED")]  # fmt: skip
    with as_(approver):
        service.refresh_from_db()
        assert (service.enlisted, service.branch) == ("1974", "海军")
        changes.approve_change(request=ChangeRequest.objects.get(), by=approver, at=NOON, today=make.TODAY)
        service.refresh_from_db()
    assert service.enlisted == "1974-12"


def test_a_new_service_goes_in_without_its_dates(head, officer, station, tmp_path, as_):
    confirmed(station, head=head, officer=officer)
    path = book(tmp_path, [*HEADER, "入伍时间", "军种"], ["张一", number(), "1974.12", "海军"])
    run(path, by=head, commit=True)
    with as_(head):
        service = Service.objects.get()
        assert (service.enlisted, service.branch) == ("", "海军")
        assert ChangeRequest.objects.get().target == f"service:{service.pk}"
    assert rows_of(run(path, by=head), by=head)[2].plan.outcome == "UNCHANGED"


def test_injury_and_converted_years_follow_the_ledger_where_nothing_is_locked(head, officer, station, tmp_path, as_):
    free = make.person(station, by=head, name="李二", id_number=number(order=3), categories=["11", "81"])
    with as_(head):
        free.identities.filter(category="11").update(injury_grade=7, injury_nature="DUTY")
    locked = confirmed(station, head=head, officer=officer, code="11")
    with as_(head):
        locked.identities.update(injury_grade=7, injury_nature="DUTY")
    header = [*HEADER, "伤残等级", "伤残性质", "折算年限", "优抚证书编号"]
    batch = run(book(tmp_path, header, ["李二", number(order=3), "六级", "因公", 3, ""], ["张一", number(), "六级", "因公", "", "湘军1"]),
                by=head, commit=True)  # fmt: skip
    with as_(head):
        assert set(free.identities.values_list("category_id", "injury_grade", "conscript_years")) == {
            ("11", 6, None),
            ("81", None, 3),
        }
        assert locked.identities.values_list("injury_grade", "certificate_no").get() == (7, "湘军1")
    assert asked(head)[0][:3] == (
        "IDENTITY_CHANGE",
        {"started": "", "injury_nature": "DUTY", "injury_grade": "7", "certificate_no": ""},
        {"started": "", "injury_nature": "DUTY", "injury_grade": "6", "certificate_no": ""},
    )
    with as_(head):
        imports.undo_batch(batch=batch, by=head, at=NOON)
        assert set(free.identities.values_list("injury_grade", "conscript_years")) == {(7, None), (None, None)}
        assert locked.identities.get().certificate_no == ""


@pytest.mark.parametrize(("answer", "kept"), [("REQUEST", "张一"), ("TAKE", "张一"), ("KEEP", "张一")])
def test_a_name_is_kept_or_asked_for(head, officer, station, tmp_path, as_, answer, kept):
    person = confirmed(station, head=head, officer=officer)
    batch = run(book(tmp_path, HEADER, ["张乙", number()]), by=head)
    assert reasons(rows_of(batch, by=head)[2]) == ["NAME_DIFFERS"]
    with as_(head):
        fixed = import_rows.fix_row(
            row=batch.rows.get(), fixes={}, answers={"name": answer}, confirmed=set(), by=head, at=NOON
        )
        assert not fixed.is_held
        imports.commit_batch(batch=batch, by=head, at=NOON)
        person.refresh_from_db()
    assert person.name == kept
    wanted = [] if answer == "KEEP" else [("NAME", {"name": "张一"}, {"name": "张乙"}, "PROPOSED")]
    assert asked(head) == wanted


def test_somebody_who_is_being_moved_is_not_asked_about(head, officer, station, sibling_station, tmp_path, as_):
    person = confirmed(station, head=head, officer=officer)
    with as_(head):
        Move.objects.create(office=station, person=person, from_office=station, to_office=sibling_station, direction="PUSH",
                            moved_on="2026-08", created_at=NOON, created_by=head)  # fmt: skip
    row = rows_of(run(book(tmp_path, [*HEADER, "户籍类别"], ["张一", number(), "农业"]), by=head), by=head)[2]
    assert reasons(row) == ["CONSTRAINT"] and "先办结" in row.reasons[0].detail


def test_undo_withdraws_what_was_asked(head, officer, station, tmp_path, as_):
    confirmed(station, head=head, officer=officer)
    batch = run(
        book(tmp_path, [*HEADER, "户籍类别", "联系电话"], ["张一", number(), "农业", "10055500001"]),
        by=head,
        commit=True,
    )
    with as_(head):
        imports.undo_batch(batch=batch, by=head, at=NOON)
        assert AuditEvent.objects.get(event="IMPORT_UNDONE").facts["withdrawn"] == 1
    assert asked(head)[0][3] == "WITHDRAWN"


@real
def test_undo_is_refused_once_a_request_was_approved(head, officer, approver, station, tmp_path, as_):
    confirmed(station, head=head, officer=officer)
    batch = run(book(tmp_path, [*HEADER, "户籍类别"], ["张一", number(), "农业"]), by=head, commit=True)
    with as_(approver):
        changes.approve_change(request=ChangeRequest.objects.get(), by=approver, at=NOON, today=make.TODAY)
    with as_(head), pytest.raises(ValidationError, match="第 2 行（新的修改）"):
        imports.undo_batch(batch=batch, by=head, at=NOON)


@real
def test_a_request_that_was_sent_back_does_not_hold_the_undo(head, officer, approver, station, tmp_path, as_):
    confirmed(station, head=head, officer=officer)
    batch = run(book(tmp_path, [*HEADER, "户籍类别"], ["张一", number(), "农业"]), by=head, commit=True)
    with as_(approver):
        changes.return_change(request=ChangeRequest.objects.get(), note="请附户口簿", by=approver, at=NOON)
    with as_(head):
        imports.undo_batch(batch=batch, by=head, at=NOON)
    assert asked(head)[0][3] == "WITHDRAWN"


def test_questions_do_not_grow_with_the_requests(head, officer, station, tmp_path):
    counted = []
    for start, size in ((1, 2), (101, 12)):
        orders = range(start, start + 2 * size, 2)
        for order in orders:
            confirmed(station, head=head, officer=officer, id_number=number(order=order), name="张一")
        path = book(tmp_path, [*HEADER, "户籍类别"], *(["张一", number(order=order), "农业"] for order in orders))
        with CaptureQueriesContext(connection) as queries:
            run(path, by=head, commit=True)
        counted.append(len(queries))
    assert len(asked(head)) == 14 and counted[0] == counted[1]


# ---- the plaque columns of a people ledger ------------------------------------------------------------------------------

WITH_PLAQUE = [*HEADER, "人员类别", "现住址", "户号", "户主", "是否悬挂光荣牌", "悬挂光荣牌时间", "悬挂地址"]


def test_a_plaque_hangs_where_the_household_has_none(head, station, tmp_path, as_):
    hung = make.household(make.person(station, by=head, name="罗旺", id_number=number(order=21)), by=head)
    with as_(head):
        Plaque.objects.create(household=hung, office=station, state="HUNG", hung="2019-05-01", place="DOOR", signer="罗", created_at=NOON,
                              created_by=head)  # fmt: skip
    path = book(
        tmp_path, WITH_PLAQUE,
        ["张一", number(order=1), "退役士兵", "1 栋", "", "", "是", "2019.5", ""],
        ["李二", number(order=3), "退役士兵", "2 栋", "H1", "李二", "是", "2019.6", "村口 3 号"],
        ["李三", number(order=5), "烈士遗属", "2 栋", "H1", "李二", "是", "2019.6", ""],
        ["王五", number(order=7), "退役士兵", "3 栋", "", "", "否", "", ""],
        ["罗旺", number(order=21), "", "", "", "", "是", "2019.5", ""],
        ["罗旺", number(order=21), "", "", "", "", "是", "2020.5", ""],
    )  # fmt: skip
    batch = run(path, by=head, commit=True)
    with as_(head):
        rows = Plaque.objects.filter(source="IMPORT").order_by("hung", "pk")
        assert [(one.holder.name, one.state, one.hung, one.bases, one.mode, one.address) for one in rows] == [
            ("张一", "HUNG", "2019-05", ["V02"], "AUTO", "1 栋"), ("李二", "HUNG", "2019-06", ["V02"], "AUTO", "村口 3 号"),
        ]  # fmt: skip
        assert Household.objects.get(head_name="张一").members.get().person.name == "张一"
        assert Plaque.objects.count() == 3 and HouseholdMember.objects.filter(person__name="王五").count() == 0
    assert counts(run(path, by=head)) == {"UNCHANGED": 5, "HELD": 1}
    # a second file says so, with another day for what hangs already
    again = run(book(tmp_path, WITH_PLAQUE, ["罗旺", number(order=21), "", "", "", "", "是", "2020.5", ""]), by=head)
    row = rows_of(again, by=head)[2]
    assert row.plan.outcome == "UNCHANGED" and "PLAQUE_DIFFERS" in [issue.code for issue in row.warnings]
    with as_(head):
        imports.undo_batch(batch=batch, by=head, at=NOON)
        assert (Plaque.objects.live().count(), Household.objects.live().count(), Person.objects.live().count()) == (
            1,
            1,
            1,
        )


def test_the_group_of_a_household_follows_the_ledger(head, station, tmp_path, as_):
    person = make.person(station, by=head, name="张一", id_number=number())
    home = make.household(person, by=head, book_no="H1", group_name="一组")
    batch = run(book(tmp_path, [*HEADER, "户号", "村民组"], ["张一", number(), "H1", "二组"]), by=head, commit=True)
    with as_(head):
        home.refresh_from_db()
        assert (home.group_name, home.row_version) == ("二组", 2)
        imports.undo_batch(batch=batch, by=head, at=NOON)
        home.refresh_from_db()
    assert home.group_name == "一组"


# ---- people who may be one ----------------------------------------------------------------------------------------------


def test_namesakes_of_one_birthday_become_a_pair(head, station, tmp_path, as_):
    known = make.person(station, by=head, name="张一", id_number=number(order=1))
    make.person(station, by=head, name="李二", id_number=number(order=21))
    path = book(
        tmp_path,
        HEADER,
        ["张一", number(order=3)],
        ["王五", number(order=5)],
        ["王五", number(order=7)],
        ["周六", number(order=9)],
    )
    batch = run(path, by=head, commit=True)
    with as_(head):
        pairs = DuplicatePair.objects.visible_to(head).live().order_by("first__name")
        assert sorted((one.first.name, one.second.name, one.rule, one.state) for one in pairs) == [
            ("张一", "张一", "NAME_BIRTH", "OPEN"), ("王五", "王五", "NAME_BIRTH", "OPEN"),
        ]  # fmt: skip
        assert known in [pair.first for pair in pairs]
        imports.undo_batch(batch=batch, by=head, at=NOON)
        assert not DuplicatePair.objects.live().exists()

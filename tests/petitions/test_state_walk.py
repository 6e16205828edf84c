"""Any order of deeds keeps a case whole; whoever is barred sees it nowhere."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from petitions.actions import (
    closing,
    correcting,
    delivering,
    extending,
    handling,
    objecting,
    recusing,
    routing,
    voiding,
)
from petitions.case_lists import conditions
from petitions.models import Assignment, Notice, Petition
from petitions.workflow import State, open_verbs, targets_of
from tests import factories as make
from tests.conftest import DRILL
from tests.petitions import factories as case
from tests.petitions.further import REASON, events

FIXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
WALKS, BARRED = (200, 50) if DRILL else (50, 15)
START = date(2026, 3, 3)


@pytest.fixture
def city(db):
    return case.bureau("9901")


@pytest.fixture
def people(city):
    return case.bureau()


def void_latest(*, petition, **who):
    notice = Notice.objects.filter(petition=petition, voided_on=None).exclude(issued_on=None).order_by("pk").last()
    if notice is None:
        raise ValidationError("没有文书。")
    return voiding.void_notice(petition=petition, notice=notice, reason="有误", **who)


def deeds(petition, people, city, day):
    """Return {verb: (who, action, arguments)}: right in themselves, whether or not the state allows them."""
    sent = {"mode": "FACE", "sent_on": day, "received_on": day}
    body = {1: {"route": "N", "competent_body": "区水务局"}}
    return {
        "transfer": (city.sorter, routing.transfer, {"kind": "FORWARD", "to_office": people.office, "reason": "属区局"}),
        "sign_for": (people.sorter, routing.sign_for, {}),
        "recall": (city.sorter, routing.recall, {"reason": "误转"}),
        "object": (people.sorter, objecting.object_to, {"text": REASON}),
        "rule_objection": (city.sorter, objecting.rule_objection, {"ruling": "UPHELD" if day.day % 2 else "DISMISSED", "text": "经核实"}),
        "accept": (None, routing.accept, {"routes": {1: {"route": "R6"}}, "accepted_on": day}),
        "propose_closing": (None, closing.propose_closing, {"kind": "TOLD", "text": "不属职权", "routes": body}),
        "send_out": (None, closing.send_out, {"to_name": "区军休所", "reason": "属军休"}),
        "assign": (None, handling.assign, {"section": ""}),
        "record": ("handler", handling.record, {"kind": "HEARD" if day.day % 2 else "INVESTIGATED", "on_date": day, "text": "属实"}),
        "apply_extension": ("handler", extending.apply_extension, {"days": 10, "reason": "调档"}),
        "rule_extension": ("leader", extending.rule_extension, {"is_approved": True, "text": ""}),
        "submit_reply": ("handler", handling.submit_reply, {"matters": {1: case.REASONED}}),
        "return_draft": ("leader", handling.return_draft, {"reason": "补充依据"}),
        "approve": ("leader", handling.approve, {}),
        "deliver": (None, delivering.deliver, {"fields": sent}),
        "void_waiting": ("leader", void_latest, {}),
        "follow_up": (None, delivering.follow_up, {"fields": {"called_on": day, "reached": True}}),
        "close": (None, delivering.close, {}),
        "correct": (None, correcting.correct, {"field": "channel_text", "value": f"来信{day}", "reason": "补记"}),
    }  # fmt: skip


def holder(petition, people, city):
    return city if petition.office_id == "9901" else people


def try_deed(name, petition, people, city, day) -> bool:
    """Do one deed; tell whether it was done."""
    team = holder(petition, people, city)
    who, action, values = deeds(petition, people, city, day)[name]
    by = team.sorter if who is None else getattr(team, who) if isinstance(who, str) else who
    if name == "assign":
        values = values | {"office": team.office, "officer": team.handler}
    try:
        case.do(action, petition, by=by, day=day, **values)
    except (ValidationError, PermissionDenied, Petition.DoesNotExist):
        return False
    return True


@pytest.fixture
def petition(people, city):
    """The case from which every walk starts: registered once, and put back by each walk's savepoint."""
    return case.registered(city.sorter, received_on=START, registered_on=START)


@settings(FIXED, max_examples=WALKS)
@given(data=st.data())
def test_any_sequence_of_deeds_keeps_a_case_whole(people, city, petition, data):
    sid = transaction.savepoint()
    try:
        walk(petition, people, city, data)
    finally:
        transaction.savepoint_rollback(sid)


def walk(petition, people, city, data) -> None:
    names = sorted(deeds(petition, people, city, START))
    before, heard = case.again(petition, city.sorter), events(petition, city.sorter)
    for step in range(1, data.draw(st.integers(1, 6)) + 1):
        fitting = [name for name in open_verbs(before.state) if name in names]
        name = data.draw(st.sampled_from(fitting if fitting and data.draw(st.integers(0, 5)) else names))
        done = try_deed(name, before, people, city, START + timedelta(days=step))
        after, said = case.again(petition, city.sorter), events(petition, city.sorter)
        assert len(said) - len(heard) == int(done), (name, said)
        assert (after.row_version - before.row_version) == int(done)
        if after.state != before.state:
            assert after.state in targets_of(name), (name, before.state, after.state)
        closed = (bool(after.closing_kind), bool(after.closed_on), bool(after.closed_by_id))
        assert set(closed) == {after.state == State.CLOSED}
        assert after.turn_office_id in ("9901", people.office.pk)
        before, heard = after, said
    with make.as_(city.sorter):
        assert Assignment.objects.filter(petition=petition, role="LEAD", ended_on=None).count() <= 1


@settings(FIXED, max_examples=BARRED)
@given(data=st.data())
def test_whoever_is_barred_sees_it_in_no_list_and_everybody_elses_figures_agree(people, city, data):
    sid = transaction.savepoint()
    everybody = [people.sorter, people.handler, people.leader, city.sorter, city.leader]
    made = []
    for _ in range(data.draw(st.integers(1, 3))):
        reported = data.draw(st.sets(st.sampled_from(range(4)), max_size=2)) - {3}
        one = case.registered(city.sorter, respondents=[{"user": everybody[n]} for n in reported])
        barred = {everybody[n].pk for n in reported}
        if data.draw(st.booleans()):
            case.do(
                routing.transfer,
                one,
                by=city.sorter,
                day="2026-03-04",
                kind="FORWARD",
                to_office=people.office,
                reason="属区局",
            )
        if data.draw(st.booleans()):
            user = data.draw(st.sampled_from(everybody[:3]))
            with make.as_(city.sorter):
                recusing.note_system_recusal(petition=one, user=user, by=city.sorter, at=case.at("2026-03-05"))
            barred.add(user.pk)
        made.append((one, barred))
    for user in everybody:
        with make.as_(user):
            seen = set(Petition.objects.visible_to(user).values_list("pk", flat=True))
            listed = sum(
                Petition.objects.visible_to(user).filter(conditions(user)[tab]).count() for tab in ("open", "closed")
            )
        assert [one.number for one, barred in made if user.pk in barred and one.pk in seen] == []
        assert listed == len(seen)
        if user in (city.sorter, city.leader):
            assert {one.pk for one, barred in made if user.pk not in barred} <= seen
    transaction.savepoint_rollback(sid)

"""More days for a hard case: once, up to thirty, by somebody else, before the last day."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from petitions import queues
from petitions.actions import delivering, extending, handling
from petitions.models import Extension, Notice
from tests import factories as make
from tests.house.test_query_counts import count
from tests.petitions import factories as case
from tests.petitions.further import clocks, events


@pytest.fixture
def people(db):
    return case.bureau()


def ask(petition, people, *, days=30, day="2026-04-20"):
    return case.do(
        extending.apply_extension, petition, by=people.handler, day=day, days=days, reason="须向原部队调取档案"
    )


def rule(petition, people, *, day="2026-04-21", is_approved=True, text="", by=None):
    return case.do(
        extending.rule_extension, petition, by=by or people.leader, day=day, is_approved=is_approved, text=text
    )


def test_thirty_days_more_move_the_answer_and_tell_the_petitioner(people):
    petition = case.handling_(people)
    assert clocks(petition, people.handler)["ANSWER"].due_on == date(2026, 5, 9)
    ask(petition, people)
    asked = rule(petition, people)
    clock = clocks(petition, people.handler)["ANSWER"]
    assert (clock.base_due_on, clock.due_on, clock.extension_days) == (date(2026, 5, 9), date(2026, 6, 8), 30)
    with make.as_(people.handler):
        told = Notice.objects.visible_to(people.handler).get(pk=asked.notice_id)
    assert (told.kind, told.drafted_by_id, told.approved_by_id) == ("N09", people.handler.pk, people.leader.pk)
    assert told.document_number and told.sha256
    assert events(petition, people.handler)[-2:] == ["EXTENSION_APPLIED", "EXTENSION_APPROVED"]


def test_too_many_days_are_refused_by_rule_action_and_table(people):
    petition = case.handling_(people)
    with pytest.raises(ValidationError, match="延长不得超过 30 日"):
        ask(petition, people, days=31)
    with make.as_(people.handler), pytest.raises(IntegrityError, match="extension_days_1_to_30"), transaction.atomic():
        Extension.objects.create(petition=petition, cycle=1, days=31, reason="x", applied_by=people.handler,
                                 applied_on=date(2026, 4, 1), created_at=make.NOON, created_by=people.handler)  # fmt: skip


def test_the_table_refuses_a_second_approved_one_in_a_round(people):
    petition = case.handling_(people)
    ask(petition, people, days=10)
    rule(petition, people)
    with (
        make.as_(people.handler),
        pytest.raises(IntegrityError, match="extension_one_approved_per_cycle"),
        transaction.atomic(),
    ):
        Extension.objects.create(petition=petition, cycle=1, days=10, reason="x", applied_by=people.handler, applied_on=date(2026, 4, 22),
                                 is_approved=True, ruled_by=people.leader, ruled_on=date(2026, 4, 23), created_at=make.NOON,
                                 created_by=people.handler)  # fmt: skip


def test_each_move_of_the_last_day_is_told_on_the_page(page, client, people):
    petition = case.handling_(people)
    url = reverse("petitions:case", args=[petition.pk])
    client.force_login(people.handler)
    assert not page(url, as_=people.handler).select(".deadline details")
    before = count(client, url)
    ask(petition, people)
    rule(petition, people)
    shown = page(url, as_=people.handler).select_one(".deadline details")
    assert "期限变动 1 次" in shown.text
    assert "2026年5月9日改为2026年6月8日，批准延期 30 日" in shown.text
    assert count(client, url) == before <= 12


def test_a_second_one_in_a_round_is_refused_and_a_refused_one_does_not_count(people):
    petition = case.handling_(people)
    ask(petition, people, days=10)
    rule(petition, people, is_approved=False, text="尚不复杂")
    assert clocks(petition, people.handler)["ANSWER"].due_on == date(2026, 5, 9)
    ask(petition, people, days=10)
    rule(petition, people)
    with pytest.raises(ValidationError, match="本轮已延长一次"):
        ask(petition, people, days=10)
    assert events(petition, people.handler)[-4:] == ["EXTENSION_APPLIED", "EXTENSION_REFUSED", "EXTENSION_APPLIED",
                                                     "EXTENSION_APPROVED"]  # fmt: skip


def test_it_is_ruled_up_to_the_last_day_and_never_after(people):
    early = {"received_on": date(2026, 8, 1), "registered_on": date(2026, 8, 1)}
    on_time = case.registered(people.sorter, **early)
    late = case.registered(people.sorter, **early)
    for petition in (on_time, late):
        case.accept(petition, people, day="2026-08-03")
        case.do(
            handling.assign,
            petition,
            by=people.sorter,
            day="2026-08-04",
            office=people.office,
            section="",
            officer=people.handler,
        )
        ask(petition, people, day="2026-09-28")
        assert clocks(petition, people.handler)["ANSWER"].due_on == date(2026, 10, 2)
    rule(on_time, people, day="2026-10-02")
    assert clocks(on_time, people.handler)["ANSWER"].due_on == date(2026, 11, 1)
    with pytest.raises(ValidationError, match="已超过办理期限，不能再延长"):
        rule(late, people, day="2026-10-03")
    assert clocks(late, people.handler)["ANSWER"].extension_days == 0


@pytest.mark.parametrize(("sent", "is_in_time"), [("2026-10-02", True), ("2026-10-03", False)])
def test_an_answer_is_in_time_by_the_day_it_was_sent(people, sent, is_in_time):
    early = {"received_on": date(2026, 8, 1), "registered_on": date(2026, 8, 1)}
    petition = case.registered(people.sorter, **early)
    case.accept(petition, people, day="2026-08-03")
    case.do(
        handling.assign,
        petition,
        by=people.sorter,
        day="2026-08-04",
        office=people.office,
        section="",
        officer=people.handler,
    )
    case.heard(petition, people, day="2026-08-20")
    case.do(handling.submit_reply, petition, by=people.handler, day="2026-09-29", matters={1: case.REASONED})
    case.do(handling.approve, petition, by=people.leader, day="2026-09-30")
    case.do(
        delivering.deliver,
        petition,
        by=people.handler,
        day=sent,
        fields={"mode": "REGISTERED", "sent_on": date.fromisoformat(sent)},
    )
    clock = clocks(petition, people.handler)["ANSWER"]
    assert (clock.fulfilled_on <= clock.due_on) is is_in_time


def test_whoever_asks_does_not_rule_and_strangers_do_not_ask(people):
    petition = case.handling_(people)
    with pytest.raises(ValidationError, match="本件不由你承办"):
        case.do(extending.apply_extension, petition, by=people.sorter, day="2026-04-20", days=5, reason="x")
    ask(petition, people)
    with pytest.raises(PermissionDenied):
        rule(petition, people, by=people.handler)
    with make.as_(people.leader):
        Extension.objects.filter(petition=petition).update(applied_by=people.leader)
    with pytest.raises(ValidationError, match="申请人不能审批自己的延期"):
        rule(petition, people)


def test_only_the_petition_procedure_has_days_to_extend(people):
    petition = case.handling_(people, routes={1: {"route": "R5"}})
    with pytest.raises(ValidationError, match="只有信访程序事项可以延长"):
        ask(petition, people)


def test_both_pages_say_what_it_comes_to(page, people):
    today = timezone.localdate()
    petition = case.registered(people.sorter, received_on=today, registered_on=today, at_=timezone.now())
    case.accept(petition, people, day=today)
    case.do(
        handling.assign, petition, by=people.sorter, day=today, office=people.office, section="", officer=people.handler
    )
    url = lambda name: reverse("petitions:case-deed", args=[petition.pk, name])  # noqa: E731
    assert page(reverse("petitions:case", args=[petition.pk]), as_=people.handler).find("a", string="申请延期")
    form = page(url("extension"), as_=people.handler)
    assert "每轮只能延长一次" in form.select_one(".confirm .note").text
    version = case.again(petition, people.handler).row_version
    refused = page(url("extension"), as_=people.handler, expect=422, row_version=version, days="31", reason="调档")
    assert "调档" in refused.text
    page(url("extension"), as_=people.handler, row_version=version, days="20", reason="须调档案")
    with make.as_(people.leader):
        assert [one.label for one in queues.entries(people.leader, today)] == ["审批延期"]
    shown = page(reverse("petitions:case", args=[petition.pk]), as_=people.leader)
    assert "下一步：审批延期" in shown.text
    assert "须调档案" in page(url("extension-ruling"), as_=people.leader).text
    page(url("extension-ruling"), as_=people.handler, expect=403)
    page(url("extension-ruling"), as_=people.leader, row_version=version + 1, ruling="yes", text="")
    assert clocks(petition, people.handler)["ANSWER"].extension_days == 20

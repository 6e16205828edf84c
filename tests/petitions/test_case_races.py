"""Two people on one case, with real commits: one wins, the other reads why; numbers come without gap or repeat."""

import uuid

import pytest

from petitions.actions import handling, registering, routing
from petitions.models import Notice, Petition
from tests import factories as make
from tests.petitions import factories as case
from tests.races import at_once

STALE = "本件已被更新，请刷新后再办。"
TWICE = "这件信访事项刚才已经登记，请勿重复提交。"
pytestmark = pytest.mark.django_db(transaction=True)


def deed(act, petition, by, day="2026-03-10", **values):
    version = case.again(petition, by).row_version
    return by, lambda: act(petition=petition, row_version=version, by=by, at=case.at(day), **values).pk


def test_of_two_acceptances_one_wins():
    people = case.bureau()
    petition = case.registered(people.sorter)
    given = {"routes": {1: {"route": "R6"}}, "accepted_on": case.fields()["received_on"]}
    results = at_once(*(deed(routing.accept, petition, who, **given) for who in (people.sorter, people.handler)))
    assert sorted(map(str, results)) == sorted([str(petition.pk), STALE])
    with make.as_(people.sorter):
        assert Notice.objects.visible_to(people.sorter).filter(petition=petition, kind="N01").count() == 1


def test_signing_for_and_recalling_at_once():
    people, counter = case.bureau(), case.station()
    petition = case.registered(counter.clerk)
    case.do(routing.hand_up, petition, by=counter.clerk, day="2026-03-04", to_office=people.office, reason="上报")
    results = at_once(
        deed(routing.sign_for, petition, people.sorter),
        deed(routing.recall, petition, counter.clerk, reason="已在本站办妥"),
    )
    assert sorted(isinstance(one, int) for one in results) == [False, True], results
    with make.as_(counter.clerk):
        found = Petition.objects.visible_to(counter.clerk).get(pk=petition.pk)
    # whoever won, the case is registered at exactly one place
    assert (found.state, found.office_id) in {("REGISTERED", people.office.pk), ("REGISTERED", counter.office.pk)}


def test_a_double_click_makes_one_case():
    counter, key = case.station(), uuid.uuid4()

    def click():
        return registering.register(fields=case.fields(), petitioners=[case.petitioner()], matters=[case.matter()],
                                    request_key=key, by=counter.clerk, at=case.at("2026-03-03")).petition.number  # fmt: skip

    results = at_once((counter.clerk, click), (counter.clerk, click))
    assert sorted(results) == sorted(["XH-2026-0001", TWICE])
    # the number of the click that lost is given to the next case
    assert case.registered(counter.clerk).number == "XH-2026-0002"


def test_twenty_approvals_at_once_give_twenty_numbers(monkeypatch):
    monkeypatch.setattr(
        "petitions.actions.papers.letter_pdf", lambda *_: b"%PDF-1.4"
    )  # how it is set has tests of its own
    people = case.bureau()
    cases = [case.submitted(people) for _ in range(20)]
    results = at_once(*(deed(handling.approve, one, people.leader, day="2026-04-02") for one in cases))
    assert sorted(results) == sorted(one.pk for one in cases)
    with make.as_(people.leader):
        numbers = Notice.objects.visible_to(people.leader).filter(kind="N10").values_list("number_no", flat=True)
        assert sorted(numbers) == list(range(1, 21))

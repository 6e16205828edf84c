"""The tables of the workflow: every state has an owner, whoever has to stand back."""

import pytest

from petitions.drawing import workflow_page
from petitions.models import Respondent
from petitions.turns import turn_of
from petitions.workflow import ALSO, PLACES, VERBS, State, open_verbs, targets_of
from tests import factories as make
from tests.petitions import factories as case
from veterans_portal.accounts.events import EVENTS
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import HOLDERS


def test_every_state_has_a_place_and_a_way_in_and_every_open_one_a_way_on():
    assert set(PLACES) == set(State)
    reached = {target for name in VERBS for target in targets_of(name)}
    assert reached == set(State)
    assert [
        state for state in State if state != State.CLOSED and not any(targets_of(v) for v in open_verbs(state))
    ] == []
    assert set(ALSO) <= set(VERBS)


def test_every_verb_has_somebody_who_may_do_it_and_an_event_with_a_name():
    assert [name for name, verb in VERBS.items() if verb.needs and not any(HOLDERS[need] for need in verb.needs)] == []
    assert [verb.event for verb in VERBS.values() if verb.event not in EVENTS] == []


STATES = {
    "REGISTERED": lambda people: case.registered(people.sorter),
    "ACCEPTED": case.accepted,
    "HANDLING": case.handling_,
    "AWAITING_APPROVAL": case.submitted,
    "TO_DELIVER": case.approved,
    "REPLIED": case.replied,
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_an_owner_also_when_the_person_is_barred(db, state):
    people = case.bureau()
    for role in ("CITY", "OFFICER", "APPROVER"):
        make.staff(make.office("9901"), role)
    petition = STATES[state](people)
    assert petition.state == state
    with make.as_(people.leader):
        free = turn_of(petition)
        assert free.office == people.office.pk
        for somebody in User.objects.filter(office_id=people.office.pk).only("pk"):
            Respondent.objects.create(petition=petition, user=somebody, created_at=make.NOON, created_by=people.leader)
        barred = turn_of(petition)
    # nobody is left at the district: the turn goes to the office above, where somebody may do what the step needs
    assert barred.office == "9901" and barred.user is None
    assert User.objects.filter(office_id="9901", role__in=HOLDERS[PLACES[State(state)].needs]).exists()


def test_the_drawing_in_the_documents_is_the_table(settings):
    drawn = (settings.BASE_DIR / "docs" / "petition_workflow.md").read_text("utf-8")
    assert drawn == workflow_page(), "run make docs"

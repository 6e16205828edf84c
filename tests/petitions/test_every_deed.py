"""No deed is open to somebody outside, and every deed says what it is called, what it asks and whom it allows."""

import pytest
from django.urls import reverse

from petitions.deeds import DEEDS
from petitions.models import Petition, Step
from petitions.next_steps import WHY
from petitions.review_deeds import REVIEW_DEEDS
from petitions.workflow import SIDE_VERBS, VERBS
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import events
from veterans_portal.accounts.events import EVENTS
from veterans_portal.accounts.permissions import HOLDERS


@pytest.fixture
def people(db):
    return case.bureau()


def test_a_post_from_outside_reaches_no_deed_and_changes_no_row(page, people):
    petition = case.handling_(people)
    sibling, above = case.bureau("990102"), make.staff(make.office("9901"), "OFFICER")
    before, trail = case.again(petition, people.sorter), events(petition, people.sorter)
    for name in DEEDS:
        url = reverse("petitions:case-deed", args=[petition.pk, name])
        for outsider in (sibling.sorter, sibling.leader, above):
            page(url, as_=outsider, expect=404, row_version=before.row_version)
    with make.as_(people.sorter):
        after = Petition.objects.visible_to(people.sorter).get(pk=petition.pk)
        steps = Step.objects.visible_to(people.sorter).filter(petition=petition).count()
    assert {f.attname: getattr(after, f.attname) for f in after._meta.concrete_fields} == {
        f.attname: getattr(before, f.attname) for f in before._meta.concrete_fields
    }
    assert events(petition, people.sorter) == trail and steps == 3


def test_a_supervisor_above_reads_and_only_urges(page, people):
    petition = case.registered(people.sorter)
    city = make.staff(make.office("9901"), "CITY")
    shown = page(reverse("petitions:case", args=[petition.pk]), as_=city)
    offered = {link["href"].rstrip("/").rsplit("/", 1)[1] for link in shown.select(".panel--next a")}
    assert offered == {"supervision", "recusal"}


def test_every_side_verb_has_an_event_and_somebody_who_may(people):
    assert [verb.event for verb in SIDE_VERBS.values() if verb.event not in EVENTS] == []
    assert [name for name, verb in SIDE_VERBS.items() if not any(HOLDERS[need] for need in verb.needs)] == []
    assert not set(SIDE_VERBS) & set(VERBS)
    named = {deed.verb for deed in (*DEEDS.values(), *REVIEW_DEEDS.values())}
    # what has no page of its own: registering, what a page does as its second choice, what a conclusion brings about
    assert set(VERBS) | set(SIDE_VERBS) == named | {
        "register",
        "return_draft",
        "return_review",
        "reopen_by_review",
        "void_waiting",
    }
    assert set(WHY) <= set(DEEDS)

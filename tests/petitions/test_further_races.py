"""Two people at once beside the plain way: one wins, the other reads why."""

import pytest

from petitions.actions import extending, handling, reviewing
from petitions.models import Extension, Review
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import clocks
from tests.petitions.test_case_races import STALE, deed
from tests.petitions.test_reviews import ask
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_extension_is_ruled_while_the_answer_is_submitted():
    people = case.bureau()
    petition = case.heard(case.handling_(people), people)
    case.do(extending.apply_extension, petition, by=people.handler, day="2026-04-20", days=10, reason="调档")
    version = case.again(petition, people.handler).row_version
    submit = {
        "petition": petition,
        "matters": {1: case.REASONED},
        "row_version": version,
        "by": people.handler,
        "at": case.at("2026-04-21"),
    }
    results = at_once(
        deed(extending.rule_extension, petition, people.leader, "2026-04-21", is_approved=True, text=""),
        (people.handler, lambda: len(handling.submit_reply(**submit))),
    )
    assert [str(one) for one in results].count(STALE) == 1
    with make.as_(people.leader):
        ruled = Extension.objects.visible_to(people.leader).get(petition=petition).is_approved
    assert clocks(petition, people.leader)["ANSWER"].extension_days == (10 if ruled else 0)


def test_two_examiners_take_one_review():
    city = case.bureau("9901")
    people = case.bureau()
    review = ask(case.replied(people), people)

    def take(by):
        return by, lambda: reviewing.take(review=review, row_version=1, by=by, at=case.at("2026-04-21")).examiner_id

    results = at_once(take(city.sorter), take(city.handler))
    with make.as_(city.leader):
        held = Review.objects.visible_to(city.leader).get(pk=review.pk)
    assert sorted(map(str, results)) == sorted([str(held.examiner_id), STALE])

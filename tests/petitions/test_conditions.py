"""The conditions of a row are asked in one question; the answer is the one each would give alone."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from petitions.models import Petition
from tests import factories as make
from tests.petitions import factories as case


@pytest.fixture
def petition(db):
    people = case.bureau()
    found = case.registered(people.sorter)
    with make.as_(people.sorter):
        yield found


def savepoints(row) -> int:
    with CaptureQueriesContext(connection) as asked:
        row.full_clean()
    return sum(one["sql"].startswith("SAVEPOINT") for one in asked)


def test_a_case_that_fits_is_asked_once(petition):
    rules = [one for one in Petition._meta.constraints if isinstance(one, models.CheckConstraint)]
    assert len(rules) > 8
    assert savepoints(petition) == 2  # the other is the condition of a number that is unique only where there is one


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"accepted_on": date(2026, 3, 2)}, "受理日期不能早于收到日期"),
        ({"people_count": 0}, "人数至少为 1"),
        ({"statement_mode": "ORAL"}, "口头反映须向信访人宣读并确认"),
        ({"closing_kind": "ANSWERED"}, "办结须写明方式、日期和办结人"),
    ],
)
def test_the_one_that_fails_says_its_own_sentence_and_no_other(petition, changes, sentence):
    for name, value in changes.items():
        setattr(petition, name, value)
    with pytest.raises(ValidationError) as refused:
        petition.full_clean()
    assert len(refused.value.messages) == 1 and sentence in refused.value.messages[0]


def test_several_that_fail_are_all_said(petition):
    petition.people_count, petition.statement_mode = 0, "ORAL"
    with pytest.raises(ValidationError) as refused:
        petition.full_clean()
    assert len(refused.value.messages) == 2


def test_a_column_that_is_wrong_by_itself_does_not_hide_the_others(petition):
    petition.state, petition.people_count = "NOWHERE", 0
    with pytest.raises(ValidationError) as refused:
        petition.full_clean()
    assert {"state", "__all__"} <= set(refused.value.message_dict)


def test_other_constraints_are_still_looked_at(petition):
    twin = Petition(
        **{f.attname: getattr(petition, f.attname) for f in Petition._meta.concrete_fields if f.name != "id"}
    )
    with pytest.raises(ValidationError, match="这个编号已经使用"):
        twin.full_clean()

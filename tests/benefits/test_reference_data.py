"""What ships with the portal is there after every migration, once, and nothing of it is published for a person."""

from datetime import date

import pytest

from benefits.models import PolicyRule, Programme, Standard, StandardNotice
from benefits.seeding import sync_policy
from tests import factories as make


def counts():
    return [model.objects.count() for model in (Programme, PolicyRule, StandardNotice, Standard)]


def test_loading_again_changes_nothing(officer):
    with make.as_(officer):
        before = counts()
        assert all(before)
        sync_policy()
        assert counts() == before


def test_the_national_tables_wait_for_a_person(officer):
    with make.as_(officer):
        notices = StandardNotice.objects.visible_to(officer)
        assert set(notices.values_list("state", flat=True)) == {"DRAFT"}
        assert notices.get(effective_from=date(2023, 8, 1)).doc_no == "退役军人部发〔2023〕39号"
        assert not Standard.objects.filter(source_mark="L").exists()


def test_a_rule_without_a_local_document_says_so(officer):
    with make.as_(officer):
        unconfirmed = PolicyRule.objects.visible_to(officer).filter(source_mark="U")
        assert unconfirmed.exists()
        assert all(one.citation for one in unconfirmed)


@pytest.mark.parametrize("code", ["DISABILITY", "RURAL60", "CONSCRIPT_FAMILY", "AID_EMERGENCY"])
def test_the_programmes_are_there(officer, code):
    with make.as_(officer):
        assert Programme.objects.visible_to(officer).get(pk=code).name

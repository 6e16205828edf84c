"""manage.py nightly: what is found and looked at while nobody is signed in."""

import io

import pytest
from django.core.management import call_command

from registry.models import DuplicatePair, Person
from tests import factories as make
from veterans_portal.accounts.models import RowChange

# the audit is verified as the owner of the tables, on a connection of its own
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])


def nightly(settings, *names) -> tuple[int, str]:
    settings.NIGHTLY = list(names) or settings.NIGHTLY
    out, code = io.StringIO(), 0
    try:
        call_command("nightly", stdout=out, stderr=out)
    except SystemExit as left:
        code = left.code
    return code, out.getvalue()


@pytest.fixture
def twins(station, sibling_station, foreign_station, officer):
    """Two dossiers of one man at two stations of a town, and his namesake of another birthday in another district."""
    one = make.person(station, by=officer, name="周长发")
    make.person(sibling_station, by=officer, name="周长发", id_number="", phone="", born=one.born)
    make.person(foreign_station, name="周长发", id_number="", phone="", born="1960-01-01")
    return one


def test_pairs_are_found_at_night_and_shown_to_whoever_may_decide(page, settings, twins, town_head):
    code, said = nightly(settings)
    assert code == 0 and "新发现 1 对疑似重复。" in said and "没有发现问题。" in said
    assert "周长发" in page("/registry/duplicates/", as_=town_head).text
    with make.as_(town_head):
        pair = DuplicatePair.objects.visible_to(town_head).get()
        assert (pair.office_id, pair.created_by_id, pair.rule) == ("990101001", None, "NAME_BIRTH")
    assert "新发现 0 对疑似重复。" in nightly(settings)[1]


def test_a_fault_is_named_and_the_rest_still_runs(settings, twins, officer):
    with make.as_(officer):
        Person.objects.filter(pk=twins.pk).update(initials=" xx")
        before = RowChange.objects.count()
    code, said = nightly(settings, "verify_registry")
    assert code == 1
    assert twins.ref in said and "（INITIALS）" in said and "需要查看：verify_registry。" in said
    assert "存证链" not in said and "条操作记录" in said and "资金台账没有发现问题。" in said
    with make.as_(officer):
        assert RowChange.objects.count() == before

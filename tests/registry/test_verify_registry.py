"""manage.py verify_registry finds what was planted, and nothing where nothing is wrong."""

import io

import pytest
from django.core.management import call_command

from registry.models import Card, Household, HouseholdMember, Identity, Person, Plaque
from tests import factories as make


def verify(user) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("verify_registry", by=user.username, stdout=out)
    except SystemExit as left:
        return left.code, out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def village(station, sibling_station, officer):
    one = make.person(station, by=officer, name="周长发", categories=["V02"])
    home = make.household(one, by=officer)
    with make.as_(officer):
        Plaque.objects.create(household=home, office_id=home.office_id, holder=one, state="HUNG", hung="2020", place="DOOR", signer="周",
                              bases=["V02"], created_at=make.NOON, created_by=officer)  # fmt: skip
    return one


def test_nothing_is_wrong(village, officer):
    assert verify(officer) == (0, "没有发现问题。\n")


FAULTS = {
    "DIGEST": lambda one: Person.objects.filter(pk=one.pk).update(id_digest=b"x" * 32),
    "INITIALS": lambda one: Person.objects.filter(pk=one.pk).update(initials=" xx"),
    "DETAIL": lambda one: Identity.objects.filter(person=one).update(detail="RURAL"),
    "OFFICE": lambda one: Person.objects.filter(pk=one.pk).update(office_id="990101001002"),
    "BASIS": lambda one: Identity.objects.filter(person=one).update(
        standing="ENDED", ended="2021", ended_reason="登记有误"
    ),
    "HEAD": lambda one: Household.objects.filter(members__person=one).update(head_pinyin="x"),
    "SEX": lambda one: Person.objects.filter(pk=one.pk).update(sex="F"),
    "BIRTH": lambda one: Person.objects.filter(pk=one.pk).update(born="1970"),
}


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_each_planted_fault_is_found(village, officer, code):
    with make.as_(officer):
        FAULTS[code](village)
        assert HouseholdMember.objects.filter(person=village).exists()
    status, text = verify(officer)
    assert status == 1
    assert f"（{'INITIALS' if code == 'HEAD' else code}）" in text
    assert "共 1 处需要核对。" in text


def test_several_faults_at_once_are_all_named(village, officer):
    with make.as_(officer):
        for code in ("DIGEST", "INITIALS", "DETAIL", "BASIS"):
            FAULTS[code](village)
        Card.objects.create(person=village, kind="VETERAN", state="ISSUED", issued_on=make.TODAY, signer="周", accepting_office=village.office,
                            applied_on=make.TODAY, state_since=make.TODAY, created_at=make.NOON, created_by=officer)  # fmt: skip
        Person.objects.filter(pk=village.pk).update(status="DECEASED", died="2026-01")
    text = verify(officer)[1]
    assert [f"（{code}）" in text for code in ("DIGEST", "INITIALS", "DETAIL", "BASIS", "CARD")] == [True] * 5
    assert "共 5 处需要核对。" in text


def test_a_merged_chain_is_found(village, station, officer):
    two, three = (make.person(station, by=officer, name=name) for name in ("周二", "周三"))
    with make.as_(officer):
        Person.objects.filter(pk=two.pk).update(status="MERGED", merged_into=village)
        Person.objects.filter(pk=three.pk).update(status="MERGED", merged_into=two)
    assert "（CHAIN）" in verify(officer)[1]

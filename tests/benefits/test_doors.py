"""Who reads and writes what: policy in its jurisdiction, people wherever they live now, a station its own lines."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction

from benefits import facts
from benefits.actions.anchor import refuse_level, step
from benefits.actions.batches import draft_batch
from benefits.models import Batch, Enrolment, Line, LineMonth, PayeeAccount, PolicyRule, Standard, StandardNotice
from benefits.workflow import FLOWS, START
from registry.models import Person
from tests import factories as make
from tests.benefits import factories as pay
from tests.races import at_once

SINCE = date(2026, 1, 1)


@pytest.fixture
def district(db, station):
    pay.paying_office()
    pay.combat_standard()
    return station


def moved_away(person, to):
    """Register a person at another station, as a decided move leaves her."""
    from registry.actions.moves import relocate_person

    above = make.staff(make.office("9901"), "OFFICER")
    with make.as_(above):
        return relocate_person(
            person=person,
            to_office=to,
            moved_on="2026-02-10",
            reason="随子女",
            by=above,
            at=pay.AT,
            today=date(2026, 3, 2),
        )


def test_the_old_district_pays_somebody_who_lives_elsewhere_now(district, officer, foreign_station):
    person = pay.beneficiary(district, name="赵长河")
    moved_away(person, foreign_station)
    with make.as_(officer):
        assert not Person.objects.filter(pk=person.pk).exists()
        assert not PayeeAccount.objects.filter(person=person).exists()
    batch = pay.drafted(officer)
    with make.as_(officer):
        line = Line.objects.get(batch=batch, kind="REGULAR")
        assert (line.person_id, line.office_id, line.payee_name) == (person.pk, district.code, "赵长河")


def test_the_door_opens_only_for_ones_own_paying_office(district, officer):
    pay.beneficiary(district)
    stranger = make.staff(make.office("990102"), "OFFICER")
    with make.as_(officer):
        assert len(facts.load_paid("990101", SINCE)) == 1
    with make.as_(stranger):
        assert facts.load_paid("990101", SINCE) == {}
        assert facts.load_enrolled("990101", SINCE) == {}
        assert facts.load_accounts("990101", SINCE) == {}
        assert facts.load_history("990101", SINCE, SINCE, 0) == {}


def test_a_month_that_one_district_paid_is_not_paid_by_the_other(district, officer, approver, foreign_station):
    person = pay.beneficiary(district, since="2026-01")
    pay.approved(officer, approver)
    pay.paying_office("990102")
    with make.as_(approver):
        old = Enrolment.objects.get(person=person)
        old.state, old.month_to, old.end_reason = "ENDED", pay.month("2026-02"), "MOVED"
        old.save()
    moved_away(person, foreign_station)
    there = make.staff(make.office("990102"), "OFFICER")
    pay.confirmed(Person(pk=person.pk, office_id=foreign_station.code), "61", by=there)
    new = Person(pk=person.pk, office_id=foreign_station.code)
    pay.enrolment(new, since="2026-03", by=there, category_code="51", route="MOVE_IN")
    batch = pay.drafted(there, first="2026-04")
    with make.as_(there):
        months = LineMonth.objects.filter(batch=batch).values_list("month_on", flat=True)
        assert list(months) == [pay.month("2026-04")]  # March was paid by the old district


def test_a_district_does_not_write_national_policy(district, officer, city_user):
    national = {"doc_no": "冒名〔2026〕1号", "level": "NATION", "effective_from": SINCE}
    with make.as_(officer):
        for wanted in (national, {**national, "level": "CITY", "jurisdiction": "9901"},
                       {**national, "level": "DISTRICT", "jurisdiction": "990102"}):  # fmt: skip
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                StandardNotice.objects.create(**wanted)
        StandardNotice.objects.create(**{**national, "level": "DISTRICT", "jurisdiction": "990101"})
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            PolicyRule.objects.create(
                rule="HOLD", value_code="ALLOW", effective_from=SINCE, citation="x", source_mark="L"
            )
    with make.as_(city_user):
        StandardNotice.objects.create(**national)


def test_the_sentence_names_who_writes_national_policy(district, officer, city_user):
    with make.as_(officer), pytest.raises(ValidationError, match="国家和省级标准由样例市退役军人事务局统一录入。"):
        refuse_level("JURISDICTION", by=officer, jurisdiction="")
    with make.as_(officer):
        refuse_level("JURISDICTION", by=officer, jurisdiction="990101")
        with pytest.raises(ValidationError, match="只能录入和发布本单位管辖的标准"):
            refuse_level("JURISDICTION", by=officer, jurisdiction="990102")
    with make.as_(city_user):
        refuse_level("JURISDICTION", by=city_user, jurisdiction="")


def test_a_published_table_is_frozen(district, city_user):
    with make.as_(city_user):
        row = Standard.objects.get(notice__doc_no="样〔2024〕1号")
        with pytest.raises(IntegrityError), transaction.atomic():
            Standard.objects.filter(pk=row.pk).update(amount_yuan=1)
        with pytest.raises(IntegrityError), transaction.atomic():
            StandardNotice.objects.filter(pk=row.notice_id).update(effective_from=SINCE)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"key_grade": 8, "key_nature": "ILLNESS"}, "因病致残只评定一级至六级，请核对残疾证。"),
        ({"month_to": date(2025, 12, 1)}, "止发月早于起发月。"),
        ({"service_years": 41}, "折算年限应为1至40的整数，并上传认定材料。"),
        ({}, "该人员此项待遇在所选期间已有资格。"),
    ],
)
def test_an_enrolment_says_what_is_wrong_with_it(district, officer, values, sentence):
    person = pay.beneficiary(district, since="2026-01")
    with make.as_(officer):
        held = Enrolment.objects.get(person=person)
        twin = Enrolment(person=person, programme_id="COMBAT", category_code="51", office_id=district.code,
                         paying_office_id="990101", month_from=SINCE, decided_on=SINCE, state="ACTIVE", proposed_by_id=held.proposed_by_id,
                         proposed_at=pay.AT, approved_by_id=held.approved_by_id, approved_at=pay.AT)  # fmt: skip
        for name, value in values.items():
            setattr(twin, name, value)
        with pytest.raises(ValidationError) as refusal:
            twin.full_clean()
        assert sentence in refusal.value.messages


def test_every_step_leads_to_a_state_its_model_knows():
    from benefits import models

    of_flow = {"enrolment": models.Enrolment, "batch": models.Batch, "grant": models.OneOffGrant, "stop": models.Suspension,
               "aid": models.HardshipApplication, "notice": models.StandardNotice, "overpayment": models.Overpayment}  # fmt: skip
    assert set(of_flow) == set(FLOWS)
    for flow, deeds in FLOWS.items():
        states = {START, *of_flow[flow].State.values}
        assert {state for one in deeds.values() for state in (*one.sources, one.target)} <= states, flow


def test_a_village_station_does_not_review(station, town_head):
    head = make.staff(station, "HEAD")
    with make.as_(head), pytest.raises(ValidationError, match="镇街或区县"):
        step("enrolment", "review", by=head)
    with make.as_(town_head):
        assert step("enrolment", "review", by=town_head).target == "REVIEWED"


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_draft_at_once_do_not_mix(station):
    pay.paying_office()
    pay.combat_standard()
    pay.beneficiary(station)
    one, other = (make.staff(make.office("990101"), "OFFICER") for _ in range(2))
    batch = pay.opened(one)
    results = at_once(
        *((user, lambda user=user: draft_batch(batch=batch, by=user, at=pay.AT)) for user in (one, other))
    )
    assert all(isinstance(found, Batch) or found == "正在编制，请稍后刷新。" for found in results), results
    assert any(isinstance(found, Batch) for found in results)
    with make.as_(one):
        assert Line.objects.filter(batch=batch).count() == Batch.objects.get(pk=batch.pk).line_count == 2

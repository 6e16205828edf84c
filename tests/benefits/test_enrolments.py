"""待遇资格: asked for by one, approved by another at the district, from the month the rule gives; nothing is held twice."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from benefits.actions import enrolment_ends, enrolments
from benefits.actions.batches import draft_batch
from benefits.models import Enrolment, LineMonth, Programme, PublicNotice
from registry.actions import moves
from registry.models import Move, Person
from tests import factories as make
from tests.benefits import entitled as ent
from tests.benefits import factories as pay
from tests.races import at_once
from tests.registry.papers import paper
from veterans_portal.accounts.models import AuditEvent


def refused(deed, *arguments, **named) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(*arguments, **named)
    return " ".join(refusal.value.messages)


def events(name: str) -> list[AuditEvent]:
    with make.as_admin("app_audit"):
        return list(AuditEvent.objects.filter(event=name))


@pytest.fixture
def payer(db, station):
    return pay.paying_office()


@pytest.fixture
def soldier(station, clerk):
    return ent.entitled(station, by=clerk, name="罗兴旺", born="1957-04-02")


# ---- asking --------------------------------------------------------------------------------------------------------


def test_a_clerk_asks_the_town_reviews_the_district_approves(payer, soldier, clerk, town_head, approver):
    row = ent.reviewed(soldier, by=clerk, reviewer=town_head)
    assert (row.state, row.month_from, row.paying_office_id) == ("REVIEWED", date(2026, 9, 1), "990101")
    found = ent.approved(row, by=approver)
    assert (found.state, found.proposed_by_id, found.reviewed_by_id, found.approved_by_id) == (
        "ACTIVE", clerk.pk, town_head.pk, approver.pk)  # fmt: skip
    [event] = events("ENROLMENT_APPROVED")
    assert (event.object_id, event.actor, event.facts["programme"]) == (str(row.pk), approver.pk, "COMBAT")


def test_a_district_officer_asks_straight_for_the_approval(payer, soldier, officer, approver):
    row = ent.proposed(soldier, by=officer)
    assert (row.state, row.reviewed_by_id) == ("REVIEWED", officer.pk)
    assert ent.approved(row, by=approver).state == "ACTIVE"


def test_a_village_does_not_review(payer, soldier, clerk, station):
    row = ent.proposed(soldier, by=clerk)
    with make.as_(clerk), pytest.raises(PermissionDenied):
        enrolments.review_enrolment(enrolment=row, by=clerk, at=make.NOON)
    head_of_village = make.staff(station, "HEAD")
    with make.as_(head_of_village):
        said = refused(enrolments.review_enrolment, enrolment=row, by=head_of_village, at=make.NOON)
    assert said == "此事项由镇街或区县办理。"


def test_nobody_approves_what_she_asked_for(payer, soldier, officer, approver):
    row = ent.proposed(soldier, by=officer)
    with make.as_(approver):
        Enrolment.objects.filter(pk=row.pk).update(proposed_by=approver)
    assert refused(ent.approved, row, by=approver) == enrolments.SAME_PERSON
    with (
        make.as_(approver),
        pytest.raises(IntegrityError, match="enrolment_approver_is_not_proposer"),
        transaction.atomic(),
    ):
        Enrolment.objects.filter(pk=row.pk).update(state="ACTIVE", approved_by=approver, approved_at=make.NOON)


def test_no_identity_no_benefit(payer, station, clerk):
    person = make.person(station, by=clerk, categories=["V02"])
    assert refused(ent.proposed, person, by=clerk) == "该人员没有“参战退役军人”身份，请先在档案中登记。"


def test_an_identity_that_is_only_claimed_is_not_approved(payer, station, clerk, town_head, approver):
    person = make.person(station, by=clerk, categories=["51"])
    row = ent.reviewed(person, by=clerk, reviewer=town_head)
    assert refused(ent.approved, row, by=approver) == "“参战退役军人”身份还没有确认，确认后才能批准。"


@pytest.mark.parametrize("gone", ["key_grade", "key_nature"])
def test_a_grade_or_nature_that_is_missing(payer, station, clerk, gone):
    person = ent.entitled(station, by=clerk, category="11")
    values = ent.GRADE_SIX | {gone: None}
    assert refused(ent.proposed, person, by=clerk, programme="DISABILITY", values=values) == enrolments.NO_GRADE


def test_grade_eight_by_illness_is_refused_by_the_database(payer, station, clerk, officer):
    """因病致残 has six grades: saving an eighth is refused in words, and by the constraint when forced."""
    person = ent.entitled(station, by=clerk, category="11")
    said = refused(ent.proposed, person, by=clerk, programme="DISABILITY", values=ent.GRADE_SIX | {"key_grade": 8})
    assert said == "因病致残只评定一级至六级，请核对残疾证。"
    row = ent.proposed(person, by=clerk, programme="DISABILITY", values=ent.GRADE_SIX)
    with (
        make.as_(officer),
        pytest.raises(IntegrityError, match="enrolment_no_illness_above_grade_six"),
        transaction.atomic(),
    ):
        Enrolment.objects.filter(pk=row.pk).update(key_grade=8)


@pytest.mark.parametrize("years", [None, 0, 41])
def test_service_years_are_a_whole_number_with_a_paper(payer, station, clerk, tmp_path, years):
    person = ent.entitled(station, by=clerk, category="81", born="1955-03-04")
    proof = paper(person, tmp_path, by=clerk)
    values = ent.COMBAT | {"service_years": years}
    asked = {"by": clerk, "programme": "RURAL60", "evidence": proof}
    assert refused(ent.proposed, person, values=values, **asked) == enrolments.NEEDS_YEARS
    eleven = ent.COMBAT | {"service_years": 11}
    assert refused(ent.proposed, person, values=eleven, **asked | {"evidence": None}) == enrolments.NEEDS_YEARS
    assert ent.proposed(person, values=eleven, **asked).service_years == 11


def test_old_age_pay_waits_for_the_sixtieth_birthday(payer, station, clerk, tmp_path):
    person = ent.entitled(station, by=clerk, category="81", born="1966-11-20")
    proof = paper(person, tmp_path, by=clerk)
    values = ent.COMBAT | {"service_years": 5}
    asked = {"by": clerk, "programme": "RURAL60", "values": values, "evidence": proof}
    typed = {"route": "OPENING", "month_from": date(2026, 9, 1)}
    assert refused(ent.proposed, person, **asked, **typed) == "出生日期显示未满60周岁，起发月不能早于2026年11月。"
    assert ent.proposed(person, **asked).month_from == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("decided", "route", "first"),
    [
        (date(2024, 9, 20), "NEW", date(2024, 10, 1)),
        (date(2024, 10, 8), "NEW", date(2024, 10, 1)),
        (date(2025, 5, 16), "MOVE_IN", date(2026, 1, 1)),
        (date(2025, 3, 1), "ARMY_TRANSFER", date(2026, 1, 1)),
    ],
)
def test_the_first_month_follows_the_document(payer, station, clerk, decided, route, first):
    person = ent.entitled(station, by=clerk, category="11")
    values = ent.GRADE_SIX | {"decided_on": decided}
    assert ent.proposed(person, by=clerk, programme="DISABILITY", values=values, route=route).month_from == first


def test_one_request_at_a_time(payer, soldier, clerk):
    ent.proposed(soldier, by=clerk)
    assert refused(ent.proposed, soldier, by=clerk) == enrolments.BEING_ASKED


def test_two_clerks_ask_at_once(payer, soldier, clerk, station, transactional_db):
    other = make.staff(station, "CLERK")
    with make.as_(clerk):
        combat = Programme.objects.get(pk="COMBAT")
    results = at_once(*[(user, lambda user=user: enrolments.propose_enrolment(
        person=soldier, programme=combat, values=ent.COMBAT, route="NEW", by=user, at=make.NOON)) for user in (clerk, other)])  # fmt: skip
    assert [one for one in results if isinstance(one, str)] == [enrolments.BEING_ASKED]


def test_what_she_has_already_is_not_asked_for_again(payer, soldier, clerk, officer):
    pay.enrolment(soldier, since="2025-01", by=officer)
    assert refused(ent.proposed, soldier, by=clerk) == enrolments.OVERLAPS


def test_two_in_force_at_once_are_refused_by_the_database(payer, soldier, officer):
    pay.enrolment(soldier, since="2025-01", by=officer)
    with pytest.raises(IntegrityError, match="enrolment_no_overlap"):
        pay.enrolment(soldier, since="2026-01", by=officer)


def test_whoever_pays_does_not_ask(payer, soldier, cashier):
    with pytest.raises(PermissionDenied):
        ent.proposed(soldier, by=cashier)


def test_somebody_elses_person_cannot_be_asked_for(payer, soldier, foreign_clerk):
    with pytest.raises(Person.DoesNotExist):
        ent.proposed(soldier, by=foreign_clerk)


# ---- deciding ------------------------------------------------------------------------------------------------------


def test_two_approvers_at_once(payer, soldier, officer, transactional_db):
    row = ent.proposed(soldier, by=officer)
    pair = [make.staff(make.office("990101"), "APPROVER") for _ in range(2)]
    results = at_once(*[(user, lambda user=user: enrolments.approve_enrolment(
        enrolment=row, by=user, at=make.NOON, today=make.TODAY)) for user in pair])  # fmt: skip
    assert [one for one in results if isinstance(one, str)] == ["当前为“享受中”，不能执行此操作。"]
    assert len(events("ENROLMENT_APPROVED")) == 1


def test_what_came_back_is_handed_in_again(payer, soldier, clerk, town_head):
    row = ent.proposed(soldier, by=clerk)
    with make.as_(town_head):
        deed = {"enrolment": row, "by": town_head, "at": make.NOON}
        assert refused(enrolments.return_enrolment, reason=" ", **deed) == enrolments.NEEDS_REASON
        assert enrolments.return_enrolment(reason="批准文号抄错", **deed).state == "RETURNED"
    with make.as_(clerk):
        again = enrolments.resubmit_enrolment(enrolment=row, values=ent.COMBAT | {"decision_no": "8号"}, route="NEW",
                                              by=clerk, at=make.NOON)  # fmt: skip
    assert (again.state, again.decision_no, again.pk) == ("SUBMITTED", "8号", row.pk)


def test_a_refusal_says_why_and_leaves_the_way_open(payer, soldier, officer, approver):
    row = ent.proposed(soldier, by=officer)
    with make.as_(approver):
        found = enrolments.refuse_enrolment(enrolment=row, reason="不符合参战范围", by=approver, at=make.NOON)
    assert (found.state, found.note) == ("REFUSED", "不符合参战范围")
    assert ent.proposed(soldier, by=officer).state == "REVIEWED"


def test_a_posted_request_waits_for_its_days(payer, soldier, officer, approver):
    row = ent.proposed(soldier, by=officer)
    wednesday = make.TODAY  # 2026-09-16; Sunday the 20th is worked for the National Day
    with make.as_(approver):
        notice = enrolments.post_enrolment(enrolment=row, amount="840.00", by=approver, at=make.NOON, today=wednesday)
        assert (notice.until_on, notice.rows[0][1:4]) == (
            date(2026, 9, 22),
            ["罗*旺", "新荷社区退役军人服务站", "参战退役军人生活补助"],
        )
        assert PublicNotice.objects.get().keys() == {row.pk}
    assert refused(ent.approved, row, by=approver, today=date(2026, 9, 22)) == "公示未满期，9月23日后可批准。"
    assert ent.approved(row, by=approver, today=date(2026, 9, 23)).state == "ACTIVE"


def test_an_office_that_is_not_set_up_approves_nothing(soldier, officer, approver):
    row = ent.proposed(soldier, by=officer)
    assert "尚未启用待遇发放" in refused(ent.approved, row, by=approver)


# ---- changing ------------------------------------------------------------------------------------------------------


@pytest.fixture
def disabled(payer, station, clerk, officer):
    person = ent.entitled(station, by=clerk, category="11", name="彭建国")
    return pay.enrolment(person, "DISABILITY", since="2026-01", by=officer, key_grade=7, key_nature="DUTY")


def replaced(old, *, by, since=date(2026, 5, 1), route="CORRECTION", **over):
    values = ent.COMBAT | {"key_grade": 8, "key_nature": "DUTY"} | over
    with make.as_(by):
        return enrolments.propose_replacement(enrolment=old, values=values, route=route, month_from=since, reason="残疾证为八级",
                                              by=by, at=make.NOON)  # fmt: skip


def test_a_regrade_ends_the_old_row_and_begins_a_new_one(disabled, clerk, town_head, approver):
    row = replaced(disabled, by=clerk, route="REGRADE")
    with make.as_(town_head):
        enrolments.review_enrolment(enrolment=row, by=town_head, at=make.NOON)
    ent.approved(row, by=approver)
    with make.as_(approver):
        old, new = Enrolment.objects.get(pk=disabled.pk), Enrolment.objects.get(pk=row.pk)
    assert (old.state, old.month_to, old.end_reason) == ("ENDED", date(2026, 4, 1), "REGRADE")
    assert (new.state, new.month_from, new.key_grade) == ("ACTIVE", date(2026, 5, 1), 8)
    [event] = events("ENROLMENT_REPLACED")
    assert event.facts["replaces"] == disabled.pk


def test_a_correction_from_the_first_month_voids_the_old_row(disabled, officer, approver):
    ent.approved(replaced(disabled, by=officer, since=date(2026, 1, 1)), by=approver)
    with make.as_(approver):
        assert Enrolment.objects.get(pk=disabled.pk).state == "VOID"


def test_a_correction_before_the_ledger_needs_its_history(payer, station, clerk, officer, approver):
    person = ent.entitled(station, by=clerk, category="11")
    old = pay.enrolment(person, "DISABILITY", since="2023-01", by=officer, key_grade=7, key_nature="DUTY")
    row = replaced(old, by=officer, since=date(2023, 6, 1))
    assert refused(ent.approved, row, by=approver) == enrolments.NO_HISTORY


def test_a_refused_correction_makes_room_for_another(disabled, officer, approver):
    row = replaced(disabled, by=officer)
    assert refused(replaced, disabled, by=officer) == "这项待遇已有一件更正，请在那一件上办理。"
    with make.as_(approver):
        enrolments.refuse_enrolment(enrolment=row, reason="残疾证仍为七级", by=approver, at=make.NOON)
        assert Enrolment.objects.get(pk=disabled.pk).state == "ACTIVE"
    assert replaced(disabled, by=officer).replaces_id == disabled.pk


def test_keys_in_force_do_not_change(disabled, officer):
    with make.as_(officer), pytest.raises(IntegrityError, match="is frozen"), transaction.atomic():
        Enrolment.objects.filter(pk=disabled.pk).update(key_grade=6)


def test_ending(disabled, approver, officer):
    deed = {"enrolment": disabled, "month_to": date(2026, 8, 1), "end_reason": "OTHER", "note": "", "at": make.NOON}
    with make.as_(officer), pytest.raises(PermissionDenied):
        enrolment_ends.end_enrolment(by=officer, **deed)
    with make.as_(approver):
        assert refused(enrolment_ends.end_enrolment, by=approver, **deed) == "请写明终止的依据。"
        early = deed | {"month_to": date(2025, 12, 1), "note": "重新评定"}
        assert refused(enrolment_ends.end_enrolment, by=approver, **early) == "止发月早于起发月。"
        found = enrolment_ends.end_enrolment(by=approver, **deed | {"note": "重新评定不符合"})
    assert (found.state, found.month_to) == ("ENDED", date(2026, 8, 1))
    assert len(events("ENROLMENT_ENDED")) == 1


def test_a_review_lifts_its_own_day(payer, station, clerk, officer, approver):
    person = ent.entitled(station, by=clerk, category="B1")
    row = pay.enrolment(person, "MARTYR_CHILD", by=officer, review_on=date(2026, 9, 1))
    deed = {"enrolment": row, "by": approver, "at": make.NOON}
    with make.as_(approver):
        again = "下次复核日期应晚于这一次。不再复核的，日期空着。"
        assert refused(enrolment_ends.settle_review, review_on=date(2026, 8, 1), note="在校", **deed) == again
        found = enrolment_ends.settle_review(review_on=date(2029, 7, 1), note="大学在读，有学籍证明", **deed)
    assert found.review_on == date(2029, 7, 1)


# ---- moving --------------------------------------------------------------------------------------------------------


def moved_away(person, *, by, taker, on="2025-05", paid="2025-04"):
    with make.as_(by):
        move = moves.propose_move(person=person, to_office=taker.office, moved_on=on, hukou_moved=True, paid_through=paid,
                                  plaque_plan="NONE", reason="随子女居住", by=by, at=make.NOON, today=make.TODAY)  # fmt: skip
    with make.as_(taker):
        return moves.accept_move(move=Move.objects.get(pk=move.pk), paid_through=paid, by=taker, at=make.NOON)


def transferred(row, to_office, *, by, paid="2025-04", on=date(2025, 5, 16)):
    with make.as_(by):
        return enrolment_ends.transfer_enrolment(enrolment=row, to_office=to_office, moved_on=on, paid_through=paid, by=by,
                                                 at=make.NOON)  # fmt: skip


@pytest.fixture
def neighbours(payer, db):
    """Both districts pay 840 yuan for COMBAT."""
    pay.combat_standard()
    return pay.paying_office("990102")


def test_after_a_move_the_old_office_pays_through_december(
    neighbours, soldier, station, clerk, officer, approver, foreign_clerk, transactional_db
):
    """Months are paid once each, by the office whose month it is, even when both draft the same time."""
    row = pay.enrolment(soldier, since="2025-01", by=officer)
    pay.account(soldier, by=officer)
    pay.approved(officer, approver, first="2025-04", window="2025-01")
    moved_away(soldier, by=clerk, taker=foreign_clerk)
    assert transferred(row, foreign_clerk.office, by=approver) == "DONE"
    there = make.staff(make.office("990102"), "OFFICER")
    chief = make.staff(make.office("990102"), "APPROVER")
    with make.as_(there):
        fresh = Enrolment.objects.get(person=soldier)
        assert (fresh.state, fresh.month_from, fresh.route) == ("SUBMITTED", date(2026, 1, 1), "MOVE_IN")
        enrolments.review_enrolment(enrolment=fresh, by=there, at=make.NOON)
    ent.approved(fresh, by=chief)
    with make.as_(approver):
        old = Enrolment.objects.get(pk=row.pk)
        assert (old.state, old.month_to, old.end_reason) == ("ENDED", date(2025, 12, 1), "MOVED")
    batches = [(user, pay.opened(user, first="2026-02", window="2025-01")) for user in (officer, there)]
    at_once(
        *[
            (user, lambda user=user, batch=batch: draft_batch(batch=batch, by=user, at=pay.AT))
            for user, batch in batches
        ]
    )
    months = {}
    for user, _ in batches:
        with make.as_(user):
            rows = LineMonth.objects.visible_to(user).filter(person=soldier).order_by("month_on")
            months[user.office_id] = [f"{one.month_on:%Y-%m}" for one in rows]
    assert months["990101"] == [f"2025-{number:02}" for number in range(1, 13)]
    assert months["990102"] == ["2026-01", "2026-02"]


def test_what_was_paid_must_be_what_the_receiver_knows(neighbours, soldier, clerk, officer, approver, foreign_clerk):
    row = pay.enrolment(soldier, since="2025-01", by=officer)
    pay.account(soldier, by=officer)
    pay.approved(officer, approver, first="2025-06", window="2025-01")
    moved_away(soldier, by=clerk, taker=foreign_clerk)
    said = refused(transferred, row, foreign_clerk.office, by=approver)
    assert said == "迁入方登记的已发至月份与本系统不一致：本系统已发至2025年6月。"
    assert transferred(row, foreign_clerk.office, by=approver, paid="2025-06") == "DONE"


def test_nothing_goes_where_the_person_is_not(neighbours, soldier, officer, approver, foreign_clerk):
    row = pay.enrolment(soldier, since="2025-01", by=officer)
    assert refused(transferred, row, foreign_clerk.office, by=approver) == enrolment_ends.WORDS["CHANGED"]


def test_who_moves_before_the_approval_is_decided_about_there(
    neighbours, soldier, clerk, officer, approver, foreign_clerk
):
    row = ent.proposed(soldier, by=officer)
    moved_away(soldier, by=clerk, taker=foreign_clerk)
    assert refused(ent.approved, row, by=approver) == enrolments.MOVED_AWAY


def test_another_district_cannot_take_a_benefit_away(neighbours, soldier, officer, foreign_clerk):
    row = pay.enrolment(soldier, since="2025-01", by=officer)
    chief = make.staff(make.office("990102"), "APPROVER")
    with pytest.raises(Enrolment.DoesNotExist):
        transferred(row, foreign_clerk.office, by=chief)


def test_within_one_district_only_the_station_changes(payer, soldier, officer, approver, sibling_station):
    row = pay.enrolment(soldier, since="2025-01", by=officer)
    with make.as_(officer):
        moves.relocate_person(person=soldier, to_office=sibling_station, moved_on="2026-09", reason="搬家", by=officer,
                              at=make.NOON, today=make.TODAY)  # fmt: skip
    assert transferred(row, sibling_station, by=approver) == "MOVED"
    with make.as_(approver):
        found = Enrolment.objects.get(pk=row.pk)
        assert (found.state, found.office_id, found.month_to) == ("ACTIVE", sibling_station.pk, None)
    assert len(events("ENROLMENT_TRANSFERRED")) == 1

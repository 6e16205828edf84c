"""One-off benefits and aid: amounts from standards, decided by a second person, posted, and taken into a batch once."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from benefits.actions import aids, grants, oneoff
from benefits.actions.batches import cancel_batch, submit_batch
from benefits.figures import figures
from benefits.models import HardshipApplication, Line, OneOffGrant, PayingOffice, PolicyRule, Programme, PublicNotice
from benefits.rules.oneoff import conscript_periods, period_amount
from tests import factories as make
from tests.benefits import factories as pay
from veterans_portal.accounts.models import AuditEvent

TODAY = date(2026, 3, 6)  # a Friday


def award_row(klass: str, yuan: str) -> dict:
    return {"programme_id": "AWARD_MERIT", "amount_yuan": yuan, "unit": "ONE_OFF", "key_class": klass}


@pytest.fixture
def payer(db, station):
    pay.notice([award_row("三等功", "6563"), award_row("二等功", "13125")], effective="2025-01", doc_no="青〔2025〕3号", level="DISTRICT",
               jurisdiction="990101")  # fmt: skip
    pay.notice([{"programme_id": "CONSCRIPT_FAMILY", "amount_yuan": "21875", "unit": "PER_YEAR"}], effective="2024-01",
               doc_no="青〔2024〕4号", level="DISTRICT", jurisdiction="990101")  # fmt: skip
    return pay.paying_office()


@pytest.fixture
def soldier(station):
    found = make.person(station, categories=(), name="罗兴旺")
    pay.account(found)
    return found


def stack(value: str, approver) -> None:
    author = make.staff(make.office("990101"), "OFFICER")
    with make.as_(approver):
        PolicyRule.objects.create(rule="AWARD_STACK", value_code=value, jurisdiction="990101", effective_from=date(2025, 1, 1),
                                  citation="青〔2025〕3号", source_mark="L", state="PUBLISHED", entered_by=author, entered_at=pay.AT,
                                  published_by=approver, published_at=pay.AT)  # fmt: skip


def award(person, by, klass: str, certificate: str, on=date(2026, 3, 1)) -> OneOffGrant:
    with make.as_(by):
        return grants.propose_grant(person=person, programme=Programme.objects.get(pk="AWARD_MERIT"), by=by, at=pay.AT,
                                    values={"key_class": klass, "event_on": on, "certificate_no": certificate})  # fmt: skip


def family(person, by, number: int = 1, **over) -> OneOffGrant:
    values = {"subject_name": "罗小军", "enlist_on": date(2025, 3, 10), "period_no": number, "event_on": TODAY} | over
    with make.as_(by):
        return grants.propose_grant(
            person=person, programme=Programme.objects.get(pk="CONSCRIPT_FAMILY"), by=by, at=pay.AT, values=values
        )


def approved(row, town_head, approver, today=TODAY):
    with make.as_(town_head):
        oneoff.review(row=row, by=town_head, at=pay.AT)
    with make.as_(approver):
        return grants.approve_grant(row=row, by=approver, at=pay.AT, today=today)


# ---- amounts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "kind", "total"),
    [
        (date(2026, 5, 9), "NORMAL", "32812.50"),
        (date(2026, 5, 9), "EARLY", "25520.83"),
        (date(2027, 5, 9), "DELAYED", "47395.83"),
        (date(2026, 5, 9), "EXPELLED", "0"),
    ],
)
def test_half_years_sum_to_the_whole_service(left, kind, total):
    periods = conscript_periods(date(2025, 3, 10), left, kind)
    assert sum((period_amount(Decimal(21875), one) for one in periods), Decimal(0)) == Decimal(total)
    assert [one.no for one in periods] == list(range(1, len(periods) + 1))


def test_highest_in_the_year_pays_the_difference(payer, soldier, clerk, approver):
    stack("HIGHEST_IN_YEAR", approver)
    first = award(soldier, clerk, "三等功", "证1")
    second = award(soldier, clerk, "二等功", "证2", on=date(2026, 10, 1))
    assert (first.amount_yuan, second.amount_yuan) == (Decimal("6563.00"), Decimal("6562.00"))
    with pytest.raises(ValidationError, match="本年度已按更高等次发放，无差额。"):
        award(soldier, clerk, "三等功", "证3", on=date(2026, 11, 1))
    assert award(soldier, clerk, "三等功", "证4", on=date(2027, 1, 1)).amount_yuan == Decimal("6563.00")


def test_each_award_is_paid_where_the_rule_says_so(payer, soldier, clerk, approver):
    stack("EACH", approver)
    award(soldier, clerk, "三等功", "证1")
    assert award(soldier, clerk, "二等功", "证2", on=date(2026, 10, 1)).amount_yuan == Decimal("13125.00")


def test_without_a_rule_a_second_award_is_not_guessed(payer, soldier, clerk):
    award(soldier, clerk, "三等功", "证1")
    with pytest.raises(ValidationError, match="没有“一年内多次奖励”的规则"):
        award(soldier, clerk, "二等功", "证2")
    with pytest.raises(ValidationError, match="缺少标准：立功受奖奖励金 一等功 2026-04。"):
        award(soldier, clerk, "一等功", "证9", on=date(2026, 4, 1))


def test_a_certificate_is_asked_for_once(payer, soldier, clerk, station):
    award(soldier, clerk, "三等功", "证1")
    other = make.person(station, categories=())
    with pytest.raises(ValidationError, match="该证书已申报。"):
        award(other, clerk, "三等功", "证1")


def test_a_round_asks_for_the_next_half_year_of_those_who_serve(payer, soldier, clerk, station):
    family(soldier, clerk)
    gone = make.person(station, categories=())
    family(gone, clerk, exit_on=date(2025, 8, 1), exit_kind="NORMAL")
    with make.as_(clerk):
        made = grants.propose_conscript_round(until=date(2026, 3, 6), by=clerk, at=pay.AT)
        assert [(one.person_id, one.period_no, one.amount_yuan) for one in made] == [
            (soldier.pk, 2, Decimal("10937.50"))
        ]
        with pytest.raises(ValidationError, match="没有到期的下一期优待金。"):
            grants.propose_conscript_round(until=date(2026, 3, 6), by=clerk, at=pay.AT)
    with pytest.raises(ValidationError, match="该期优待金已申报。"):
        family(soldier, clerk, 2)
    with pytest.raises(ValidationError, match="超期服役须附部队证明。"):
        family(soldier, clerk, 5, exit_on=date(2027, 5, 9), exit_kind="DELAYED")


# ---- decisions and postings --------------------------------------------------------------------------------------------


def test_two_people_decide(payer, soldier, officer, town_head, approver, clerk):
    row = award(soldier, town_head, "三等功", "证1")
    with make.as_(town_head), pytest.raises(ValidationError, match="申报人与审核人不能为同一人。"):
        oneoff.review(row=row, by=town_head, at=pay.AT)
    with make.as_(clerk), pytest.raises(PermissionDenied):
        oneoff.review(row=row, by=clerk, at=pay.AT)
    with make.as_(officer):
        oneoff.review(row=row, by=officer, at=pay.AT)
    with make.as_(approver):
        assert grants.approve_grant(row=row, by=approver, at=pay.AT, today=TODAY).state == "APPROVED"
        with pytest.raises(ValidationError, match="当前为“已批准”"):
            grants.approve_grant(row=row, by=approver, at=pay.AT, today=TODAY)


def test_five_working_days_from_a_friday_end_on_the_next_friday(payer, soldier, clerk, town_head, approver):
    row = family(soldier, clerk)
    with make.as_(town_head):
        oneoff.review(row=row, by=town_head, at=pay.AT)
    with make.as_(approver):
        notice = oneoff.post(rows=[row], by=approver, at=pay.AT, today=TODAY)
        assert notice.until_on == date(2026, 3, 13)
        text = str(notice.rows)
        assert "罗*旺" in text and "罗兴旺" not in text and soldier.id_number[-4:] not in text and "罗小军" not in text
        with pytest.raises(ValidationError, match="公示未满5个工作日"):
            grants.approve_grant(row=row, by=approver, at=pay.AT, today=date(2026, 3, 13))
        assert grants.approve_grant(row=row, by=approver, at=pay.AT, today=date(2026, 3, 14)).state == "APPROVED"


def test_an_adjusted_working_saturday_ends_a_posting_one_day_earlier(
    payer, soldier, clerk, town_head, approver, city_user
):
    row = family(soldier, clerk)
    with make.as_(town_head):
        oneoff.review(row=row, by=town_head, at=pay.AT)
    with make.as_(approver):
        # Saturday 28 February 2026 is worked for the Spring Festival
        assert oneoff.post(rows=[row], by=approver, at=pay.AT, today=date(2026, 2, 27)).until_on == date(2026, 3, 5)


# ---- batches -----------------------------------------------------------------------------------------------------------


def test_a_grant_is_taken_into_a_batch_once_and_comes_back_with_it(payer, soldier, clerk, town_head, officer, approver):
    row = approved(award(soldier, clerk, "三等功", "证1"), town_head, approver)
    batch = pay.opened(officer, kind="GRANT", programmes=["AWARD_MERIT"])
    with make.as_(officer):
        taken = oneoff.take_into_batch(batch=batch, rows=[row], by=officer, at=pay.AT)
        [line] = Line.objects.filter(batch=batch)
        assert (taken.payable_yuan, line.amount_yuan, line.kind, line.grant_id) == (
            Decimal("6563.00"),
            Decimal("6563.00"),
            "GRANT",
            row.pk,
        )
        with pytest.raises(ValidationError, match="当前为“已列入批次”"):
            oneoff.take_into_batch(batch=batch, rows=[row], by=officer, at=pay.AT)
        submit_batch(batch=batch, by=officer, at=pay.AT)
        cancel_batch(batch=batch, reason="换月", by=officer, at=pay.AT)
        row.refresh_from_db()
        assert row.state == "APPROVED"


def test_nobody_is_paid_without_a_confirmed_account(payer, station, clerk, town_head, officer, approver):
    person = make.person(station, categories=(), name="魏长河")
    pay.account(person, is_confirmed=False)
    row = approved(award(person, clerk, "三等功", "证1"), town_head, approver)
    batch = pay.opened(officer, kind="GRANT", programmes=["AWARD_MERIT"])
    with make.as_(officer), pytest.raises(ValidationError, match="1人没有已确认的收款账户：魏长河。"):
        oneoff.take_into_batch(batch=batch, rows=[row], by=officer, at=pay.AT)


# ---- aid ---------------------------------------------------------------------------------------------------------------

FACTS = {
    "line": "OWN",
    "kind": "HARDSHIP",
    "situation": "SUDDEN",
    "family_size": 3,
    "income_yuan": Decimal(20000),
    "reason": "房屋失火",
}


def applied(person, by, **over) -> HardshipApplication:
    with make.as_(by):
        return aids.apply_aid(person=person, values=FACTS | over, by=by, at=pay.AT)


def visited_and_reviewed(row, clerk, town_head):
    with make.as_(clerk):
        aids.record_visit(row=row, visited_on=TODAY, visit_note="情况属实", by=clerk, at=pay.AT)
    with make.as_(town_head):
        return oneoff.review(row=row, by=town_head, at=pay.AT)


def test_a_named_person_decides_within_the_limit(payer, soldier, clerk, town_head, approver, officer):
    with make.as_(approver):
        PayingOffice.objects.update(aid_limits={"HARDSHIP": "3000.00"})
    row = applied(soldier, clerk)
    with make.as_(town_head), pytest.raises(ValidationError, match="当前为“待核查”"):
        oneoff.review(row=row, by=town_head, at=pay.AT)
    visited_and_reviewed(row, clerk, town_head)
    with make.as_(approver):
        with pytest.raises(ValidationError, match="超出该类上限3,000"):
            aids.approve_aid(row=row, amount=Decimal(5000), by=approver, at=pay.AT, today=TODAY)
        found = aids.approve_aid(
            row=row, amount=Decimal(5000), collective_note="党组会研究同意", by=approver, at=pay.AT, today=TODAY
        )
    batch = pay.opened(officer, kind="GRANT", programmes=["AID_HARDSHIP"])
    with make.as_(officer):
        assert oneoff.take_into_batch(batch=batch, rows=[found], by=officer, at=pay.AT).payable_yuan == Decimal(
            "5000.00"
        )


def test_an_urgent_case_is_approved_first_and_visited_afterwards(payer, soldier, clerk, approver):
    row = applied(soldier, clerk, kind="EMERGENCY")
    with make.as_(approver):
        found = aids.approve_aid(row=row, amount=Decimal(1000), is_urgent=True, by=approver, at=pay.AT, today=TODAY)
        assert (found.state, found.urgent_due_on, found.visited_on) == ("APPROVED", date(2026, 3, 16), None)
    with make.as_(clerk):
        later = aids.record_visit(row=found, visited_on=TODAY, visit_note="情况属实", by=clerk, at=pay.AT)
        assert (later.state, later.visited_on) == ("APPROVED", TODAY)


def test_help_with_another_department_never_enters_a_batch_or_our_sums(
    payer, soldier, clerk, town_head, officer, approver
):
    row = applied(soldier, clerk, line="CIVIL_TEMP", kind="")
    with make.as_(approver), pytest.raises(ValidationError, match="由民政等部门决定"):
        aids.approve_aid(row=row, amount=Decimal(1), by=approver, at=pay.AT, today=TODAY, is_urgent=True)
    with make.as_(clerk):
        aids.hand_over(row=row, handed_over_on=TODAY, handed_over_to="柳桥街道社会事务办", by=clerk, at=pay.AT)
        found = aids.record_result(row=row, external_result="已批准", external_yuan=Decimal(800), by=clerk, at=pay.AT)
    batch = pay.opened(officer, kind="GRANT", programmes=["AID_HARDSHIP"])
    with make.as_(officer):
        with pytest.raises(ValidationError, match="当前为“已反馈”"):
            oneoff.take_into_batch(batch=batch, rows=[found], by=officer, at=pay.AT)
        numbers = figures(officer, date(2026, 1, 1), date(2026, 12, 31))
    assert numbers["aid_paid_yuan"] == Decimal("0.00") and numbers["civil_aid_persons"] == {"CIVIL_TEMP": 1}
    assert numbers["civil_aid_yuan"] == Decimal("800.00")


def test_the_trail_names_no_one(payer, soldier, clerk):
    award(soldier, clerk, "三等功", "证1")
    with make.as_admin("app_audit"):
        event = AuditEvent.objects.get(event="GRANT_PROPOSED")
    assert soldier.name not in str(event.facts) and "证1" not in str(event.facts)


def test_a_foreign_office_has_no_hand_in_it(payer, soldier, clerk, foreign_clerk):
    row = award(soldier, clerk, "三等功", "证1")
    head = make.staff(make.office("990102001"), "HEAD")
    with make.as_(head), pytest.raises(OneOffGrant.DoesNotExist):
        oneoff.review(row=row, by=head, at=pay.AT)
    with make.as_(head):
        assert not PublicNotice.objects.visible_to(head).exists()

"""Two dossiers of one person were merged: every page of benefits names the one that was kept, and nothing of the other is lost."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from benefits import comparison
from benefits.actions import aids, annual, grants
from benefits.actions.batches import draft_batch
from benefits.actions.payee_accounts import replace_account
from benefits.models import (
    AnnualConfirmation,
    BatchException,
    Departure,
    Enrolment,
    Line,
    OneOffGrant,
    PayeeAccount,
    Programme,
)
from registry.models import Person
from tests import factories as make
from tests.benefits import banking as bank
from tests.benefits import factories as pay
from tests.benefits.test_grants import stack
from tests.registry.test_duplicates import merge, pair_of

DAY = date(2026, 3, 6)
FACTS = {
    "line": "OWN",
    "kind": "HARDSHIP",
    "situation": "SUDDEN",
    "family_size": 2,
    "income_yuan": Decimal(1),
    "reason": "失火",
}


@pytest.fixture
def twins(db, station, clerk, officer):
    """The dossier that is kept has nothing; the other one holds everything that benefits know."""
    pay.paying_office(aid_limits={})
    pay.combat_standard()
    pay.notice([{"programme_id": "AWARD_MERIT", "amount_yuan": "6563", "unit": "ONE_OFF", "key_class": "三等功"},
                {"programme_id": "AWARD_MERIT", "amount_yuan": "13125", "unit": "ONE_OFF", "key_class": "二等功"}],
               effective="2025-01", doc_no="青〔2025〕3号", level="DISTRICT", jurisdiction="990101")  # fmt: skip
    kept = make.person(station, by=clerk, categories=(), name="罗星旺")
    loser = make.person(station, by=clerk, categories=(), name="罗星旺", id_number="", born=kept.born)
    pay.enrolment(loser, since="2026-01", by=officer)
    pay.account(loser, by=officer, number="6230520000001234")
    return kept, loser


def merged(twins, town_head):
    kept, loser = twins
    merge(pair_of(twins, by=town_head), kept, by=town_head)
    with make.as_(town_head):  # the right spelling, so that pages tell one dossier from the other
        Person.objects.filter(pk=kept.pk).update(name="罗兴旺")
    return kept, loser


def granted(person, by, key_class="三等功", number="证1"):
    values = {"event_on": DAY, "key_class": key_class, "certificate_no": number}
    with make.as_(by):
        return grants.propose_grant(
            person=person, programme=Programme.objects.get(pk="AWARD_MERIT"), values=values, by=by, at=pay.AT
        )


def shown(page, name, *args, as_, query="") -> str:
    return page(reverse(f"benefits:{name}", args=args) + query, as_=as_).text


def test_every_page_names_the_one_that_was_kept(page, twins, town_head, clerk, officer, approver):
    _, loser = twins
    stop = pay.stop(loser, since="2026-02", until="2026-02")
    grant, batch = granted(loser, clerk), pay.approved(officer, approver)
    with make.as_(clerk):
        aid = aids.apply_aid(person=loser, values=FACTS, by=clerk, at=pay.AT)
    merged(twins, town_head)
    with make.as_(officer):
        row, account = Enrolment.objects.get(), PayeeAccount.objects.get()
        line = Line.objects.filter(batch=batch).first()
    seen = {
        "enrolments": shown(page, "enrolments", as_=officer), "enrolment": shown(page, "enrolment", row.pk, as_=officer),
        "accounts": shown(page, "accounts", as_=officer, query="?view=ready"),
        "stops": shown(page, "stops", as_=officer, query="?view=on"), "stop": shown(page, "stop", stop.pk, as_=officer),
        "grants": shown(page, "grants", as_=officer), "grant": shown(page, "grant", grant.pk, as_=officer),
        "aids": shown(page, "aids", as_=officer), "aid": shown(page, "aid", aid.pk, as_=officer),
        "lines": shown(page, "batch-lines", batch.pk, as_=officer), "why": shown(page, "line-why", line.pk, as_=officer),
        "register": shown(page, "register", as_=officer), "entitled": shown(page, "entitled", as_=officer, query="?month=2026-03"),
    }  # fmt: skip
    assert {name: "罗兴旺" in text for name, text in seen.items()} == dict.fromkeys(seen, True)
    # the account keeps the name of its holder as the bank knows it; nothing else speaks of the other dossier
    assert {name for name, text in seen.items() if "罗星旺" in text} <= {"accounts", "lines", "why", "register"}
    assert account.holder_name == "罗星旺"


def test_her_account_of_benefits_holds_the_history_of_both(page, client, twins, town_head, clerk, officer, approver):
    kept, loser = twins
    granted(loser, clerk)
    pay.approved(officer, approver)
    merged(twins, town_head)
    text = shown(page, "person", kept.ref, as_=officer)
    for words in ("罗兴旺", "参战退役军人生活补助", "尾号 1234", "2026-01", "2026-03", "立功受奖奖励金"):
        assert words in text, words
    client.force_login(officer)
    assert client.get(reverse("benefits:person", args=[loser.ref])).url == reverse("benefits:person", args=[kept.ref])


def test_the_next_month_goes_on_without_a_break(twins, town_head, officer, approver, cashier):
    kept, _ = twins
    pay.approved(officer, approver)
    merged(twins, town_head)
    batch = pay.submitted(officer, first="2026-04")
    with make.as_(officer):
        line = Line.objects.get(batch=batch)
        assert (line.person_id, line.gross_yuan, line.change) == (kept.pk, Decimal("840.00"), "SAME")
        assert not Departure.objects.filter(batch=batch).exists()
        found = comparison.equation(batch, officer)
    assert (found.difference, found.same_count) == (0, 1)


def test_a_merge_between_the_approval_and_the_bank_stops_no_payment(twins, town_head, officer, approver, cashier):
    batch = pay.approved(officer, approver)
    merged(twins, town_head)
    sent = bank.send(batch, cashier, bank.template())
    assert sent.state == "SENT"


def test_two_enrolments_of_one_benefit_wait_for_a_decision_and_the_sums_agree(twins, town_head, officer, approver):
    kept, loser = twins
    pay.enrolment(kept, since="2026-01", by=officer)
    pay.account(kept, by=officer)
    pay.approved(officer, approver)
    merged(twins, town_head)
    batch = pay.drafted(officer, first="2026-04")
    with make.as_(officer):
        assert [one.code for one in BatchException.objects.filter(batch=batch)] == ["MERGED_TWICE"]
        Enrolment.objects.filter(person=loser).update(state="ENDED", month_to=date(2026, 3, 1), end_reason="OTHER")
        Enrolment.objects.filter(person=kept).update(state="ACTIVE")
        batch = draft_batch(batch=batch, by=officer, at=pay.AT)
        assert comparison.equation(batch, officer).difference == 0


def test_an_award_on_the_other_dossier_counts_in_the_year(twins, town_head, clerk, officer, approver):
    stack("HIGHEST_IN_YEAR", approver)
    kept, loser = twins
    granted(loser, clerk)
    merged(twins, town_head)
    second = granted(kept, clerk, "二等功", "证2")
    assert second.amount_yuan == Decimal("6562.00")
    with make.as_(officer):
        assert OneOffGrant.objects.filter(person__in=kept.aliases()).count() == 2


def test_an_account_of_the_other_dossier_is_replaced_by_one_of_hers(page, twins, town_head, clerk, officer):
    kept, _ = merged(twins, town_head)
    with make.as_(officer):
        old = PayeeAccount.objects.select_related("person__merged_into").get()
    page(reverse("benefits:account-replace", args=[old.pk]), as_=clerk)
    with make.as_(clerk):
        fresh = replace_account(account=old, account_number="6230520000005678", values={"holder_name": "罗兴旺", "bank_name": "样例农商银行", "holder_relation": "SELF", "source": "CARD"},
                                by=clerk, at=pay.AT)  # fmt: skip
    assert fresh.person_id == kept.pk


def test_one_confirmation_a_year_whichever_dossier_she_was_seen_on(page, twins, town_head, clerk, officer):
    kept, _ = twins
    pay.enrolment(kept, "ILL_HOME", since="2026-01", by=officer)
    year, today = timezone.localdate().year, timezone.localdate()
    with make.as_(officer):
        assert annual.open_round(year=year, by=officer, at=pay.AT, today=today) == 2
        AnnualConfirmation.objects.update(notice_on=date(year, 1, 2), notice_mode="BOARD", deadline_on=date(year, 3, 3))
    merged(twins, town_head)
    with make.as_(clerk):
        annual.confirm_person(person=Person.objects.get(pk=kept.pk), year=year, mode="VISIT", confirmed_on=today, evidence=None,
                              today=today, by=clerk, at=pay.AT)  # fmt: skip
    with make.as_(officer), pytest.raises(ValidationError):
        annual.stop_unconfirmed(year=year, today=date(year, 12, 31), by=officer, at=pay.AT)
    assert "罗兴旺" not in shown(page, "confirmations", as_=officer, query=f"?year={year}&view=open")
    assert "罗兴旺" in shown(page, "confirmations", as_=officer, query=f"?year={year}&view=seen")


def test_who_holds_her_benefit_on_the_other_dossier_is_on_the_list(twins, town_head, officer):
    kept, _ = merged(twins, town_head)
    with make.as_(officer):
        assert annual.open_round(year=2026, by=officer, at=pay.AT, today=date(2026, 3, 2)) == 1
        assert AnnualConfirmation.objects.get().person_id == kept.pk

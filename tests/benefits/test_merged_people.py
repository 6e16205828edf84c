"""Two dossiers of one person become one: what she was paid, her account and her confirmation follow her."""

import pytest
from django.urls import reverse

from benefits.actions import annual, enrolments, payee_accounts
from benefits.models import Enrolment, PayeeAccount, Suspension
from registry.actions import duplicates
from registry.models import DuplicatePair
from tests import factories as make
from tests.benefits import factories as pay
from tests.benefits.test_annual import confirmed, due, noticed, opened, row_of


@pytest.fixture
def paid_under_two(station, officer, approver):
    """A man with two dossiers; the money of March was paid under the one that will be merged into the other."""
    pay.paying_office()
    pay.combat_standard()
    kept = make.person(station, by=officer, name="周长发", categories=["V02"])
    loser = pay.beneficiary(station, name="周长发", id_number="", born=kept.born)
    pay.approved(officer, approver, first="2026-03", window="2026-03")
    return kept, loser


def merged(kept, *, by):
    with make.as_(by):
        duplicates.find_pairs(by=by, at=make.NOON)
        pair = DuplicatePair.objects.get()
        return duplicates.merge_people(pair=pair, survivor=kept.pk, take=(), by=by, at=make.NOON)


def test_the_history_of_payments_is_found_from_the_dossier_that_is_kept(page, paid_under_two, officer, clerk):
    kept, loser = paid_under_two
    url = reverse("benefits:person", args=[kept.ref])
    assert "2026-03" not in page(url, as_=clerk).text
    merge = merged(kept, by=officer)
    soup = page(url, as_=clerk)
    assert "2026-03" in soup.text and "840.00" in soup.text
    assert "参战" in page(reverse("registry:person", args=[kept.ref]), as_=clerk).select_one("#benefits").text
    # the old dossier number opens the account of the same man, with the ID number that is kept
    assert kept.display_masked() in page(reverse("benefits:person", args=[loser.ref]), as_=clerk).text
    with make.as_(officer):
        duplicates.undo_merge(merge=merge, by=officer, at=make.NOON)
    assert "2026-03" not in page(url, as_=clerk).text


def test_the_next_batch_pays_him_once_and_says_what_was_paid_before(page, paid_under_two, officer, approver):
    kept, _ = paid_under_two
    merged(kept, by=officer)
    pay.notice([("COMBAT", "900", "PER_MONTH")], effective="2026-03", doc_no="样〔2026〕9号")
    batch = pay.submitted(officer, first="2026-04", window="2026-03")
    with make.as_(officer):
        lines = list(batch.lines.order_by("pk").values_list("person_id", "gross_yuan"))
        line = batch.lines.order_by("gross_yuan").first()
    assert sorted(int(yuan) for _, yuan in lines) == [60, 900]  # what March lacked, and April
    assert {person for person, _ in lines} == {kept.pk}
    soup = page(reverse("benefits:line-why", args=[line.pk]), as_=officer)
    assert "840.00" in soup.text


def test_the_account_can_be_replaced_and_no_second_one_is_entered(page, paid_under_two, officer, clerk):
    kept, loser = paid_under_two
    merged(kept, by=officer)
    with make.as_(clerk):
        old = PayeeAccount.objects.get(person=loser)
        assert not payee_accounts.is_shared(old, clerk)
    soup = page(reverse("benefits:account-new", args=[kept.ref]), as_=clerk)
    assert soup.select("[name=purpose][value=REGULAR]") == []
    with make.as_(clerk):
        values = {"holder_name": "周长发", "holder_relation": "SELF", "bank_name": "样例农商银行", "source": "CARD"}
        fresh = payee_accounts.replace_account(
            account=old, account_number="6230520999888777", values=values, by=clerk, at=make.NOON
        )
    assert fresh.person_id == kept.pk


def test_who_was_seen_under_one_dossier_is_not_stopped_under_the_other(paid_under_two, officer, clerk):
    kept, loser = paid_under_two
    assert opened(officer) == 1
    noticed(officer, make.NOON.date())
    merged(kept, by=officer)
    with make.as_(clerk):
        annual.confirm_person(person=kept, year=2026, mode="VISIT", confirmed_on=make.TODAY, by=clerk, at=make.NOON,
                              today=make.TODAY)  # fmt: skip
    assert row_of(loser, officer).confirmed_on == make.TODAY
    with pytest.raises(Exception, match="没有公告期满仍未确认的人员"):
        due(officer, make.TODAY.replace(year=2027))
    with make.as_(officer):
        assert not Suspension.objects.exists()


def test_two_lists_of_one_man_are_one_confirmation(paid_under_two, officer):
    """Both dossiers were paid and both were on the list; he was seen once."""
    kept, _ = paid_under_two
    pay.enrolment(kept, "ILL_HOME", by=officer)
    assert opened(officer) == 2
    noticed(officer, make.NOON.date())
    merged(kept, by=officer)
    confirmed([kept], by=officer)
    with pytest.raises(Exception, match="没有公告期满仍未确认的人员"):
        due(officer, make.TODAY.replace(year=2027))
    with make.as_(officer):
        assert not Suspension.objects.exists()


def test_a_benefit_under_the_merged_dossier_is_still_listed_and_regraded(paid_under_two, officer, approver):
    kept, loser = paid_under_two
    merged(kept, by=officer)
    assert opened(officer) == 1
    assert row_of(kept, officer).confirmed_on is None
    with make.as_(officer):
        old = Enrolment.objects.get(person=loser)
        row = enrolments.propose_replacement(
            enrolment=old, values={"decided_on": make.TODAY, "decision_no": "青〔2026〕7号", "decided_by_organ": "青禾区局"},
            route="CORRECTION", month_from=pay.month("2026-05"), reason="起始月填错", by=officer, at=make.NOON,
        )  # fmt: skip
    assert row.person_id == kept.pk and row.state in ("SUBMITTED", "REVIEWED")
    with make.as_(approver):
        done = enrolments.approve_enrolment(enrolment=row, by=approver, at=make.NOON, today=make.TODAY)
    assert done.state == "ACTIVE"

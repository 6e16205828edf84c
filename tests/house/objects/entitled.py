"""Benefits of the walk's person: one in force, a stop, an account, a confirmation; each marked with the canary."""

from datetime import date

from benefits.models import AnnualConfirmation, Enrolment, PayeeAccount, Suspension, account_digest
from tests import factories as make
from veterans_portal.accounts.permissions import Role

NUMBER = "62305209900012345"


def objects(made) -> dict:
    by, at, office = made.keeper, make.NOON, made.office
    second = make.staff(office, Role.APPROVER, display_name=f"{made.canary}经办")
    with make.as_(by):
        row = Enrolment.objects.create(
            office=office, person=made.person, programme_id="COMBAT", category_code="51", paying_office_id=office.pk[:6],
            month_from=date(2026, 1, 1), decided_on=make.TODAY, decision_no=made.canary, note=made.canary, state="ACTIVE",
            proposed_by=by, proposed_at=at, approved_by=second, approved_at=at,
        )  # fmt: skip
        stop = Suspension.objects.create(
            office=office, person=made.person, kind="OTHER", month_from=date(2026, 9, 1), reason=made.canary, proposed_by=by,
            proposed_at=at,
        )  # fmt: skip
        account = PayeeAccount.objects.create(
            office=office, person=made.person, holder_name=made.canary, bank_name=made.canary, account_number=NUMBER,
            account_digest=account_digest(NUMBER), account_last4=NUMBER[-4:], entered_by=by, entered_at=at,
        )  # fmt: skip
        AnnualConfirmation.objects.create(office=office, person=made.person, year=2026, created_at=at, created_by=by)
    return {
        **{
            (f"benefits:enrolment{verb}", "pk"): row.pk
            for verb in ("", "-deed", "-replace", "-resubmit", "-transfer-sheet")
        },
        ("benefits:enrolment-deed", "deed"): "ending",
        **{(f"benefits:stop{verb}", "pk"): stop.pk for verb in ("", "-deed")},
        ("benefits:stop-deed", "deed"): "confirmation",
        **{(f"benefits:account-{verb}", "pk"): account.pk for verb in ("replace", "reveal")},
    }

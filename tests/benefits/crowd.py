"""Many beneficiaries at once, written in sets."""

from benefits.models import Enrolment, PayeeAccount, account_digest
from registry.derive import derived
from registry.models import Identity, Person
from tests import factories as make
from tests.benefits import factories as pay
from veterans_portal.bulk import reserve_ids


def crowd(office, count: int, *, since: str, programme: str = "COMBAT") -> list[int]:
    """Register `count` people of an office, each enrolled and with a confirmed account; returns their keys."""
    by, checker = (
        make.staff(make.office(office.code[:6]), "OFFICER"),
        make.staff(make.office(office.code[:6]), "APPROVER"),
    )
    code, first = pay.CATEGORY[programme], pay.month(since)
    with make.as_(by):
        keys = reserve_ids(Person, count)
        made = {"created_at": pay.AT, "created_by": by}
        Person.objects.bulk_create(
            Person(pk=key, ref=f"R{key}", office=office, sex="M", born="1954-02-19", registered_on=first,
                   no_id_reason="TO_FIND", id_number=None, **made, **({"name": f"样例{key}"} | derived("name", f"样例{key}")))
            for key in keys
        )  # fmt: skip
        Identity.objects.bulk_create(
            Identity(person_id=key, office=office, category_id=code, standing="CONFIRMED", confirmed_by=checker,
                     confirmed_at=pay.AT, **made)
            for key in keys
        )  # fmt: skip
        Enrolment.objects.bulk_create(
            Enrolment(person_id=key, programme_id=programme, category_code=code, office=office, paying_office_id=office.code[:6],
                      month_from=first, decided_on=first, state="ACTIVE", proposed_by=by, proposed_at=pay.AT,
                      approved_by=checker, approved_at=pay.AT)
            for key in keys
        )  # fmt: skip
        PayeeAccount.objects.bulk_create(
            PayeeAccount(person_id=key, office=office, holder_name=f"样例{key}", bank_name="样例农商银行",
                         account_number=f"6230520{key:09}", account_digest=account_digest(f"6230520{key:09}"),
                         account_last4=f"{key:04}"[-4:], entered_by=by, entered_at=pay.AT, confirmed_by=checker,
                         confirmed_at=pay.AT)
            for key in keys
        )  # fmt: skip
    return keys

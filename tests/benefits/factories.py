"""People who are owed money, and batches that pay them. Plain functions; each runs in the scope of its `by`."""

from datetime import UTC, date, datetime
from decimal import Decimal

from benefits.actions.approval import approve_batch
from benefits.actions.batches import draft_batch, open_batch, submit_batch
from benefits.models import Enrolment, PayeeAccount, PayingOffice, Standard, StandardNotice, Suspension, account_digest
from registry.models import Identity, Person
from tests import factories as make
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Role

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai
CATEGORY = {"COMBAT": "51", "DISABILITY": "11", "RURAL60": "81", "MARTYR_CHILD": "B1", "ILL_HOME": "42"}


def month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def paying_office(code: str = "990101", **over) -> PayingOffice:
    """Return the settings of a paying office, made when missing."""
    by = make.staff(make.office(code), Role.APPROVER)
    with make.as_(by):
        found = PayingOffice.objects.filter(office_id=code).first()
        return found or PayingOffice.objects.create(office_id=code, **({"ledger_from": date(2024, 1, 1)} | over))


def notice(rows, *, effective: str, doc_no: str, level: str = "NATION", jurisdiction: str = "", state: str = "PUBLISHED",
           full: bool = True, **over) -> StandardNotice:  # fmt: skip
    """
    Return a published document with its standards.

    rows: (programme, yuan, unit) or a dict of Standard's fields.
    """
    office = make.office("9901" if len(jurisdiction) < 4 else jurisdiction)
    author, publisher = make.staff(office, Role.OFFICER), make.staff(office, Role.APPROVER)
    listed = [
        row if isinstance(row, dict) else dict(zip(("programme_id", "amount_yuan", "unit"), row, strict=True))
        for row in rows
    ]
    with make.as_(author):
        found = StandardNotice.objects.create(
            doc_no=doc_no, level=level, jurisdiction=jurisdiction, effective_from=month(effective),
            published_on=month(effective), programme_codes=sorted({row["programme_id"] for row in listed}),
            components=sorted({row.get("component", "BASE") for row in listed}), is_full_table=full, entered_by=author,
            entered_at=AT, **over,
        )  # fmt: skip
        for row in listed:
            Standard.objects.create(notice=found, **(row | {"amount_yuan": Decimal(row["amount_yuan"])}))
    if state == "PUBLISHED":
        with make.as_(publisher):
            found.state, found.published_by, found.published_at = state, publisher, AT
            found.save()
    return found


def combat_standard(yuan: str = "840", *, since: str = "2024-08", doc_no: str = "样〔2024〕1号") -> StandardNotice:
    return notice([("COMBAT", yuan, "PER_MONTH")], effective=since, doc_no=doc_no)


def confirmed(person: Person, code: str, *, by: User) -> Identity:
    """Return the identity of a category, confirmed by a second person."""
    checker = make.staff(by.office, Role.APPROVER)
    with make.as_(by):
        return make.identity(person, code, by=by, standing="CONFIRMED", confirmed_by=checker, confirmed_at=AT)


def enrolment(person: Person, programme: str = "COMBAT", *, since: str = "2026-01", state: str = "ACTIVE", by: User | None = None,
              payer: str | None = None, **over) -> Enrolment:  # fmt: skip
    """Return an enrolment in force (or in `state`), with the identity it rests on."""
    district = payer or person.office_id[:6]
    by = by or make.staff(make.office(district), Role.OFFICER)
    code = over.pop("category_code", CATEGORY[programme])
    with make.as_(by):
        has = Identity.objects.filter(person=person, category_id=code).exists()
    if not has:
        confirmed(person, code, by=by)
    approver = make.staff(make.office(district), Role.APPROVER)
    chain = {"approved_by": approver, "approved_at": AT} if state in ("ACTIVE", "ENDED", "VOID") else {}
    with make.as_(by):
        return Enrolment.objects.create(
            person=person, programme_id=programme, category_code=code, office_id=person.office_id, paying_office_id=district,
            month_from=month(since), decided_on=month(since), state=state, proposed_by=by, proposed_at=AT, **chain, **over,
        )  # fmt: skip


def account(person: Person, *, purpose: str = "REGULAR", number: str | None = None, is_confirmed: bool = True,
            by: User | None = None, **over) -> PayeeAccount:  # fmt: skip
    """Return the current account of a person, confirmed by a second person unless told otherwise."""
    by = by or make.staff(make.office(person.office_id[:6]), Role.OFFICER)
    checker = make.staff(by.office, Role.APPROVER)
    number = number or f"6230520{person.pk:09}"
    chain = {"confirmed_by": checker, "confirmed_at": AT} if is_confirmed else {}
    with make.as_(by):
        return PayeeAccount.objects.create(
            person=person, office_id=person.office_id, purpose=purpose, bank_name="样例农商银行", account_number=number,
            account_digest=account_digest(number), account_last4=number[-4:], entered_by=by, entered_at=AT,
            **({"holder_name": person.name} | chain | over),
        )  # fmt: skip


def beneficiary(office, programme: str = "COMBAT", *, since: str = "2026-01", **over) -> Person:
    """Return a registered person with an enrolment in force and a confirmed account."""
    by = make.staff(make.office(office.code[:6]), Role.OFFICER)
    found = make.person(office, by=by, categories=(), **over)
    enrolment(found, programme, since=since, by=by)
    account(found, by=by)
    return found


def stop(
    person: Person, *, since: str, until: str | None = None, programme: str | None = None, kind: str = "OTHER", **over
):
    """Return a confirmed stop."""
    office = make.office(person.office_id[:6])
    proposer, checker = make.staff(office, Role.OFFICER), make.staff(office, Role.APPROVER)
    with make.as_(proposer):
        return Suspension.objects.create(
            person=person, office_id=person.office_id, programme_id=programme, kind=kind, month_from=month(since),
            month_to=month(until) if until else None, state="CONFIRMED", proposed_by=proposer, proposed_at=AT,
            confirmed_by=checker, confirmed_at=AT, **over,
        )  # fmt: skip


def died(person: Person, day: str) -> None:
    """Write a death as the registry leaves it behind."""
    with make.as_(make.staff(make.office(person.office_id[:6]), Role.OFFICER)):
        Person.objects.filter(pk=person.pk).update(died=day, status="DECEASED")


def opened(by: User, *, first: str = "2026-03", last: str | None = None, programmes=("COMBAT",), kind: str = "REGULAR",
           window: str = "2026-01", **over):  # fmt: skip
    period = (month(first), month(last or first)) if kind in ("REGULAR", "OPENING") else None
    with make.as_(by):
        return open_batch(
            kind=kind, programmes=list(programmes), period=period, window_from=month(window), by=by, at=AT, **over
        )


def drafted(by: User, **over):
    """Return a batch that was opened and drafted."""
    batch = opened(by, **over)
    with make.as_(by):
        return draft_batch(batch=batch, by=by, at=AT)


def submitted(by: User, **over):
    batch = drafted(by, **over)
    with make.as_(by):
        return submit_batch(batch=batch, by=by, at=AT)


def approved(by: User, approver: User, **over):
    """Return a batch that one person drafted and another approved."""
    batch = submitted(by, **over)
    with make.as_(approver):
        return approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=AT)

"""What the design says is refused at the form is refused by the database as well, whoever writes."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse
from django.utils import timezone

from petitions.actions import extending, handling, helping, receptions
from petitions.models import Deadline, Extension, Petition, Petitioner, QueryAttempt, ReferralLink
from petitions.public import caller
from petitions.query_codes import code_hash
from registry.models import AidReferral
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import filed
from veterans_portal.pgscope.scope import Scope, scope


@pytest.fixture
def people(db):
    return case.bureau()


def refused(model, by, constraint: str, **changes) -> None:
    """Change every row of a table as somebody, past forms and actions: the named constraint must stop it."""
    with make.as_(by), pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**changes)


def dated(name: str, on: date) -> dict:
    return {f"{name}_{part}": getattr(on, part) for part in ("year", "month", "day")}


def test_an_acceptance_before_receipt(page, people):
    today = timezone.localdate()
    petition = case.registered(people.sorter, received_on=today, registered_on=today, at_=timezone.now())
    url = reverse("petitions:case-deed", args=[petition.pk, "acceptance"])
    soup = page(
        url,
        as_=people.sorter,
        expect=422,
        row_version=1,
        route_1="R6",
        kept_1="own",
        **dated("accepted_on", today - timedelta(days=1)),
    )
    assert "受理日期不能早于收到日期" in soup.select_one(".error-summary").text
    refused(Petition, people.sorter, "petition_accepted_not_before_received", accepted_on=today - timedelta(days=1))


def test_a_registration_before_receipt(people):
    with pytest.raises(ValidationError, match="收到日期不能晚于登记日期"):
        case.registered(
            people.sorter, received_on=date(2026, 3, 5), registered_on=date(2026, 3, 4), at_=case.at("2026-03-06")
        )
    case.registered(people.sorter)
    refused(Petition, people.sorter, "petition_received_not_after_registered", received_on=date(2026, 3, 4))


def test_an_extension_of_thirty_one_days(page, people):
    today = timezone.localdate()
    on = today - timedelta(days=10)
    petition = case.registered(people.sorter, received_on=on, registered_on=on)
    case.accept(petition, people, day=on)
    case.do(
        handling.assign, petition, by=people.sorter, day=on, office=people.office, section="", officer=people.handler
    )
    with pytest.raises(ValidationError, match="延长不得超过 30 日"):
        case.do(extending.apply_extension, petition, by=people.handler, day=today, days=31, reason="调档")
    version = case.again(petition, people.handler).row_version
    url = reverse("petitions:case-deed", args=[petition.pk, "extension"])
    soup = page(url, as_=people.handler, expect=422, row_version=version, days="31", reason="调档")
    assert "30" in soup.select_one(".error-summary").text and "调档" in soup.text
    case.do(extending.apply_extension, petition, by=people.handler, day=today, days=30, reason="调档")
    refused(Extension, people.handler, "extension_days_1_to_30", days=31)
    refused(Deadline, people.handler, "deadline_extension_0_to_30", extension_days=31)


def test_a_sixth_representative(page, people):
    six = [case.petitioner(name=f"代表{no}", representative_no=no) for no in range(1, 7)]
    with pytest.raises(ValidationError, match="共同信访的代表不得超过 5 人"):
        case.registered(people.sorter, petitioners=six)
    petition = case.registered(people.sorter, petitioners=six[:5])
    refused(Petitioner, people.sorter, "petitioner_representative_no_1_to_5", representative_no=6)
    refused(Petitioner, people.sorter, "petitioner_representative_no_unique", representative_no=1)
    assert case.again(petition, people.sorter).people_count == 1


def test_an_eleventh_query_in_fifteen_minutes(people, client):
    petition = case.registered(people.sorter)
    sent = {"number": petition.number, "code": petition.query_code}
    statuses = [client.post(reverse("service:petition-progress"), sent).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    # the function itself says no, whoever calls it, and nobody without login writes or clears the tries behind its back
    at, other = timezone.now(), caller("10.0.0.9", timezone.localdate())
    asked = (petition.number, code_hash(petition.number, petition.query_code), other, at)
    with scope(Scope("app_public")), transaction.atomic(), connection.cursor() as cursor:
        answers = []
        for _ in range(11):
            cursor.execute("SELECT public_progress(%s, %s, %s, %s) ->> 'found'", asked)
            answers.append(cursor.fetchone()[0])
    assert answers == ["1"] * 10 + ["-1"]
    for deed in (
        lambda: QueryAttempt.objects.create(at=at, ip_hash=other, number="x", ok=True),
        lambda: QueryAttempt.objects.all().delete(),
    ):
        with (
            scope(Scope("app_public")),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            deed()


def test_what_was_said_aloud_and_not_read_back(people):
    with pytest.raises(ValidationError, match="口头反映须向信访人宣读并确认"):
        case.registered(people.sorter, statement_mode="ORAL")
    case.registered(people.sorter)
    refused(Petition, people.sorter, "petition_oral_was_read_back", statement_mode="ORAL")


def test_content_of_an_accusation_at_the_counter(people):
    counter = case.station()
    values = {"channel_id": "VISIT", "kind": "ACCUSATION_GUIDED", "result": "GUIDED", "people_count": 1}
    with make.as_(counter.clerk), pytest.raises(ValidationError, match="检举控告内容不在接待记录中保存"):
        receptions.log_reception(values=values | {"summary": "反映某人"}, by=counter.clerk, at=make.NOON)
    with make.as_(counter.clerk):
        row = receptions.log_reception(values=values, by=counter.clerk, at=make.NOON)
    refused(type(row), counter.clerk, "reception_accusation_keeps_no_content", summary="反映某人")


def test_a_referral_out_of_an_accusation(people):
    contact = make.staff(make.office("9901"), "OFFICER")
    case.profile(contact.office, discipline_contact=contact)
    petition = case.registered(contact, purpose="ACCUSATION")
    consent = filed(petition, contact, "CONSENT")
    with make.as_(contact):
        lead = petition.petitioners.get()
        referral = AidReferral.objects.create(
            number="ZJ1", office=contact.office, from_office=contact.office, name="李建国", phone="10055500733", need_code="LIVING",
            consent_on=date(2026, 3, 4), created_at=make.NOON, created_by=contact,
        )  # fmt: skip
    with pytest.raises(ValidationError, match="检举控告件不能转介"):
        case.do(helping.refer_to_aid, petition, by=contact, day="2026-03-05", petitioner=lead, need_code="LIVING", note="",
                consent=consent, consent_on=date(2026, 3, 4), to_office=contact.office)  # fmt: skip
    with make.as_(contact), pytest.raises(IntegrityError, match="not referred"), transaction.atomic():
        ReferralLink.objects.create(petition=petition, referral=referral, consent=consent, consent_on=date(2026, 3, 4), shown_text="x",
                                    created_at=make.NOON, created_by=contact)  # fmt: skip

"""服务站转介: passed on with consent, taken and closed by the office that gives aid, seen by both ends and nobody else."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from registry.actions import referrals as actions
from registry.models import AidReferral
from registry.queries import match_attendee
from tests import factories as make
from tests.races import at_once
from tests.registry.papers import upload
from veterans_portal.accounts.models import AuditEvent, Office


def refused(deed, **arguments) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(**arguments)
    return " ".join(refusal.value.messages)


@pytest.fixture
def person(station, clerk):
    return make.person(station, by=clerk, name="罗兴旺")


def refer(by, person=None, to="990101", **over):
    values = {"need_code": "MEDICAL", "note": "住院", "consent_on": make.TODAY, "today": make.TODAY} | over
    with make.as_(by):
        return actions.open_referral(person=person, to_office=Office.objects.get(pk=to), by=by, at=make.NOON, **values)


def take(referral, *, by):
    with make.as_(by):
        return actions.take_referral(referral=referral, by=by, at=make.NOON)


def close(referral, *, by, note="已协助申请医疗救助", verb=actions.close_referral):
    with make.as_(by):
        return verb(referral=referral, outcome_note=note, by=by, at=make.NOON)


def test_from_the_dossier_to_the_outcome(page, person, clerk, officer):
    url = f"{reverse('registry:referral-new')}?person={person.ref}"
    assert page(reverse("registry:person", args=[person.ref]), as_=clerk).select_one(f"a[href='{url}']")
    typed = {"need_code": "MEDICAL", "note": "住院", "to_office": "990101", "consent_on": "2026-09-10"}  # fmt: skip
    assert "已转介" in page(url, as_=clerk, **typed).text
    assert "1 件转介待接收" in page("/", as_=officer).text
    listed = page(reverse("registry:referrals"), as_=officer)
    detail = listed.select_one("tbody a.rowlink")["href"]
    assert "10055500217" in page(detail, as_=officer).text.replace(" ", "")
    page(f"{detail}taking/", as_=officer, go="1")
    soup = page(f"{detail}closing/", as_=officer, expect=422, outcome_note="")
    assert "请写明结果。" in soup.text
    page(f"{detail}closing/", as_=officer, outcome_note="已协助申请医疗救助")
    seen = page(detail, as_=clerk)
    assert "已协助申请医疗救助" in seen.text and "已办结" in seen.select_one(".pagehead__meta").text


def test_the_signed_consent_goes_along(page, person, station, clerk, officer):
    url = f"{reverse('registry:referral-new')}?person={person.ref}"
    typed = {"need_code": "MEDICAL", "to_office": "990101", "consent_on": ""}
    sent = {"paper_file": upload(name="consent.jpg")}
    soup = page(url, as_=clerk, expect=422, **typed, **sent)  # the day is missing: the paper is kept and stays chosen
    chosen = soup.select_one("#id_evidence option[selected]")["value"]
    page(url, as_=clerk, **typed | {"consent_on": "2026-09-10", "evidence": chosen})
    with make.as_(officer):
        referral = AidReferral.objects.visible_to(officer).get()
        assert (referral.consent_file.person_id, referral.consent_file.file_name) == (person.pk, "consent.jpg")
    form = page(reverse("registry:referral", args=[referral.pk]), as_=officer).select_one("form[target=_blank]")
    assert form["action"] == reverse("registry:document-read", args=[referral.consent_file_id])
    other = make.person(station, by=clerk, name="别人")
    said = refused(refer, by=clerk, person=other, consent_file=referral.consent_file)
    assert said == actions.NOT_HER_PAPER


def test_nothing_is_passed_on_without_consent(person, clerk):
    assert refused(refer, by=clerk, person=person, consent_on=None) == actions.NEEDS_CONSENT
    assert refused(refer, by=clerk, person=person, consent_on=make.TODAY.replace(year=2027)) == "同意日期晚于今天。"
    with make.as_(clerk):
        assert AidReferral.objects.count() == 0


def test_somebody_without_a_dossier_is_named_and_sealed(clerk, officer):
    assert "姓名和联系电话" in refused(refer, by=clerk, name="何秀英")
    row = refer(clerk, name="何秀英", phone="10055500218")
    with make.as_(officer):
        found = AidReferral.objects.visible_to(officer).get(pk=row.pk)
        assert (found.name, found.phone, found.person_id) == ("何秀英", "10055500218", None)
    assert row.number.startswith("ZJ2026")


def test_only_upwards_and_not_twice(person, clerk, foreign_station):
    assert refused(refer, by=clerk, person=person, to=foreign_station.pk) == actions.NOT_ABOVE
    refer(clerk, person)
    assert refused(refer, by=clerk, person=person) == actions.TWICE
    assert refer(clerk, person, need_code="JOB").number


def test_the_sender_does_not_take_and_the_stranger_does_not_see(client, person, clerk, officer, foreign_clerk, auditor):
    row = refer(clerk, person)
    assert refused(take, referral=row, by=clerk) == actions.NOT_TAKER
    url = reverse("registry:referral", args=[row.pk])
    for user, expected in ((foreign_clerk, 404), (auditor, 403), (clerk, 200), (officer, 200)):
        client.force_login(user)
        assert client.get(url).status_code == expected
    client.force_login(foreign_clerk)
    assert client.post(f"{url}cancelling/", {"outcome_note": "x"}).status_code == 404
    with make.as_(foreign_clerk):
        assert not AidReferral.objects.exists()


def test_either_side_calls_it_off_with_a_reason(person, clerk, officer):
    row = refer(clerk, person)
    assert refused(close, referral=row, by=clerk, note=" ", verb=actions.cancel_referral) == actions.NEEDS_REASON
    assert close(row, by=clerk, note="本人撤回同意", verb=actions.cancel_referral).state == "CANCELLED"
    assert refused(take, referral=row, by=officer) == "当前为“已取消”，不能执行此操作。"
    again = take(refer(clerk, person), by=officer)
    assert close(again, by=officer, note="重复", verb=actions.cancel_referral).state == "CANCELLED"


def test_two_take_one_referral_at_once(person, clerk, officer, transactional_db):
    other, row = make.staff(officer.office, "OFFICER"), refer(clerk, person)
    results = at_once(*[(user, lambda user=user: actions.take_referral(referral=row, by=user, at=make.NOON))
                        for user in (officer, other)])  # fmt: skip
    assert [result for result in results if isinstance(result, str)] == ["当前为“办理中”，不能执行此操作。"]


def test_the_trail_names_the_number_and_nobody(person, clerk, officer):
    row = take(refer(clerk, person), by=officer)
    close(row, by=officer)
    with make.as_admin("app_audit"):
        found = list(AuditEvent.objects.filter(event__startswith="REFERRAL_").order_by("pk"))
    assert [event.event for event in found] == ["REFERRAL_OPENED", "REFERRAL_TAKEN", "REFERRAL_DONE"]
    assert all(event.facts["number"] == row.number and "罗兴旺" not in str(event.facts) for event in found)


def test_an_attendee_is_matched_by_key_alone_and_on_record(person, clerk, foreign_clerk):
    with make.as_(clerk):
        number = person.id_number
    with make.as_(foreign_clerk):
        assert match_attendee(number, by=foreign_clerk, at=make.NOON) == person.pk
        assert match_attendee(make.id_number(), by=foreign_clerk, at=make.NOON) is None
    with make.as_admin("app_audit"):
        facts = [event.facts for event in AuditEvent.objects.filter(event="ATTENDEE_MATCHED").order_by("pk")]
    assert facts == [{"found": True, "elsewhere": True}, {"found": False, "elsewhere": False}]

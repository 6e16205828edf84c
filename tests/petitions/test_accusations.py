"""检举控告: seen by the person named, handed over sealed, told to nobody it is about."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from petitions.actions import accusing, delivering, routing
from petitions.models import Notice, Petition
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import clocks, sees
from veterans_portal.accounts.models import AuditEvent


def events(petition) -> list[str]:
    """Return the trail of an accusation, which only the auditors' role reads."""
    with make.as_admin("app_audit"):
        return list(AuditEvent.objects.about(petition).order_by("pk").values_list("event", flat=True))


SEAL = {"body_name": "区纪委监委", "pages": 3, "seal_number": "F-001"}


@pytest.fixture
def people(db):
    return case.bureau()


@pytest.fixture
def contact(people):
    """The person named at the city bureau: a leader, who has none of the intake permissions."""
    city = make.office("9901", is_deciding=True)
    named = make.staff(city, "APPROVER")
    case.profile(city, can_decide=True, discipline_contact=named)
    return named


@pytest.fixture
def petition(contact, people):
    return case.registered(contact, purpose="ACCUSATION", title="反映工作作风", respondents=[{"office": people.office}, {"user": people.leader}],
                           petitioners=[case.petitioner(name="周长发")])  # fmt: skip


def test_it_is_handed_over_sealed_and_told_without_content(contact, petition):
    found = case.do(accusing.seal_over, petition, by=contact, day="2026-03-05", **SEAL)
    assert (found.state, found.pending_closing, found.turn_user_id) == ("TO_DELIVER", "HANDED_OVER", contact.pk)
    with make.as_(contact):
        told = Notice.objects.visible_to(contact).get(petition=petition, kind="N03")
        handed = Notice.objects.visible_to(contact).get(petition=petition, kind="N16")
    assert handed.document_number == ""
    assert "密告" in told.document_number and told.body == ""
    day = date(2026, 3, 6)
    found = case.do(
        delivering.deliver, petition, by=contact, day=day, fields={"mode": "FACE", "sent_on": day, "received_on": day}
    )
    assert (found.state, found.closing_kind) == ("CLOSED", "HANDED_OVER")
    assert clocks(petition, contact)["NOTICE"].fulfilled_on == day
    assert events(petition) == ["PETITION_REGISTERED", "ACCUSATION_HANDED_OVER", "NOTICE_DELIVERED"]


def test_it_goes_no_other_way(contact, petition):
    for deed, values in ((routing.hand_up, {"to_office": contact.office, "reason": "x"}),
                         (routing.accept, {"routes": {}, "accepted_on": date(2026, 3, 5)})):  # fmt: skip
        with pytest.raises(ValidationError, match="检举控告件只能密封移交"):
            case.do(deed, petition, by=contact, day="2026-03-05", **values)
    ordinary = case.registered(make.staff(contact.office, "OFFICER"))
    with pytest.raises(ValidationError, match="只有检举控告件密封移交"):
        case.do(accusing.seal_over, ordinary, by=make.staff(contact.office, "OFFICER"), day="2026-03-05", **SEAL)
    with pytest.raises(ValidationError, match="请写明接收机关"):
        case.do(accusing.seal_over, petition, by=contact, day="2026-03-05", **SEAL | {"pages": 0})


def test_those_it_is_about_and_their_stations_find_nothing_anywhere(page, contact, people, petition):
    case.do(accusing.seal_over, petition, by=contact, day="2026-03-05", **SEAL)
    counter = case.station()
    with make.as_(contact):
        letter = Notice.objects.visible_to(contact).get(petition=petition, kind="N03")
    colleague = make.staff(contact.office, "OFFICER")
    for user in (people.sorter, people.leader, counter.clerk, colleague):
        assert not sees(petition, user)
        page(reverse("petitions:case", args=[petition.pk]), as_=user, expect=404)
        page(reverse("petitions:notice-pdf", args=[letter.pk]), as_=user, expect=404)
        page(reverse("petitions:case-deed", args=[petition.pk, "sealing"]), as_=user, expect=404)
        assert petition.number not in page(f"{reverse('petitions:cases')}?tab=open", as_=user).text
        with make.as_(user):
            assert not AuditEvent.objects.about(petition).exists()


def test_the_person_named_reads_it_with_a_trace_and_finds_one_next_step(page, contact, petition):
    shown = page(reverse("petitions:case", args=[petition.pk]), as_=contact)
    assert "下一步：密封移交" in shown.text and "限制知悉" in shown.text
    assert not shown.find("a", string="转送或交办")
    assert events(petition)[-1] == "PETITION_READ"
    url = reverse("petitions:case-deed", args=[petition.pk, "sealing"])
    page(url, as_=contact, expect=422, row_version=1, body_name="区纪委监委", pages="", seal_number="F-1")
    page(url, as_=contact, row_version=1, body_name="区纪委监委", pages="3", seal_number="F-1")
    assert case.again(petition, contact).state == "TO_DELIVER"


def test_the_page_is_the_named_persons_and_refuses_what_is_about_ones_own_office(page, contact, people):
    url = reverse("petitions:accusation-new")
    page(url, as_=people.sorter, expect=403)
    assert page(reverse("petitions:cases"), as_=contact).find("a", string="登记检举控告")
    page(url, as_=contact)
    typed = {"channel": "LETTER", "topic": "STYLE", "title": "反映工作作风", "request_text": "接待时态度生硬", "statement_mode": "WRITTEN",
             "respondent_office": "9901", "respondent_name": "", "name": "", "phone": "", "address": "",
             "received_on_year": "2026", "received_on_month": "3", "received_on_day": "3"}  # fmt: skip
    refused = page(url, as_=contact, expect=422, **typed)
    assert "不能在本单位登记" in refused.text and "接待时态度生硬" in refused.text
    page(url, as_=contact, **typed | {"respondent_office": people.office.pk})
    with make.as_(contact):
        made = Petition.objects.visible_to(contact).get(title="反映工作作风")
    assert made.is_restricted and "密" in made.number and made.query_code_hash is None

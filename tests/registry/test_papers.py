"""Papers for the counter: one page a person, two copies a notice; each with a number and a trace."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from registry.actions import papers as actions
from registry.models import Award, Card, Document, HouseholdMember, Matter, Plaque
from tests import factories as make
from tests.registry.pdfs import last_pdf, pages_of, text_of
from veterans_portal.accounts.models import AuditEvent

RARE = "𠮷𬭎长发"  # beyond the basic plane


@pytest.fixture
def full_life(station, officer):
    """Somebody with three categories, five services, awards, a family, a plaque, a card and thirty papers."""
    person = make.person(
        station, by=officer, name=RARE, categories=["V02", "51", "11"], hukou_place="样例市青禾区新荷社区 3 组"
    )
    for year in range(1970, 1990, 4):
        make.service(person, by=officer, enlisted=f"{year}-12", discharged=f"{year + 3}-03", unit_code="12345")
    home = make.household(person, by=officer, book_no="H12")
    kept = {"created_at": make.NOON, "created_by": officer}
    with make.as_(officer):
        for n in range(6):
            Award.objects.create(person=person, kind="THIRD", awarded=f"197{n}", authority="某部", **kept)
        for n in range(30):
            Document.objects.create(person=person, kind="FORM", number=f"B{n}", file_name="a.jpg", stored_name="x", bytes=1,
                                    content_type="image/jpeg", sha256="0", **kept)  # fmt: skip
        for n in range(5):
            HouseholdMember.objects.create(
                household=home, office=station, name=f"家人{n}", relation="SON", born="1990", **kept
            )
        Plaque.objects.create(household=home, office=station, holder=person, state="HUNG", serial="QH0001", hung="2020-01",
                              place="DOOR", signer="吉", bases=["V02"], **kept)  # fmt: skip
        Card.objects.create(person=person, kind="VETERAN", state="ISSUED", issued_on=make.TODAY, signer="吉", applied_on=make.TODAY,
                            accepting_office=station, state_since=make.TODAY, **kept)  # fmt: skip
    return person


def events(name):
    with make.as_admin("app_audit"):
        return list(AuditEvent.objects.filter(event=name))


def test_a_life_fits_on_one_page_masked_and_with_every_character(client, full_life, clerk, tmp_path):
    client.force_login(clerk)
    answer = client.post(reverse("registry:dossier-print", args=[full_life.ref]), {"full": "masked"})
    assert answer.status_code == 302
    path = last_pdf(clerk, tmp_path)
    text = text_of(path)
    with make.as_(clerk):
        number = full_life.id_number

    assert pages_of(path) == 1
    assert RARE in text and number not in text and number[:6] + "********" in text
    for wanted in ("QH0001", "参战退役军人", "H12", "家人3", "1986年12月", "已发放", "件见系统", full_life.ref):
        assert wanted in text, wanted
    [event] = events("DOSSIER_PRINTED")
    assert event.facts["number"] in text and event.facts["full"] is False
    assert RARE not in str(event.facts) and number not in str(event.facts)


def test_what_is_left_out_of_an_overfull_page_is_said(client, full_life, officer, clerk, tmp_path):
    for year in range(1930, 1968):
        make.service(full_life, by=officer, enlisted=f"{year}", discharged=f"{year + 1}")
    client.force_login(clerk)
    assert client.post(reverse("registry:dossier-print", args=[full_life.ref]), {"full": "masked"}).status_code == 302
    path = last_pdf(clerk, tmp_path)
    text = text_of(path)
    assert pages_of(path) == 1
    assert all(f"{year}年" in text for year in (1930, 1967, 1986)) and "件见系统" in text


def test_the_whole_number_needs_the_right_and_a_purpose(client, full_life, town_head, clerk, tmp_path):
    url = reverse("registry:dossier-print", args=[full_life.ref])
    client.force_login(town_head)
    answer = client.post(url, {"full": "full", "reason": "办证"})
    assert (
        answer.status_code == 422
        and "要写明用途" in answer.content.decode()
        and 'value="办证"' in answer.content.decode()
    )
    assert events("DOSSIER_PRINTED") == []
    assert client.post(url, {"full": "full", "reason": "报送区局办理优待证"}).status_code == 302
    with make.as_(town_head):
        number = full_life.id_number
    assert number in text_of(last_pdf(town_head, tmp_path))
    [event] = events("DOSSIER_PRINTED")
    assert event.facts["purpose"] == "报送区局办理优待证"
    client.force_login(clerk)
    assert client.post(url, {"full": "full", "reason": "报送区局办理优待证"}).status_code == 422
    with make.as_(clerk), pytest.raises(ValidationError, match="不能导出完整身份证号"):
        actions.print_dossier(
            person=full_life, full=True, reason="报送区局办理优待证", by=clerk, at=make.NOON, today=make.TODAY
        )


def test_strangers_and_administrators_print_nothing(client, full_life, foreign_clerk, auditor):
    url = reverse("registry:dossier-print", args=[full_life.ref])
    for user, expected in ((foreign_clerk, 404), (auditor, 403)):
        client.force_login(user)
        assert client.post(url, {"full": "masked"}).status_code == expected
    assert events("DOSSIER_PRINTED") == []


def test_the_print_page_says_what_is_on_the_paper(page, full_life, clerk, town_head):
    url = reverse("registry:dossier-print", args=[full_life.ref])
    assert "用途" not in page(url, as_=clerk).select_one("main form").text
    assert "用途" in page(url, as_=town_head).select_one("main form").text
    assert page(reverse("registry:person", args=[full_life.ref]), as_=clerk).select_one(f"a[href='{url}']")


def test_a_notice_is_two_copies_to_sign(page, client, full_life, clerk, foreign_clerk, tmp_path):
    with make.as_(clerk):
        matter = Matter.objects.get(code="CARD", office=None)
    chosen = page(f"{reverse('registry:notices')}?person={full_life.ref}", as_=clerk)
    url = chosen.select_one(f"a[href^='{reverse('registry:notice', args=[matter.pk])}']")["href"]
    assert "居民身份证" in page(url, as_=clerk).select_one("#materials").text
    assert client.post(url).status_code == 302
    path = last_pdf(clerk, tmp_path)
    text = text_of(path)
    assert pages_of(path) == 2 and text.count("被告知人：") == 2 and text.count(RARE) == 2
    assert text.count("□") == 2 * len(matter.materials.splitlines())
    client.force_login(foreign_clerk)
    assert client.post(url).status_code == 404
    assert len(events("NOTICE_PRINTED")) == 1


def test_a_blank_notice_names_nobody(client, clerk, full_life, tmp_path):
    with make.as_(clerk):
        matter = Matter.objects.get(code="PLAQUE", office=None)
    client.force_login(clerk)
    assert client.post(reverse("registry:notice", args=[matter.pk])).status_code == 302
    text = text_of(last_pdf(clerk, tmp_path))
    assert "更换光荣牌" in text and RARE not in text and clerk.office.name in text

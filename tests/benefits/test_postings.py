"""公示: put up by the paying office, read by every station below it and by nobody beside it; masked and frozen."""

import re
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from benefits.actions.oneoff import post, review
from benefits.models import OneOffGrant, PublicNotice
from tests import factories as make
from tests.benefits import factories as pay
from tests.registry.pdfs import last_pdf, text_of

DAY = date(2026, 3, 6)


@pytest.fixture
def posting(station, sibling_station, town_head, approver):
    """One list with a person of each of two stations."""
    pay.paying_office()
    rows, numbers = [], []
    for office, name in ((station, "罗兴旺"), (sibling_station, "贺来")):
        person = make.person(office, categories=(), name=name)
        pay.account(person)
        numbers.append(person.id_number)
        by = make.staff(office, "CLERK")
        with make.as_(by):
            rows.append(
                OneOffGrant.objects.create(
                    programme_id="AWARD_MERIT", person=person, office=office, paying_office_id="990101", event_on=DAY, key_class="三等功",
                    certificate_no=name, amount_yuan=6563, proposed_by=by, proposed_at=pay.AT)
            )  # fmt: skip
    with make.as_(town_head):
        rows = [review(row=row, by=town_head, at=pay.AT) for row in rows]
    with make.as_(approver):
        return post(rows=rows, by=approver, at=pay.AT, today=DAY), rows, numbers


def test_a_station_reads_and_prints_the_list_that_its_people_stand_on(page, client, posting, clerk, tmp_path):
    notice, rows, _ = posting
    assert "共 1 次" in page(reverse("benefits:publications"), as_=clerk).text
    shown = page(reverse("benefits:publication", args=[notice.pk]), as_=clerk)
    assert (
        "6,563.00" in shown.text
        and "罗*旺" in shown.text
        and "登记异议情况" not in shown.text
        and "处理情况" not in shown.text
    )
    assert "公示至" in page(reverse("benefits:grant", args=[rows[0].pk]), as_=clerk).text
    client.force_login(clerk)
    client.post(reverse("benefits:publication-sheet", args=[notice.pk]))
    paper = text_of(last_pdf(clerk, tmp_path))
    assert "罗*旺" in paper and "监督电话" in paper and "6,563.00" in paper


def test_no_digit_of_a_number_stands_on_it(page, posting, clerk):
    notice, _, numbers = posting
    texts = page(reverse("benefits:publication", args=[notice.pk]), as_=clerk).select_one("table").text
    assert numbers and not any(number[at : at + 4] in texts for number in numbers for at in range(len(number) - 3))
    assert "尾号" not in texts and not re.search(r"\d{7,}", texts) and "罗兴旺" not in texts


def test_whoever_stands_beside_or_only_reads_changes_nothing(page, client, posting, clerk, foreign_clerk):
    notice, *_ = posting
    address = reverse("benefits:publication", args=[notice.pk])
    page(address, as_=foreign_clerk, expect=404)
    page(address, as_=make.staff(make.office("990102"), "APPROVER"), expect=404)
    client.force_login(clerk)
    assert client.post(address, {"objections": "3", "objection_text": "x"}).status_code in (403, 422)
    with make.as_(clerk), connection.cursor() as cursor:
        cursor.execute("UPDATE benefits_publicnotice SET objections = 9")
        assert cursor.rowcount == 0
    with make.as_(make.staff(make.office("990102"), "APPROVER")):
        assert not PublicNotice.objects.exists()

"""A page asks the database the same number of questions for three rows as for sixty, and never more than twelve."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Card, ImportBatch, Plaque
from tests import factories as make
from tests.registry.imports.running import run
from tests.registry.imports.workbooks import HEADER, number, sheet_of
from tests.registry.papers import JPG, paper

MOST = 12
PAGES = ["/", "/registry/people/", "/registry/imports/", "/reports/", "/reports/?by=station", "/registry/ledgers/",
         "/registry/ledgers/people/", "/registry/catalog/categories/", "/registry/catalog/aliases/", "/registry/catalog/matters/", "/registry/notices/",
         "/registry/fallen/", "/registry/referrals/", "/registry/status-changes/", "/registry/handover/", "/registry/cards/", "/registry/prompts/"]  # fmt: skip


def fill(user, tmp_path, rows, start=0):
    header = [*HEADER, "人员类别", "所属社区"]
    people = [
        [
            f"张{'甲乙丙丁戊'[i % 5]}",
            number(order=start + 2 * i + 1),
            "退役士兵、残疾军人",
            "新荷社区" if i % 2 else "石井社区",
        ]
        for i in range(rows)
    ]
    return run(sheet_of(tmp_path / f"x{start}", header, *people), by=user, commit=True)


def count(client, url) -> int:
    client.get(url)  # the first request of a minute touches the session
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len([q for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


@pytest.mark.parametrize("url", PAGES)
def test_pages_ask_no_more_for_more_rows(client, officer, station, sibling_station, tmp_path, url):
    client.force_login(officer)
    fill(officer, tmp_path, 3)
    few = count(client, url)
    fill(officer, tmp_path, 60, start=100)
    many = count(client, url)
    assert few == many <= MOST


def test_the_preview_asks_no_more_for_more_rows(client, officer, station, sibling_station, tmp_path):
    client.force_login(officer)
    small, large = fill(officer, tmp_path, 3), fill(officer, tmp_path, 60, start=100)
    with make.as_(officer):
        assert ImportBatch.objects.count() == 2
    assert count(client, f"/registry/imports/{small.pk}/") == count(client, f"/registry/imports/{large.pk}/") <= MOST


def test_a_full_dossier_takes_no_more(client, officer, station, tmp_path):
    person = make.person(station, by=officer, categories=("V02", "51", "11"))
    for year in (1974, 1980):
        make.service(person, by=officer, enlisted=f"{year}", discharged=f"{year + 3}")
    home = make.household(person, by=officer, book_no="H1")
    for day in range(3):
        paper(person, tmp_path, by=officer, content=JPG + bytes([day]), kind="BOOK", valid_to=date(2020, 1, 1 + day))
    with make.as_(officer):
        common = {"created_at": make.NOON, "created_by": officer}
        Card.objects.create(person=person, kind="VETERAN", state="READY", accepting_office=station, applied_on=make.TODAY,
                            state_since=make.TODAY, **common)  # fmt: skip
        Plaque.objects.create(
            household=home,
            office=station,
            holder=person,
            state="HUNG",
            hung="2026",
            place="DOOR",
            signer="周",
            **common,
        )
    client.force_login(officer)
    text = client.get(f"/registry/people/{person.ref}/").content.decode()
    assert all(words in text for words in ("户口簿", "待领取", "已悬挂"))
    assert count(client, f"/registry/people/{person.ref}/") <= MOST


@pytest.mark.parametrize("home", ["990101001001", "990101", "9901"])
def test_every_number_of_the_overview_leads_to_a_list_of_that_many(
    client, officer, home, station, sibling_station, foreign_station, tmp_path
):
    """Including somebody with two categories, somebody deceased, somebody unplaced, and a voided import."""
    from bs4 import BeautifulSoup

    from registry.actions import imports

    fill(officer, tmp_path, 7)
    make.person(station, by=officer, categories=("V02", "51"), phone=None, id_number=number(order=307))
    make.person(station, by=officer, status="DECEASED", died="2024-05", id_number=number(order=301))
    make.person(make.office("990101001"), by=officer, is_unplaced=True, id_number=number(order=303), categories=())
    make.person(station, by=officer, id_number=None, no_id_reason="TO_FIND")
    make.person(foreign_station, id_number=number(order=305))
    voided = fill(officer, tmp_path, 2, start=400)
    with make.as_(officer):
        imports.undo_batch(batch=voided, by=officer, at=make.NOON)
    client.force_login(make.staff(make.office(home), "OFFICER"))
    checked = 0
    for page in ("/reports/", "/reports/?by=station", "/"):
        soup = BeautifulSoup(client.get(page).content, "html.parser")
        for link in soup.select("a[href^='/registry/people/?']"):
            text = link.select_one(".kpis__v") or link
            digits = "".join(c for c in text.text.split("人")[0] if c.isdigit())
            if link.find_parent("dt"):
                digits = "".join(c for c in link.find_parent("div").dd.text if c.isdigit())
            if not digits or "%" in text.text or link.find_parent("svg"):
                continue
            listed = BeautifulSoup(client.get(link["href"]).content, "html.parser").select_one(".pagehead__meta").text
            assert "".join(c for c in listed if c.isdigit()) == digits, (page, link["href"], listed, digits)
            checked += 1
    assert checked >= 15

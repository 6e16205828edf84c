"""帮助 on a page of the petitions leads to the paragraph that explains it."""

import re

from django.urls import reverse

from petitions.deeds import DEEDS
from petitions.urls import urlpatterns
from tests.petitions import factories as case
from veterans_portal.handbook import CHAPTERS, FOLDER, chapter_of


def headings(chapter: str) -> set[str]:
    return set(re.findall(r"^## (.+)$", (FOLDER / f"{chapter}.md").read_text(encoding="utf-8"), re.M))


def test_every_page_and_every_deed_has_a_paragraph_that_is_there():
    names = [f"petitions:{entry.name}" for entry in urlpatterns] + [f"petitions:case-deed/{deed}" for deed in DEEDS]
    lost = {}
    for name in names:
        chapter, _, heading = chapter_of(name).partition("#")
        if chapter not in CHAPTERS or (heading and heading not in headings(chapter)):
            lost[name] = chapter_of(name)
    assert lost == {}
    # a deed falls back on the page of the case only when nobody has thought of it
    assert [deed for deed in DEEDS if chapter_of(f"petitions:case-deed/{deed}") == chapter_of("petitions:case")] == []


def test_the_link_leads_to_the_paragraph(page, db):
    people = case.bureau()
    petition = case.handling_(people)
    soup = page(reverse("petitions:case-deed", args=[petition.pk, "extension"]), as_=people.handler)
    assert soup.select_one(".masthead a[href*=help]")["href"] == "/help/petition_further/#延期"
    assert page("/help/petition_further/", as_=people.handler).find("h2", id="延期")
    assert (
        page(reverse("petitions:case", args=[petition.pk]), as_=people.handler)
        .select_one(".pagehead a[href*=help]")["href"]
        .endswith("#看一件事项")
    )

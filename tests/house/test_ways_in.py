"""Every page can be found by clicking: whoever starts at her home page and follows links and buttons comes to each of them."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import Resolver404, resolve

from tests import factories as make
from tests.house.test_url_walk import HOMES, objects_of
from tests.house.walk import SKIPPED, names
from veterans_portal.accounts.permissions import Role

# what is only led to by something typed, by an answer of the portal, or by a post that this walk has nobody in
LED_TO = {
    "accounts:calendar-cover": "a button of a year that is not complete",
    "petitions:accusation-new": "only the person named for accusations",
    "petitions:import-preview": "after a workbook has been sent",
    "petitions:import-commit": "after the preview",
    "petitions:new-matter": "second step of registering",
    "petitions:new-review": "third step of registering",
    "petitions:new-same": "a button of the third step",
    "registry:duplicate-check": "asked while a number is typed",
    "registry:people-placement": "a button of a list of people without a station",
    "registry:person-new-place": "second step of registering",
    "registry:person-new-review": "last step of registering",
    "registry:plaque-households": "a button of people who are in no household",
    "service:petition": "the counter of the petitioner",
    "service:petition-progress": "the counter of the petitioner",
    "service:petition-evaluation": "the counter of the petitioner",
}
VISITS = 3  # of one view with other objects or another query: what a page offers depends on the row


def ways_out(html: str, here: str) -> list[str]:
    """Return the addresses that a page leads to: links, and forms whether they ask or send."""
    soup = BeautifulSoup(html, "html.parser")
    found = [tag["href"] for tag in soup.select("a[href]")] + [tag.get("action") or here for tag in soup.select("form")]
    found += [tag["formaction"] for tag in soup.select("[formaction]")]
    here_path = here.partition("?")[0]
    return [here_path + way if way.startswith("?") else way for way in found if way.startswith(("/", "?"))]


def seen_by(user) -> set[str]:
    """Follow everything from the home page, each view a few times; return the names of the views met."""
    client, waiting, met, visits = Client(), ["/"], set(), {}
    client.force_login(user)
    while waiting:
        url = waiting.pop(0).partition("#")[0]
        try:
            name = resolve(url.partition("?")[0]).view_name
        except Resolver404:
            continue
        met.add(name)
        if url in visits.setdefault(name, []) or len(visits[name]) >= VISITS:
            continue
        visits[name].append(url)
        answer = client.get(url)
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            waiting += ways_out(answer.content.decode(), url)
    return met


@pytest.mark.drill
def test_every_view_without_a_row_in_its_address_is_met_by_clicking(db, unprinted):
    """Views of one row depend on its state, and are walked in tests of their own."""
    objects_of("own")
    met = set()
    for role in Role:
        met |= seen_by(make.staff(make.office(HOMES[role]), role))
    every = {name for name, entry in names() if not entry.pattern.converters} - SKIPPED.keys()
    assert sorted(every - met - LED_TO.keys()) == []
    assert sorted(LED_TO.keys() & met) == []

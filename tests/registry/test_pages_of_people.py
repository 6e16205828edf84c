"""Every page of the people part opens for who may, keeps the page contract, and reads only."""

import pytest
from django.urls import reverse

from tests import factories as make

PLACES = ["person", "person-history", "id-reveal", "identity-new", "service-new", "award-new", "livelihood", "household",
          "household-edit", "household-join", "relative-new"]  # fmt: skip


@pytest.fixture
def person(station, clerk):
    found = make.person(station, by=clerk, name="许春生")
    make.service(found, by=clerk)
    make.household(found, by=clerk, book_no="H12")
    return found


@pytest.mark.parametrize("name", ["people", "person-new", "people-search", "ledgers"])
def test_opens_the_pages_without_a_person(page, clerk, person, name):
    page(reverse(f"registry:{name}"), as_=clerk)


@pytest.mark.parametrize("name", PLACES)
def test_opens_every_page_of_a_dossier(page, clerk, person, name):
    page(reverse(f"registry:{name}", args=[person.ref]), as_=clerk)


@pytest.mark.parametrize("topic", ["base", "contact"])
def test_opens_the_topics_of_a_dossier(page, clerk, person, topic):
    page(reverse("registry:person-edit", args=[person.ref, topic]), as_=clerk)


@pytest.mark.parametrize("name", PLACES)
def test_answers_404_out_of_scope(page, foreign_clerk, person, name):
    page(reverse(f"registry:{name}", args=[person.ref]), as_=foreign_clerk, expect=404)


@pytest.mark.parametrize("name", ["people", "person-new", "ledgers"])
def test_answers_403_to_the_auditor(page, auditor, person, name):
    page(reverse(f"registry:{name}"), as_=auditor, expect=403)


@pytest.mark.parametrize(
    "name", ["identity-new", "service-new", "award-new", "livelihood", "household-new", "household-join"]
)
def test_answers_403_to_who_may_only_read(page, city_user, person, name):
    page(reverse(f"registry:{name}", args=[person.ref]), as_=city_user, expect=403)

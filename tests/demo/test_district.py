"""The demo city: a tree without holes, sizes that the figures of reports rely on."""

import pytest

from reports.demo.district import SIZES


@pytest.fixture(params=sorted(SIZES))
def places(request):
    return list(SIZES[request.param]())


def people_below(places, code):
    return sum(place.people for place in places if place.code.startswith(code))


def test_every_office_has_its_parent_before_it(places):
    seen = {""}
    for place in places:
        assert place.parent in seen, place
        seen.add(place.code)


def test_no_name_occurs_twice(places):
    assert len({place.full_name for place in places}) == len(places)


def test_full_sizes():
    places = list(SIZES["full"]())
    assert people_below(places, "9901") + 2 == 60_000  # two are registered by hand
    assert people_below(places, "990105") == 35_000
    assert people_below(places, "990105001002") == 102
    assert people_below(places, "990105001003") == 189
    assert people_below(places, "990103") >= 11_432
    assert people_below(places, "990104") >= 8_312
    assert people_below(places, "990101001001") + 2 == 555
    assert sum(place.code.startswith("990103") and place.tier == "VILLAGE" for place in places) == 182
    assert sum(place.code.startswith("990102001") and place.tier == "VILLAGE" for place in places) == 64


def test_small_is_two_districts_and_600_people():
    places = list(SIZES["small"]())
    assert people_below(places, "9901") + 2 == 600
    assert {place.code for place in places if place.tier == "DISTRICT"} == {"990101", "990102"}

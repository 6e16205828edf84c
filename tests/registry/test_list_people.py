"""The list of people: who is in it, in which order, what its links keep, how many queries it takes."""

from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.filters import PeopleFilter, born_on_or_before
from registry.models import Person
from tests import factories as make

URL = "registry:people"
TODAY = date(2026, 9, 16)


def names(soup) -> list[str]:
    return [row.text for row in soup.select("tbody .rowlink")]


@pytest.fixture
def town(clerk, officer, town_head, station, sibling_station):
    """Five people of one town: two stations and one without."""
    make.person(station, by=officer, name="王甲", born="1950-05-01", categories=["V02", "51"])
    make.person(station, by=officer, name="李乙", born="1962-02", sex="F", phone="", categories=["V00"], id_number="")
    make.person(sibling_station, by=officer, name="赵丙", born="1990-01-01", address="", categories=[])
    make.person(
        sibling_station, by=officer, name="陈丁", status="DECEASED", died="2025", id_number=make.id_number("19400101")
    )
    make.person(make.office("990101001"), by=officer, name="周戊", born="1970-07-07", is_unplaced=True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["周戊", "李乙", "王甲", "赵丙"]),
        ("office=990101001001", ["李乙", "王甲"]),
        ("office=990101001&exact=1", ["周戊"]),
        ("category=51", ["王甲"]),
        ("kind=BENEFIT", ["王甲"]),
        ("sex=F", ["李乙"]),
        ("age_min=60", ["李乙", "王甲"]),
        ("age_min=36&age_max=56", ["周戊", "赵丙"]),
        ("age_max=35", []),
        ("gap=no_id", ["李乙"]),
        ("gap=no_phone", ["李乙"]),
        ("gap=no_category", ["赵丙"]),
        ("gap=no_address", ["赵丙"]),
        ("gap=V00", ["李乙"]),
        ("unplaced=1", ["周戊"]),
        ("status=DECEASED", ["陈丁"]),
        ("status=ACTIVE", ["周戊", "李乙", "王甲", "赵丙"]),
        ("status=ALL&office=990101001002", ["陈丁", "赵丙"]),
        ("registered_from=2024-05-06&registered_to=2024-05-06&sex=F", ["李乙"]),
        ("registered_from=2024-05-07", []),
    ],
)
def test_a_filter_shows_these_people(page, town_head, town, query, expected):
    assert names(page(f"{reverse(URL)}?{query}", as_=town_head)) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["李乙", "王甲", "赵丙", "周戊"]),
        ("-name", ["周戊", "赵丙", "王甲", "李乙"]),
        ("born", ["王甲", "李乙", "周戊", "赵丙"]),
        ("-born", ["赵丙", "周戊", "李乙", "王甲"]),
        ("nonsense", ["周戊", "李乙", "王甲", "赵丙"]),
    ],
)
def test_sorts(page, town_head, town, sort, expected):
    assert names(page(f"{reverse(URL)}?sort={sort}", as_=town_head)) == expected


def test_each_sees_her_own_branch(page, clerk, sibling_clerk, foreign_clerk, town):
    assert names(page(reverse(URL), as_=clerk)) == ["李乙", "王甲"]
    assert names(page(reverse(URL), as_=sibling_clerk)) == ["赵丙"]
    assert names(page(reverse(URL), as_=foreign_clerk)) == []


def test_an_office_out_of_scope_is_refused_in_words(page, clerk, town):
    soup = page(f"{reverse(URL)}?office=990102", as_=clerk)
    assert names(soup) == ["李乙", "王甲"]


def test_a_value_that_cannot_be_read_is_said(page, town_head, town):
    soup = page(f"{reverse(URL)}?age_min=abc", as_=town_head)
    assert "年龄请写 0 至 130 的整数" in soup.text
    assert "年龄下限大于上限" in page(f"{reverse(URL)}?age_min=70&age_max=60", as_=town_head).text


def test_chips_can_be_taken_away_one_by_one(page, town_head, town):
    soup = page(f"{reverse(URL)}?sex=F&gap=no_phone", as_=town_head)
    links = {chip.text.split("：")[0].strip(): chip["href"] for chip in soup.select(".chips li a")}
    assert links["性别"].endswith("?gap=no_phone") and links["资料缺项"].endswith("?sex=F")


def test_ids_are_masked(page, clerk, town):
    cells = [cell.text for cell in page(reverse(URL), as_=clerk).select("[data-label=身份证号]")]
    assert all("********" in cell or cell == "—" for cell in cells) and len(cells) == 2


def test_an_empty_list_says_what_to_do(page, clerk):
    assert page(reverse(URL), as_=clerk).select_one(".empty a").text == "新增人员档案"
    assert page(f"{reverse(URL)}?sex=F", as_=clerk).select_one(".empty a").text == "清除筛选"


def test_the_number_of_queries_does_not_grow(client, officer, station):
    client.force_login(officer)
    client.get(reverse(URL))
    counted = []
    for size in (3, 40):
        for number in range(size):
            make.person(station, by=officer, name="王甲", id_number=make.id_number(f"19{40 + number}0101"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(URL))
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 12


def test_the_default_order_is_that_of_an_index(officer, station):
    with make.as_(officer):
        listed = PeopleFilter.from_query("", officer, today=TODAY).apply(Person.objects.visible_to(officer))
        sql = str(listed.order_by("office_id", "pinyin", "pk").query)
    assert (
        'ORDER BY "registry_person"."office_id" ASC, "registry_person"."pinyin" ASC, "registry_person"."id" ASC' in sql
    )


# ---- PeopleFilter itself -----------------------------------------------------------------------------------------------


def test_reads_a_query_string_and_gives_it_back(town_head, town):
    for query in ("office=990101001001&category=51&sex=M&age_min=60&gap=no_phone", "status=ALL", ""):
        with make.as_(town_head):
            chosen = PeopleFilter.from_query(query, town_head, today=TODAY)
            assert chosen.as_query() == query
            again = PeopleFilter.from_query(QueryDict(chosen.as_query()), town_head, today=TODAY)
            assert again.values == chosen.values


def test_says_itself_in_words(town_head, town):
    query = "office=990101001001&category=51&gap=no_phone"
    with make.as_(town_head):
        chosen = PeopleFilter.from_query(query, town_head, today=TODAY)
        assert chosen.words() == "所属站：新荷社区退役军人服务站；类别：参战退役军人；资料缺项：缺联系电话；状态：在册"
        assert PeopleFilter.from_query("", town_head, today=TODAY).words() == "状态：在册"
        assert PeopleFilter.from_query("status=ALL", town_head, today=TODAY).words() == "状态：全部"
        assert chosen.as_query(gap=None, sort="born") == "office=990101001001&category=51&sort=born"
        assert chosen.facts() == {"office": "990101001001", "category": "51", "gap": "no_phone"}


@pytest.mark.parametrize(
    ("today", "years", "bound"),
    [
        (date(2023, 2, 28), 19, date(2004, 2, 28)),  # who was born on 29 Feb 2004 turns 19 on 1 Mar
        (date(2024, 2, 29), 19, date(2005, 2, 28)),
        (date(2026, 9, 16), 60, date(1966, 9, 16)),
    ],
)
def test_ages_turn_on_the_birthday(today, years, bound):
    assert born_on_or_before(today, years) == bound

"""One box finds people; the term stays out of addresses and out of the session."""

from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry import searching
from registry.searching import NotReadable, parse
from tests import factories as make
from veterans_portal.accounts.models import AuditEvent

TODAY = date(2026, 9, 16)
SEARCH = "registry:people-search"
NUMBER = "11010519491231002X"
RARE = "𫟹𬭎长发"  # beyond the basic plane


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        (NUMBER, "ID", NUMBER),
        ("110105 19491231 002x", "ID", NUMBER),
        ("１１０１０５１９４９１２３１００２Ｘ", "ID", NUMBER),
        ("110105491231002", "ID", NUMBER),
        ("da0000000372", "REF", "DA0000000372"),
        ("002x", "LAST4", "002X"),
        ("1234", "LAST4", "1234"),
        ("100 5550 0217", "PHONE", "10055500217"),
        ("+86 100-5550-0217", "PHONE", "10055500217"),
        ("0734-8220001", "PHONE", "0734-8220001"),
        ("0734 8220001", "PHONE", "0734-8220001"),
        ("zwd", "INITIALS", "zwd"),
        ("ZWD", "INITIALS", "zwd"),
        ("买买提", "NAME", "买买提"),
        ("阿依努尔•买买提", "NAME", "阿依努尔·买买提"),
        ("张 卫 东", "NAME", "张卫东"),
        ("东", "NAME", "东"),
        ("李某", "NAME", "李某"),
    ],
)
def test_reads_what_was_typed(typed, kind, value):
    assert parse(typed, today=TODAY) == (kind, value)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "请填写姓名"),
        ("   ", "请填写姓名"),
        ("z", "至少写两个"),
        ("110105194912310021", "最后一位校验不通过"),
        ("11010519491231002", "应为 18 位，现在是 17 位"),
        ("张三?", "没有看懂"),
        ("·", "没有看懂"),
        ("=1+1", "没有看懂"),
    ],
)
def test_says_what_it_cannot_read(typed, words):
    with pytest.raises(NotReadable, match=words):
        parse(typed, today=TODAY)


@pytest.fixture
def people(station, clerk):
    return {
        "zhang": make.person(
            station, by=clerk, name="张卫东", id_number=NUMBER, phone="10055500217", phone_alt="0734-8220001"
        ),
        "shan": make.person(station, by=clerk, name="单田芳", id_number=make.id_number("19500101")),
        "rare": make.person(station, by=clerk, name=RARE, id_number=make.id_number("19610101")),
        "mai": make.person(station, by=clerk, name="阿依努尔·买买提", id_number=make.id_number("19600101")),
    }


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        (NUMBER, "zhang"),
        ("110105491231002", "zhang"),
        ("002x", "zhang"),
        ("0734-8220001", "zhang"),
        ("07348220001", "zhang"),
        ("张卫东", "zhang"),
    ],
)
def test_one_exact_hit_opens_the_dossier(page, clerk, people, typed, who):
    soup = page(reverse(SEARCH), as_=clerk, q=typed)
    assert soup.response.redirect_chain[-1][0] == reverse("registry:person", args=[people[who].ref])


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("zwd", "张卫东"),
        ("dtf", "单田芳"),
        ("stf", "单田芳"),
        ("买买提", "阿依努尔·买买提"),
        ("aynemmt", "阿依努尔·买买提"),
        ("卫东", "张卫东"),
        ("𫟹", RARE),
        ("𬭎长", RARE),
    ],
)
def test_lists_what_fits_in_part(page, clerk, people, typed, name):
    soup = page(reverse(SEARCH), as_=clerk, q=typed)
    assert [row.text for row in soup.select("tbody .rowlink")] == [name]


def test_finds_who_has_died(page, clerk, station):
    make.person(station, by=clerk, name="许春生", status="DECEASED", died="2025-03")
    make.person(station, by=clerk, name="许春", id_number=make.id_number("19600101"))
    soup = page(reverse(SEARCH), as_=clerk, q="许春生")
    assert "去世" in soup.text


def test_a_search_takes_few_queries(client, clerk, people, django_assert_max_num_queries):
    client.force_login(clerk)
    client.get(reverse("registry:people"))
    with django_assert_max_num_queries(11):  # session, user, two savepoints, the look-up, the session again
        client.post(reverse(SEARCH), {"q": "卫东"})


@pytest.mark.parametrize("typed", ["买买提", "zwd", "dtf", "stf", "002X", "110105491231002", "0734-8220001", RARE])
def test_every_way_of_searching_asks_the_registry_four_times_at_most(client, clerk, people, typed):
    client.force_login(clerk)
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(reverse(SEARCH), {"q": typed})
    assert answer.status_code == 302
    assert len([one for one in asked.captured_queries if '"registry_' in one["sql"]]) <= 4


def test_the_term_is_in_no_address_and_not_readable_in_the_session(client, clerk, people):
    client.force_login(clerk)
    for typed in ("卫东", NUMBER[:-1] + "X", "002X"):
        response = client.post(reverse(SEARCH), {"q": typed})
        assert typed not in response.url
    client.post(reverse(SEARCH), {"q": make.id_number("19700101")})
    kept = [session.get_decoded() for session in Session.objects.all()]
    assert sum(len(one.get("searches", {})) for one in kept) == 2
    assert "卫东" not in str(kept) and make.id_number("19700101")[:14] not in str(kept)


def test_a_wrong_number_is_said_and_stays_in_the_box(page, clerk, people):
    soup = page(reverse(SEARCH), as_=clerk, expect=422, q="110105194912310021")
    assert "最后一位校验不通过" in soup.select_one(".error-summary").text
    assert soup.select_one("#id_q")["value"] == "110105194912310021"


def test_out_of_scope_only_the_station_answers_and_a_trace_is_left(page, foreign_clerk, people):
    soup = page(reverse(SEARCH), as_=foreign_clerk, q=NUMBER)
    assert "新荷社区退役军人服务站" in soup.text and "张卫东" not in soup.text and people["zhang"].ref not in soup.text
    with make.as_(foreign_clerk):
        assert AuditEvent.objects.filter(event="CROSS_OFFICE_HIT").count() == 0  # the keeper's trace, not the asker's
    with make.as_admin("app_audit"):
        [event] = AuditEvent.objects.filter(event="CROSS_OFFICE_HIT")
    assert event.actor == foreign_clerk.pk and event.office_id == "990101001001" and event.facts == {}


def test_name_and_phone_find_nobody_out_of_scope(page, foreign_clerk, people):
    for typed in ("张卫东", "10055500217", "002X", people["zhang"].ref):
        soup = page(reverse(SEARCH), as_=foreign_clerk, q=typed)
        assert "没有找到这个人" in soup.text


def test_a_forgotten_search_says_so(page, clerk, people):
    soup = page(reverse("registry:people") + "?q=0123456789abcdef", as_=clerk)
    assert "已过期" in soup.text and soup.select("tbody .rowlink") == []


def test_an_administrator_may_not_search(page, auditor, people):
    page(reverse(SEARCH), as_=auditor, expect=403, q="张卫东")


def test_the_session_keeps_the_last_twenty():
    session = {}
    keys = [searching.keep(session, searching.Search("NAME", "王")) for _ in range(25)]
    assert searching.recall(session, keys[0]) is None
    assert searching.recall(session, keys[-1]).echo == "王"

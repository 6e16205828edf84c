"""新手引导 on the home page: ticked off by what was done, gone after a month, when all is done, or when hidden."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from registry.actions.people import edit_person
from tests import factories as make
from tests.house.test_query_counts import MOST, count
from veterans_portal.accounts.models import AuditEvent, User


def ticked(soup) -> dict[str, bool]:
    found = {}
    for item in soup.select(".guide__steps li"):
        found[(item.select_one("a") or item.select_one("button")).text.strip()] = (
            item.select_one(".tag").text == "已完成"
        )
    return found


def note(user, *events):
    with make.as_(user):
        for event in events:
            AuditEvent.record(event, user, by=user, at=timezone.now())


def test_a_new_clerk_is_led_step_by_step(page, client, clerk, station):
    first = ticked(page("/", as_=clerk))
    assert list(first) == ["改密码", "看手册", "导入旧台账", "处理待改行", "补缺项", "核对光荣牌", "打印一人一档"]
    assert [label for label, is_done in first.items() if is_done] == ["改密码"]
    assert "第一次登录" in page(reverse("registry:guide-handbook"), as_=clerk, go="1").h1.text
    person = make.person(station, by=clerk, phone=None)
    assert [label for label, is_done in ticked(page("/", as_=clerk)).items() if not is_done] == [
        "补缺项",
        "核对光荣牌",
        "打印一人一档",
    ]
    with make.as_(clerk):
        edit_person(person=person, changes={"workplace": "粮站"}, version=1, by=clerk, at=timezone.now())
    client.force_login(clerk)
    assert client.post(reverse("registry:dossier-print", args=[person.ref]), {"full": "masked"}).status_code == 302
    assert [label for label, is_done in ticked(page("/", as_=clerk)).items() if not is_done] == ["核对光荣牌"]
    note(clerk, "PLAQUE_HUNG")
    assert ticked(page("/", as_=clerk)) == {}


def test_it_can_be_hidden_by_each_for_himself(page, clerk, station):
    other = make.staff(station, "CLERK")
    assert "已收起" in page(reverse("registry:guide-hide"), as_=clerk, go="1").text
    assert ticked(page("/", as_=clerk)) == {}
    assert ticked(page("/", as_=other))


@pytest.mark.parametrize(("days", "is_shown"), [(30, True), (32, False)])
def test_it_lasts_a_month_from_the_making_of_the_account(page, clerk, days, is_shown):
    age(clerk, days)
    assert bool(ticked(page("/", as_=clerk))) == is_shown


def age(user, days):
    User.objects.filter(pk=user.pk).update(created_at=F("created_at") - timedelta(days=days))


def test_a_new_office_begins_it_again(page, clerk, secadmin):
    age(clerk, 90)
    assert ticked(page("/", as_=clerk)) == {}
    with make.as_(secadmin):
        AuditEvent.record("ROLE_GRANTED", User.objects.get(pk=clerk.pk), by=secadmin, at=timezone.now())
    assert ticked(page("/", as_=clerk))


def test_only_stations_have_it(page, officer, approver, city_user, town_head):
    for user in (officer, approver, city_user):
        assert ticked(page("/", as_=user)) == {}
    assert ticked(page("/", as_=town_head))


def test_the_home_page_still_takes_twelve_questions(client, clerk, station):
    make.person(station, by=clerk)
    client.force_login(clerk)
    assert count(client, "/") <= MOST


def test_help_leads_to_the_chapter_of_the_page(page, clerk, station):
    person = make.person(station, by=clerk)
    for url, chapter in (("/", "start"), (reverse("registry:person-death", args=[person.ref]), "moves"),
                         (reverse("registry:plaques"), "plaques"), (reverse("registry:person", args=[person.ref]), "people"),
                         (reverse("registry:notices"), "papers"), (reverse("reports:overview"), "overview")):  # fmt: skip
        link = page(url, as_=clerk).select_one(".masthead__user a[href^='/help/']")["href"]
        assert link == f"/help/{chapter}/"
        page(link, as_=clerk)

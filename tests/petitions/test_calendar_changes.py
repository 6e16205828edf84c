"""When holidays are published, running clocks move and met ones stay; and the warning before the year turns."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from petitions.actions import settings as setting
from petitions.actions.recounting import recount_all
from petitions.checks import missing_next_year
from petitions.models import Deadline, DeadlineRule
from tests import factories as make
from tests.petitions import factories as cases
from veterans_portal.accounts.actions.calendar import cover_year, set_day
from veterans_portal.accounts.models import AuditEvent, CalendarDay, RowChange

NEW_YEAR = {"on": date(2027, 1, 3), "is_working": True, "name": "元旦调休上班", "citation": "某地通知"}


@pytest.fixture
def sent_down(db):
    """A case that arrived from above on 2026-12-29: its objection runs into a year not published yet."""
    people = cases.bureau()
    return people, cases.registered(
        people.sorter, source="FROM_UPPER", source_name="省信访局", source_arrived_on=date(2026, 12, 29),
        received_on=date(2026, 12, 29), registered_on=date(2026, 12, 29),
    )  # fmt: skip


def clock(people, case, kind) -> Deadline:
    with make.as_(people.sorter):
        return Deadline.objects.get(petition=case, kind=kind)


def changes(people, deadline) -> int:
    with make.as_(make.staff(make.office("9901"), "AUDITOR")):
        return RowChange.objects.filter(table="petitions_deadline", row=str(deadline.pk), op="U").count()


def test_35_an_override_moves_the_open_objection_and_leaves_met_clocks_alone(sent_down, city_user):
    people, case = sent_down
    before = clock(people, case, "OBJECTION")
    assert (before.due_on, before.is_provisional) == (date(2027, 1, 6), True)
    with make.as_(people.sorter):
        Deadline.objects.filter(petition=case, kind="TRANSFER_NOTICE").update(fulfilled_on=date(2026, 12, 30))
    met = clock(people, case, "TRANSFER_NOTICE")
    with make.as_(city_user):
        _, moved = set_day(values=NEW_YEAR, by=city_user, at=cases.at("2026-12-30"))
    after = clock(people, case, "OBJECTION")
    assert moved == 1
    assert (after.due_on, after.calendar_version) == (date(2027, 1, 5), before.calendar_version + 1)
    still = clock(people, case, "TRANSFER_NOTICE")
    assert (still.due_on, still.calendar_version) == (met.due_on, met.calendar_version)
    with make.as_(city_user):
        assert AuditEvent.objects.filter(event="DEADLINES_RECOUNTED").count() == 1
        assert recount_all(by=city_user, at=cases.at("2026-12-30")) == 0
        assert AuditEvent.objects.filter(event="DEADLINES_RECOUNTED").count() == 1


def test_35_the_case_is_listed_by_its_new_day(sent_down, city_user):
    people, case = sent_down
    with make.as_(city_user):
        set_day(values=NEW_YEAR, by=city_user, at=cases.at("2026-12-30"))
    assert cases.again(case, people.sorter).next_act_by_on == date(2027, 1, 5)


def test_35_an_updated_package_takes_the_same_way(sent_down, city_user, capsys):
    people, case = sent_down
    with make.as_(city_user):  # what an update of the package would bring, written as official
        last = CalendarDay.objects.order_by("-version_id").first().version
        for on, works, name in ((date(2027, 1, 1), False, "元旦"), (date(2027, 1, 3), True, "元旦调休上班")):
            CalendarDay.objects.create(on=on, is_working=works, name=name, citation="通知", version=last)
    call_command("check_calendar")
    assert "改动了" in capsys.readouterr().out
    assert clock(people, case, "OBJECTION").due_on == date(2027, 1, 5)
    call_command("check_calendar")
    assert "补了 0 天，改动了 0 个期限" in capsys.readouterr().out


def test_35_restricted_cases_move_too_though_nobody_here_sees_them(sent_down, city_user):
    people, _ = sent_down
    with make.as_(people.leader):
        from petitions.models import OfficeProfile

        OfficeProfile.objects.filter(office=people.office).update(discipline_contact=people.sorter)
    sealed = cases.registered(people.sorter, purpose="ACCUSATION", respondents=[{"name": "某科长"}], source="FROM_UPPER",
                              source_name="省信访局", source_arrived_on=date(2026, 12, 29), received_on=date(2026, 12, 29),
                              registered_on=date(2026, 12, 29))  # fmt: skip
    with make.as_(city_user):
        set_day(values=NEW_YEAR, by=city_user, at=cases.at("2026-12-30"))
    assert clock(people, sealed, "OBJECTION").due_on == date(2027, 1, 5)


def test_the_page_says_beforehand_how_many_clocks_move(sent_down, page, city_user):
    people, case = sent_down
    form = {"on": "2027-01-03", "is_working": "1", "name": "元旦调休上班", "citation": "某地通知"}
    assert "将改动 1 个期限" in page(reverse("accounts:calendar"), as_=city_user, preview="1", **form).text
    assert clock(people, case, "OBJECTION").due_on == date(2027, 1, 6)
    assert "改动了 1 个期限" in page(reverse("accounts:calendar"), as_=city_user, **form).text
    assert clock(people, case, "OBJECTION").due_on == date(2027, 1, 5)


def test_36_the_warning_fires_in_november_and_stops_once_the_year_is_entered(db, city_user):
    assert missing_next_year(date(2026, 10, 31)) == []
    assert [one.id for one in missing_next_year(date(2026, 11, 1))] == ["petitions.W001"]
    with make.as_(city_user):
        for day in (1, 2, 3, 4, 5, 6, 7):
            values = {"on": date(2027, 10, day), "is_working": False, "name": "国庆节", "citation": "通知"}
            set_day(values=values, by=city_user, at=make.NOON)
    assert missing_next_year(date(2026, 11, 1))  # days are in, but nobody said that they are all
    with make.as_(city_user):
        cover_year(year=2027, by=city_user, at=make.NOON)
    assert missing_next_year(date(2026, 11, 1)) == []


def test_36_an_uncovered_year_stays_provisional_until_it_is_said_to_be_complete(sent_down, page, city_user):
    people, case = sent_down
    shown = page(reverse("accounts:calendar-cover", args=[2027]), as_=city_user, sure="1")
    assert "还没有录全" in shown.text and clock(people, case, "OBJECTION").is_provisional
    with make.as_(city_user):
        for day in (1, 2, 3, 4, 5, 6, 7):
            values = {"on": date(2027, 10, day), "is_working": False, "name": "国庆节", "citation": "通知"}
            set_day(values=values, by=city_user, at=make.NOON)
    page(reverse("accounts:calendar-cover", args=[2027]), as_=city_user, sure="1")
    assert not clock(people, case, "OBJECTION").is_provisional


def rule_of(code, user) -> DeadlineRule:
    with make.as_(user):
        return DeadlineRule.objects.get(code=code, applies_to=None)


def test_a_statutory_rule_changes_only_how_it_is_counted_and_with_its_source(page, city_user):
    people = cases.bureau()
    case = cases.registered(people.sorter)
    rule = rule_of("NOTICE", city_user)
    url = reverse("petitions:rule", args=[rule.pk])
    form = {"first_day": "SAME_DAY", "roll": "NONE", "policy_citation": "", "pause_citation": ""}
    assert "请写明依据" in page(url, as_=city_user, expect=422, **form).text
    form["policy_citation"] = "某省信访工作实施办法第十条"
    assert "将改动 1 个期限" in page(url, as_=city_user, preview="1", **form).text
    assert clock(people, case, "NOTICE").due_on == date(2026, 3, 18)
    page(url, as_=city_user, **form)
    assert clock(people, case, "NOTICE").due_on == date(2026, 3, 17)
    rule = rule_of("NOTICE", city_user)
    assert (rule.days, rule.citation) == (15, "信访工作条例第二十三条")


def test_a_promise_is_a_second_clock_and_never_the_laws(page, city_user):
    people = cases.bureau()
    form = {"label": "三十个工作日办结", "days": "30", "unit": "WORKING", "office": "", "channel": "", "source": "",
            "citation": "公开承诺书", "applies_from_year": "2026", "applies_from_month": "9", "applies_from_day": "1"}  # fmt: skip
    page(reverse("petitions:promise-new"), as_=city_user, **form)
    case = cases.registered(people.sorter, received_on=date(2026, 9, 14), registered_on=date(2026, 9, 14))
    promised = clock(people, case, "PROMISE")
    assert (promised.due_on, promised.citation) == (date(2026, 10, 30), "公开承诺书")
    assert clock(people, case, "NOTICE").due_on == date(2026, 9, 29)
    with make.as_(city_user):
        setting.end_promise(rule=promised.rule, last_on=date(2026, 9, 30), by=city_user, at=cases.at("2026-09-20"))
    later = cases.registered(people.sorter, received_on=date(2026, 10, 9), registered_on=date(2026, 10, 9))
    with make.as_(people.sorter):
        assert not Deadline.objects.filter(petition=later, kind="PROMISE").exists()


def test_a_rule_of_the_law_cannot_be_ended(db, city_user):
    rule = rule_of("ANSWER", city_user)
    with pytest.raises(ValidationError, match="不能修改"), make.as_(city_user):
        setting.end_promise(rule=rule, last_on=date(2026, 12, 31), by=city_user, at=make.NOON)

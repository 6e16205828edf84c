"""What the room counts: each figure is the count of the rows its link opens, and nothing to count is — and not 100 %."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from petitions import figures
from petitions.actions import receptions
from petitions.figures import Ask, Rate
from petitions.models import Deadline, Evaluation, OfficeProfile, Petition
from tests import factories as make
from tests.petitions import factories as cases

SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def people(db):
    return cases.bureau()


def ask(user, *, today=date(2026, 9, 16), since=SINCE, until=UNTIL, office="") -> Ask:
    return Ask(user, since, until, today, office)


def logged(by, **over):
    values = {
        "channel_id": "VISIT",
        "kind": "REPORT",
        "people_count": 1,
        "topic_id": "PENSION",
        "summary": "x",
        "answer": "",
        "result": "APPOINTED",
    }
    with make.as_(by):
        return receptions.log_reception(values=values | over, by=by, at=make.NOON)


def clocks(people, standing: list[tuple]) -> None:
    """Give a case each (due, fulfilled) as its ANSWER clock."""
    for due_on, done in standing:
        case = cases.accepted(people)
        with make.as_(people.sorter):
            Deadline.objects.filter(petition=case, kind="ANSWER").update(
                due_on=due_on, act_by_on=due_on, fulfilled_on=done
            )


def test_43_seven_met_one_late_one_past_due_two_not_yet_due(people):
    due = date(2026, 9, 10)
    standing = [(due, due)] * 6 + [(due, due - timedelta(days=3)), (due, due + timedelta(days=1)), (due, None)]
    clocks(people, [*standing, (date(2026, 9, 16), None), (date(2026, 10, 1), None)])
    with make.as_(people.sorter):
        found = figures.standings(ask(people.sorter))["answer"]
        assert found == {"met": 7, "late": 2, "waiting": 2}
        rate = figures.rate_of(found)
        assert (rate.percent, rate.words) == ("77.78%", "7/9")
        for name, number in found.items():
            assert (
                figures.cohort(ask(people.sorter), "answer").filter(figures.STANDINGS[name](ask(people.sorter))).count()
                == number
            )
        cancelled = figures.cohort(ask(people.sorter), "answer").first()
        Deadline.objects.filter(pk=cancelled.pk).update(fulfilled_on=None, cancelled_on=due, cancel_reason="撤回")
        assert figures.standings(ask(people.sorter))["answer"]["met"] == 6


def test_43_nothing_to_count_gives_a_dash(people):
    with make.as_(people.sorter):
        assert figures.rate_of(figures.standings(ask(people.sorter))["answer"]).percent == "—"
        assert figures.handling_days(ask(people.sorter)) == ("—", "—")
    assert (Rate(0, 0).percent, Rate(0, 3).percent, Rate(2, 3).percent, Rate(1, 8).percent) == (
        "—",
        "0.00%",
        "66.67%",
        "12.50%",
    )


def test_43_forty_one_of_forty_three_evaluated_and_sixty_entitled():
    assert (Rate(41, 43).percent, Rate(43, 60).words) == ("95.35%", "43/60")


def test_43_satisfaction_is_of_those_who_evaluated_with_the_entitled_beside_it(people):
    answered = [cases.replied(people) for _ in range(4)]
    for case, score, old in (
        (answered[0], "SATISFIED", False),
        (answered[1], "FAIR", False),
        (answered[2], "UNSATISFIED", False),
        (answered[2], "SATISFIED", True),
    ):
        with make.as_(people.sorter):
            Evaluation.objects.create(petition=case, target="HANDLING", score=score, at=cases.at("2026-05-01"),
                                      superseded_at=cases.at("2026-05-02") if old else None)  # fmt: skip
    with make.as_(people.sorter):
        pleased, taking_part = figures.satisfaction(ask(people.sorter))
    assert (pleased.words, pleased.percent, taking_part.words) == ("2/3", "66.67%", "3/4")


def test_42_batches_and_people_are_those_of_visits_and_leaders_are_a_part(people):
    logged(people.sorter)
    logged(people.sorter, people_count=4, is_leader_reception=True, leader_name="王局长", is_reception_day=True)
    logged(people.sorter, people_count=2, channel_id="HOME")
    logged(people.sorter, people_count=9, channel_id="PHONE", kind="CONSULT", result="ON_SPOT")
    asked = ask(people.sorter)
    with make.as_(people.sorter):
        sums = figures.reception_sums(asked)
        parts = figures.reception_parts(asked)
        assert [
            figures.figure(key, asked)
            for key in ("reception_batches", "reception_people", "consultations", "resolved_on_spot")
        ] == ["3", "7", "1", "1"]
    assert sums == {"VISIT": (2, 5), "HOME": (1, 2), "PHONE": (1, 9)}
    assert (parts["leader_batches"], parts["leader_people"], parts["day_batches"], parts["on_spot_people"]) == (
        1,
        4,
        1,
        9,
    )


def test_days_from_receiving_to_the_reply(people):
    cases.replied(people, day="2026-04-07", received="2026-04-10")  # received 2026-03-03
    cases.replied(people, day="2026-04-08", received=None)
    with make.as_(people.sorter):
        assert figures.handling_days(ask(people.sorter)) == ("35.50", "35.5")


def test_registered_by_the_next_working_day(people):
    cases.registered(people.sorter, received_on=date(2026, 3, 6), registered_on=date(2026, 3, 9))  # Friday → Monday
    cases.registered(people.sorter, received_on=date(2026, 3, 6), registered_on=date(2026, 3, 10))
    with make.as_(people.sorter):
        assert figures.registration_rate(ask(people.sorter)).words == "1/2"
        assert [figures.registered_in_time(ask(people.sorter), in_time=kept).count() for kept in (True, False)] == [
            1,
            1,
        ]


def test_invalid_ones_stand_apart_and_backlog_is_what_was_registered_before(people):
    cases.closed(people)
    with make.as_(people.sorter):
        this_year = ask(people.sorter)
        assert (figures.figure("petitions_closed", this_year), figures.figure("disputes_resolved", this_year)) == (
            "1",
            "0",
        )
        april = ask(people.sorter, since=date(2026, 4, 1), until=date(2026, 4, 30))
        assert figures.figure("disputes_resolved", april) == "1"
        Petition.objects.update(closing_kind="INVALID")
        assert (figures.figure("petitions_closed", this_year), figures.figure("petitions_registered", this_year)) == (
            "0",
            "0",
        )


NUMBER = re.compile(r"\d+")


def test_every_figure_is_the_count_of_the_list_it_links_to(page, people):
    cases.closed(people)
    cases.replied(people)
    cases.handling_(people)
    cases.registered(people.sorter, purpose="SUGGESTION")
    logged(people.sorter)
    logged(people.sorter, channel_id="PHONE", kind="CONSULT", result="ON_SPOT")
    shown = page(reverse("petitions:stats") + f"?since={SINCE}&until={UNTIL}", as_=people.sorter)
    links = {(" ".join(row.th.text.split()), row.a["href"]): row.a.text for row in shown.select("tbody tr") if row.a}
    assert len(links) >= 25
    for (label, url), said in links.items():
        listed = page(url, as_=people.sorter)
        count = int(NUMBER.search(listed.select_one(".pagehead__meta").text)[0])
        assert count == int(NUMBER.search(said)[0]), (label, url)


def test_a_station_counts_only_what_it_may_see(page, people):
    station = cases.station()
    cases.registered(people.sorter, title="区里自己收的")
    cases.registered(station.clerk, title="站里收的")
    with make.as_(station.clerk):
        assert figures.registered(ask(station.clerk)).count() == 1
    with make.as_(people.leader):
        assert figures.registered(ask(people.leader)).count() == 2
        assert figures.registered(ask(people.leader, office=station.office.pk)).count() == 1
    listed = page(
        reverse("petitions:stats-rows", args=["registered"]) + f"?since={SINCE}&until={UNTIL}", as_=station.clerk
    ).text
    assert "站里收的" in listed and "区里自己收的" not in listed


def test_an_accusation_is_in_no_figure_but_one_and_that_one_is_the_contacts(page, people):
    with make.as_(people.leader):
        OfficeProfile.objects.filter(office=people.office).update(discipline_contact=people.sorter)
    cases.registered(people.sorter, purpose="ACCUSATION", respondents=[{"name": "某科长"}], title="不该看见的题目")
    url = reverse("petitions:stats") + f"?since={SINCE}&until={UNTIL}"
    assert "检举控告" in [h.text.strip() for h in page(url, as_=people.sorter).select("h2")]
    assert "检举控告" not in [h.text.strip() for h in page(url, as_=people.leader).select("h2")]
    for user in (people.sorter, people.leader):
        with make.as_(user):
            assert figures.registered(ask(user)).count() == 0
        assert "不该看见的题目" not in page(reverse("petitions:stats-rows", args=["registered"]), as_=user).text


def test_32_officers_see_monthly_totals_and_no_single_answer(page, people):
    case = cases.replied(people)
    with make.as_(people.sorter):
        Evaluation.objects.create(
            petition=case, target="HANDLING", score="UNSATISFIED", comment="等得太久", at=cases.at("2026-04-20")
        )
    url = reverse("petitions:evaluations") + f"?since={SINCE}&until={UNTIL}"
    officer = page(url, as_=people.sorter).text
    assert "2026-04" in officer and "等得太久" not in officer and "不满意 1" not in officer
    leader = page(url, as_=people.leader).text
    assert "等得太久" in leader and case.number in leader


def test_the_page_goes_to_excel(client, people):
    client.force_login(people.sorter)
    assert client.post(reverse("petitions:stats")).status_code == 302


def test_only_punctuality_may_be_compared():
    assert set(figures.COMPARABLE) < set(figures.KEYS)
    assert not {"petitions_registered", "reception_people", "satisfaction"} & set(figures.COMPARABLE)

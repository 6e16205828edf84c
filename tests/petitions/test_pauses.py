"""A hearing stops the second review and nothing else; mediation stops nothing."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from petitions.actions import mediating, pausing, reviewing
from petitions.models import Hearing, Mediation, ReviewAuthority
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import clocks, events, filed
from tests.petitions.test_reviews import ask, authority_of, concluded, step

HEARING = {"kind": "HEARING", "citation": "信访工作条例第三十六条", "chair": "王主任"}


@pytest.fixture
def city(db):
    return case.bureau("9901")


@pytest.fixture
def people(city):
    return case.bureau()


@pytest.fixture
def rechecked(city, people):
    """A case whose second review the city itself examines, asked for on 2026-05-06."""
    petition = case.closed(people)
    concluded(ask(petition, people), city, "UPHELD", day="2026-04-28", received="2026-05-01")
    with make.as_(city.leader):
        row = ReviewAuthority.objects.get(profile__office=city.office)
        row.office, row.name = city.office, ""
        row.save()
    ask(petition, people, day="2026-05-06", stage="RECHECK", authority=authority_of(city.office, city.sorter))
    return petition


def pause(petition, city, kind="RECHECK", *, day="2026-05-18", **over):
    values = HEARING | {"from_on": date.fromisoformat(day)} | over
    return case.do(
        pausing.open_pause, petition, by=city.leader, day=day, deadline=clocks(petition, city.leader)[kind], **values
    )


def test_days_of_a_hearing_are_not_counted_in_the_second_review(city, rechecked):
    assert clocks(rechecked, city.leader)["RECHECK"].due_on == date(2026, 6, 5)
    held = pause(rechecked, city)
    still = clocks(rechecked, city.leader)["RECHECK"]
    assert (still.due_on, still.act_by_on) == (None, None) and still.remaining_days == 19
    case.do(pausing.end_pause, rechecked, by=city.leader, day="2026-05-22", pause=held, to_on=date(2026, 5, 22))
    assert clocks(rechecked, city.leader)["RECHECK"].due_on == date(2026, 6, 10)
    with make.as_(city.leader):
        hearing = Hearing.objects.visible_to(city.leader).get(petition=rechecked)
    assert (hearing.chair, hearing.from_on, hearing.to_on) == ("王主任", date(2026, 5, 18), date(2026, 5, 22))
    assert events(rechecked, city.leader)[-2:] == ["DEADLINE_PAUSED", "DEADLINE_RESUMED"]


def test_a_second_stop_neither_overlaps_nor_begins_too_late(city, rechecked):
    held = pause(rechecked, city)
    case.do(pausing.end_pause, rechecked, by=city.leader, day="2026-05-22", pause=held, to_on=date(2026, 5, 22))
    with pytest.raises(ValidationError, match="与已有的中止时段重叠"):
        pause(rechecked, city, day="2026-05-22")
    with pytest.raises(ValidationError, match="中止须在期限届满前开始"):
        pause(rechecked, city, day="2026-06-11")
    with pytest.raises(ValidationError, match="不因鉴定中止"):
        case.do(
            pausing.open_pause,
            rechecked,
            by=city.leader,
            day="2026-05-25",
            from_on=date(2026, 5, 25),
            deadline=clocks(rechecked, city.leader)["RECHECK"],
            **HEARING | {"kind": "APPRAISAL"},
        )
    with pytest.raises(PermissionDenied):
        case.do(pausing.open_pause, rechecked, by=city.handler, day="2026-05-25", from_on=date(2026, 5, 25),
                deadline=clocks(rechecked, city.handler)["RECHECK"], **HEARING)  # fmt: skip


def test_the_answer_and_the_first_review_do_not_stop(city, people):
    petition = case.handling_(people)
    with pytest.raises(ValidationError, match="该期限依规定不因听证中止"):
        case.do(pausing.open_pause, petition, by=people.leader, day="2026-03-20", from_on=date(2026, 3, 20),
                deadline=clocks(petition, people.leader)["ANSWER"], **HEARING)  # fmt: skip
    petition = case.replied(people)
    review = ask(petition, people)
    step(reviewing.take, review, city.handler, "2026-04-21")
    with pytest.raises(ValidationError, match="该期限依规定不因听证中止"):
        pause(petition, city, "REVIEW", day="2026-04-22")


def test_the_page_shows_that_it_stands_still(page, city, rechecked):
    where = reverse("petitions:case", args=[rechecked.pk])
    assert page(where, as_=city.leader).find("a", string="中止期限")
    page(reverse("petitions:case-deed", args=[rechecked.pk, "pause"]), as_=city.leader)
    pause(rechecked, city)
    shown = page(where, as_=city.leader)
    assert "已中止" in shown.text and shown.find("a", string="恢复期限")
    page(reverse("petitions:case-deed", args=[rechecked.pk, "resumption"]), as_=city.leader)


def test_mediation_needs_everybodys_consent_and_an_agreement_its_paper(people):
    petition = case.handling_(people)
    with make.as_(people.handler):
        matter = petition.matters.get()
    begin = {"kind": "MEDIATION", "parties": "李建国、区局", "mediator": "王主任", "matters": [matter]}
    with pytest.raises(ValidationError, match="须征得各方同意"):
        case.do(mediating.open_mediation, petition, by=people.handler, day="2026-03-20", consent_on=None, **begin)
    with pytest.raises(ValidationError, match="本件不由你承办"):
        case.do(
            mediating.open_mediation,
            petition,
            by=people.sorter,
            day="2026-03-20",
            consent_on=date(2026, 3, 19),
            **begin,
        )
    due = clocks(petition, people.handler)["ANSWER"].due_on
    case.do(
        mediating.open_mediation, petition, by=people.handler, day="2026-03-20", consent_on=date(2026, 3, 19), **begin
    )
    with pytest.raises(ValidationError, match="达成协议的，须上传签字的协议书"):
        case.do(
            mediating.end_mediation,
            petition,
            by=people.handler,
            day="2026-03-25",
            result="AGREED",
            ended_on=date(2026, 3, 25),
        )
    paper = filed(petition, people.handler, "AGREEMENT")
    case.do(mediating.end_mediation, petition, by=people.handler, day="2026-03-25", result="AGREED", ended_on=date(2026, 3, 25),
            agreement=paper)  # fmt: skip
    with make.as_(people.handler):
        assert Mediation.objects.visible_to(people.handler).get(petition=petition).agreed_on == date(2026, 3, 25)
    assert clocks(petition, people.handler)["ANSWER"].due_on == due
    assert events(petition, people.handler)[-3:] == ["MEDIATION_OPENED", "PETITION_FILE_ADDED", "MEDIATION_ENDED"]


def test_mediation_pages(page, people):
    petition = case.handling_(people)
    where = reverse("petitions:case", args=[petition.pk])
    assert page(where, as_=people.handler).find("a", string="开始调解")
    url = reverse("petitions:case-deed", args=[petition.pk, "mediation"])
    version = case.again(petition, people.handler).row_version
    page(
        url,
        as_=people.handler,
        expect=422,
        row_version=version,
        kind="MEDIATION",
        parties="李建国、区局",
        mediator="王主任",
    )
    with make.as_(people.handler):
        matter = petition.matters.get().pk
    day = {"consent_on_year": "2026", "consent_on_month": "3", "consent_on_day": "19"}
    page(
        url,
        as_=people.handler,
        row_version=version,
        kind="MEDIATION",
        parties="李建国、区局",
        mediator="王主任",
        matters=matter,
        **day,
    )
    assert page(where, as_=people.handler).find("a", string="结束调解")
    page(reverse("petitions:case-deed", args=[petition.pk, "mediation-end"]), as_=people.handler)
    page(url, as_=people.leader, expect=403)

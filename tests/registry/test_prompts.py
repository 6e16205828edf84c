"""到期提醒 of an office: found by one statement, dealt with once, told on the dossier and on the first page."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from registry import prompt_facts
from registry.actions import prompts as actions
from registry.actions import status
from registry.models import Card, Plaque, PlaqueRound, PromptDone
from registry.reference_prompts import terms_on
from registry.rules.prompts import falling_due
from tests import factories as make
from tests.house.test_query_counts import MOST, count
from tests.races import at_once
from tests.registry.papers import JPG, PDF, paper
from veterans_portal.accounts.models import AuditEvent

DUE = date(2026, 10, 5)


def refused(deed, **arguments) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(**arguments)
    return " ".join(refusal.value.messages)


@pytest.fixture
def soldier(station, clerk):
    person = make.person(station, by=clerk, name="周长发", born="1966-10-05", hukou_type="RURAL", id_number=None)
    make.service(person, by=clerk, enlisted="1984-11", discharged="1988-01")
    return person


def to_do(user, on=make.TODAY) -> list[tuple]:
    with make.as_(user):
        return [(one.person.name, one.prompt.kind, one.prompt.due_on) for one in prompt_facts.to_do(user, on)]


def month(user, first: date, last: date) -> list[tuple]:
    with make.as_(user):
        return [
            (one.person.name, one.prompt.kind, one.prompt.due_on) for one in prompt_facts.in_month(user, first, last)
        ]


def done(person, *, by, **over):
    values = {"kind": "TURN60_RURAL", "due_on": DUE, "outcome": "已告知本人"} | over
    with make.as_(by):
        return actions.finish_prompt(person=person, by=by, at=make.NOON, **values)


def test_the_rural_conscript_is_listed_from_the_day_on(soldier, clerk):
    assert to_do(clerk, date(2026, 7, 6)) == []
    assert to_do(clerk, date(2026, 7, 7)) == [("周长发", "TURN60_RURAL", DUE)]
    assert month(clerk, date(2026, 10, 1), date(2026, 10, 31)) == [("周长发", "TURN60_RURAL", DUE)]
    assert month(clerk, date(2026, 9, 1), date(2026, 9, 30)) == []


def test_the_register_at_enlistment_counts_before_that_of_today(station, clerk):
    person = make.person(station, by=clerk, born="1966-10-05", hukou_type="RURAL", id_number=None)
    make.service(person, by=clerk, enlisted="1984-11", discharged="1988-01", enlist_hukou="URBAN")
    assert to_do(clerk) == []


def test_a_done_prompt_does_not_come_back_and_leaves_one_event(soldier, clerk):
    made = done(soldier, by=clerk)
    assert (to_do(clerk), made.office_id) == ([], soldier.office_id)
    assert refused(done, person=soldier, by=clerk) == actions.ALREADY
    assert "请填写处理结果" in refused(done, person=soldier, by=clerk, outcome=" ")
    for over in ({"due_on": date(2026, 10, 6)}, {"kind": "CARD_IDLE"}, {"kind": "NONSENSE"}):
        assert refused(done, person=soldier, by=clerk, **over) == actions.GONE
    with make.as_admin("app_audit"):
        [event] = AuditEvent.objects.filter(event="PROMPT_DONE")
    assert event.facts == {"prompt": made.pk, "kind": "TURN60_RURAL", "due_on": "2026-10-05"}


def test_two_clerks_finish_one_prompt_at_once(soldier, station, clerk, transactional_db):
    other = make.staff(station, "CLERK")
    results = at_once(*[(user, lambda user=user: actions.finish_prompt(person=soldier, kind="TURN60_RURAL", due_on=DUE, outcome="办",
                                                                       by=user, at=make.NOON)) for user in (clerk, other)])  # fmt: skip
    assert [one for one in results if isinstance(one, str)] == [actions.ALREADY]
    with make.as_(clerk):
        assert PromptDone.objects.count() == 1


def test_a_death_without_its_paper(soldier, clerk, tmp_path):
    with make.as_(clerk):
        status.record_death(person=soldier, died="2026-09-01", by=clerk, at=make.NOON, today=make.TODAY)
    assert to_do(clerk) == [("周长发", "DEATH_PROOF", date(2026, 10, 16))]
    paper(soldier, tmp_path, by=clerk, content=PDF, kind="DEATH")
    assert to_do(clerk) == []


def test_papers_cards_and_rounds(station, clerk, tmp_path):
    person = make.person(station, by=clerk, name="罗兴旺", categories=["V01"])
    paper(person, tmp_path, by=clerk, content=JPG, valid_to=date(2026, 12, 1))
    home = make.household(person, by=clerk)
    common = {"created_at": make.NOON, "created_by": clerk}
    with make.as_(clerk):
        Card.objects.create(person=person, kind="VETERAN", state="READY", accepting_office=station, applied_on=date(2026, 5, 1),
                            state_since=date(2026, 8, 1), **common)  # fmt: skip
        round_ = PlaqueRound.objects.create(office=station, name="国庆", due_on=date(2026, 9, 28), **common)
        Plaque.objects.create(household=home, office=station, holder=person, state="PENDING", round=round_, **common)
    assert to_do(clerk) == [
        ("罗兴旺", "CARD_IDLE", date(2026, 9, 1)), ("罗兴旺", "PLAQUE_ROUND", date(2026, 9, 28)),
        ("罗兴旺", "DOC_EXPIRES", date(2026, 12, 1)),
    ]  # fmt: skip


def test_another_station_sees_none_and_finishes_none(soldier, sibling_clerk, foreign_clerk, officer):
    assert (to_do(sibling_clerk), to_do(foreign_clerk)) == ([], [])
    assert len(to_do(officer)) == 1


def test_the_statement_loses_nobody_the_rule_would_list(station, clerk, tmp_path):
    """Eighty people with random facts: the coarse search over an office finds what the rule finds for each alone."""
    dice, people = random.Random(7), []
    for number in range(80):
        born = date(1965, 1, 1) + timedelta(dice.randrange(900)) if dice.random() < 0.6 else date(2007, 1, 1) + timedelta(
            dice.randrange(900))  # fmt: skip
        text = born.isoformat()[: dice.choice([4, 7, 10])]
        codes = dice.sample(["V00", "V02", "11", "21", "22", "23", "B1", "42"], dice.randrange(1, 3))
        person = make.person(
            station, by=clerk, name=f"周{number}", born=text, categories=[], hukou_type="RURAL", id_number=None
        )
        with make.as_(clerk):
            for code in codes:
                more = {"relation": dice.choice(["子", "弟", "配偶"])} if code in ("21", "22", "23", "B1") else {}
                review = date(2026, 1, 1) + timedelta(dice.randrange(400)) if dice.random() < 0.3 else None
                make.identity(person, code, by=clerk, review_on=review, **more)
        if dice.random() < 0.8:
            make.service(person, by=clerk, enlisted=f"19{dice.randrange(80, 90)}",
                         discharged=(date(2026, 1, 1) + timedelta(dice.randrange(300))).isoformat()[: dice.choice([7, 10])])  # fmt: skip
        people.append(person.pk)
    found = 0
    for number in range(1, 13):
        first = date(2026, number, 1)
        last = (first + timedelta(31)).replace(day=1) - timedelta(1)
        with make.as_(clerk):
            alone = [
                (pk, one.kind, one.due_on) for pk in people
                for one in falling_due(prompt_facts.of_person(pk, clerk).facts, first=first, last=last, terms=terms_on(last))
            ]  # fmt: skip
            together = [
                (one.person.pk, one.prompt.kind, one.prompt.due_on) for one in prompt_facts.in_month(clerk, first, last)
            ]
        assert sorted(together) == sorted(alone)
        found += len(alone)
    assert found > 40


# ---- pages ------------------------------------------------------------------------------------------------------------


def near(days: int) -> str:
    """A birth date sixty years before a day that lies so many days ahead of the page's clock."""
    day = datetime.now(UTC).date() + timedelta(days)
    return day.replace(year=day.year - 60, day=min(day.day, 28)).isoformat()


@pytest.fixture
def due_soon(station, clerk):
    person = make.person(station, by=clerk, name="钱有福", born=near(40), hukou_type="RURAL", id_number=None)
    make.service(person, by=clerk, enlisted="1986-11", discharged="1990-01")
    return person


def test_from_the_list_to_done(page, due_soon, clerk):
    soup = page("/registry/prompts/", as_=clerk)
    row = soup.select_one("tbody tr")
    assert "钱有福" in row.text and "满 60 周岁" in row.text
    link = row.select("a")[-1]["href"]
    page(link, as_=clerk)
    assert "请填写处理结果" in page(link, as_=clerk, expect=422, outcome="").text
    soup = page(link, as_=clerk, outcome="不是农村籍，已告知")
    assert "现在没有要办的到期提醒" in soup.text
    assert "不是农村籍，已告知" in page("/registry/prompts/?view=done", as_=clerk).text


def test_the_list_is_narrowed_by_kind_and_month_and_taken_away(page, client, due_soon, clerk):
    assert "没有符合条件" in page("/registry/prompts/?kind=CARD_IDLE", as_=clerk).text
    assert "钱有福" in page("/registry/prompts/?kind=TURN60_RURAL", as_=clerk).text
    assert "没有符合条件" in page("/registry/prompts/?month=2026-01", as_=clerk).text
    page("/registry/prompts/?month=abc&office=9", as_=clerk)
    client.force_login(clerk)
    assert client.post("/registry/prompts/").status_code == 302


def test_the_dossier_and_the_first_page_tell_it(page, due_soon, clerk, sibling_clerk):
    soup = page(f"/registry/people/{due_soon.ref}/", as_=clerk)
    assert "满 60 周岁" in soup.select_one("#prompts").text and soup.select_one("a[href='#prompts']")
    assert soup.select("a[href='/registry/prompts/']")
    assert [one for one in page("/", as_=clerk).select("a.rowlink") if "1 条到期提醒" in one.text]
    assert "到期提醒要办" not in page("/", as_=sibling_clerk).text


def test_neither_the_list_nor_the_first_page_asks_person_by_person(client, station, clerk):
    for number in range(45):
        person = make.person(
            station, by=clerk, name=f"孙{'甲乙丙丁'[number % 4]}", born=near(30), hukou_type="RURAL", id_number=None
        )
        make.service(person, by=clerk, enlisted="1986-11", discharged="1990-01")
    client.force_login(clerk)
    assert count(client, "/registry/prompts/?page=2") <= MOST
    assert count(client, "/") <= MOST
    assert "共 45 条" in client.get("/registry/prompts/?page=2").content.decode()
    assert "45 条到期提醒要办" in client.get("/").content.decode()

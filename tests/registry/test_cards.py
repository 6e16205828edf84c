"""优待证: each level does its step, who accepts does not review, one live card a person, a lost one is replaced."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.actions import card_sets, cards, status
from registry.actions.card_steps import SAME_PERSON
from registry.models import Card, Person
from registry.models.card import LIVE_STATES
from registry.verifying import findings
from registry.workflow_cards import LIVE, STEPS, TURNS
from tests import factories as make
from tests.races import at_once
from tests.registry.cards import FORWARD, MORE, applied, bring_to, do, whose, with_papers
from veterans_portal.accounts.models import AuditEvent


def refused(deed, *arguments, **named) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(*arguments, **named)
    return " ".join(refusal.value.messages)


@pytest.fixture
def people(town_head, officer, city_user):
    return {"town": town_head, "officer": officer, "city": city_user}


@pytest.fixture
def veteran(station, clerk, tmp_path):
    return with_papers(make.person(station, by=clerk, name="周长发"), tmp_path, by=clerk)


@pytest.fixture
def card(veteran, clerk):
    return applied(veteran, by=clerk)


def events(name: str) -> list[AuditEvent]:
    with make.as_admin("app_audit"):
        return list(AuditEvent.objects.filter(event=name))


def test_the_table_and_the_constraint_speak_of_the_same_states():
    assert set(LIVE) == set(LIVE_STATES)
    assert {state for step in STEPS.values() for state in (*step.sources, step.target)} | {"APPLIED"} == set(
        Card.State.values
    )
    waiting = set(Card.State.values) - {"ISSUED", "REPLACING", "CLOSED"}
    assert {state for state, turn in TURNS.items() if turn} == waiting  # every state has an owner


def test_from_application_to_the_hand(card, people):
    for step in FORWARD:
        card = do(card, step, by=whose(people, step))
    assert (card.state, card.signer, card.accepting_office_id) == ("ISSUED", "周", "990101001")
    assert [one["state"] for one in card.steps] == ["APPLIED", *(STEPS[step].target for step in FORWARD)]
    for step in FORWARD:
        assert [event.object_id for event in events(STEPS[step].event)] == [str(card.person_id)], step


@pytest.mark.parametrize("categories", [["V04"], ["12"], ["F1"], []])
def test_who_has_no_right_to_a_card(station, clerk, categories):
    assert refused(applied, make.person(station, by=clerk, categories=categories), by=clerk) == cards.NO_RIGHT


def test_the_kind_follows_the_identity(station, clerk):
    survivor = make.person(station, by=clerk, categories=["21"])
    assert refused(applied, survivor, by=clerk) == cards.NO_RIGHT
    assert applied(survivor, by=clerk, kind="SURVIVOR").kind == "SURVIVOR"


def test_one_card_a_person(card, veteran, clerk):
    assert refused(applied, veteran, by=clerk) == cards.HAS_ONE


def test_two_clerks_apply_at_once(veteran, station, clerk, transactional_db):
    other = make.staff(station, "CLERK")
    results = at_once(*[(user, lambda user=user: cards.apply_card(person=veteran, kind="VETERAN", apply_place="HUKOU", by=user,
                                                                  at=make.NOON)) for user in (clerk, other)])  # fmt: skip
    assert [one for one in results if isinstance(one, str)] == [cards.HAS_ONE]


def test_accepting_needs_photo_and_id_card_and_a_town(station, clerk, town_head, tmp_path):
    bare = applied(make.person(station, by=clerk), by=clerk)
    assert refused(do, bare, "accept", by=town_head) == "缺少照片和身份证材料，请先上传再受理。"
    with_papers(bare.person, tmp_path, by=clerk)
    assert refused(do, bare, "accept", by=clerk) == "这一步由镇街站办理，你的岗位不能办。"
    assert do(bare, "accept", by=town_head).state == "STATION_OK"


def test_who_accepts_does_not_review(card, officer, people):
    card = do(card, "accept", by=officer)
    assert refused(do, card, "pass-district", by=officer) == SAME_PERSON
    with make.as_(officer), pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.filter(pk=card.pk).update(district_by=officer, district_at=make.NOON)
    assert do(card, "pass-district", by=make.staff(officer.office, "OFFICER")).state == "DISTRICT_OK"


@pytest.mark.parametrize(("state", "step", "who"), [
    ("STATION_OK", "pass-district", "town"), ("DISTRICT_OK", "pass-city", "officer"), ("CITY_OK", "record-province", "officer"),
    ("STATION_OK", "return", "town"), ("DISTRICT_OK", "return", "officer"), ("MAKING", "return", "city"), ("READY", "close", "town"),
])  # fmt: skip
def test_every_level_does_its_own_step(card, people, state, step, who):
    card = bring_to(card, state, people)
    assert "你的岗位不能办" in refused(do, card, step, by=people[who])


def test_a_district_officer_at_the_city_does_not_review_for_the_district(card, people):
    card = bring_to(card, "STATION_OK", people)
    assert "区县" in refused(do, card, "pass-district", by=make.staff(make.office("9901"), "OFFICER"))


@pytest.mark.parametrize("state", ["STATION_OK", "DISTRICT_OK", "CITY_OK", "MAKING"])
def test_a_return_says_why_and_starts_the_reviews_anew(card, people, state):
    card = bring_to(card, state, people)
    by = people["officer" if state in ("STATION_OK", "MAKING") else "city"]
    assert refused(do, card, "return", by=by, reason=" ") == "请写明退回原因。"
    card = do(card, "return", by=by)
    assert (card.state, card.return_note) == ("RETURNED", "照片不清")
    card = do(card, "accept", by=people["town"])
    assert (card.state, card.return_note, card.district_by, card.city_by) == ("STATION_OK", "", None, None)


@pytest.mark.parametrize(("over", "sentence"), [
    ({"signer": " "}, "请填写领取日期和签收人。"), ({"issued_on": make.TODAY.replace(year=2027)}, "领取日期晚于今天。"),
    ({"issued_on": make.TODAY.replace(month=8)}, "卡是 2026-09-16 到站的，领取日期不能更早。"),
])  # fmt: skip
def test_what_issuing_needs(card, people, over, sentence):
    assert refused(do, bring_to(card, "READY", people), "issue", by=people["town"], **over) == sentence


def test_two_clerks_issue_one_card_at_once(card, people, station, clerk, transactional_db):
    card, other = bring_to(card, "READY", people), make.staff(station, "CLERK")
    results = at_once(*[(user, lambda user=user: cards.issue_card(card=card, by=user, at=make.NOON, **MORE["issue"]))
                        for user in (clerk, other)])  # fmt: skip
    assert [one for one in results if isinstance(one, str)] == ["当前为“已发放”，不能执行此操作。"]
    assert len(events("CARD_ISSUED")) == 1


# ---- lost, replaced, closed ---------------------------------------------------------------------------------------------


@pytest.fixture
def in_hand(card, people):
    return bring_to(card, "ISSUED", people)


def test_a_lost_card_is_replaced_and_closed_when_the_new_one_is_fetched(in_hand, clerk, people):
    assert "先登记挂失" in refused(do, in_hand, "replace", by=clerk, reason="LOST")
    lost = do(in_hand, "report-lost", by=clerk)
    fresh = do(lost, "replace", by=clerk, reason="LOST")
    assert (fresh.state, fresh.replaces_id, fresh.reason) == ("APPLIED", lost.pk, "LOST")
    bring_to(fresh, "ISSUED", people)
    with make.as_(clerk):
        old = Card.objects.get(pk=lost.pk)
    assert (old.state, old.closed_reason) == ("CLOSED", "已由新证替换")


@pytest.mark.parametrize("reason", ["UNREADABLE", "DEFACED"])
def test_what_the_bank_does_is_not_applied_for_here(in_hand, clerk, reason):
    assert refused(do, in_hand, "replace", by=clerk, reason=reason) == cards.GO_TO_BANK


@pytest.mark.parametrize("is_lost", [True, False])
def test_closing_a_replacement_gives_the_old_card_back(in_hand, clerk, officer, is_lost):
    old = do(in_hand, "report-lost", by=clerk) if is_lost else in_hand
    reason = "LOST" if is_lost else "FACE_CHANGED"
    fresh = do(old, "replace", by=clerk, reason=reason)
    do(fresh, "close", by=officer)
    with make.as_(clerk):
        old.refresh_from_db()
        assert old.state == ("LOST" if is_lost else "ISSUED")
    assert do(old, "replace", by=clerk, reason=reason).replaces_id == old.pk  # and it can be asked for again


def test_changing_the_kind_needs_the_other_identity(in_hand, clerk):
    assert refused(do, in_hand, "replace", by=clerk, reason="KIND_CHANGED") == cards.NO_RIGHT
    with make.as_(clerk):
        make.identity(in_hand.person, "21", by=clerk)
    assert do(in_hand, "replace", by=clerk, reason="KIND_CHANGED").kind == "SURVIVOR"


def test_a_death_closes_every_card_and_says_so_in_its_steps(in_hand, clerk):
    fresh = do(in_hand, "replace", by=clerk, reason="FACE_CHANGED")
    with make.as_(clerk):
        status.record_death(person=in_hand.person, died="2026-09", by=clerk, at=make.NOON, today=make.TODAY)
        rows = Card.objects.filter(pk__in=(fresh.pk, in_hand.pk))
        assert {(one.state, one.closed_reason, one.steps[-1]["state"]) for one in rows} == {
            ("CLOSED", "持证人去世", "CLOSED")
        }
    assert "去世" in refused(applied, in_hand.person, by=clerk)


@pytest.mark.parametrize(("state", "left"), [("READY", "CLOSED"), ("ISSUED", "ISSUED")])
def test_leaving_the_system_keeps_a_card_in_hand_and_drops_an_application(card, people, clerk, state, left):
    card = bring_to(card, state, people)
    with make.as_(clerk):
        status.record_move_out(
            person=card.person, moved_on="2026-09", destination="外省", by=clerk, at=make.NOON, today=make.TODAY
        )
        assert Card.objects.get(pk=card.pk).state == left


def test_the_verification_finds_a_live_card_of_the_dead(card, clerk):
    with make.as_(clerk):
        assert [code for code, *_ in findings(clerk)] == []
        Person.objects.filter(pk=card.person_id).update(status="DECEASED", died="2026-01")
        assert [code for code, *_ in findings(clerk)] == ["CARD"]


# ---- many at once -------------------------------------------------------------------------------------------------------


@pytest.fixture
def forty(station, clerk, town_head, tmp_path):
    """Forty applications that the town has accepted."""
    found = []
    for number in range(40):
        card = applied(make.person(station, by=clerk, name=f"周{'甲乙丙丁戊己庚辛壬癸'[number % 10]}"), by=clerk)
        found.append(card.pk)
    with make.as_(town_head):
        Card.objects.filter(pk__in=found).update(state="STATION_OK", accepted_by=town_head, accepted_at=make.NOON)
    return found


def move(keys, step, *, by, **over):
    with make.as_(by):
        return card_sets.move_cards(cards=keys, step=step, by=by, at=make.NOON, **over)


def test_a_set_goes_all_the_way_with_one_event_a_deed(forty, people, django_assert_max_num_queries):
    for step in ("pass-district", "pass-city", "record-province", "start-making", "sign-in", "send"):
        with django_assert_max_num_queries(14):
            assert move(forty, step, by=whose(people, step)) == 40
        [event] = events(STEPS[step].event)
        assert (event.facts["count"], event.facts["cards"]) == (40, forty)
    with make.as_(people["officer"]):
        rows = Card.objects.filter(pk__in=forty)
        assert {(one.state, len(one.steps), one.district_by_id) for one in rows} == {("READY", 7, people["officer"].pk)}


def test_a_set_is_all_or_nothing(forty, people, officer):
    assert refused(move, [], "pass-district", by=officer) == "请先勾选优待证。"
    assert "一次最多办理 500 张，现在是 501 张" in refused(move, range(501), "pass-district", by=officer)
    assert "不能成批" in refused(move, forty, "issue", by=officer)
    assert "市级" in refused(move, forty, "pass-city", by=officer)
    move(forty[:1], "pass-district", by=officer)
    assert "请刷新后重选" in refused(move, forty, "pass-district", by=officer)
    with make.as_(officer):
        Card.objects.filter(pk=forty[1]).update(accepted_by=officer)
    assert refused(move, forty[1:], "pass-district", by=officer) == "其中 1 张由你本人受理或审核过，不能由你审核。"
    with make.as_(officer):
        assert Card.objects.filter(state="STATION_OK").count() == 39


def test_another_district_moves_none_of_them(forty):
    stranger = make.staff(make.office("990102"), "OFFICER")
    assert "请刷新后重选" in refused(move, forty, "pass-district", by=stranger)


# ---- every walk through the table ---------------------------------------------------------------------------------------


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(walk=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 3)), max_size=14))
def test_no_walk_leaves_two_live_cards_or_skips_the_second_person(veteran, clerk, people, walk):
    sid = transaction.savepoint()
    applied(veteran, by=clerk)
    for step, which in walk:
        with make.as_(clerk):
            rows = list(Card.objects.filter(person=veteran).select_related("person").order_by("pk"))
        card = rows[which % len(rows)]
        by = people["officer" if card.state == "MAKING" or (step == "return" and card.state == "STATION_OK") else "city"
                    ] if step == "return" else whose(people, step)  # fmt: skip
        more = {"reason": "LOST" if card.state == "LOST" else "OTHER"} if step == "replace" else {}
        try:
            do(card, step, by=by, **more)
        except ValidationError:
            assert card.state not in STEPS[step].sources
        with make.as_(clerk):
            rows = list(Card.objects.filter(person=veteran))
        assert sum(row.state in LIVE for row in rows) <= 1
        for row in rows:
            if row.state in ("DISTRICT_OK", "CITY_OK", "PROVINCE_OK", "MAKING", "RECEIVED", "READY", "ISSUED"):
                assert row.accepted_by_id and row.district_by_id and row.accepted_by_id != row.district_by_id
            assert row.state != "ISSUED" or row.signer
    transaction.savepoint_rollback(sid)


# ---- pages --------------------------------------------------------------------------------------------------------------


def test_the_page_of_a_card_says_whose_turn_it_is(page, card, clerk, town_head, officer, people):
    url = f"/registry/cards/{card.pk}/"
    soup = page(url, as_=clerk)
    assert "镇街站受理" in soup.text and not soup.select(f"a[href='{url}accept/']")
    assert soup.select_one(".stages [aria-current=step]").text.startswith("▶")
    soup = page(url, as_=town_head)
    assert soup.select_one(f"a.btn--primary[href='{url}accept/']").text == "受理"
    page(f"{url}accept/", as_=town_head)
    soup = page(f"{url}accept/", as_=town_head, ok="1")
    assert len(soup.select(".stages__item--done")) == 2
    page(f"{url}return/", as_=officer)
    soup = page(f"{url}return/", as_=officer, expect=422, reason="")
    assert "请写明退回原因。" in soup.text
    assert "照片要白底" in page(f"{url}return/", as_=officer, reason="照片要白底").text
    page(f"{url}issue/", as_=clerk, expect=200)  # back to the card with a sentence


def test_the_application_starts_in_the_dossier(page, station, clerk):
    person = make.person(station, by=clerk, name="罗兴旺")
    url = f"/registry/people/{person.ref}/cards/new/"
    assert "先在“材料”里上传" in page(url, as_=clerk).text
    soup = page(url, as_=clerk, expect=422, kind="VETERAN", apply_place="", agent="罗小明")
    assert soup.select_one("[name=agent]")["value"] == "罗小明"
    page(url, as_=clerk, kind="VETERAN", apply_place="RESIDENCE", agent="罗小明")
    with make.as_(clerk):
        assert Card.objects.get().agent == "罗小明"


def test_a_district_ticks_looks_and_passes(page, forty, officer):
    soup = page("/registry/cards/?view=district&office=990101001001", as_=officer)
    action = soup.select_one("form[action*='sets/pass-district']")["action"]
    assert len(soup.select("input[name=card]")) == 30
    soup = page(action, as_=officer, card=[str(pk) for pk in forty[:3]])
    assert "区县审核通过：3 张优待证" in soup.h1.text
    with make.as_(officer):
        assert Card.objects.filter(state="DISTRICT_OK").count() == 0  # asked first
    soup = page(action, as_=officer, card=[str(pk) for pk in forty[:3]], confirm="1")
    assert "已办 3 张" in soup.text
    soup = page(action, as_=officer, all="1")
    assert "37 张优待证" in soup.h1.text
    assert "请先勾选" in page(action, as_=officer, x="1").text


def test_who_may_open_what(client, card, people, foreign_clerk, cashier, clerk, officer):
    for who, url, answer in [
        (foreign_clerk, f"/registry/cards/{card.pk}/", 404), (cashier, "/registry/cards/", 403),
        (clerk, "/registry/cards/sets/pass-district/", 403), (people["city"], f"/registry/cards/{card.pk}/accept/", 403),
        (officer, f"/registry/cards/{card.pk}/paint/", 404),
    ]:  # fmt: skip
        client.force_login(who)
        assert client.get(url).status_code == answer, url


@pytest.mark.parametrize(("state", "who"), [("APPLIED", "town"), ("STATION_OK", "officer"), ("DISTRICT_OK", "city"),
                                            ("RECEIVED", "officer"), ("READY", "town")])  # fmt: skip
def test_the_home_page_tells_whose_turn_it_is(page, card, people, state, who):
    bring_to(card, state, people)
    for name, user in people.items():
        soup = page("/", as_=user)
        assert bool(soup.select("a[href^='/registry/cards/?view=']")) == (name == who), (name, state)

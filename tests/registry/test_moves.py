"""站间迁移: two stations, one person, and nobody loses sight of her."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from registry.actions import moves as actions
from registry.models import Card, Document, HouseholdMember, Identity, Move, Person, Plaque, StatusChange
from tests import factories as make
from tests.races import at_once
from tests.registry.pdfs import last_pdf, text_of
from veterans_portal.accounts.models import AuditEvent


def refused(deed, **arguments) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(**arguments)
    return " ".join(refusal.value.messages)


@pytest.fixture
def mover(station, clerk):
    return make.person(station, by=clerk, name="罗兴旺", categories=["V02"])


@pytest.fixture
def pensioner(station, clerk):
    return make.person(station, by=clerk, name="周长发", categories=["V02", "51"])


def propose(who, to, *, by, **over):
    values = {
        "moved_on": "2026-09",
        "hukou_moved": True,
        "paid_through": "",
        "plaque_plan": "NONE",
        "reason": "随子女居住",
    }
    with make.as_(by):
        return actions.propose_move(person=who, to_office=to, by=by, at=make.NOON, today=make.TODAY, **values | over)


def accept(move, *, by, paid_through=""):
    with make.as_(by):
        return actions.accept_move(move=move, paid_through=paid_through, by=by, at=make.NOON)


def test_a_person_goes_from_one_district_to_another(mover, clerk, foreign_station, foreign_clerk):
    make.service(mover, by=clerk)
    with make.as_(clerk):
        Document.objects.create(person=mover, kind="ID_CARD", file_name="a.jpg", stored_name="x", content_type="image/jpeg",
                                sha256="0", bytes=1, created_at=make.NOON, created_by=clerk)  # fmt: skip
        Card.objects.create(person=mover, kind="VETERAN", accepting_office=mover.office, applied_on=make.TODAY,
                            state_since=make.TODAY, created_at=make.NOON, created_by=clerk)  # fmt: skip
    move = propose(mover, foreign_station, by=clerk)
    assert move.next_payer_from == "2027-01"
    accept(move, by=foreign_clerk)
    with make.as_(foreign_clerk):
        found = Person.objects.visible_to(foreign_clerk).get(pk=mover.pk)
        assert (found.office_id, found.is_unplaced) == (foreign_station.pk, False)
        for rows in (found.identities, found.services, found.documents, found.cards):
            assert set(rows.values_list("office_id", flat=True)) == {foreign_station.pk}
        [change] = StatusChange.objects.visible_to(foreign_clerk)
        assert (change.kind, change.next_payer_from, change.office_id) == ("TRANSFER", "2027-01", foreign_station.pk)
    with make.as_(clerk):
        assert not Person.objects.filter(pk=mover.pk).exists()
        assert Move.objects.visible_to(clerk).get(pk=move.pk).state == "ACCEPTED"
    assert [event.event for event in events("MOVE_")] == ["MOVE_PROPOSED", "MOVE_ACCEPTED"]


def events(prefix):
    with make.as_admin("app_audit"):
        return list(AuditEvent.objects.filter(event__startswith=prefix).order_by("pk"))


def test_the_months_of_both_sides_must_agree(pensioner, clerk, foreign_station, foreign_clerk):
    assert refused(propose, who=pensioner, to=foreign_station, by=clerk) == actions.NEEDS_MONTH
    move = propose(pensioner, foreign_station, by=clerk, paid_through="2026-08")
    said = "对方填写的已发月份是 2026-08，请核对后一致再接收。"
    assert refused(accept, move=move, by=foreign_clerk, paid_through="2026-07") == said
    assert accept(move, by=foreign_clerk, paid_through="2026-08").state == "ACCEPTED"


def test_two_receivers_accept_at_once(mover, clerk, foreign_station, foreign_clerk, transactional_db):
    other = make.staff(foreign_station, "CLERK")
    move = propose(mover, foreign_station, by=clerk)
    results = at_once(*[(user, lambda user=user: actions.accept_move(move=move, paid_through="", by=user, at=make.NOON))
                        for user in (foreign_clerk, other)])  # fmt: skip
    assert sorted(isinstance(result, Move) for result in results) == [False, True]
    assert [result for result in results if isinstance(result, str)] == ["这笔迁移已接收，不能再办。"]
    with make.as_(foreign_clerk):
        assert StatusChange.objects.filter(person=mover, kind="TRANSFER").count() == 1
        assert Person.objects.get(pk=mover.pk).office_id == foreign_station.pk


def test_accept_against_withdraw(mover, clerk, foreign_station, foreign_clerk, transactional_db):
    move = propose(mover, foreign_station, by=clerk)
    results = at_once(
        (foreign_clerk, lambda: actions.accept_move(move=move, paid_through="", by=foreign_clerk, at=make.NOON)),
        (clerk, lambda: actions.withdraw_move(move=move, reason="填错", by=clerk, at=make.NOON)),
    )
    assert sorted(isinstance(result, Move) for result in results) == [False, True], results
    with make.as_(foreign_clerk):
        state = Move.objects.get(pk=move.pk).state
        is_here = Person.objects.filter(pk=mover.pk).exists()
    assert (state, is_here) in {("ACCEPTED", True), ("WITHDRAWN", False)}


def ask_for(number, name, to, *, by):
    with make.as_(by):
        return actions.request_move(id_number=number, name=name, moved_on="2026-09", hukou_moved=True, reason="迁入",
                                    to_office=to, by=by, at=make.NOON, today=make.TODAY)  # fmt: skip


def test_a_request_tells_nothing_until_it_is_answered(mover, clerk, foreign_station, foreign_clerk):
    with make.as_(clerk):
        number = mover.id_number
    right = ask_for(number, "罗兴旺", foreign_station, by=foreign_clerk)
    wrong = ask_for(make.id_number(), "罗兴旺", foreign_station, by=foreign_clerk)
    assert (right.state, wrong.state) == ("OPEN", "OPEN")
    assert wrong.person_id is None
    assert refused(accept, move=right, by=foreign_clerk) == actions.WORDS["UNANSWERED"]
    with make.as_(clerk):
        [seen] = Move.objects.visible_to(clerk)
        actions.answer_request(move=seen, paid_through="", plaque_plan="NONE", by=clerk, at=make.NOON)
    assert accept(right, by=foreign_clerk).state == "ACCEPTED"


def test_a_wrong_name_matches_nobody(mover, clerk, foreign_station, foreign_clerk):
    with make.as_(clerk):
        number = mover.id_number
    assert ask_for(number, "罗新旺", foreign_station, by=foreign_clerk).person_id is None
    again = refused(ask_for, number=number, name="罗兴旺", to=foreign_station, by=foreign_clerk)
    assert again == "这个身份证号的迁入请求正在等对方答复。"


def test_refusing_needs_a_reason_and_withdrawing_is_the_proposers(mover, clerk, foreign_station, foreign_clerk):
    move = propose(mover, foreign_station, by=clerk)
    with make.as_(foreign_clerk):
        assert refused(actions.refuse_move, move=move, reason=" ", by=foreign_clerk, at=make.NOON) == "请写明退回原因。"
        assert "可以退回" in refused(actions.withdraw_move, move=move, reason="", by=foreign_clerk, at=make.NOON)
        actions.refuse_move(move=move, reason="查无此人", by=foreign_clerk, at=make.NOON)
    with make.as_(clerk):
        assert Move.objects.get(pk=move.pk).decision_note == "查无此人"


def test_an_office_above_both_decides_after_15_days(mover, clerk, foreign_station, city_user):
    from datetime import timedelta

    move = propose(mover, foreign_station, by=clerk)
    decide = {"move": move, "accept": True, "reason": "已核实", "by": city_user, "at": make.NOON}
    with make.as_(city_user):
        early = refused(actions.decide_move, today=make.TODAY + timedelta(days=14), **decide)
        assert early == "还没到15天，请先由两站商定。"
        actions.decide_move(today=make.TODAY + timedelta(days=15), **decide)
        assert Person.objects.get(pk=mover.pk).office_id == foreign_station.pk


def test_the_proposer_cannot_accept_his_own_move(mover, foreign_station, city_user):
    # one user whose range holds both ends relocates in one step instead
    officer = make.staff(make.office("9901"), "OFFICER")
    move = propose(mover, foreign_station, by=officer)
    assert refused(accept, move=move, by=officer) == "发起（答复）人与接收人不能为同一人。"
    with make.as_(officer):
        actions.withdraw_move(move=move, reason="", by=officer, at=make.NOON)
        actions.relocate_person(person=mover, to_office=foreign_station, moved_on="2026-09", reason="", by=officer,
                                at=make.NOON, today=make.TODAY)  # fmt: skip
        assert Person.objects.get(pk=mover.pk).office_id == foreign_station.pk


@pytest.fixture
def hung(mover, clerk):
    house = make.household(mover, by=clerk, book_no="12")
    with make.as_(clerk):
        return Plaque.objects.create(household=house, office_id=house.office_id, holder=mover, state="HUNG", serial="A1",
                                     hung="2020-01", place="DOOR", signer="罗", bases=["V02"], created_at=make.NOON,
                                     created_by=clerk)  # fmt: skip


@pytest.mark.parametrize(("plan", "state", "goes"), [("TAKE", "HUNG", True), ("HAND_IN", "REPLACED", False)])
def test_the_plaque_follows_the_plan(mover, hung, clerk, foreign_station, foreign_clerk, plan, state, goes):
    accept(propose(mover, foreign_station, by=clerk, plaque_plan=plan), by=foreign_clerk)
    owner = foreign_clerk if goes else clerk
    with make.as_(owner):
        found = Plaque.objects.get(pk=hung.pk)
        assert (found.state, found.office_id) == (state, owner.office_id)
        members = HouseholdMember.objects.filter(household_id=hung.household_id)
        assert members.filter(left_on=None).exists() == goes


def test_a_plaque_is_not_left_to_nobody(page, mover, hung, clerk, foreign_station):
    """It was 没有光荣牌 unless somebody thought of it, and the plaque stayed behind in a household of nobody."""
    assert refused(propose, who=mover, to=foreign_station, by=clerk, plaque_plan="NONE") == actions.LEFT_ALONE
    soup = page(reverse("registry:move-new", args=[mover.ref]) + "?find=枫岭", as_=clerk)
    assert soup.select_one("#id_plaque_plan option[selected]")["value"] == "TAKE"


def test_the_receiver_sees_who_comes(page, mover, clerk, foreign_station, foreign_clerk):
    """She cannot open the dossier yet, but must know whom to ask for the month."""
    with make.as_(clerk):
        masked, number = mover.display_masked(), mover.id_number
    propose(mover, foreign_station, by=clerk)
    assert "罗兴旺：迁来本站，等接收" in page("/", as_=foreign_clerk).text
    link = page(reverse("registry:moves"), as_=foreign_clerk).select_one("tbody a.rowlink")
    assert link.text == "罗兴旺"
    soup = page(link["href"], as_=foreign_clerk)
    assert masked in soup.text and number not in soup.text
    assert soup.select(f"a[href*='{mover.ref}']") == []
    deed = page(f"{link['href']}acceptance/", as_=foreign_clerk)
    assert "接收迁移：罗兴旺" in deed.h1.text and masked in deed.text
    page(f"{link['href']}acceptance/", as_=foreign_clerk, paid_through="")
    assert page(link["href"], as_=foreign_clerk).select(f"a[href*='{mover.ref}']")


def test_a_plaque_of_others_stays(mover, hung, clerk, station, foreign_station):
    other = make.person(station, by=clerk, name="罗小兵")
    with make.as_(clerk):
        HouseholdMember.objects.create(household_id=hung.household_id, office_id=station.pk, person=other, name="罗小兵",
                                       created_at=make.NOON, created_by=clerk)  # fmt: skip
    assert "光荣牌留在原户" in refused(propose, who=mover, to=foreign_station, by=clerk, plaque_plan="TAKE")


def test_a_second_move_waits_for_the_first(mover, clerk, foreign_station):
    propose(mover, foreign_station, by=clerk)
    assert refused(propose, who=mover, to=foreign_station, by=clerk) == actions.BEING_MOVED


def test_identities_are_not_moved_without_their_person(mover, clerk, foreign_clerk):
    """The second wall alone: the receiver can neither read nor take somebody."""
    with make.as_(foreign_clerk):
        assert not Identity.objects.filter(person=mover).exists()
        assert Person.objects.filter(pk=mover.pk).update(office_id=foreign_clerk.office_id) == 0


def test_two_stations_of_one_clerk_are_one_step(page, station, sibling_station, town_head):
    """The head of a town holds both ends: nobody else could accept, so saving moves her at once."""
    person = make.person(station, by=town_head, name="罗兴旺")
    url = reverse("registry:move-new", args=[person.ref])
    typed = {"to_office": sibling_station.pk, "moved_on": "2026-09", "plaque_plan": "NONE", "reason": "搬到石井社区"}
    assert "不用对方确认" in page(url, as_=town_head, **typed).text
    with make.as_(town_head):
        assert Person.objects.get(pk=person.pk).office_id == sibling_station.pk
        [change] = StatusChange.objects.filter(person=person)
        assert (change.kind, change.office_id, change.effective) == ("TRANSFER", sibling_station.pk, "2026-09")
        assert Move.objects.get(person=person).state == "ACCEPTED"
    assert [event.event for event in events("PERSON_RELOCATED")] == ["PERSON_RELOCATED"]


def test_the_paper_of_a_move_shows_a_rare_name(client, clerk, station, foreign_station, foreign_clerk, tmp_path):
    person = make.person(station, by=clerk, name="𠮷长发")
    move = propose(person, foreign_station, by=clerk)
    client.force_login(foreign_clerk)
    assert client.post(reverse("registry:move-handover", args=[move.pk])).status_code == 404  # nothing is settled yet
    accept(move, by=foreign_clerk)
    client.force_login(foreign_clerk)
    assert client.post(reverse("registry:move-handover", args=[move.pk])).status_code == 302
    text = text_of(last_pdf(foreign_clerk, tmp_path))
    assert "𠮷长发" in text and "2027-01" in text and foreign_station.name in text

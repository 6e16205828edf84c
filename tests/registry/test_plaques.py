"""光荣牌: one plaque a household, every step by the right person, nothing hung twice."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.actions import plaque_sets, plaques, rounds
from registry.models import Household, HouseholdMember, Plaque, PlaqueRound
from registry.plaque_lists import coverage, due_households, unhoused
from registry.workflow_plaques import STEPS
from tests import factories as make
from tests.races import at_once
from veterans_portal.accounts.models import AuditEvent

HUNG = {"serial": "", "hung": "2026-09-10", "place": "DOOR", "hung_by": "小王", "signer": "罗"}


def refused(deed, **arguments) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(**arguments)
    return " ".join(refusal.value.messages)


@pytest.fixture
def home(station, clerk):
    return make.household(make.person(station, by=clerk, name="罗兴旺", categories=["V02", "51"]), by=clerk)


def listed(home, *, by):
    with make.as_(by):
        return plaques.list_plaque(household=home, by=by, at=make.NOON)


def hang(plaque, *, by, **over):
    with make.as_(by):
        return plaques.hang_plaque(plaque=plaque, by=by, at=make.NOON, today=make.TODAY, **HUNG | over)


def test_all_bases_are_kept_and_one_plaque_is_enough(home, clerk):
    plaque = listed(home, by=clerk)
    assert (plaque.state, plaque.mode, plaque.bases, plaque.holder.name) == ("PENDING", "AUTO", ["51", "V02"], "罗兴旺")
    assert refused(listed, home=home, by=clerk) == plaques.HAS_ONE


@pytest.mark.parametrize(
    ("relation", "holder", "state"),
    [("妻子", False, "TO_VERIFY"), ("妻子", True, "PENDING"), ("弟", False, None), ("", False, "TO_VERIFY")],
)
def test_survivors_apply_unless_they_hold_the_certificate(station, clerk, relation, holder, state):
    person = make.person(station, by=clerk, name="李秀兰", categories=[])
    with make.as_(clerk):
        make.identity(person, "21", by=clerk, relation=relation, is_certificate_holder=holder)
    home = make.household(person, by=clerk)
    if state is None:
        assert refused(listed, home=home, by=clerk) == plaques.NO_BASIS
    else:
        assert listed(home, by=clerk).state == state


def test_a_village_does_not_verify_its_own_applications(station, clerk, town_head):
    person = make.person(station, by=clerk, name="李秀兰", categories=["21"])
    plaque = listed(make.household(person, by=clerk), by=clerk)
    with make.as_(clerk):
        assert refused(plaques.verify_plaque, plaque=plaque, by=clerk, at=make.NOON) == plaques.TOWN_VERIFIES
    with make.as_(town_head):
        assert plaques.verify_plaque(plaque=plaque, by=town_head, at=make.NOON).state == "PENDING"


def test_two_clerks_list_one_household_at_once(home, clerk, station, transactional_db):
    other = make.staff(station, "CLERK")
    results = at_once(*[(user, lambda user=user: plaques.list_plaque(household=home, by=user, at=make.NOON))
                        for user in (clerk, other)])  # fmt: skip
    assert [result for result in results if isinstance(result, str)] == [plaques.HAS_ONE]
    with make.as_(clerk):
        assert Plaque.objects.filter(household=home).count() == 1


def test_two_clerks_hang_one_plaque_at_once(home, clerk, station, transactional_db):
    other, plaque = make.staff(station, "CLERK"), listed(home, by=clerk)
    results = at_once(*[(user, lambda user=user: plaques.hang_plaque(plaque=plaque, by=user, at=make.NOON, today=make.TODAY, **HUNG))
                        for user in (clerk, other)])  # fmt: skip
    assert [result for result in results if isinstance(result, str)] == ["当前为“已悬挂”，不能执行此操作。"]
    with make.as_admin("app_audit"):
        assert AuditEvent.objects.filter(event="PLAQUE_HUNG").count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"hung": "2026-10"}, "悬挂日期晚于今天。"),
        ({"place": ""}, "请选择悬挂位置。"),
        ({"signer": ""}, "请填写家庭签收人。"),
    ],
)
def test_what_hanging_needs(home, clerk, change, sentence):
    assert refused(hang, plaque=listed(home, by=clerk), by=clerk, **change) == sentence


def test_a_number_hangs_once(home, station, clerk):
    hang(listed(home, by=clerk), by=clerk, serial="A001")
    second = make.household(make.person(station, by=clerk, name="周长发"), by=clerk)
    assert refused(hang, plaque=listed(second, by=clerk), by=clerk, serial="A001") == "这个牌号正在使用。"


@pytest.fixture
def on_the_wall(home, clerk):
    return hang(listed(home, by=clerk), by=clerk, serial="A001")


def test_an_exchange_needs_a_second_person(on_the_wall, officer, approver):
    with make.as_(officer):
        plaques.ask_exchange(plaque=on_the_wall, reason="WORN", by=officer, at=make.NOON)
        decide = {"plaque": on_the_wall, "note": "", "by": officer, "at": make.NOON, "today": make.TODAY}
        assert refused(plaques.approve_exchange, **decide) == plaques.SAME_PERSON
        with pytest.raises(IntegrityError), transaction.atomic():
            Plaque.objects.filter(pk=on_the_wall.pk).update(decided_by=officer, decided_at=make.NOON)
    with make.as_(approver):
        fresh = plaques.approve_exchange(**decide | {"by": approver})
        assert (fresh.state, fresh.reissue_no, fresh.replaces_id) == ("PENDING", 0, on_the_wall.pk)
        assert Plaque.objects.get(pk=on_the_wall.pk).state == "REPLACED"


def test_the_third_reissue_needs_a_reason(on_the_wall, clerk, approver):
    plaque = on_the_wall
    for number in (1, 2, 3):
        with make.as_(clerk):
            plaques.report_plaque_lost(plaque=plaque, note="搬家遗失", by=clerk, at=make.NOON)
        decide = {"plaque": plaque, "by": approver, "at": make.NOON, "today": make.TODAY}
        with make.as_(approver):
            if number == 3:
                assert refused(plaques.approve_exchange, note="", **decide) == "已补发两次，第三次要写明批准理由。"
            fresh = plaques.approve_exchange(note="火灾" if number == 3 else "", **decide)
        assert fresh.reissue_no == number
        plaque = hang(fresh, by=clerk)


def test_a_kept_plaque_is_not_exchanged(on_the_wall, clerk):
    with make.as_(clerk):
        Plaque.objects.filter(pk=on_the_wall.pk).update(state="KEPT")
        assert (
            refused(plaques.ask_exchange, plaque=on_the_wall, reason="WORN", by=clerk, at=make.NOON)
            == "保留的光荣牌不再更换。"
        )


def withdraw(plaque, *, by, **over):
    values = {"reason": "CRIME", "decision_no": "样刑〔2026〕1号", "approver": "王局长"} | over
    with make.as_(by):
        return plaques.withdraw_plaque(plaque=plaque, by=by, at=make.NOON, today=make.TODAY, **values)


def test_taking_back_needs_a_decision_and_a_ground_of_the_rule(on_the_wall, officer):
    for change in ({"decision_no": " "}, {"approver": ""}, {"reason": "OTHER"}, {"reason": ""}):
        assert refused(withdraw, plaque=on_the_wall, by=officer, **change) == plaques.NEEDS_DECISION
    assert "批准人写明" in refused(withdraw, plaque=on_the_wall, by=officer, reason="ORDER")
    assert set(Plaque.WithdrawReason.values) == {"CRIME", "ORDER", "DISMISSED"}


@pytest.mark.parametrize(("reason", "comes_back"), [("CRIME", False), ("DISMISSED", False), ("ORDER", True)])
def test_what_can_be_restored(on_the_wall, officer, approver, reason, comes_back):
    withdraw(on_the_wall, by=officer, reason=reason, note="社会影响恶劣，见决定书")
    restore = {"plaque": on_the_wall, "decision_no": "样决〔2026〕2号", "by": approver, "at": make.NOON}
    with make.as_(approver):
        if comes_back:
            assert plaques.restore_plaque(**restore).state == "PENDING"
            assert refused(plaques.restore_plaque, **restore) == plaques.HAS_ONE
        else:
            assert refused(plaques.restore_plaque, **restore) == "因刑事处罚或除名取消的，不能在此恢复。"


# ---- in sets ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def village(station, clerk):
    """Sixty veterans without a household, one with a rare name, two people without a basis."""
    people = [make.person(station, by=clerk, name="𠮷长发" if n == 0 else f"周{'一二三四五六七八九十'[n % 10]}{'甲乙丙丁戊己'[n // 10]}",
                          address=f"新荷村 {n + 1} 号") for n in range(60)]  # fmt: skip
    make.person(station, by=clerk, name="无依据", categories=[])
    make.person(station, by=clerk, name="无军籍", categories=["V04"])
    return people


def test_from_people_to_a_round_and_back(village, station, clerk, django_assert_max_num_queries):
    with make.as_(clerk):
        assert unhoused(clerk).count() == 60
        with django_assert_max_num_queries(14):
            assert plaque_sets.open_households(people=[one.pk for one in village], by=clerk, at=make.NOON) == 60
        assert (unhoused(clerk).count(), due_households(clerk, make.TODAY).count()) == (0, 60)
        with django_assert_max_num_queries(14):
            assert plaque_sets.list_due_plaques(office=station, by=clerk, at=make.NOON) == 60
        assert due_households(clerk, make.TODAY).count() == 0
        assert coverage(clerk, station, make.TODAY) == [
            {"code": station.pk, "name": station.name, "due": 60, "covered": 0, "wall": 0, "unhung": 60, "percent": 0}
        ]
        round_ = rounds.plan_round(
            office=station, name="2027年春节", due_on=make.TODAY, by=clerk, at=make.NOON, today=make.TODAY
        )
        assert rounds.take_into_round(round_=round_, by=clerk, at=make.NOON) == 60
        keys = list(Plaque.objects.filter(round=round_).order_by("pk").values_list("pk", flat=True))
        results = [
            rounds.Result(pk, f"B{n:03}", "2026-09-15", "DOOR", "小王", "家属") for n, pk in enumerate(keys[:58])
        ]
        results.append(rounds.Result(keys[58], not_hung="本人不愿悬挂"))
        with django_assert_max_num_queries(14):
            assert rounds.enter_results(round_=round_, results=results, by=clerk, at=make.NOON) == 58
        assert coverage(clerk, station, make.TODAY)[0] | {"name": ""} == {
            "code": station.pk, "name": "", "due": 60, "covered": 58, "wall": 58, "unhung": 2, "percent": 96}  # fmt: skip
        assert "已由他人登记" in refused(rounds.enter_results, round_=round_, results=results, by=clerk, at=make.NOON)
        assert rounds.close_round(round_=round_, by=clerk, at=make.NOON, today=make.TODAY) == 2


def test_a_number_typed_twice_saves_nothing(village, station, clerk):
    with make.as_(clerk):
        plaque_sets.open_households(people=[one.pk for one in village[:2]], by=clerk, at=make.NOON)
        plaque_sets.list_due_plaques(office=station, by=clerk, at=make.NOON)
        round_ = rounds.plan_round(
            office=station, name="八一", due_on=make.TODAY, by=clerk, at=make.NOON, today=make.TODAY
        )
        rounds.take_into_round(round_=round_, by=clerk, at=make.NOON)
        keys = list(Plaque.objects.filter(round=round_).values_list("pk", flat=True))
        results = [rounds.Result(pk, "C1", "2026-09-15", "DOOR", "", "家属") for pk in keys]
        assert (
            refused(rounds.enter_results, round_=round_, results=results, by=clerk, at=make.NOON)
            == "同一个牌号填了两次，请核对。"
        )
        assert Plaque.objects.filter(state="HUNG").count() == 0


def test_old_plates_are_destroyed_once(on_the_wall, officer, approver):
    with make.as_(officer):
        plaques.ask_exchange(plaque=on_the_wall, reason="WORN", by=officer, at=make.NOON)
    destroy = {"plaques": [on_the_wall.pk], "on": make.TODAY, "by": approver, "at": make.NOON, "today": make.TODAY}
    with make.as_(approver):
        assert "还没有更换" in refused(plaque_sets.destroy_old, **destroy)
        plaques.approve_exchange(plaque=on_the_wall, note="", by=approver, at=make.NOON, today=make.TODAY)
        assert plaque_sets.destroy_old(**destroy) == 1
        assert "已登记销毁" in refused(plaque_sets.destroy_old, **destroy)


# ---- every walk through the table ---------------------------------------------------------------------------------------


def take(step: str, plaque, people):
    """Do one deed as the person who may."""
    more = {
        "verify": {}, "hold": {"reason": "装修"}, "hang": HUNG | {"today": make.TODAY}, "ask-exchange": {"reason": "WORN"},
        "report-lost": {"note": ""}, "approve-exchange": {"note": "同意", "today": make.TODAY}, "refuse-exchange": {"note": "不符"},
        "withdraw": {"reason": "ORDER", "decision_no": "样1号", "approver": "王", "note": "恶劣", "today": make.TODAY},
        "restore": {"decision_no": "样2号"},
    }[step]  # fmt: skip
    verb = {"verify": plaques.verify_plaque, "hold": plaques.hold_plaque, "hang": plaques.hang_plaque,
            "ask-exchange": plaques.ask_exchange, "report-lost": plaques.report_plaque_lost,
            "approve-exchange": plaques.approve_exchange, "refuse-exchange": plaques.refuse_exchange,
            "withdraw": plaques.withdraw_plaque, "restore": plaques.restore_plaque}[step]  # fmt: skip
    by = people["approver" if STEPS[step].needs == "APPROVE_PLAQUE" else "officer"]
    with make.as_(by):
        return verb(plaque=plaque, by=by, at=make.NOON, **more)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(walk=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 3)), max_size=12))
def test_no_walk_leaves_two_plaques_or_skips_the_second_person(home, officer, approver, walk):
    people = {"officer": officer, "approver": approver}
    sid = transaction.savepoint()
    listed(home, by=officer)
    for step, which in walk:
        with make.as_(officer):
            rows = list(Plaque.objects.filter(household=home).select_related("household").order_by("pk"))
        plaque = rows[which % len(rows)]
        try:
            take(step, plaque, people)
        except ValidationError:
            assert plaque.state not in STEPS[step].sources or step in ("restore", "verify")
        with make.as_(officer):
            rows = list(Plaque.objects.filter(household=home))
            assert sum(row.state in STEPS["withdraw"].sources for row in rows) <= 1
            for row in rows:
                assert row.state != "REPLACED" or (row.decided_by_id and row.decided_by_id != row.asked_by_id)
                assert row.state != "WITHDRAWN" or row.decision_no
    transaction.savepoint_rollback(sid)


def test_the_ledger_pages(client, home, clerk, page=None):
    plaque = listed(home, by=clerk)
    client.force_login(clerk)
    assert "罗兴旺" in client.get("/registry/plaques/?view=pending").content.decode()
    answer = client.post(f"/registry/plaques/{plaque.pk}/hang/", {"serial": "A9", "hung_0": "2026", "hung_1": "9", "hung_2": "1",
                                                               "place": "DOOR", "hung_by": "", "signer": ""})  # fmt: skip
    assert answer.status_code == 422
    assert "请填写家庭签收人。" in answer.content.decode()
    assert 'value="A9"' in answer.content.decode()


def test_the_ledger_is_sorted_as_people_read_it(page, station, clerk):
    """By the sound of the head's name, not by the number of its character."""
    for name in ("赵一", "阿依", "单田芳", "李一", "曾国藩"):
        listed(make.household(make.person(station, by=clerk, name=name), by=clerk), by=clerk)
    soup = page("/registry/plaques/?view=pending", as_=clerk)
    assert [row.th.text.strip() for row in soup.select("tbody tr")] == ["阿依", "李一", "单田芳", "曾国藩", "赵一"]


def test_a_household_that_gets_another_head_is_sorted_anew(page, home, clerk):
    listed(home, by=clerk)
    with make.as_(clerk):
        person = home.members.get().person
    given = {"book_no": "", "group_name": "", "address": "", "version": "1"}
    page(f"/registry/people/{person.ref}/household/edit/", as_=clerk, head_name="安一", **given)
    with make.as_(clerk):
        assert Household.objects.get(pk=home.pk).head_pinyin == "an yi"


def test_a_round_keeps_what_was_typed_wrong_and_saves_the_rest(client, village, station, clerk):
    with make.as_(clerk):
        plaque_sets.open_households(people=[one.pk for one in village[:2]], by=clerk, at=make.NOON)
        plaque_sets.list_due_plaques(office=station, by=clerk, at=make.NOON)
        round_ = rounds.plan_round(
            office=station, name="八一", due_on=make.TODAY, by=clerk, at=make.NOON, today=make.TODAY
        )
        rounds.take_into_round(round_=round_, by=clerk, at=make.NOON)
        first, second = Plaque.objects.filter(round=round_).order_by("pk").values_list("pk", flat=True)
        whose = Plaque.objects.get(pk=second).household.head_name
    client.force_login(clerk)
    typed = {f"r{first}-serial": "D1", f"r{first}-hung": "2026.9.1", f"r{first}-place": "DOOR", f"r{first}-signer": "周",
             f"r{second}-serial": "D2", f"r{second}-hung": "2026.9.1", f"r{second}-place": "", f"r{second}-signer": "吴"}  # fmt: skip
    answer = client.post(f"/registry/plaque-rounds/{round_.pk}/", typed)
    text = answer.content.decode()
    assert (answer.status_code, f"{whose}：请选择悬挂位置。" in text, 'value="吴"' in text) == (422, True, True)
    with make.as_(clerk):
        assert dict(Plaque.objects.filter(round=round_).values_list("pk", "state")) == {
            first: "HUNG",
            second: "PENDING",
        }


@pytest.mark.parametrize(
    ("codes", "label", "state"),
    [(("V02",), "列入待悬挂", "PENDING"), ((), "登记悬挂申请", "TO_VERIFY"), (None, "", "")],
)
def test_a_household_is_listed_from_its_own_page(page, station, clerk, codes, label, state):
    """A widow who applies is not on the list of those who should have one: her way begins in her household."""
    person = make.person(station, by=clerk, name="李秀兰", categories=codes or [])
    if codes == ():
        with make.as_(clerk):
            make.identity(person, "21", by=clerk, relation="妻子")
    make.household(person, by=clerk)
    section = page(f"/registry/people/{person.ref}/household/", as_=clerk).select_one("#plaque")
    if not label:
        assert "没有在世的悬挂依据" in section.text and section.select("button") == []
        return
    assert section.button.text == label
    page(section.form["action"], as_=clerk, go="1")
    with make.as_(clerk):
        assert Plaque.objects.get(holder=person).state == state
    section = page(f"/registry/people/{person.ref}/household/", as_=clerk).select_one("#plaque")
    assert section.select("button") == [] and len(section.select("li a")) == 1


def test_a_day_above_the_sheet_counts_where_a_row_says_none(page, station, clerk):
    homes = [
        make.household(make.person(station, by=clerk, name=name), by=clerk) for name in ("安一", "白二", "曹三", "丁四")
    ]
    rows = [listed(home, by=clerk).pk for home in homes]
    with make.as_(clerk):
        round_ = rounds.plan_round(
            office=station, name="2027年春节", due_on=date(2027, 2, 5), by=clerk, at=make.NOON, today=make.TODAY
        )
        rounds.take_into_round(round_=round_, by=clerk, at=make.NOON)
    typed = {"common_day": "2026-09-10", f"r{rows[0]}-place": "DOOR", f"r{rows[0]}-signer": "安", f"r{rows[1]}-hung": "2026-09-11",
             f"r{rows[1]}-place": "ROOM", f"r{rows[1]}-signer": "白", f"r{rows[2]}-not_hung": "装修"}  # fmt: skip
    page(f"/registry/plaque-rounds/{round_.pk}/", as_=clerk, **typed)
    with make.as_(clerk):
        found = [(one.state, one.hung) for one in Plaque.objects.filter(pk__in=rows).order_by("pk")]
    assert found == [("HUNG", "2026-09-10"), ("HUNG", "2026-09-11"), ("HELD", ""), ("PENDING", "")]


def test_a_household_is_taken_out_of_a_round_from_its_page(page, home, clerk):
    plaque = listed(home, by=clerk)
    with make.as_(clerk):
        round_ = rounds.plan_round(
            office=clerk.office, name="2027年春节", due_on=date(2027, 2, 5), by=clerk, at=make.NOON, today=make.TODAY
        )
        rounds.take_into_round(round_=round_, by=clerk, at=make.NOON)
    form = page(f"/registry/plaques/{plaque.pk}/", as_=clerk).select_one("form[action$='/leaving/']")
    assert "已移出 1 块" in page(form["action"], as_=clerk, plaque=str(plaque.pk)).text
    with make.as_(clerk):
        assert Plaque.objects.get(pk=plaque.pk).round_id is None
    assert page(f"/registry/plaques/{plaque.pk}/", as_=clerk).select("form[action$='/leaving/']") == []
    assert "不在这一批里" in page(form["action"], as_=clerk, plaque=str(plaque.pk)).text


def test_the_sign_off_sheet_shows_every_name(client, village, station, clerk, tmp_path):
    import subprocess

    from veterans_portal.accounts.models import ReadyFile
    from veterans_portal.files import read_sealed

    with make.as_(clerk):
        plaque_sets.open_households(people=[one.pk for one in village], by=clerk, at=make.NOON)
        plaque_sets.list_due_plaques(office=station, by=clerk, at=make.NOON)
        round_ = rounds.plan_round(
            office=station, name="2027年春节", due_on=make.TODAY, by=clerk, at=make.NOON, today=make.TODAY
        )
        rounds.take_into_round(round_=round_, by=clerk, at=make.NOON)
    client.force_login(clerk)
    assert client.post(f"/registry/plaque-rounds/{round_.pk}/sign-off/").status_code == 302
    with make.as_(clerk):
        file = ReadyFile.objects.get()
    path = tmp_path / "sheet.pdf"
    path.write_bytes(b"".join(read_sealed(file.stored_name)))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "𠮷长发" in text
    assert "合计 60 户" in text
    assert text.count("家庭签字") > 1  # the head is repeated on every page


def test_another_district_sees_no_plaque(home, clerk, foreign_clerk, client):
    plaque = listed(home, by=clerk)
    client.force_login(foreign_clerk)
    assert client.get(f"/registry/plaques/{plaque.pk}/").status_code == 404
    with make.as_(foreign_clerk):
        assert not Plaque.objects.exists()
        assert not Household.objects.exists()
        assert not PlaqueRound.objects.exists()
        assert not HouseholdMember.objects.exists()


def test_what_is_due_is_asked_of_a_day(home, station, clerk):
    """A household whose only veteran died in June was due in May; one that is listed waits, and one without a right never is."""
    other = make.household(make.person(station, by=clerk, name="周长发", categories=["12"]), by=clerk)
    with make.as_(clerk):
        person = home.members.get().person
        person.identities.update(ended="2026-06-10", standing="ENDED", ended_reason="去世")
        person.status, person.died = "DECEASED", "2026-06-10"
        person.save(update_fields=["status", "died"])
        due = {
            day: set(Household.objects.visible_to(clerk).due_for_plaque(date(2026, *day))) for day in ((5, 31), (6, 11))
        }
    assert due == {(5, 31): {home}, (6, 11): set()}
    waiting = make.household(make.person(station, by=clerk, name="罗兴旺"), by=clerk)
    listed(waiting, by=clerk)
    with make.as_(clerk):
        assert set(Household.objects.visible_to(clerk).due_for_plaque(make.TODAY)) == {waiting}
    assert other not in due[5, 31]


def test_a_village_enters_its_results_in_the_town_s_round(
    page, client, village, station, clerk, sibling_clerk, town_head
):
    """The round is planned above; the village sees it, enters what it hung, and can neither fill nor close it."""
    with make.as_(clerk):
        plaque_sets.open_households(people=[one.pk for one in village[:2]], by=clerk, at=make.NOON)
    with make.as_(town_head):
        town = town_head.office
        plaque_sets.list_due_plaques(office=town, by=town_head, at=make.NOON)
        round_ = rounds.plan_round(
            office=town, name="八一", due_on=make.TODAY, by=town_head, at=make.NOON, today=make.TODAY
        )
        rounds.take_into_round(round_=round_, by=town_head, at=make.NOON)
    url = f"/registry/plaque-rounds/{round_.pk}/"
    soup = page(url, as_=clerk)
    assert "已挂 0/2" in soup.text and "办结批次" not in soup.text and "打印签收表" in soup.text
    assert page(url, as_=sibling_clerk).select(".rowlink") == []
    with make.as_(clerk):
        first = Plaque.objects.filter(round=round_).order_by("pk").values_list("pk", flat=True)[0]
    typed = {
        f"r{first}-serial": "D1",
        f"r{first}-hung": "2026.9.1",
        f"r{first}-place": "DOOR",
        f"r{first}-signer": "周",
    }
    assert "已登记 1 户" in page(url, as_=clerk, **typed).text
    client.force_login(clerk)
    assert [client.post(f"{url}{deed}/").status_code for deed in ("taking", "closing")] == [404, 404]
    with make.as_(town_head):
        assert rounds.close_round(round_=round_, by=town_head, at=make.NOON, today=make.TODAY) == 1

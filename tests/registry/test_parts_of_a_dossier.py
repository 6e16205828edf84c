"""Identities, service, awards, living conditions, household, placing, and showing the ID number."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from registry.actions.anchor import version_of
from registry.actions.identities import add_identity, end_identity
from registry.actions.people import place_people
from registry.actions.services import SERVICE_FIELDS, add_service, edit_service
from registry.models import Award, Category, Household, HouseholdMember, Identity, Livelihood, Person, Service
from tests import factories as make
from veterans_portal.accounts.models import AuditEvent

AT = {"at": make.NOON, "today": make.TODAY}


@pytest.fixture
def person(station, officer):
    return make.person(station, by=officer, name="许春生")


def to(name, person, *more):
    return reverse(f"registry:{name}", args=[person.ref, *more])


def events(person, user) -> list[str]:
    with make.as_(user):
        return list(AuditEvent.objects.about(person).order_by("pk").values_list("event", flat=True))


def confirmed(person, officer, approver, code="51"):
    with make.as_(approver):
        return make.identity(
            person, code, by=officer, standing="CONFIRMED", confirmed_by=approver, confirmed_at=make.NOON
        )


# ---- identities --------------------------------------------------------------------------------------------------------


def test_a_category_is_claimed_with_its_details(page, clerk, person):
    soup = page(to("identity-new", person) + "?category=11", as_=clerk)
    assert soup.select("[name=injury_nature]") and not soup.select("[name=conscript_years]")
    page(to("identity-new", person) + "?category=11", as_=clerk, started="1983-10", certificate_no="残字1", injury_nature="DUTY",
         injury_grade="7")  # fmt: skip
    with make.as_(clerk):
        identity = Identity.objects.get(person=person, category="11")
    assert (identity.standing, identity.detail, identity.injury_grade, identity.started) == (
        "CLAIMED",
        "DISABILITY",
        7,
        "1983-10",
    )
    assert events(person, clerk) == ["IDENTITY_ADDED"]


def test_illness_grades_end_at_six(page, clerk, person):
    soup = page(
        to("identity-new", person) + "?category=11", as_=clerk, expect=422, injury_nature="ILLNESS", injury_grade="7"
    )
    assert "因病评残只有一级至六级" in soup.select_one(".error-summary").text


def test_a_category_is_held_once(page, clerk, person):
    soup = page(to("identity-new", person), as_=clerk)
    assert "V02" not in [option["value"] for option in soup.select("#id_category option")]
    with make.as_(clerk), pytest.raises(ValidationError, match="此人已有这个类别"):
        add_identity(person=person, category=Category.objects.get(pk="V02"), values={}, by=clerk, **AT)


def test_the_general_category_gives_way_to_the_one_found_out(clerk, station):
    person = make.person(station, by=clerk, categories=["V00"])
    with make.as_(clerk):
        add_identity(person=person, category=Category.objects.get(pk="V02"), values={}, by=clerk, **AT)
        general = Identity.objects.get(person=person, category="V00")
    assert (general.standing, general.ended_reason) == ("ENDED", "已细分为退役士兵")


def test_an_identity_is_ended_after_a_page_that_asks(page, clerk, officer, approver, person):
    identity = confirmed(person, officer, approver)
    url = to("identity-end", person, identity.pk)
    assert "终止后立即生效" in page(url, as_=clerk).text
    soup = page(url, as_=clerk, expect=422, ended="", reason="")
    assert "请填写终止时间，可以只填年月。" in soup.text and "请填写终止原因。" in soup.text
    assert "晚于今天" in page(url, as_=clerk, expect=422, ended="2199-01", reason="迁出").text
    page(url, as_=clerk, ended="2026-05", reason="区局决定")
    with make.as_(clerk):
        identity = Identity.objects.get(pk=identity.pk)
    assert (identity.standing, identity.ended, identity.ended_reason) == ("ENDED", "2026-05", "区局决定")
    assert events(person, clerk) == ["IDENTITY_ENDED"]
    page(url, as_=clerk, expect=404)


def test_an_end_before_the_start_is_refused(clerk, person):
    with make.as_(clerk):
        identity = make.identity(person, "51", by=clerk, started="2020")
        with pytest.raises(ValidationError, match="终止时间早于开始时间"):
            end_identity(identity=identity, ended="2019-12", reason="迁出", by=clerk, **AT)


# ---- service, awards ---------------------------------------------------------------------------------------------------


def test_service_is_added_and_corrected(page, clerk, person):
    page(
        to("service-new", person), as_=clerk, kind="CONSCRIPT", enlisted="1974-12", discharged="1978-03", branch="陆军"
    )
    with make.as_(clerk):
        service = Service.objects.get(person=person)
    url = to("service-edit", person, service.pk)
    version = page(url, as_=clerk).select_one("[name=version]")["value"]
    page(url, as_=clerk, kind="CONSCRIPT", enlisted="1974-12", discharged="1979", branch="陆军", version=version)
    with make.as_(clerk):
        service.refresh_from_db()
    assert service.discharged == "1979"
    assert events(person, clerk) == ["SERVICE_ADDED", "SERVICE_EDITED"]
    soup = page(
        url,
        as_=clerk,
        expect=422,
        kind="CONSCRIPT",
        enlisted="1974-12",
        discharged="1980",
        branch="陆军",
        version=version,
    )
    assert "档案刚被他人修改" in soup.text and "1979" in soup.select_one("#conflicts").text


def test_service_dates_must_be_in_order(page, clerk, person):
    soup = page(to("service-new", person), as_=clerk, expect=422, enlisted="1978-03", discharged="1974-12")
    assert "退役时间早于入伍时间。" in soup.select_one("#id_discharged_error").text
    assert soup.select_one("#id_enlisted")["value"] == "1978"
    soup = page(to("service-new", person), as_=clerk, expect=422, branch="")
    assert "请至少填写一项服役情况" in soup.text


def test_service_dates_are_locked_once_money_hangs_on_them(clerk, officer, approver, person):
    service = make.service(person, by=officer)
    confirmed(person, officer, approver)
    version = version_of(service, SERVICE_FIELDS)
    with make.as_(clerk):
        with pytest.raises(ValidationError, match="影响待遇"):
            edit_service(service=service, values={"enlisted": "1970"}, version=version, by=clerk, **AT)
        with pytest.raises(ValidationError, match="影响待遇"):
            add_service(person=person, values={"enlisted": "1970"}, by=clerk, **AT)
        assert (
            edit_service(service=service, values={"branch": "海军"}, version=version, by=clerk, **AT).branch == "海军"
        )


def test_awards_are_added(page, clerk, person):
    page(to("award-new", person), as_=clerk, kind="THIRD", awarded="1977", authority="某部")
    with make.as_(clerk):
        assert Award.objects.get(person=person).kind == "THIRD"
    assert "三等功" in page(to("person", person), as_=clerk).select_one("#awards").text
    assert "请选择奖励种类" in page(to("award-new", person), as_=clerk, expect=422, kind="").text


# ---- living conditions -------------------------------------------------------------------------------------------------

SURVEY = {
    "surveyed_on": "2026-09-01",
    "annual_income": "12000.50",
    "hardships": ["ILLNESS"],
    "wishes": "需要就医帮助",
    "is_lone_elder": "on",
}


def test_a_survey_is_kept_and_replaced(page, clerk, person):
    url = to("livelihood", person)
    soup = page(url, as_=clerk)
    assert "不写信访内容" in soup.text
    page(url, as_=clerk, version=soup.select_one("[name=version]")["value"], **SURVEY)
    with make.as_(clerk):
        row = Livelihood.objects.get(person=person)
    assert (row.surveyed_on, str(row.annual_income), row.hardships, row.is_lone_elder) == (
        date(2026, 9, 1),
        "12000.50",
        ["ILLNESS"],
        True,
    )
    version = page(url, as_=clerk).select_one("[name=version]")["value"]
    page(url, as_=clerk, version=version, **(SURVEY | {"annual_income": "13000"}))
    soup = page(url, as_=clerk, expect=422, version=version, **(SURVEY | {"annual_income": "14000"}))
    assert "刚被他人修改" in soup.text and "13000.00" in soup.select_one("#conflicts").text
    assert events(person, clerk) == ["LIVELIHOOD_SAVED", "LIVELIHOOD_SAVED"]


def test_a_survey_refuses_what_cannot_be(page, clerk, person):
    soup = page(to("livelihood", person), as_=clerk, expect=422, surveyed_on="2026-09", annual_income="-1")
    assert "调查日期要写到日" in soup.text and "不能是负数" in soup.text


# ---- household ---------------------------------------------------------------------------------------------------------


def test_a_household_is_opened_joined_and_left(page, clerk, station, person):
    page(to("household-new", person), as_=clerk, book_no="H12", head_name="许春生", address="3 网格", relation="SELF")
    with make.as_(clerk):
        household = Household.objects.get(book_no="H12")
        assert (household.address, household.office_id) == ("3 网格", "990101001001")
    wife = make.person(station, by=clerk, name="谢桂芳", sex="F", id_number=make.id_number(sex="F"))
    assert page(to("household-join", wife) + "?find=没有", as_=clerk).select_one(".empty")
    page(
        to("household-join", wife) + "?find=H12",
        as_=clerk,
        household=household.pk,
        relation="SPOUSE",
        joined_on="1980-05-01",
    )
    page(to("relative-new", person), as_=clerk, name="许小军", relation="SON", id_number=make.id_number("19850101"))
    soup = page(to("household", person), as_=clerk)
    assert [row.th.text for row in soup.select("tbody tr")] == ["许春生", "谢桂芳", "许小军"]
    with make.as_(clerk):
        son = HouseholdMember.objects.get(name="许小军")
        assert (son.person_id, son.born) == (None, "1985-01-01")
        hers = HouseholdMember.objects.get(person=wife)
    page(to("household-leave", wife, hers.pk), as_=clerk, left_on="2026-01-01")
    with make.as_(clerk):
        hers.refresh_from_db()
        assert hers.left_on == date(2026, 1, 1)
        assert list(AuditEvent.objects.about(household).order_by("pk").values_list("event", flat=True)) == [
            "HOUSEHOLD_OPENED", "HOUSEHOLD_JOINED", "HOUSEHOLD_JOINED", "HOUSEHOLD_LEFT",
        ]  # fmt: skip


def test_nobody_is_in_two_households(page, clerk, person):
    make.household(person, by=clerk, book_no="H1")
    soup = page(to("household-new", person), as_=clerk, expect=422, book_no="H2", relation="SELF")
    assert "此人已在另一户名下" in soup.text
    with make.as_(clerk):
        assert not Household.objects.filter(book_no="H2").exists()


def test_a_book_number_is_used_once_at_a_station(page, clerk, station, person):
    other = make.person(station, by=clerk, name="谢桂芳", id_number=make.id_number())
    make.household(other, by=clerk, book_no="H1")
    soup = page(to("household-new", person), as_=clerk, expect=422, book_no="H1", relation="SELF")
    assert "本站已有这个户号" in soup.text


def test_a_household_is_corrected_and_a_lost_update_shows(page, clerk, person):
    make.household(person, by=clerk, book_no="H1")
    url = to("household-edit", person)
    given = {"book_no": "H1", "head_name": "许春生", "group_name": "", "address": "", "version": "1"}
    page(url, as_=clerk, **(given | {"group_name": "三组"}))
    soup = page(url, as_=clerk, expect=422, **(given | {"group_name": "四组"}))
    assert "三组" in soup.select_one("#conflicts").text and "四组" in soup.select_one("#conflicts").text


def test_another_households_member_is_out_of_reach(page, clerk, station, person):
    make.household(person, by=clerk, book_no="H1")
    other = make.person(station, by=clerk, name="谢桂芳", id_number=make.id_number())
    make.household(other, by=clerk, book_no="H2")
    with make.as_(clerk):
        member = HouseholdMember.objects.get(person=other)
    page(to("household-leave", person, member.pk), as_=clerk, expect=404)


# ---- placing -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def unplaced(town_head, officer):
    town = make.office("990101001")
    return [
        make.person(town, by=officer, name=name, is_unplaced=True, id_number=make.id_number())
        for name in ("王甲", "李乙")
    ]


def test_ticked_people_get_a_station_and_their_parts_move_along(page, town_head, station, unplaced):
    url = reverse("registry:people-placement")
    soup = page(f"{reverse('registry:people')}?unplaced=1&tick=all", as_=town_head)
    assert len(soup.select("[name=person][checked]")) == 2
    page(url, as_=town_head, person=[unplaced[0].ref], office=station.pk, filter="unplaced=1")
    with make.as_(town_head):
        first, second = (Person.objects.get(pk=one.pk) for one in unplaced)
        assert (first.office_id, first.is_unplaced, first.row_version) == (station.pk, False, 2)
        assert (second.office_id, second.is_unplaced) == ("990101001", True)
        assert Identity.objects.get(person=first).office_id == station.pk
        [event] = AuditEvent.objects.filter(event="PEOPLE_PLACED")
    assert event.facts == {"count": 1, "people": [unplaced[0].pk]}


def test_placing_refuses(town_head, clerk, officer, station, foreign_station, unplaced):
    placed = make.person(station, by=officer, name="赵丙", id_number=make.id_number())

    def place(people, office, by=town_head):
        with make.as_(by):
            return place_people(people=people, office=office, by=by, at=make.NOON)

    with pytest.raises(ValidationError, match="只能分到本单位下属站"):
        place([unplaced[0].pk], foreign_station)
    with pytest.raises(ValidationError, match="只能分到本单位下属站"):
        place([unplaced[0].pk], make.office("990101001"))
    with pytest.raises(ValidationError, match="赵丙等 1 人已经有所属站"):
        place([unplaced[0].pk, placed.pk], station)
    with pytest.raises(ValidationError, match="请先勾选"):
        place([], station)


def test_nothing_ticked_is_said(page, town_head, station, unplaced):
    soup = page(reverse("registry:people-placement"), as_=town_head, office=station.pk, filter="unplaced=1")
    assert "请先勾选要分站的人员" in soup.select_one("main [role=status]").text


# ---- the ID number -----------------------------------------------------------------------------------------------------


def test_the_number_is_shown_once_with_a_reason(page, clerk, person):
    url = to("id-reveal", person)
    assert person.id_number not in str(page(url, as_=clerk))
    soup = page(url, as_=clerk, reason="CHECK")
    assert soup.select_one("#id-number").text == person.id_number
    assert soup.response["Cache-Control"] == "no-store"
    assert person.id_number not in str(page(url, as_=clerk)) + str(page(to("person", person), as_=clerk))
    with make.as_(clerk):
        [event] = AuditEvent.objects.about(person)
    assert (event.event, event.facts) == ("ID_REVEALED", {"reason": "CHECK"})


def test_no_reason_no_number_no_trace(page, clerk, person):
    soup = page(to("id-reveal", person), as_=clerk, expect=422, reason="")
    assert "请选择查看原因。" in soup.text and person.id_number not in str(soup)
    assert events(person, clerk) == []


def test_who_may_not_reveal(page, foreign_clerk, cashier, person):
    page(to("id-reveal", person), as_=foreign_clerk, expect=404, reason="CHECK")
    page(to("id-reveal", person), as_=cashier, expect=403, reason="CHECK")

"""A new dossier: three steps, nothing typed is lost, one ID number one dossier."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from registry.actions.people import register_person
from registry.models import Identity, Person, Service
from tests import factories as make
from veterans_portal.accounts.models import AuditEvent, RowChange

NEW, PLACE, REVIEW = (reverse(f"registry:{name}") for name in ("person-new", "person-new-place", "person-new-review"))
NUMBER = "430408195402190015"
FIRST = {"name": "罗兴旺", "id_number": "430408 19540219 0015", "kind": "CONSCRIPT", "enlisted_year": "1974", "enlisted_month": "12",
         "discharged": "1978-03", "branch": "陆军", "ethnicity": "01"}  # fmt: skip
SECOND = {"categories": ["V02", "51"], "office": "990101001001", "registered_on_year": "2026", "registered_on_month": "9",
          "registered_on_day": "16", "phone": "100 5550 0217", "address": "新荷社区 3 网格 12 栋 402", "hukou_type": "RURAL"}  # fmt: skip


@pytest.fixture
def number():
    from registry.rules.ids import id_check_digit

    body = NUMBER[:17]
    return body + id_check_digit(body)


@pytest.fixture
def first(number):
    return FIRST | {"id_number": number}


def test_three_steps_make_a_dossier(page, clerk, first, number):
    soup = page(NEW, as_=clerk, **first)
    assert "身份和住址" in soup.h1.text
    soup = page(PLACE, as_=clerk, **SECOND)
    assert "核对" in soup.h1.text
    facts = {row.dt.text: row.dd.text.strip() for row in soup.select(".summary__row")}
    assert facts["出生日期"] == "1954-02-19" and facts["性别"] == "男" and facts["年龄"].endswith("岁")
    assert facts["类别"] == "退役士兵、参战退役军人"
    soup = page(REVIEW, as_=clerk, csrfmiddlewaretoken="x")
    assert soup.h1.text == "罗兴旺" and "档案已建立" in soup.text
    with make.as_(clerk):
        person = Person.objects.get(name="罗兴旺")
        assert (person.id_number, person.born, person.sex, person.phone) == (number, "1954-02-19", "M", "10055500217")
        assert (
            person.office_id == "990101001001" and person.created_by_id == clerk.pk and person.pinyin == "luo xing wang"
        )
        held = Identity.objects.filter(person=person).order_by("category_id")
        assert [(one.category_id, one.standing) for one in held] == [("51", "CLAIMED"), ("V02", "CLAIMED")]
        service = Service.objects.get(person=person)
        assert (service.enlisted, service.discharged, service.branch) == ("1974-12", "1978-03", "陆军")


def test_one_event_without_a_value(clerk, station, number):
    with make.as_(clerk):
        person = register_person(
            office=station, values={"name": "罗兴旺", "id_number": number, "phone": "10055500217"}, categories=["V02"],
            service={}, by=clerk, at=make.NOON, today=make.TODAY,
        )  # fmt: skip
        [event] = AuditEvent.objects.about(person)
    assert event.event == "PERSON_REGISTERED" and event.actor == clerk.pk
    assert number not in str(event.facts) and "罗兴旺" not in str(event.facts) and "10055500217" not in str(event.facts)
    assert event.facts["fields"] == ["born", "id_number", "name", "phone", "sex"]


def test_a_typed_step_comes_back(page, clerk, first):
    page(NEW, as_=clerk, **first)
    soup = page(NEW, as_=clerk)
    assert soup.select_one("#id_name")["value"] == "罗兴旺" and soup.select_one("#id_enlisted")["value"] == "1974"


def test_a_wrong_step_keeps_what_was_typed_and_names_every_field(page, clerk, first):
    wrong = first | {"name": "", "id_number": "430408195402190010", "discharged": "1970-01"}
    soup = page(NEW, as_=clerk, expect=422, **wrong)
    said = [line.text for line in soup.select(".error-summary li")]
    assert "请填写姓名。" in said and "身份证号最后一位校验不通过，请对照证件重新输入。" in said
    assert "退役时间早于入伍时间。" in said
    assert soup.select_one("#id_id_number")["value"] == "430408195402190010"
    assert soup.title.text.startswith("错误：")
    assert "身份证号最后一位校验不通过" in soup.select_one("#id_id_number_error").text


def test_the_draft_is_not_readable_in_the_session(client, clerk, first, number):
    client.force_login(clerk)
    client.post(NEW, first)
    assert "罗兴旺" not in str(dict(client.session)) and number not in str(dict(client.session))
    assert client.session["person_draft"]
    client.post(reverse("registry:person-new-discard"))
    assert "person_draft" not in client.session


def test_no_step_can_be_skipped(client, clerk):
    client.force_login(clerk)
    assert client.get(PLACE).url == NEW
    assert client.get(REVIEW).url == NEW


def test_without_number_a_reason_birth_and_sex_are_wanted(page, clerk, first):
    soup = page(NEW, as_=clerk, expect=422, **(first | {"id_number": ""}))
    assert "请填写身份证号；没有的，请选择原因。" in soup.text
    soup = page(NEW, as_=clerk, expect=422, **(first | {"id_number": "", "no_id_reason": "TO_FIND"}))
    assert "请填写出生日期" in soup.text and "请选择性别" in soup.text
    page(NEW, as_=clerk, **(first | {"id_number": "", "no_id_reason": "TO_FIND", "born": "1954-02", "sex": "M"}))
    page(PLACE, as_=clerk, **SECOND)
    page(REVIEW, as_=clerk, x="1")
    with make.as_(clerk):
        person = Person.objects.get(name="罗兴旺")
    assert (person.id_number, person.no_id_reason, person.born) == ("", "TO_FIND", "1954-02")


def test_a_number_that_is_taken_leads_to_its_dossier(page, clerk, station, first, number):
    known = make.person(station, by=clerk, name="许春生", id_number=number)
    soup = page(NEW, as_=clerk, expect=422, **first)
    assert "这个身份证号已有档案：许春生（新荷社区退役军人服务站）。" in soup.select_one(".error-summary").text
    assert soup.select_one("#id-duplicate a")["href"] == reverse("registry:person", args=[known.ref])


def test_a_number_kept_elsewhere_answers_only_the_station(page, foreign_clerk, clerk, station, first, number):
    make.person(station, by=clerk, name="许春生", id_number=number)
    soup = page(NEW, as_=foreign_clerk, expect=422, **first)
    assert "新荷社区退役军人服务站" in soup.text and "许春生" not in soup.text
    with make.as_admin("app_audit"):
        assert AuditEvent.objects.filter(event="CROSS_OFFICE_HIT", actor=foreign_clerk.pk).count() == 1


def test_the_action_refuses_a_taken_number_by_itself(clerk, foreign_clerk, station, foreign_station, number):
    make.person(station, by=clerk, name="许春生", id_number=number)
    given = {
        "values": {"name": "罗兴旺", "id_number": number},
        "categories": [],
        "service": {},
        "at": make.NOON,
        "today": make.TODAY,
    }
    with make.as_(clerk), pytest.raises(ValidationError, match="已有档案：许春生"):
        register_person(office=station, by=clerk, **given)
    with make.as_(foreign_clerk), pytest.raises(ValidationError, match="新荷社区退役军人服务站"):
        register_person(office=foreign_station, by=foreign_clerk, **given)
    with make.as_admin("app_audit"):
        assert AuditEvent.objects.filter(event="CROSS_OFFICE_HIT").count() == 1


def test_an_office_out_of_scope_is_refused(clerk, foreign_station, number):
    with make.as_(clerk), pytest.raises(ValidationError, match="只能在本单位或下属服务站建档"):
        register_person(office=foreign_station, values={"name": "罗兴旺", "id_number": number}, categories=[], service={},
                        by=clerk, at=make.NOON, today=make.TODAY)  # fmt: skip


def test_the_duplicate_check_answers_while_typing(client, clerk, foreign_clerk, station, number):
    known = make.person(station, by=clerk, name="许春生", id_number=number)
    url = reverse("registry:duplicate-check")
    client.force_login(clerk)
    assert known.ref in client.post(url, {"id_number": number}).content.decode()
    assert "note" not in client.post(url, {"id_number": number[:10]}).content.decode()
    client.force_login(foreign_clerk)
    answer = client.post(url, {"id_number": number}).content.decode()
    assert "新荷社区" in answer and "许春生" not in answer and known.ref not in answer


def test_a_namesake_with_the_same_birth_is_shown_before_saving(page, clerk, station, first):
    make.person(station, by=clerk, name="罗兴旺", born="1954-02-19", id_number=make.id_number("19540219"))
    page(NEW, as_=clerk, **first)
    soup = page(PLACE, as_=clerk, **SECOND)
    assert "已有同名、同出生日期的档案" in soup.text


def test_who_may_only_read_cannot_register(page, city_user):
    page(NEW, as_=city_user, expect=403)
    page(REVIEW, as_=city_user, expect=403, x="1")


def test_sealed_columns_stay_sealed_in_the_database_and_its_history(clerk, station, number):
    with make.as_(clerk):
        person = register_person(office=station, values={"name": "罗兴旺", "id_number": number}, categories=[], service={},
                                 by=clerk, at=make.NOON, today=make.TODAY)  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(p)::text FROM registry_person p WHERE id = %s", [person.pk])
            assert number not in cursor.fetchone()[0]
        change = RowChange.objects.get(table="registry_person", row=str(person.pk))
    assert number not in str(change.new) and change.new["id_number"].startswith("\\x")


@pytest.mark.django_db(transaction=True)
def test_two_clerks_register_one_number_at_once_and_one_wins(number):
    station, sibling = make.office("990101001001"), make.office("990101001002")
    clerks = [(make.staff(station), station), (make.staff(sibling), sibling)]
    start, results = threading.Barrier(2), []

    def register(by, office):
        try:
            with make.as_(by):
                start.wait(10)
                register_person(office=office, values={"name": "罗兴旺", "id_number": number}, categories=["V02"], service={},
                                by=by, at=make.NOON, today=make.TODAY)  # fmt: skip
            results.append("won")
        except ValidationError as refusal:
            results.append(" ".join(refusal.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=pair) for pair in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results)[0] == "won" or "won" in results, results
    [loser] = [text for text in results if text != "won"]
    assert "已有档案" in loser or "档案在" in loser
    with make.as_(make.staff(make.office("990101"), "OFFICER")):
        assert Person.objects.filter(name="罗兴旺").count() == 1

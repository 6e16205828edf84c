"""Offices and accounts: three administrators, none of whom sees a person."""

import io

import openpyxl
import pytest
from django.contrib.auth.hashers import check_password

from tests import factories as make
from veterans_portal.accounts.models import AuditEvent, Office, ReadyFile, User
from veterans_portal.accounts.permissions import Role


def events(name):
    with make.as_admin("app_audit"):
        return list(AuditEvent.objects.filter(event=name).order_by("pk"))


def test_an_office_is_added_below_its_parent(page, sysadmin, station):
    page(
        "/accounts/offices/new/",
        as_=sysadmin,
        parent="990101001",
        code="990101001009",
        name="新桥社区服务站",
        tier="VILLAGE",
    )
    office = Office.objects.get(pk="990101001009")
    assert (office.parent_id, office.district_code, office.town_code) == ("990101001", "990101", "990101001")
    assert [event.object_id for event in events("OFFICE_CREATED")] == ["990101001009"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"code": "990102001009"}, "要以上级机构的代码开头"),
        ({"code": "99010100100A"}, "4 至 12 位数字"),
        ({"code": "990101001001"}, "已经有了"),
        ({"code": "990101001009", "name": ""}, "请填写机构名称"),
    ],
)
def test_a_wrong_office_is_refused_and_nothing_typed_is_lost(page, sysadmin, station, values, sentence):
    typed = {
        "parent": "990101001",
        "code": "990101001009",
        "name": "新桥社区服务站",
        "tier": "VILLAGE",
        "phone": "0990-1",
    } | values
    soup = page("/accounts/offices/new/", as_=sysadmin, expect=422, **typed)
    assert sentence in soup.select_one(".error-summary").text
    assert soup.select_one("#id_phone")["value"] == "0990-1"


def test_the_code_of_an_office_cannot_be_edited(page, sysadmin, station):
    soup = page("/accounts/offices/990101001001/edit/", as_=sysadmin)
    assert soup.select_one("[name=code]") is None and soup.select_one("[name=parent]") is None
    page("/accounts/offices/990101001001/edit/", as_=sysadmin, name="新荷站", code="990101001777")
    assert Office.objects.get(pk="990101001001").name == "新荷站"
    assert not Office.objects.filter(pk="990101001777").exists()


def test_an_office_with_active_accounts_stays_open(page, sysadmin, clerk):
    soup = page("/accounts/offices/990101001001/closing/", as_=sysadmin, expect=422, go="1")
    assert "还有 1 个启用的账号" in soup.text
    with make.as_admin():
        User.objects.filter(pk=clerk.pk).update(is_active=False)
    page("/accounts/offices/990101001001/closing/", as_=sysadmin, go="1")
    assert Office.objects.get(pk="990101001001").closed_on is not None
    assert "新荷社区" in page("/accounts/offices/?closed=1", as_=sysadmin).select_one("tbody").text
    page("/accounts/offices/990101001001/reopening/", as_=sysadmin, go="1")
    assert Office.objects.get(pk="990101001001").closed_on is None


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    out.name = "机构.xlsx"
    return out


HEADER = ["机构代码", "机构名称", "简称", "层级", "上级机构代码", "联系电话"]


def test_an_office_tree_goes_in_children_before_parents_and_bad_rows_are_named(client, sysadmin):
    rows = [
        ["全市机构"], HEADER,
        ["990103001", "赤壁镇站", "", "乡镇街道", "990103", ""],
        ["990103", "某县局", "某县", "区县", "9901", "0990-123"],
        ["99010X", "坏代码", "", "区县", "9901", ""],
        ["990104", "没有层级", "", "", "9901", ""],
        ["990104001", "坏上级下面", "", "乡镇街道", "990104", ""],
    ]  # fmt: skip
    client.force_login(sysadmin)
    shown = client.post("/accounts/offices/import/", {"file": workbook(*rows)}).content.decode()
    assert "读到 2 个可以导入的机构" in shown and "3 行有问题" in shown
    assert "上级机构那一行有问题" in shown and "请写市级、区县" in shown
    assert not Office.objects.filter(pk="990103").exists()
    client.post("/accounts/offices/import/", {"file": workbook(*rows), "commit": "1"})
    assert Office.objects.get(pk="990103001").district_code == "990103"
    client.post("/accounts/offices/import/", {"file": workbook(*rows), "commit": "1"})
    assert [event.facts for event in events("OFFICES_IMPORTED")] == [
        {"created": 2, "updated": 0, "unchanged": 0},
        {"created": 0, "updated": 0, "unchanged": 2},
    ]


def test_a_new_account_has_no_role_and_a_password_shown_once(page, sysadmin, station):
    soup = page(
        "/accounts/users/new/", as_=sysadmin, username="luomin", display_name="罗敏", office="990101001001", phone=""
    )
    user = User.objects.get(username="luomin")
    password = next(
        row.select_one("dd").text.strip() for row in soup.select(".summary__row") if "一次性密码" in row.text
    )
    assert check_password(password, user.password)
    assert (user.role, user.must_change_password) == ("", True)
    assert not any(user.may(permission) for permission in ("VIEW_PEOPLE", "EDIT_PEOPLE"))
    assert password not in page(f"/accounts/users/{user.pk}/", as_=sysadmin).text
    assert password not in str([event.facts for event in events("USER_CREATED")])


def test_the_system_administrator_cannot_give_roles_and_the_security_one_cannot_make_accounts(
    client, sysadmin, secadmin, clerk
):
    client.force_login(sysadmin)
    assert client.post(f"/accounts/users/{clerk.pk}/role/", {"role": "HEAD", "office": "990101001"}).status_code == 403
    assert client.post(f"/accounts/users/{clerk.pk}/password-reset/").status_code == 403
    client.force_login(secadmin)
    assert client.get("/accounts/users/new/").status_code == 403
    assert client.get("/accounts/offices/").status_code == 403


def test_a_role_is_granted_by_the_security_administrator(page, secadmin, clerk, station):
    page(f"/accounts/users/{clerk.pk}/role/", as_=secadmin, role="HEAD", office="990101001")
    clerk.refresh_from_db()
    assert (clerk.role, clerk.office_id) == ("HEAD", "990101001")
    assert events("ROLE_GRANTED")[0].facts == {"role": "HEAD", "before": "CLERK", "office": "990101001"}


def test_nobody_grants_a_role_to_oneself_or_changes_between_administrators(page, secadmin, sysadmin, clerk):
    own = page(f"/accounts/users/{secadmin.pk}/role/", as_=secadmin, expect=422, role="SECADMIN", office="9901")
    assert "不能给自己授予角色" in own.text
    other = page(f"/accounts/users/{sysadmin.pk}/role/", as_=secadmin, expect=422, role="AUDITOR", office="9901")
    assert "不能互换" in other.text
    mixed = page(f"/accounts/users/{clerk.pk}/role/", as_=secadmin, expect=422, role="AUDITOR", office="9901")
    assert "不能互换" in mixed.text


def test_disabling_ends_the_session(client, sysadmin, clerk):
    from django.test import Client

    theirs = Client()
    theirs.force_login(clerk)
    assert theirs.get("/").status_code == 200
    client.force_login(sysadmin)
    client.post(f"/accounts/users/{clerk.pk}/disabling/")
    assert theirs.get("/").status_code == 302


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR], ids=str)
def test_administrators_open_no_page_about_people(client, role, station):
    make.person(station)
    client.force_login(make.staff(make.office("9901"), role))
    for url in ("/registry/people/", "/registry/imports/", "/registry/ledgers/", "/reports/"):
        assert client.get(url).status_code == 403


def test_lists_are_exported_to_their_maker_alone(client, sysadmin, secadmin, station):
    client.force_login(sysadmin)
    url = client.post("/accounts/users/export/").url
    content = b"".join(client.get(url).streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet[3]][:2] == ["登录名", "姓名"]
    assert ReadyFile.objects.get().sha256
    client.force_login(secadmin)
    assert client.get(url).status_code == 404


def test_the_log_shows_filters_and_pages(page, auditor, clerk, station):
    person = make.person(station)
    with make.as_(clerk):
        for number in range(60):
            AuditEvent.record("PERSON_EDITED", person, by=clerk, at=make.NOON, fields=[f"f{number}"])
    soup = page("/accounts/audit/?event=PERSON_EDITED", as_=auditor)
    assert len(soup.select("tbody tr")) == 50 and "f59" in soup.text and person.name not in soup.text
    older = page(f"/accounts/audit/{soup.select_one('.more a')['href']}", as_=auditor)
    assert len(older.select("tbody tr")) == 10
    assert page("/accounts/audit/?actor=nobody", as_=auditor).select("tbody tr") == []
    assert "请写成" in page("/accounts/audit/?on_from=x", as_=auditor).text


def test_the_work_calendar_takes_a_local_day_as_a_new_version(page, city_user):
    from veterans_portal.accounts.models import CalendarDay, CalendarVersion

    before = CalendarVersion.objects.count()
    page("/accounts/calendar/", as_=city_user, on="2026-12-31", is_working="0", name="本地放假", citation="市政府通知")
    assert CalendarDay.objects.get(on="2026-12-31").is_local
    assert CalendarVersion.objects.count() == before + 1

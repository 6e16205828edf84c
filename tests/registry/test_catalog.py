"""Categories, spellings and matters: who may change which row, and what the importer makes of it."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from registry.actions import catalog as actions
from registry.actions.anchor import version_of
from registry.catalog import sync_categories, sync_matters
from registry.importing.lookups import aliases_for
from registry.models import Category, Matter
from registry.rules.categories import Hint
from tests import factories as make
from tests.races import at_once
from veterans_portal.accounts.models import AuditEvent


def refused(deed, **arguments) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(**arguments)
    return " ".join(refusal.value.messages)


def local_category(city_user, label="五老人员", **over):
    values = {"label": label, "citation": "样例市〔2026〕1号", "is_pay_affecting": False} | over
    with make.as_(city_user):
        return actions.save_category(category=None, values=values, version="", by=city_user, at=make.NOON)


def means(by, office):
    with make.as_(by):
        return aliases_for(office.pk)


def category(by, **conditions):
    with make.as_(by):
        return Category.objects.get(**conditions)


def matter_of(by, **conditions):
    with make.as_(by):
        return Matter.objects.get(**conditions)


def alias(by, key, code=None, hint="", row=None):
    with make.as_(by):
        category = Category.objects.get(pk=code) if code else None
        return actions.save_alias(alias=row, key=key, category=category, hint=hint, by=by, at=make.NOON)


def test_the_city_adds_a_category_that_a_clerk_can_register(page, city_user, clerk, station):
    soup = page(reverse("registry:category-new"), as_=city_user, label="五老人员", citation="样例市〔2026〕1号")
    assert "地方类别已新增" in soup.text
    row = category(clerk, kind="LOCAL")
    assert (row.code, row.plaque_basis, row.office_id) == ("L001", "NONE", "9901")
    person = make.person(station, by=clerk)
    offered = page(reverse("registry:identity-new", args=[person.ref]), as_=clerk)
    assert "五老人员" in offered.select_one("select[name=category]").text


def test_a_category_out_of_use_is_no_longer_offered(page, city_user, clerk, station):
    local = local_category(city_user, valid_to=make.TODAY.replace(year=2020))
    with make.as_(city_user):
        row = Category.objects.get(pk="V05")
        actions.save_category(category=row, values={"valid_to": make.TODAY.replace(year=2021)},
                              version=version_of(row, actions.CATEGORY_FIELDS), by=city_user, at=make.NOON)  # fmt: skip
    person = make.person(station, by=clerk)
    text = page(reverse("registry:identity-new", args=[person.ref]), as_=clerk).select_one("select[name=category]").text
    assert local.label not in text and "复员军人" not in text.split()
    with make.as_(city_user):
        sync_categories()
    assert category(clerk, pk="V05").valid_to is not None  # an update of the portal leaves it as it was set


def test_national_names_stay_and_words_about_people_are_no_categories(city_user):
    with make.as_(city_user):
        row = Category.objects.get(pk="V05")
        version = version_of(row, actions.CATEGORY_FIELDS)
        change = {"category": row, "values": {"label": "别的"}, "version": version, "by": city_user, "at": make.NOON}
        assert refused(actions.save_category, **change) == actions.NATIONAL
    assert refused(local_category, city_user=city_user, label="重点人员") == actions.NOT_RECORDED
    assert "已是“残疾军人”的名称或写法" in refused(local_category, city_user=city_user, label="残疾 军人")


def test_two_city_clerks_add_one_category_at_once(city_user, transactional_db):
    other = make.staff(city_user.office, "CITY")
    values = {"label": "五老人员", "citation": "文"}
    results = at_once(*[(user, lambda user=user: actions.save_category(category=None, values=values, version="", by=user,
                                                                      at=make.NOON)) for user in (city_user, other)])  # fmt: skip
    assert [result for result in results if isinstance(result, str)] == ["“五老人员”已是“五老人员”的名称或写法。"]
    assert category(city_user, label="五老人员").code == "L001"


def test_only_the_city_changes_categories(client, clerk, officer, auditor):
    for user, expected in ((clerk, 403), (officer, 403), (auditor, 403)):
        client.force_login(user)
        assert client.get(reverse("registry:category-new")).status_code == expected
        assert client.get(reverse("registry:category-edit", args=["V02"])).status_code == expected


def test_a_spelling_counts_for_the_own_branch_only(clerk, station, sibling_station, officer, foreign_station):
    alias(clerk, "老兵", "V02")
    alias(officer, "老 复员", "V05")
    assert means(clerk, station)["老兵"] == "V02"
    assert "老兵" not in means(officer, sibling_station)
    assert means(officer, sibling_station)["老复员"] == "V05"
    assert "老复员" not in means(officer, foreign_station)


def test_a_national_spelling_is_the_citys(city_user, foreign_station, clerk, client):
    row = alias(city_user, "老兵", "V02")
    assert (row.office_id, means(clerk, foreign_station)["老兵"]) == (None, "V02")
    client.force_login(clerk)
    assert client.get(reverse("registry:alias-edit", args=[row.pk])).status_code == 403
    assert refused(alias, by=clerk, key="老兵", code="V05", row=row) == actions.NOT_YOURS


@pytest.mark.parametrize("key", ["伤残军人", "残疾军人", "伤残 军人"])
def test_a_spelling_that_has_a_meaning_is_refused(clerk, key):
    assert refused(alias, by=clerk, key=key, code="V02") == "这个写法已对应“残疾军人”。"


def test_a_refused_spelling_may_get_a_meaning_at_home(clerk, station, sibling_station):
    alias(clerk, "优抚对象", "11")
    assert means(clerk, station)["优抚对象"] == "11"
    assert isinstance(means(clerk, sibling_station)["优抚对象"], Hint)


def test_a_hint_is_what_the_importer_says(clerk, station):
    row = alias(clerk, "老同志", hint="请写具体的类别。")
    assert means(clerk, station)["老同志"] == Hint("请写具体的类别。")
    alias(clerk, "老同志", "V02", row=row)
    assert means(clerk, station)["老同志"] == "V02"
    with make.as_admin("app_audit"):
        facts = [event.facts for event in AuditEvent.objects.filter(event="ALIAS_SAVED").order_by("pk")]
    assert [set(fact) for fact in facts] == [{"alias", "category", "national"}] * 2


def test_what_was_typed_wrong_stays_in_the_form(page, clerk):
    soup = page(reverse("registry:alias-new"), as_=clerk, expect=422, key="伤残军人", category="V02")
    assert "这个写法已对应“残疾军人”。" in soup.select_one("main").text
    assert soup.select_one("input[name=key]")["value"] == "伤残军人"


def test_lists_show_search_and_leave_as_excel(page, client, clerk, foreign_clerk):
    alias(clerk, "老兵", "V02")
    assert "老兵" in page(reverse("registry:aliases") + "?level=own", as_=clerk).select_one("table").text
    assert "老兵" not in page(reverse("registry:aliases") + "?level=own", as_=foreign_clerk).text
    found = page(reverse("registry:aliases") + "?find=伤残", as_=clerk)
    assert {row.th.text.strip() for row in found.select("tbody tr")} >= {"伤残军人"}
    assert "残疾军人" in page(reverse("registry:categories") + "?kind=BENEFIT", as_=clerk).select_one("table").text
    client.force_login(clerk)
    assert client.post(reverse("registry:aliases")).status_code == 302


def write(by, matter, **over):
    with make.as_(by):
        values = {name: getattr(matter, name) if matter else "" for name in actions.MATTER_FIELDS} | over
        version = version_of(matter, actions.MATTER_FIELDS) if matter else ""
        return actions.save_matter(matter=matter, values=values, version=version, by=by, at=make.NOON)


def test_a_district_writes_its_own_matter_and_its_stations_show_it(page, officer, clerk, foreign_clerk):
    national = matter_of(officer, code="CARD", office=None)
    own = write(officer, national, hours="周一至周五 9:00—12:00")
    assert (own.office_id, own.code, national.pk != own.pk) == ("990101", "CARD", True)
    assert "9:00—12:00" in page(reverse("registry:notice", args=[own.pk]), as_=clerk).text
    listed = page(reverse("registry:matters"), as_=clerk)
    assert sum(row.th.text.strip() == "申领优待证" for row in listed.select("tbody tr")) == 1
    page(reverse("registry:notice", args=[own.pk]), as_=foreign_clerk, expect=404)
    page(reverse("registry:notice", args=[national.pk]), as_=foreign_clerk)
    with make.as_(officer):
        sync_matters()
    assert matter_of(officer, pk=own.pk).hours == "周一至周五 9:00—12:00"
    again = write(officer, own, days="20个工作日")
    assert again.pk == own.pk


def test_stations_do_not_write_matters(client, clerk, officer):
    matter = matter_of(officer, code="CARD", office=None)
    client.force_login(clerk)
    assert client.get(reverse("registry:matter-edit", args=[matter.pk])).status_code == 403
    assert refused(write, by=clerk, matter=matter, days="1") == "办理事项由区县维护。"
    assert refused(write, by=officer, matter=matter, materials=" \n") == "请填写所需材料，一行一件。"


def test_the_second_of_two_editors_is_told(officer):
    own = write(officer, None, label="临时业务", materials="身份证")
    stale = matter_of(officer, pk=own.pk)
    write(officer, own, days="当场")
    with make.as_(officer):
        values = {name: getattr(stale, name) for name in actions.MATTER_FIELDS} | {"days": "三天"}
        said = refused(actions.save_matter, matter=stale, values=values, by=officer, at=make.NOON,
                       version=version_of(stale, actions.MATTER_FIELDS))  # fmt: skip
    assert "刚被他人修改" in said

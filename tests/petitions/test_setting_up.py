"""Setting the room up: offices, topics, forms of petition."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from petitions.actions import settings as actions
from petitions.models import Channel, OfficeProfile, ReviewAuthority, Topic
from tests import factories as make
from veterans_portal.accounts.models import AuditEvent, Office


def form(**over) -> dict:
    rows = {f"authority-{n}-{name}": "" for n in range(3) for name in ("office", "name", "address", "ground")}
    return {"case_word": "QH", "number_word": "青退役信", "public_name": "青禾区退役军人事务局", "can_decide": "on", "row_version": "0",
            "discipline_contact": "", "authority-TOTAL_FORMS": "3", "authority-INITIAL_FORMS": "0", **rows,
            "authority-0-office": "9901"} | over  # fmt: skip


def saved(by, office, *, values=None, authorities=(), version=0):
    values = {"case_word": "QH", "number_word": "青退役信", "public_name": office.name, "can_decide": True} | (
        values or {}
    )
    with make.as_(by):
        return actions.save_profile(
            office=office, values=values, authorities=authorities, row_version=version, by=by, at=make.NOON
        )


def test_the_leader_sets_up_the_own_office_and_the_stations_below(page, approver, station):
    page(reverse("petitions:profile", args=["990101"]), as_=approver, **form())
    page(reverse("petitions:profile", args=[station.pk]), as_=approver,
         **form(case_word="XH", number_word="", can_decide="", **{"authority-0-office": ""}))  # fmt: skip
    shown = page(reverse("petitions:profiles"), as_=approver)
    assert "QH" in shown.text and "XH" in shown.text
    with make.as_(approver):
        assert ReviewAuthority.objects.get().office_id == "9901"
        assert AuditEvent.objects.filter(event="PROFILE_SAVED").count() == 2


def test_a_station_cannot_be_given_the_power_to_decide(page, approver, station):
    shown = page(reverse("petitions:profile", args=[station.pk]), as_=approver, expect=422, **form())
    assert actions.NOT_DECIDING in shown.text
    assert shown.find("input", {"name": "case_word"})["value"] == "QH"


def test_who_decides_names_the_body_above(approver):
    with pytest.raises(ValidationError, match=actions.NO_AUTHORITY):
        saved(approver, approver.office)


def test_two_offices_cannot_share_a_word(page, approver, station):
    saved(approver, approver.office, authorities=[{"office_id": "9901", "name": ""}])
    same = form(number_word="", can_decide="", **{"authority-0-office": ""})
    assert (
        "这个编号代字已有单位使用。"
        in page(reverse("petitions:profile", args=[station.pk]), as_=approver, expect=422, **same).text
    )


def test_the_contact_is_a_colleague_of_that_office(approver, clerk, officer):
    authorities = [{"office_id": "9901", "name": ""}]
    with pytest.raises(ValidationError, match="联系人"):
        saved(approver, approver.office, values={"discipline_contact": clerk}, authorities=authorities)
    assert (
        saved(
            approver, approver.office, values={"discipline_contact": officer}, authorities=authorities
        ).discipline_contact
        == officer
    )


def test_the_contact_is_named_on_the_page_and_kept_when_it_is_saved_again(page, approver, officer):
    url = reverse("petitions:profile", args=[approver.office_id])
    for version in (0, 1):
        asked = page(url, as_=approver)
        known = asked.select_one("[name=authority-INITIAL_FORMS]")["value"]
        sent = form(discipline_contact=officer.pk, row_version=version) | {"authority-INITIAL_FORMS": known}
        assert not page(url, as_=approver, **sent).select(".error-summary")
        with make.as_(approver):
            held = OfficeProfile.objects.get(office=approver.office_id)
        assert (held.discipline_contact_id, held.row_version) == (officer.pk, version + 1)


def test_the_contact_is_named_on_the_page(page, approver, officer):
    """Of colleagues only a directory is readable: the page once failed on the rest of the row."""
    page(reverse("petitions:profile", args=["990101"]), as_=approver, **form(discipline_contact=str(officer.pk)))
    with make.as_(approver):
        assert OfficeProfile.objects.get(office="990101").discipline_contact_id == officer.pk
    shown = page(reverse("petitions:profiles"), as_=approver)
    assert officer.display_name in shown.text


def test_old_authorities_stay_but_are_not_printed(approver):
    saved(approver, approver.office, authorities=[{"office_id": "9901", "name": ""}])
    saved(approver, approver.office, authorities=[{"office_id": None, "name": "样例市人民政府信访局"}], version=1)
    with make.as_(approver):
        found = dict(ReviewAuthority.objects.values_list("name", "is_active"))
    assert found == {"": False, "样例市人民政府信访局": True}


def test_two_people_do_not_overwrite_each_other(approver):
    saved(approver, approver.office, authorities=[{"office_id": "9901", "name": ""}])
    with pytest.raises(ValidationError, match=actions.CHANGED):
        saved(approver, approver.office, authorities=[{"office_id": "9901", "name": ""}], version=0)


def test_offices_elsewhere_and_other_roles_are_shut_out(page, approver, clerk, foreign_station):
    page(reverse("petitions:profile", args=[foreign_station.pk]), as_=approver, expect=404)
    page(reverse("petitions:profiles"), as_=clerk, expect=403)
    with pytest.raises(Office.DoesNotExist):
        saved(approver, foreign_station)
    with pytest.raises(PermissionDenied):
        saved(clerk, clerk.office)
    with make.as_(approver):
        assert not OfficeProfile.objects.filter(office=foreign_station).exists()


def test_a_topic_is_added_changed_and_put_out_of_use(page, city_user, clerk):
    new = {
        "code": "PENSION_CARE",
        "label": "护理费",
        "parent": "PENSION",
        "usual_body": "",
        "aliases": "护理费、伤残护理",
        "is_active": "on",
    }
    page(reverse("petitions:topics-new"), as_=city_user, **new)
    page(
        reverse("petitions:topics-edit", args=["PENSION_CARE"]),
        as_=city_user,
        **new | {"label": "护理费发放", "is_active": ""},
    )
    assert "这个代码已经使用。" in page(reverse("petitions:topics-new"), as_=city_user, expect=422, **new).text
    with make.as_(clerk):
        row = Topic.objects.get(pk="PENSION_CARE")
        assert (row.label, row.parent_id, row.aliases, row.is_active) == (
            "护理费发放",
            "PENSION",
            ["护理费", "伤残护理"],
            False,
        )
    assert "护理费发放" not in page(reverse("petitions:reception-new"), as_=clerk).text


def test_a_form_of_petition_learns_another_spelling(page, city_user, approver):
    changed = {"label": "来访", "law_form": "走访", "aliases": "来访 走访 登门", "is_active": "on"}
    page(reverse("petitions:channels-edit", args=["VISIT"]), as_=city_user, **changed)
    with make.as_(city_user):
        assert "登门" in Channel.objects.get(pk="VISIT").aliases
    page(reverse("petitions:channels-edit", args=["VISIT"]), as_=approver, expect=403)


def test_lists_of_the_city(page, city_user):
    for name in ("topics", "channels", "rules"):
        shown = page(reverse(f"petitions:{name}"), as_=city_user)
        assert shown.select("table")

"""烈士和已故军人, and how survivors are tied to them."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from registry.actions import fallen as actions
from registry.actions.anchor import LOCKED_SENTENCE
from registry.models import Fallen, Identity
from tests import factories as make
from tests.races import at_once
from veterans_portal.accounts.models import AuditEvent

SOLDIER = {"office_id": "990101001001", "name": "罗卫国", "kind": "MARTYR", "unit_post": "", "died": "1979-02", "died_place": "边境",
           "cause": "作战牺牲", "approved_by": "某部", "certificate_no": "烈字001", "buried_at": "样例市烈士陵园"}  # fmt: skip


def refused(deed, **arguments) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(**arguments)
    return " ".join(refusal.value.messages)


def register(by, **over):
    with make.as_(by):
        return actions.register_fallen(values=SOLDIER | over, by=by, at=make.NOON, today=make.TODAY)


@pytest.fixture
def soldier(station, clerk):
    return register(clerk)


def survivor(by, office, *, code="21", **over):
    person = make.person(office, by=by, name=over.pop("name", "李秀兰"), categories=[])
    with make.as_(by):
        return make.identity(person, code, by=by, **over)


def tie(identity, soldier, *, by, relation="配偶", holder=False):
    with make.as_(by):
        return actions.tie_survivor(identity=identity, fallen=soldier, relation=relation, is_certificate_holder=holder, by=by,
                                    at=make.NOON)  # fmt: skip


def test_from_the_form_to_the_household(page, clerk, station):
    typed = {name: value for name, value in SOLDIER.items() if value}
    assert "已登记" in page(reverse("registry:fallen-new"), as_=clerk, **typed).text
    listed = page(reverse("registry:fallen-list") + "?find=001", as_=clerk)
    url = listed.select_one("tbody a.rowlink")["href"]
    widow = survivor(clerk, station)
    make.household(widow.person, by=clerk, book_no="H1")
    link = page(url, as_=clerk).select_one("#loose a")["href"]
    form = page(link, as_=clerk)
    assert form.select_one("select[name=fallen] option[selected]").text.startswith("罗卫国")
    chosen = form.select_one("select[name=fallen] option[selected]")["value"]
    page(link, as_=clerk, fallen=chosen, relation="配偶", is_certificate_holder="on")
    assert "李秀兰" in page(url, as_=clerk).select_one("#survivors").text
    home = page(reverse("registry:household", args=[widow.person.ref]), as_=clerk).select_one("#identities").text
    assert "罗卫国" in home and "配偶，持证人" in home
    assert "军人：罗卫国" in page(reverse("registry:person", args=[widow.person.ref]), as_=clerk).text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"died": "2027"}, "牺牲或病故时间晚于今天。"), ({"office_id": "990102001001"}, actions.OUT_OF_SCOPE)],
)
def test_what_registering_refuses(clerk, station, foreign_station, change, sentence):
    assert refused(register, by=clerk, **change) == sentence


def test_a_certificate_is_registered_once_anywhere(soldier, foreign_clerk):
    assert refused(register, by=foreign_clerk, office_id=foreign_clerk.office_id) == "这个证明书编号已登记。"


def test_two_clerks_register_one_certificate_at_once(station, clerk, transactional_db):
    other = make.staff(station, "CLERK")
    results = at_once(*[(user, lambda user=user: actions.register_fallen(values=SOLDIER, by=user, at=make.NOON, today=make.TODAY))
                        for user in (clerk, other)])  # fmt: skip
    assert [result for result in results if isinstance(result, str)] == ["这个证明书编号已登记。"]


def test_the_second_of_two_editors_is_told(soldier, clerk):
    with make.as_(clerk):
        change = {"fallen": soldier, "version": 1, "by": clerk, "at": make.NOON, "today": make.TODAY}
        actions.edit_fallen(values=SOLDIER | {"buried_at": "新荷公墓"}, **change)
        assert "刚被他人修改" in refused(actions.edit_fallen, values=SOLDIER | {"cause": "病故"}, **change)
        assert Fallen.objects.get(pk=soldier.pk).buried_at == "新荷公墓"


def test_the_kind_of_soldier_must_fit_the_category(soldier, clerk, station):
    assert "要关联对应的军人" in refused(tie, identity=survivor(clerk, station, code="23"), soldier=soldier, by=clerk)
    veteran = make.person(station, by=clerk)
    with make.as_(clerk):
        own = veteran.identities.get()
    assert refused(tie, identity=own, soldier=soldier, by=clerk) == actions.NOT_SURVIVOR


def test_one_certificate_one_holder(soldier, clerk, station):
    tie(survivor(clerk, station), soldier, by=clerk, holder=True)
    child = survivor(clerk, station, name="罗小兵")
    assert (
        refused(tie, identity=child, soldier=soldier, by=clerk, relation="子女", holder=True)
        == "这位军人的证明书已有持证人。"
    )
    assert tie(child, soldier, by=clerk, relation="子女").fallen_id == soldier.pk


def test_two_holders_at_once(soldier, clerk, station, transactional_db):
    first, second = survivor(clerk, station), survivor(clerk, station, name="罗小兵")
    other = make.staff(station, "CLERK")
    results = at_once(*[(user, lambda user=user, one=one: actions.tie_survivor(identity=one, fallen=soldier, relation="子女",
                                                                               is_certificate_holder=True, by=user, at=make.NOON))
                        for user, one in ((clerk, first), (other, second))])  # fmt: skip
    assert [result for result in results if isinstance(result, str)] == ["这位军人的证明书已有持证人。"]


def test_what_was_confirmed_is_completed_but_not_changed(soldier, clerk, approver, station):
    seen = {"standing": "CONFIRMED", "confirmed_by": approver, "confirmed_at": make.NOON}
    widow = survivor(clerk, station, relation="配偶", **seen)
    assert refused(tie, identity=widow, soldier=soldier, by=clerk, relation="父母") == LOCKED_SENTENCE
    assert tie(widow, soldier, by=clerk).fallen_id == soldier.pk
    another = register(clerk, certificate_no="烈字002", name="罗卫民")
    assert refused(tie, identity=widow, soldier=another, by=clerk) == LOCKED_SENTENCE


def test_strangers_see_neither(client, soldier, clerk, station, foreign_clerk, auditor):
    widow = survivor(clerk, station)
    client.force_login(foreign_clerk)
    assert client.get(reverse("registry:fallen", args=[soldier.pk])).status_code == 404
    assert client.post(reverse("registry:survivor-tie", args=[widow.person.ref, widow.pk])).status_code == 404
    client.force_login(auditor)
    assert client.get(reverse("registry:fallen-list")).status_code == 403
    with make.as_(foreign_clerk):
        assert not Fallen.objects.exists() and not Identity.objects.exists()


def test_the_trail_has_no_names(soldier, clerk, station):
    tie(survivor(clerk, station), soldier, by=clerk)
    with make.as_admin("app_audit"):
        found = {
            event.event: event.facts
            for event in AuditEvent.objects.filter(event__in=("FALLEN_SAVED", "IDENTITY_EDITED"))
        }
    assert found["IDENTITY_EDITED"]["fields"] == ["fallen_id", "relation"]
    assert "罗卫国" not in str(found) and "烈字001" not in str(found)

"""Every deed at the counter leaves exactly one event, and none of them holds a name, a number or a phone."""

import pytest
from django.urls import reverse

from registry.actions.anchor import version_of
from registry.models import AidReferral, Fallen, Matter
from tests import factories as make
from veterans_portal.accounts.models import AuditEvent

NAME, PHONE = "庚辰长发", "10055509876"


@pytest.fixture
def cast(station, clerk, officer, city_user):
    person = make.person(station, by=clerk, name=NAME, phone=PHONE, categories=["21"])
    kept = {"created_at": make.NOON, "created_by": clerk}
    with make.as_(clerk):
        fallen = Fallen.objects.create(office=station, name=NAME, kind="MARTYR", **kept)
        referral = AidReferral.objects.create(number="ZJ1", office=station, from_office=station, name=NAME, phone=PHONE,
                                              need_code="JOB", consent_on=make.TODAY, **kept)  # fmt: skip
        matter, identity, number = (
            Matter.objects.get(code="CARD", office=None),
            person.identities.get(),
            person.id_number,
        )
    return {"person": person, "fallen": fallen, "referral": referral, "matter": matter, "identity": identity, "number": number,
            "clerk": clerk, "officer": officer, "city": city_user}  # fmt: skip


# who → view, arguments, form
DEEDS = {
    "打印档案": ("clerk", "dossier-print", ("ref",), {"full": "masked"}),
    "打印告知单": ("clerk", "notice", ("matter",), {}),
    "打印变动表": ("clerk", "status-changes-print", (), {}),
    "打印交接清单": ("clerk", "handover-print", (), {}),
    "登记写法": ("clerk", "alias-new", (), {"key": "老兵", "category": "V02"}),
    "新增类别": ("city", "category-new", (), {"label": "五老人员", "citation": "文"}),
    "修改事项": ("officer", "matter-edit", ("matter",), {"label": "申领优待证", "materials": "身份证", "version": "?"}),
    "转介": ("clerk", "referral-new", (), {"name": NAME, "phone": PHONE, "need_code": "JOB", "to_office": "990101",
                                          "consent_on": "2026-09-01"}),
    "接收转介": ("clerk", "referral-deed", ("referral", "taking"), {"go": "1"}),
    "取消转介": ("clerk", "referral-deed", ("referral", "cancelling"), {"outcome_note": "本人撤回"}),
    "登记军人": ("clerk", "fallen-new", (), {"name": NAME, "kind": "MARTYR", "office_id": "990101001001"}),
    "修改军人": ("clerk", "fallen-edit", ("fallen",), {"name": NAME, "kind": "DUTY", "office_id": "990101001001", "version": "1"}),
    "关联军人": ("clerk", "survivor-tie", ("ref", "identity"), {"fallen": "?", "relation": "配偶"}),
    "登记去世": ("clerk", "person-death", ("ref",), {"died": "2026-09-01", "reason": f"{NAME}在家病故"}),
    "登记迁出": ("clerk", "person-departure", ("ref",), {"moved_on": "2026-08", "destination": f"{NAME}的老家"}),
    "补录服役": ("clerk", "service-new", ("ref",), {"kind": "CONSCRIPT", "enlisted": "1974-12", "discharged": "1978-03"}),
    "终止身份": ("clerk", "identity-end", ("ref", "identity"), {"ended": "2026-01", "reason": f"{NAME}核减"}),
    "立功受奖": ("clerk", "award-new", ("ref",), {"kind": "THIRD", "awarded": "1976", "authority": NAME}),
    "生活状况": ("clerk", "livelihood", ("ref",), {"surveyed_on": "2026-09-01", "version": version_of(None, ())}),
    "立户": ("clerk", "household-new", ("ref",), {"head_name": NAME, "relation": "SELF"}),
    "申领优待证": ("clerk", "card-new", ("ref",), {"kind": "SURVIVOR", "apply_place": "HUKOU", "agent": NAME}),
    "改联系方式": ("clerk", "person-edit", ("ref", "contact"), {"phone": "10055501111", "version": "1"}),
    "看手册": ("clerk", "guide-handbook", (), {}),
    "收起引导": ("clerk", "guide-hide", (), {}),
}  # fmt: skip


def events():
    with make.as_admin("app_audit"):
        return list(AuditEvent.objects.order_by("pk"))


@pytest.mark.parametrize("deed", DEEDS)
def test_one_event_without_a_person_in_it(client, cast, deed):
    who, view, arguments, form = DEEDS[deed]
    keys = {"ref": cast["person"].ref} | {name: cast[name].pk for name in ("matter", "referral", "fallen", "identity")}
    if form.get("version") == "?":
        from registry.actions.catalog import MATTER_FIELDS

        form = form | {"version": version_of(cast["matter"], MATTER_FIELDS)}
    if form.get("fallen") == "?":
        form = form | {"fallen": str(cast["fallen"].pk)}
    client.force_login(cast[who])
    before = len(events())
    answer = client.post(reverse(f"registry:{view}", args=[keys.get(name, name) for name in arguments]), form)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    [event] = events()[before:]
    text = f"{event.facts}{event.object_id}"
    assert not any(word in text for word in (NAME, PHONE, cast["number"]))

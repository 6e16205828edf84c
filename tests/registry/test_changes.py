"""变更申请: what can start or raise money waits for a second person."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.actions import changes, confirmations, identities, people, status
from registry.models import Card, ChangeRequest, Document, Fallen, Identity, Person, Plaque
from registry.rules.changes import STEPS
from tests import factories as make
from tests.races import at_once
from veterans_portal.accounts.models import AuditEvent


def refused(deed, **arguments) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(**arguments)
    return " ".join(refusal.value.messages)


@pytest.fixture
def pensioner(station, clerk):
    return make.person(station, by=clerk, name="周长发", categories=["V02", "42"], hukou_type="RURAL")


@pytest.fixture
def paper(pensioner, clerk):
    with make.as_(clerk):
        return Document.objects.create(person=pensioner, kind="ID_CARD", file_name="a.jpg", stored_name="x", content_type="image/jpeg",
                                       sha256="0", bytes=1, created_at=make.NOON, created_by=clerk)  # fmt: skip


def propose(person, kind="HUKOU_TYPE", after=None, *, by, row=None, **over):
    values = {"reason": "户口簿已更改", "evidence": None} | over
    with make.as_(by):
        return changes.propose_change(person=person, kind=kind, row=row, after=after or {"hukou_type": "URBAN"}, by=by,
                                      at=make.NOON, **values)  # fmt: skip


def approve(request, *, by):
    with make.as_(by):
        return changes.approve_change(request=request, by=by, at=make.NOON, today=make.TODAY)


def test_a_change_waits_for_the_second_person(pensioner, clerk, officer):
    request = propose(pensioner, by=clerk)
    with make.as_(clerk):
        assert Person.objects.get(pk=pensioner.pk).hukou_type == "RURAL"
        assert (
            refused(changes.approve_change, request=request, by=clerk, at=make.NOON, today=make.TODAY)
            == changes.NOT_YOURS
        )
    approve(request, by=officer)
    with make.as_(clerk):
        assert Person.objects.get(pk=pensioner.pk).hukou_type == "URBAN"
    with make.as_admin("app_audit"):
        events = AuditEvent.objects.filter(event__startswith="CHANGE_").order_by("pk")
        assert [(one.event, set(one.facts)) for one in events] == [
            ("CHANGE_PROPOSED", {"request", "kind"}), ("CHANGE_APPROVED", {"request", "kind"})]  # fmt: skip


def test_maker_and_checker_differ_by_action_and_by_database(pensioner, officer):
    request = propose(pensioner, by=officer)
    assert refused(approve, request=request, by=officer) == changes.SAME_PERSON
    with make.as_(officer), pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.filter(pk=request.pk).update(state="APPROVED", decided_by=officer, decided_at=make.NOON)


def test_nobody_confirms_in_the_database_what_she_claimed_herself(station, officer):
    person = make.person(station, by=officer, categories=["42"])
    with make.as_(officer), pytest.raises(IntegrityError), transaction.atomic():
        person.identities.update(standing="CONFIRMED", confirmed_by=officer, confirmed_at=make.NOON)


def test_an_edit_in_between_sends_it_back(pensioner, clerk, officer):
    request = propose(pensioner, by=clerk)
    with make.as_(clerk):
        people.edit_person(person=pensioner, changes={"hukou_type": "UNIFIED"}, version=1, by=clerk, at=make.NOON)
    assert refused(approve, request=request, by=officer) == changes.MOVED_ON


@pytest.mark.parametrize(
    ("kind", "after", "over", "sentence"),
    [
        ("HUKOU_TYPE", {"hukou_type": "RURAL"}, {}, changes.NO_CHANGE),
        ("HUKOU_TYPE", {"hukou_type": "URBAN"}, {"reason": " "}, "请写明申请理由。"),
        ("ID_NUMBER", {"id_number": make.id_number("19620305")}, {}, changes.NEEDS_PAPER),
        ("RESTORE", {}, {}, changes.NO_CHANGE),
    ],
)
def test_what_is_refused(pensioner, clerk, kind, after, over, sentence):
    assert refused(propose, person=pensioner, kind=kind, after=after, by=clerk, **over) == sentence


def test_one_open_request_of_a_kind(pensioner, clerk):
    propose(pensioner, by=clerk)
    assert refused(propose, person=pensioner, by=clerk) == "同一事项已有待审核的申请。"


def test_values_are_sealed(pensioner, clerk, paper):
    number = make.id_number("19620305")
    request = propose(pensioner, "ID_NUMBER", {"id_number": number}, by=clerk, evidence=paper)
    from django.db import connection

    with make.as_(clerk), connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM registry_changerequest WHERE id = %s", [request.pk])
        assert all(number.encode() not in bytes(value) for value in cursor.fetchone())


def test_a_new_number_brings_birth_and_sex(pensioner, clerk, paper, officer):
    number = make.id_number("19620305", sex="F")
    approve(propose(pensioner, "ID_NUMBER", {"id_number": number}, by=clerk, evidence=paper), by=officer)
    with make.as_(clerk):
        found = Person.objects.get(pk=pensioner.pk)
        assert (found.id_number, found.born, found.sex) == (number, "1962-03-05", "F")


def test_confirming_remembers_what_was_seen(pensioner, clerk, paper, officer):
    with make.as_(clerk):
        identity = Identity.objects.get(person=pensioner, category_id="42")
    request = propose(pensioner, "IDENTITY_CONFIRM", {}, row=identity, by=clerk, evidence=paper)
    assert {"name", "id_number", "born", "hukou_type", "service_dates"} <= set(json.loads(request.before))
    approve(request, by=officer)
    with make.as_(officer):
        found = Identity.objects.get(pk=identity.pk)
        assert (found.standing, found.confirmed_by_id, found.evidence_id) == ("CONFIRMED", officer.pk, paper.pk)


def test_what_is_not_paid_may_be_confirmed_by_the_town(pensioner, clerk, paper, town_head):
    with make.as_(clerk):
        plain, paid = (Identity.objects.get(person=pensioner, category_id=code) for code in ("V02", "42"))
    approve(propose(pensioner, "IDENTITY_CONFIRM", {}, row=plain, by=clerk, evidence=paper), by=town_head)
    request = propose(pensioner, "IDENTITY_CONFIRM", {}, row=paid, by=clerk, evidence=paper)
    assert refused(approve, request=request, by=town_head) == changes.NOT_YOURS


def test_a_death_that_was_wrong_is_taken_back(pensioner, clerk, paper, officer):
    from registry.actions.status import record_death

    with make.as_(clerk):
        record_death(person=pensioner, died="2026-08-01", by=clerk, at=make.NOON, today=make.TODAY)
    approve(propose(pensioner, "DEATH_CORRECT", {"died": "2026-08-03"}, by=clerk), by=officer)
    with make.as_(clerk):
        assert Person.objects.get(pk=pensioner.pk).died == "2026-08-03"
    approve(propose(pensioner, "RESTORE", {}, by=clerk, evidence=paper), by=officer)
    with make.as_(clerk):
        found = Person.objects.get(pk=pensioner.pk)
        assert (found.status, found.died) == ("ACTIVE", "")
        kinds = found.status_changes.order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["DEATH", "DEATH_CORRECT", "RESTORE"]


def test_returning_needs_a_note_and_the_maker_resubmits(pensioner, clerk, officer, sibling_clerk):
    request = propose(pensioner, by=clerk)
    with make.as_(officer):
        assert refused(changes.return_change, request=request, note=" ", by=officer, at=make.NOON) == changes.NEEDS_NOTE
        changes.return_change(request=request, note="请补户口簿", by=officer, at=make.NOON)
        again = {"request": request, "after": {"hukou_type": "UNIFIED"}, "reason": "已补", "at": make.NOON}
        assert refused(changes.resubmit_change, by=officer, **again) == "只有申请人可以重新提交。"
    with make.as_(clerk):
        changes.resubmit_change(by=clerk, **again)
    approve(request, by=officer)
    with make.as_(clerk):
        assert Person.objects.get(pk=pensioner.pk).hukou_type == "UNIFIED"


def test_two_approvers_at_once(pensioner, clerk, officer, approver, transactional_db):
    request = propose(pensioner, by=clerk)
    results = at_once(*[(user, lambda user=user: changes.approve_change(request=request, by=user, at=make.NOON, today=make.TODAY))
                        for user in (officer, approver)])  # fmt: skip
    assert [result for result in results if isinstance(result, str)] == ["当前为“已通过”，不能执行此操作。"]
    with make.as_(officer):
        assert Person.objects.get(pk=pensioner.pk).row_version == 2


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(walk=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(["maker", "checker"])), max_size=10))
def test_no_walk_applies_twice_or_without_a_second_person(pensioner, clerk, officer, walk):
    sid, people_ = transaction.savepoint(), {"maker": clerk, "checker": officer}
    request = propose(pensioner, by=clerk)
    for deed, who in walk:
        by = people_[who]
        verb = {"approve": changes.approve_change, "return": changes.return_change, "withdraw": changes.withdraw_change,
                "resubmit": changes.resubmit_change}[deed]  # fmt: skip
        more = {"approve": {"today": make.TODAY}, "return": {"note": "补件"}, "withdraw": {},
                "resubmit": {"after": {"hukou_type": "URBAN"}, "reason": "已补"}}[deed]  # fmt: skip
        with make.as_(by):
            state = ChangeRequest.objects.get(pk=request.pk).state
            try:
                verb(request=request, by=by, at=make.NOON, **more)
            except ValidationError:
                pass
            else:
                assert state in STEPS[deed][0].split()
                assert (deed in ("approve", "return")) == (who == "checker")
            found, person = ChangeRequest.objects.get(pk=request.pk), Person.objects.get(pk=pensioner.pk)
            assert (person.hukou_type == "URBAN") == (found.state == "APPROVED")
            assert person.row_version == 1 + (found.state == "APPROVED")
    transaction.savepoint_rollback(sid)


def test_identities_are_confirmed_as_a_set(station, clerk, officer, town_head, django_assert_max_num_queries):
    people_ = [make.person(station, by=clerk, name=f"周{'甲乙丙丁'[n]}", categories=["V02"]) for n in range(4)]
    own = make.person(station, by=town_head, name="周戊", categories=["V02"])
    with make.as_(town_head):
        keys = list(Identity.objects.filter(person__in=people_).values_list("pk", flat=True))
        mine = Identity.objects.get(person=own).pk
        said = refused(confirmations.confirm_identities, identities=[*keys, mine], by=town_head, at=make.NOON)
        assert said == "其中 1 条由你本人登记或改过。"
        with django_assert_max_num_queries(10):
            assert confirmations.confirm_identities(identities=keys, by=town_head, at=make.NOON) == 4
        assert "已经确认" in refused(confirmations.confirm_identities, identities=keys, by=town_head, at=make.NOON)
    paid = make.person(station, by=clerk, name="周己", categories=["42"])
    with make.as_(town_head):
        key = Identity.objects.get(person=paid).pk
        assert "由区县确认" in refused(confirmations.confirm_identities, identities=[key], by=town_head, at=make.NOON)
    with make.as_(officer):
        assert refused(
            confirmations.refuse_identity, identity=Identity.objects.get(pk=key), reason="", by=officer, at=make.NOON
        )
        confirmations.refuse_identity(
            identity=Identity.objects.get(pk=key), reason="档案不符", by=officer, at=make.NOON
        )
        assert Identity.objects.get(pk=key).standing == "REFUSED"


def test_a_locked_edit_is_carried_into_a_request(client, station, clerk, officer):
    person = make.person(station, by=officer, name="周长发", categories=["42"], hukou_type="RURAL")
    checker = make.staff(make.office("990101"), "OFFICER")
    with make.as_(checker):
        key = Identity.objects.get(person=person).pk
        confirmations.confirm_identities(identities=[key], by=checker, at=make.NOON)
    client.force_login(clerk)
    url = f"/registry/people/{person.ref}/edit/contact/"
    page = client.get(url).content.decode()
    from bs4 import BeautifulSoup

    form = BeautifulSoup(page, "html.parser").select_one("form[data-enter-next]")
    data = {
        box["name"]: box.get("value", "")
        for box in form.select("input[name]")
        if box.get("type") not in ("radio", "checkbox")
    }
    data |= {box["name"]: box.text for box in form.select("textarea[name]")}
    for select in form.select("select[name]"):
        chosen = select.select_one("option[selected]")
        data[select["name"]] = chosen["value"] if chosen else ""
    answer = client.post(url, data | {"hukou_type": "URBAN"})
    soup = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 422, answer.get("Location")
    offer = soup.select_one("form.inline[action*='kind=HUKOU_TYPE']")
    assert offer, [p.text for p in soup.select(".errors, .field__e, .note")]
    assert offer.select_one("[name=hukou_type]")["value"] == "URBAN"
    shown = client.post(offer["action"], {"prefill": "1", "hukou_type": "URBAN"}).content.decode()
    assert BeautifulSoup(shown, "html.parser").select_one("[name=hukou_type][checked]")["value"] == "URBAN"


def test_the_pages_of_a_request(client, pensioner, clerk, officer):
    request = propose(pensioner, by=clerk)
    client.force_login(officer)
    assert "周长发" in client.get("/registry/changes/").content.decode()
    page = client.get(f"/registry/changes/{request.pk}/").content.decode()
    assert "农业" in page
    assert "非农业" in page
    assert client.post(f"/registry/changes/{request.pk}/return/", {"note": ""}).status_code == 422
    assert client.post(f"/registry/changes/{request.pk}/approval/", {"note": ""}).status_code == 302
    with make.as_(officer):
        assert ChangeRequest.objects.get(pk=request.pk).state == "APPROVED"


def test_confirming_on_the_page(client, pensioner, officer):
    client.force_login(officer)
    with make.as_(officer):
        keys = list(Identity.objects.filter(person=pensioner).values_list("pk", flat=True))
    answer = client.post("/registry/identities/to-confirm/?category=42", {"confirm": "1", "identity": keys})
    assert answer.status_code == 302
    with make.as_(officer):
        assert set(Identity.objects.filter(pk__in=keys).values_list("standing", flat=True)) == {"CONFIRMED"}


def test_a_death_recorded_by_mistake_is_undone_as_far_as_it_can_be(pensioner, paper, clerk, officer):
    """Identities wait to be confirmed again, the plaque hangs as before, the card stays closed."""
    home = make.household(pensioner, by=clerk)
    kept = {"created_at": make.NOON, "created_by": clerk}
    with make.as_(clerk):
        Plaque.objects.create(household=home, office_id=home.office_id, holder=pensioner, state="HUNG", hung="2020", place="DOOR",
                              signer="周", bases=["V02"], **kept)  # fmt: skip
        Card.objects.create(person=pensioner, kind="VETERAN", state="ISSUED", issued_on=make.TODAY, signer="周", applied_on=make.TODAY,
                            accepting_office_id=home.office_id, state_since=make.TODAY, **kept)  # fmt: skip
        status.record_death(person=pensioner, died="2026-08", by=clerk, at=make.NOON, today=make.TODAY)
        assert Plaque.objects.get(household=home).state == "KEPT"
    approve(propose(pensioner, "RESTORE", {}, by=clerk, evidence=paper), by=officer)
    with make.as_(clerk):
        assert Person.objects.get(pk=pensioner.pk).status == "ACTIVE"
        assert set(pensioner.identities.values_list("standing", "ended", "ended_reason")) == {("CLAIMED", "", "")}
        assert (Plaque.objects.get(household=home).state, Card.objects.get(person=pensioner).state) == (
            "HUNG",
            "CLOSED",
        )
    assert "PERSON_RESTORED" in names_of_events()


def names_of_events() -> list[str]:
    with make.as_admin("app_audit"):
        return list(AuditEvent.objects.order_by("pk").values_list("event", flat=True))


def test_a_cancelled_dossier_keeps_nothing_open_and_comes_back_to_be_confirmed(pensioner, paper, clerk, officer):
    approve(propose(pensioner, "CANCEL", {}, by=clerk, reason="重复建档"), by=officer)
    with make.as_(clerk):
        assert set(pensioner.identities.values_list("standing", flat=True)) == {"ENDED"}
    approve(propose(pensioner, "RESTORE", {}, by=clerk, evidence=paper), by=officer)
    with make.as_(clerk):
        assert set(pensioner.identities.values_list("standing", flat=True)) == {"CLAIMED"}
    assert names_of_events()[-3:] == ["PERSON_CANCELLED", "CHANGE_PROPOSED", "PERSON_RESTORED"]


def test_what_ended_before_the_death_stays_ended(pensioner, paper, clerk, officer):
    with make.as_(clerk):
        early = pensioner.identities.get(category_id="42")
        identities.end_identity(
            identity=early, ended="2025-01", reason="不再符合", by=clerk, at=make.NOON, today=make.TODAY
        )
        status.record_death(person=pensioner, died="2026-08", by=clerk, at=make.NOON, today=make.TODAY)
    approve(propose(pensioner, "RESTORE", {}, by=clerk, evidence=paper), by=officer)
    with make.as_(clerk):
        assert dict(pensioner.identities.values_list("category_id", "standing")) == {"42": "ENDED", "V02": "CLAIMED"}


def test_the_soldier_of_a_confirmed_survivor_is_changed_by_two_people(page, station, clerk, approver):
    widow = make.person(station, by=clerk, name="李秀兰", categories=[])
    kept = {"created_at": make.NOON, "created_by": clerk}
    with make.as_(clerk):
        first, second = (
            Fallen.objects.create(office=station, name=name, kind="MARTYR", **kept) for name in ("罗卫国", "罗卫民")
        )
        identity = make.identity(widow, "21", by=clerk, standing="CONFIRMED", confirmed_by=approver, confirmed_at=make.NOON,
                                 fallen=first, relation="配偶")  # fmt: skip
        paper = Document.objects.create(person=widow, kind="MARTYR", file_name="a.jpg", stored_name="x", content_type="image/jpeg",
                                        sha256="0", bytes=1, **kept)  # fmt: skip
    url = f"{reverse('registry:change-new', args=[widow.ref])}?kind=IDENTITY_CHANGE&target={identity.pk}"
    page(url, as_=clerk, fallen_id=str(second.pk), relation="配偶", reason="证明书核对", evidence=str(paper.pk))
    with make.as_(clerk):
        request = ChangeRequest.objects.get()
    seen = page(reverse("registry:change-detail", args=[request.pk]), as_=approver).main.text
    assert "罗卫国" in seen and "罗卫民" in seen
    approve(request, by=approver)
    with make.as_(clerk):
        found = Identity.objects.get(pk=identity.pk)
        assert (found.fallen_id, found.relation, found.standing) == (second.pk, "配偶", "CONFIRMED")

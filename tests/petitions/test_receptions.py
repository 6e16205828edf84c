"""The counter: writing down who came, the log and its figures, mending on the same day, forgetting names."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse

from petitions.actions import receptions as actions
from petitions.models import Deadline, Petition, Reception
from tests import factories as make
from tests.house.test_query_counts import MOST, count
from tests.petitions import factories as cases
from veterans_portal.accounts.models import AuditEvent

NEW = "petitions:reception-new"


def typed(**over) -> dict:
    return {"channel": "VISIT", "kind": "CONSULT", "people_count": "1", "topic": "PENSION", "summary": "问残疾评定要带什么材料",
            "answer": "身份证、退役证、残情材料", "result": "ON_SPOT"} | over  # fmt: skip


def values(**over) -> dict:
    return {"channel_id": "VISIT", "kind": "CONSULT", "people_count": 1, "topic_id": "PENSION", "summary": "问优待证",
            "answer": "可在本站申请", "result": "ON_SPOT"} | over  # fmt: skip


def logged(by, *, at=make.NOON, **over) -> Reception:
    with make.as_(by):
        return actions.log_reception(values=values(**over), by=by, at=at)


def rows_of(user) -> list[Reception]:
    with make.as_(user):
        return list(Reception.objects.visible_to(user).order_by("pk"))


def test_a_consult_is_written_down_on_one_page(page, clerk):
    page(reverse(NEW), as_=clerk, **typed(name="李建国", phone="10055500733"))
    (row,) = rows_of(clerk)
    assert (row.office_id, row.officer_id, row.kind, row.name, row.phone) == (
        clerk.office_id,
        clerk.pk,
        "CONSULT",
        "李建国",
        "10055500733",
    )
    with make.as_(clerk):
        assert list(AuditEvent.objects.filter(event="RECEPTION_LOGGED").values_list("object_id", flat=True)) == [
            str(row.pk)
        ]


def test_a_consult_needs_topic_and_content_and_keeps_what_was_typed(page, clerk):
    shown = page(reverse(NEW), as_=clerk, expect=422, **typed(topic="", summary="", answer="带身份证"))
    assert "请选择主题。" in shown.text and "请写一句话内容。" in shown.text
    assert shown.find("input", {"name": "answer"})["value"] == "带身份证"
    assert rows_of(clerk) == []


@pytest.mark.parametrize("name", ["summary", "answer", "name"])
def test_29_a_guided_accusation_keeps_no_name_and_no_text(page, clerk, name):
    empty = {"topic": "", "summary": "", "answer": "", "result": "GUIDED"}
    shown = page(reverse(NEW), as_=clerk, expect=422, **typed(kind="ACCUSATION_GUIDED", **empty | {name: "张三"}))
    assert actions.NO_CONTENT in shown.text
    page(reverse(NEW), as_=clerk, **typed(kind="ACCUSATION_GUIDED", **empty))
    (row,) = rows_of(clerk)
    assert (row.summary, row.answer, row.name or "", row.phone or "", row.result) == ("", "", "", "", "GUIDED")
    with pytest.raises(IntegrityError, match="reception_accusation_keeps_no_content"), make.as_(clerk):
        Reception.objects.filter(pk=row.pk).update(summary="反映某人")


def test_16_a_paper_of_another_procedure_makes_no_petition_and_no_clock(page, clerk):
    paper = typed(kind="OTHER_PROCEDURE", summary="行政复议申请书一份", answer="转法制股室")
    assert "不登记为信访事项" in page(reverse(NEW), as_=clerk, expect=422, register="1", **paper).text
    page(reverse(NEW), as_=clerk, **paper)
    (row,) = rows_of(clerk)
    assert (row.kind, row.result, row.petition_id) == ("OTHER_PROCEDURE", "PASSED", None)
    with make.as_(clerk):
        assert (Petition.objects.count(), Deadline.objects.count()) == (0, 0)


def test_42_visits_of_one_four_and_two_people_add_up(page, clerk):
    logged(clerk, people_count=1)
    logged(clerk, people_count=4, is_leader_reception=True, leader_name="王站长")
    logged(clerk, people_count=2, channel_id="HOME", kind="REPORT")
    logged(clerk, people_count=3, channel_id="PHONE")
    shown = page(reverse("petitions:receptions"), as_=clerk)
    found = {" ".join(a.text.split()) for a in shown.select(".tally a")}
    assert {"3 接待批次", "7 接待人次", "1 其中领导接访（批）", "3 咨询"} <= found
    link = next(a["href"] for a in shown.select(".tally a") if "接待批次" in a.text)
    assert "共 3 条" in page(link, as_=clerk).text


def test_42_a_leader_is_named_or_not_ticked(page, clerk):
    shown = page(reverse(NEW), as_=clerk, expect=422, **typed(is_leader_reception="on"))
    assert "领导接访的，请写明接访领导。" in shown.text


def test_the_log_is_the_own_office_unless_asked(page, clerk, officer):
    logged(clerk, summary="站里的一条")
    logged(officer, summary="区里的一条")
    own = page(reverse("petitions:receptions"), as_=officer).text
    assert "区里的一条" in own and "站里的一条" not in own
    both = page(reverse("petitions:receptions") + "?office=ALL", as_=officer).text
    assert "区里的一条" in both and "站里的一条" in both
    assert "区里的一条" not in page(reverse("petitions:receptions"), as_=clerk).text


def test_the_ledger_goes_to_excel_without_names(client, clerk):
    from veterans_portal.accounts.models import ReadyFile
    from veterans_portal.files import read_sealed
    from veterans_portal.sheets import read_workbook

    logged(clerk, name="李建国", phone="10055500733")
    client.force_login(clerk)
    client.post(reverse("petitions:receptions"))
    content = b"".join(read_sealed(ReadyFile.objects.get().stored_name))
    rows = read_workbook(content, "x.xlsx").sheets[0].rows
    assert rows[2][:13] == [
        "日期",
        "时间",
        "单位",
        "接待人",
        "形式",
        "类别",
        "批次",
        "人次",
        "主题",
        "内容",
        "答复",
        "结果",
        "领导接访",
    ]
    assert rows[3][9] == "问优待证" and not any(
        "李建国" in str(cell) or "1005550" in str(cell) for row in rows for cell in row
    )


def test_an_entry_is_mended_by_its_writer_on_the_same_day(clerk, station):
    row = logged(clerk)
    with make.as_(clerk):
        actions.correct_reception(
            reception=row, values=values(people_count=3), by=clerk, at=make.NOON + timedelta(hours=3)
        )
    assert rows_of(clerk)[0].people_count == 3
    other = make.staff(station)
    for somebody, later in ((other, 0), (clerk, 1)):
        with pytest.raises(ValidationError, match=actions.OWN_DAY), make.as_(somebody):
            actions.correct_reception(reception=row, values=values(), by=somebody, at=make.NOON + timedelta(days=later))


def test_nobody_elsewhere_sees_or_mends_an_entry(page, clerk, sibling_clerk):
    row = logged(clerk)
    page(reverse("petitions:reception", args=[row.pk]), as_=sibling_clerk, expect=404)
    with pytest.raises(Reception.DoesNotExist), make.as_(sibling_clerk):
        actions.correct_reception(reception=row, values=values(), by=sibling_clerk, at=make.NOON)


def test_a_leader_of_the_bureau_does_not_sit_at_the_counter(page, approver):
    page(reverse(NEW), as_=approver, expect=403)
    with pytest.raises(PermissionDenied), make.as_(approver):
        actions.log_reception(values=values(), by=approver, at=make.NOON)


def test_a_day_to_come_is_refused(clerk):
    with pytest.raises(ValidationError, match="日期不能晚于今天"), make.as_(clerk):
        actions.log_reception(values=values(received_on=make.TODAY + timedelta(days=1)), by=clerk, at=make.NOON)


def test_what_was_typed_is_taken_along_to_the_registration(page, client, clerk):
    first = page(
        reverse(NEW),
        as_=clerk,
        **typed(kind="REPORT", name="李建国", phone="10055500733", people_count="2", register="1"),
    )
    (row,) = rows_of(clerk)
    assert (row.result, row.petition_id) == ("APPOINTED", None)
    assert first.find("input", {"name": "name_1"})["value"] == "李建国"
    assert first.find("input", {"name": "people_count"})["value"] == "2"
    held = str(dict(client.session))
    assert "李建国" not in held and "10055500733" not in held
    page(reverse("petitions:reception", args=[row.pk]), as_=clerk)


def test_a_registered_case_closes_its_reception(clerk):
    people = cases.station()
    row = logged(people.clerk, kind="REPORT", result="APPOINTED")
    with make.as_(people.clerk):
        from petitions.actions.registering import register

        register(fields=cases.fields(registered_on=make.TODAY, received_on=make.TODAY), petitioners=[cases.petitioner()],
                 matters=[cases.matter()], reception=row, by=people.clerk, at=make.NOON)  # fmt: skip
        row.refresh_from_db()
        assert row.result == "REGISTERED" and row.petition_id
    with pytest.raises(ValidationError, match=actions.TIED), make.as_(people.clerk):
        actions.correct_reception(reception=row, values=values(), by=people.clerk, at=make.NOON)


def test_names_and_phones_are_forgotten_after_three_years(clerk, capsys):
    from django.utils import timezone

    today = timezone.localdate()
    old = logged(
        clerk,
        at=timezone.now(),
        received_on=today.replace(year=today.year - 3) - timedelta(days=1),
        name="李建国",
        phone="10055500733",
    )
    kept = logged(clerk, at=timezone.now(), received_on=today - timedelta(days=30), name="王秀英")
    call_command("purge_petitions")
    call_command("purge_petitions")
    assert "清除了 1 条" in capsys.readouterr().out
    found = {row.pk: (row.name or "", row.phone or "", row.summary) for row in rows_of(clerk)}
    assert found == {old.pk: ("", "", "问优待证"), kept.pk: ("王秀英", "", "问优待证")}


def test_three_years_end_on_the_day():
    from petitions.rules.retention import names_kept_from

    assert names_kept_from(date(2026, 9, 16), years=3) == date(2023, 9, 16)
    assert names_kept_from(date(2028, 2, 29), years=3) == date(2025, 3, 1)


def test_the_log_asks_the_same_few_questions_whatever_its_length(client, clerk):
    client.force_login(clerk)
    numbers = []
    for rows in (3, 32):
        for _ in range(rows):
            logged(clerk)
        numbers.append(count(client, reverse("petitions:receptions")))
    assert numbers[0] == numbers[1] <= MOST

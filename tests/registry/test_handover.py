"""变动表 of a period, and 交接清单 of what a colleague leaves open."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from registry.actions import moves, status
from registry.actions.changes import propose_change
from registry.models import Plaque
from registry.rules.periods import days_of
from tests import factories as make
from tests.house.test_query_counts import MOST, count
from tests.registry.papers import paper as attach
from tests.registry.pdfs import last_pdf, text_of
from veterans_portal.accounts.models import AuditEvent


@pytest.mark.parametrize(
    ("part", "first", "last"),
    [
        ("", "01-01", "12-31"),
        ("h2", "07-01", "12-31"),
        ("q1", "01-01", "03-31"),
        ("m02", "02-01", "02-28"),
        ("q4", "10-01", "12-31"),
    ],
)
def test_parts_of_a_year(part, first, last):
    assert [f"{day:%m-%d}" for day in days_of(2026, part)] == [first, last]


@pytest.fixture
def changed(station, clerk, foreign_station, foreign_clerk):
    """A death in March, a departure in August, and somebody handed over to another district in September."""
    dead, left, moved = (make.person(station, by=clerk, name=name) for name in ("𠮷春生", "罗远行", "莫换站"))
    with make.as_(clerk):
        status.record_death(person=dead, died="2026-03-02", reason="病故", by=clerk, at=make.NOON, today=make.TODAY)
        status.record_move_out(
            person=left, moved_on="2026-08", destination="邻省某县", by=clerk, at=make.NOON, today=make.TODAY
        )
        move = moves.propose_move(person=moved, to_office=foreign_station, moved_on="2026-09", hukou_moved=True, paid_through="",
                                  plaque_plan="NONE", reason="随子女", by=clerk, at=make.NOON, today=make.TODAY)  # fmt: skip
    with make.as_(foreign_clerk):
        moves.accept_move(move=move, paid_through="", by=foreign_clerk, at=make.NOON)


def paper(client, user, query, folder):
    client.force_login(user)
    answer = client.post(f"{reverse('registry:status-changes-print')}?{query}")
    assert answer.status_code == 302, answer.content[:500]
    return text_of(last_pdf(user, folder))


def test_the_changes_of_a_year_with_those_who_went_elsewhere(client, changed, clerk, foreign_clerk, tmp_path):
    text = paper(client, clerk, "year=2026", tmp_path)
    for wanted in ("𠮷春生", "罗远行", "邻省某县", "合计 2 条", "去世 1", "转往其他站", "2027-01", "变动年份：2026 年"):
        assert wanted in text, wanted
    assert "莫换站" not in text  # her dossier now lies behind another wall
    assert "莫换站" in paper(client, foreign_clerk, "year=2026", tmp_path)
    with make.as_admin("app_audit"):
        facts = AuditEvent.objects.filter(event="CHANGES_PRINTED").order_by("pk").first().facts
    assert facts["rows"] == 3 and facts["number"] in text


def test_the_changes_of_a_quarter(client, changed, clerk, tmp_path):
    text = paper(client, clerk, "year=2026&part=q1", tmp_path)
    assert "𠮷春生" in text and "罗远行" not in text and "转往其他站" not in text
    assert "罗远行" in paper(client, clerk, "year=2026&part=m08", tmp_path)


def test_the_list_shows_the_same_period_and_offers_the_paper(page, changed, clerk):
    soup = page(reverse("registry:status-changes") + "?year=2026&part=q1", as_=clerk)
    assert [row.th.text.strip() for row in soup.select("tbody tr")] == ["𠮷春生"]
    assert soup.select_one(f"form[action^='{reverse('registry:status-changes-print')}?year=2026']")


@pytest.fixture
def unfinished(station, clerk, foreign_station):
    """What two colleagues of one station have open."""
    other = make.staff(station, "CLERK", display_name="小周")
    person, second = make.person(station, by=clerk, name="罗兴旺"), make.person(station, by=clerk, name="周大山")
    with make.as_(clerk):
        moves.propose_move(person=person, to_office=foreign_station, moved_on="2026-09", hukou_moved=False, paid_through="",
                           plaque_plan="NONE", reason="随子女", by=clerk, at=make.NOON, today=make.TODAY)  # fmt: skip
    home = make.household(second, by=other)
    with make.as_(other):
        propose_change(person=second, kind="HUKOU_TYPE", row=None, after={"hukou_type": "RURAL"}, reason="更正", by=other,
                       at=make.NOON)  # fmt: skip
        Plaque.objects.create(household=home, office=station, holder=second, state="PENDING", bases=["V02"], created_at=make.NOON,
                              created_by=other)  # fmt: skip
    return other


def test_a_colleague_leaves_and_her_work_is_listed(page, client, unfinished, clerk, town_head, tmp_path):
    url = f"{reverse('registry:handover-pack')}?colleague={unfinished.pk}"
    soup = page(url, as_=town_head)
    assert "没有办完的 2 件" in soup.select_one(".pagehead__meta").text
    assert "周大山" in soup.main.text and "罗兴旺" not in soup.main.text
    client.force_login(town_head)
    assert client.post(f"{reverse('registry:handover-print')}?colleague={unfinished.pk}").status_code == 302
    text = text_of(last_pdf(town_head, tmp_path))
    for wanted in ("变更申请（1）", "待办光荣牌（1）", "周大山", "小周经手", "接收人"):
        assert wanted in text, wanted
    with make.as_admin("app_audit"):
        [event] = AuditEvent.objects.filter(event="HANDOVER_PRINTED")
    assert event.facts["rows"] == 2 and "周大山" not in str(event.facts)


def test_the_list_takes_twelve_questions_at_most(client, unfinished, town_head):
    client.force_login(town_head)
    assert count(client, reverse("registry:handover-pack")) <= MOST


def test_what_falls_due_goes_to_whoever_takes_over(page, station, clerk, town_head, tmp_path):
    """A prompt went through nobody's hands, so it is listed whosever work is handed over."""
    person = make.person(station, by=clerk, name="罗兴旺")
    attach(person, tmp_path, by=clerk, valid_to=timezone.localdate() + timedelta(days=20))
    url = f"{reverse('registry:handover-pack')}?colleague={clerk.pk}"
    text = page(url, as_=town_head).main.text
    assert "到期提醒" in text and "罗兴旺" in text and "证件到期" in text


def test_the_whole_station_as_excel(client, unfinished, clerk):
    client.force_login(clerk)
    file = client.post(reverse("registry:handover-print"), {"as": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(file.url).streaming_content))).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert {row[0] for row in cells} >= {"站间迁移", "变更申请", "待办光荣牌"}


def test_another_station_hands_over_nothing_of_ours(page, client, unfinished, foreign_clerk, auditor):
    assert "没有要交接的事项" in page(reverse("registry:handover-pack"), as_=foreign_clerk).text
    client.force_login(foreign_clerk)
    assert "周大山" not in client.get(f"{reverse('registry:handover-pack')}?colleague={unfinished.pk}").content.decode()
    client.force_login(auditor)
    assert client.get(reverse("registry:handover-pack")).status_code == 403

"""The board measures offices: figures that lead to their rows, no names, few questions, indexes for fifty thousand cases."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from petitions import board
from petitions.actions import routing
from petitions.case_lists import conditions
from petitions.models import Deadline, Petition
from tests import factories as make
from tests.house.test_query_counts import count
from tests.petitions import factories as case

BOARD = "/petitions/board/"


@pytest.fixture
def people(db):
    return case.bureau()


@pytest.fixture
def counter(db):
    return case.station()


def received(people, days_ago: int, **over):
    on = timezone.localdate() - timedelta(days=days_ago)
    return case.registered(people.sorter, received_on=on, registered_on=on, **over)


def figures(soup) -> dict[str, int]:
    return {one.select_one(".tally__l").text: int(one.select_one(".tally__n").text) for one in soup.select(".tally a")}


def test_each_figure_is_the_length_of_the_list_it_leads_to(page, people, counter):
    late = received(people, 40)
    received(people, 1)
    sent = case.registered(counter.clerk, received_on=date(2026, 3, 3))
    case.do(routing.hand_up, sent, by=counter.clerk, day="2026-03-04", to_office=people.office, reason="上报")
    soup = page(BOARD, as_=people.leader)
    found = figures(soup)
    assert found["已超期"] == 2 and found["未签收"] == 1
    for label, figure in ((label, name) for name, label in board.LABELS.items()):
        rows = page(f"{BOARD}?figure={figure}", as_=people.leader).select("tbody tr")
        assert len(rows) == found[label], label
    assert late.number in soup.text and "李建国" not in soup.text and "超期 25 天" in soup.text


def test_only_a_supervisor_opens_it_and_sees_only_offices_below(page, people, counter):
    received(people, 40)
    other = case.bureau("990102")
    page(BOARD, as_=people.sorter, expect=403)
    page(BOARD, as_=counter.clerk, expect=403)
    assert figures(page(BOARD, as_=other.leader))["已超期"] == 0
    assert figures(page(BOARD, as_=make.staff(make.office("9901"), "CITY")))["已超期"] == 1


def test_each_row_leads_to_what_fits_how_late_it_is(page, people):
    late, later = received(people, 17), received(people, 40)
    city = make.staff(make.office("9901"), "CITY")

    def acts(user):
        rows = page(BOARD, as_=user).select("tbody tr")
        return {row.th.text.strip(): row.select_one("[data-label=督办]") for row in rows}

    seen = acts(city)
    assert (seen[late.number].text.strip(), seen[later.number].text.strip()) == ("催办", "发督办函")
    for petition, kind in ((late, "URGE"), (later, "SUPERVISE")):
        url = seen[petition.number].a["href"]
        assert url == reverse("petitions:case-deed", args=[petition.pk, "supervision"])
        assert page(url, as_=city).select_one(f"input[value={kind}]").has_attr("checked")
    # nobody urges the own office, and the file has no column of buttons
    assert {cell.text.strip() for cell in acts(people.leader).values()} == {"—"}


def test_it_asks_no_more_for_more_rows(client, people):
    client.force_login(people.leader)
    received(people, 40)
    few = count(client, BOARD)
    for _ in range(8):
        received(people, 40)
    assert few == count(client, BOARD) <= 12


def test_fifty_thousand_cases_are_read_by_index(people):
    """Closed cases have no running clock: what the board reads grows with what is open, not with what has ever been."""
    first = received(people, 40)
    plan, closed = plans_with(first, people, 50_000)
    scans = re.findall(
        r"(?:Index|Bitmap Heap) .*on petitions_deadline|Seq Scan on petitions_(?:deadline|petition|caseaccess)\b", plan
    )
    assert scans and not any(scan.startswith("Seq") for scan in scans), plan
    # both indexes hold only clocks that run
    assert re.search("deadline_running|deadline_one_open_per_kind_and_subject", plan), plan
    # the last one closed first, without sorting fifty thousand
    assert "petition_closed" in closed and "Sort" not in closed, closed


def plans_with(first: Petition, people, number: int) -> list[str]:
    """Return the plans of what is late and of what is closed beside so many closed cases, which are then taken away again."""
    with transaction.atomic():
        with make.as_(people.sorter):
            fill(first, number)
        with make.as_(people.leader):
            rows = board.rows_of(people.leader, "overdue", timezone.localdate())
            assert rows.count() == 1
            closed = Petition.objects.visible_to(people.leader).filter(conditions(people.leader)["closed"])
            plans = [plan_of(rows), plan_of(closed.order_by("-closed_on", "-pk"), sort="off")]
        # nobody waits for a hundred thousand references to be checked
        transaction.set_rollback(True)
    return plans


def plan_of(rows, *, sort: str = "on") -> str:
    """
    Return the plan, the planner being told that reading a whole table is dear: of rows nobody has counted yet it cannot know.

    sort: off says the same of sorting.
    """
    sql, values = rows[:30].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_sort', %s, true), set_config('enable_seqscan', 'off', true)", [sort])
        cursor.execute(f"EXPLAIN {sql}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


def fill(first: Petition, number: int) -> None:
    """Make closed cases, each with a clock that was met, by one statement a table."""
    columns = [f.column for f in Petition._meta.concrete_fields if f.column not in ("id", "number", "request_key", "state",
               "closing_kind", "closed_on", "closed_by_id", "query_code_hash", "next_act_by_on")]  # fmt: skip
    clock = Deadline.objects.filter(petition=first).first()
    own = [f.column for f in Deadline._meta.concrete_fields if f.column not in ("id", "petition_id", "fulfilled_on")]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO petitions_caseaccess (petition_id, office_id, basis, can_act, granted_at, created_at, created_by_id)"
            " SELECT 1000000 + n, office_id, 'REGISTERED', true, created_at, created_at, created_by_id"
            " FROM petitions_petition, generate_series(1, %s) n WHERE id = %s", [number, first.pk])  # fmt: skip
        cursor.execute(
            f"INSERT INTO petitions_petition (id, number, state, closing_kind, closed_on, closed_by_id, {', '.join(columns)})"
            f" SELECT 1000000 + n, 'Z-' || n, 'CLOSED', 'ANSWERED', received_on, created_by_id, {', '.join(columns)}"
            " FROM petitions_petition, generate_series(1, %s) n WHERE id = %s", [number, first.pk])  # fmt: skip
        cursor.execute(
            f"INSERT INTO petitions_deadline (petition_id, fulfilled_on, {', '.join(own)})"
            f" SELECT 1000000 + n, due_on, {', '.join(own)} FROM petitions_deadline, generate_series(1, %s) n WHERE id = %s",
            [number, clock.pk])  # fmt: skip

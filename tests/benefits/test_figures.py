"""待遇数字: every number equals the rows of the list that it leads to, whoever has moved, was merged or holds two benefits."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benefits.actions import aids
from benefits.actions.approval import approve_batch
from benefits.actions.batches import submit_batch
from benefits.actions.oneoff import take_into_batch
from benefits.figures import figures, shown
from benefits.models import HardshipApplication, Line, OneOffGrant, Overpayment, Recovery
from registry.models import Person
from tests import factories as make
from tests.benefits import factories as pay
from tests.benefits.test_doors import moved_away

SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)
DAY = date(2026, 3, 6)


@pytest.fixture
def payer(db):
    pay.combat_standard()
    pay.notice([("RURAL60", "60", "PER_MONTH_PER_SERVICE_YEAR"), ("ILL_HOME", "787.50", "PER_MONTH")], effective="2024-08",
               doc_no="样〔2024〕2号")  # fmt: skip
    return pay.paying_office()


def arrive(batch, by, on: date = DAY) -> None:
    """The bank has paid every line of an approved batch."""
    with make.as_(by):
        Line.objects.filter(batch=batch, amount_yuan__gt=0).exclude(kind="RECOVER").update(pay_state="PAID", paid_on=on)


def granted(person, programme: str, amount: str, officer, approver, **facts) -> OneOffGrant:
    with make.as_(officer):
        return OneOffGrant.objects.create(
            programme_id=programme, person=person, office_id=person.office_id, paying_office_id="990101", event_on=DAY,
            amount_yuan=Decimal(amount), state="APPROVED", proposed_by=officer, proposed_at=pay.AT, approved_by=approver,
            approved_at=pay.AT, **facts)  # fmt: skip


def helped(person, kind: str, amount: str, officer, approver, **facts) -> HardshipApplication:
    values = {
        "line": "OWN",
        "kind": kind,
        "situation": "SUDDEN",
        "family_size": 2,
        "income_yuan": Decimal(1),
        "reason": "失火",
    }
    with make.as_(officer):
        row = aids.apply_aid(person=person, values=values | facts, by=officer, at=pay.AT)
        HardshipApplication.objects.filter(pk=row.pk).update(
            state="APPROVED", amount_approved=Decimal(amount), approved_by=approver, approved_at=pay.AT
        )
        return HardshipApplication.objects.select_related("programme").get(pk=row.pk)


@pytest.fixture
def year(payer, station, sibling_station, officer, approver):
    """A year of everything that a figure counts."""
    people = [pay.beneficiary(station, name=f"样例{number}", since="2026-03") for number in range(4)]
    home = make.household(people[0], by=officer)
    with make.as_(officer):
        home.members.create(
            office_id=home.office_id, person=people[1], name=people[1].name, created_at=pay.AT, created_by=officer
        )
    arrive(pay.approved(officer, approver), officer)
    rows = [
        granted(people[0], "AWARD_MERIT", "6563", officer, approver, certificate_no="证1"),
        granted(people[0], "AWARD_MERIT", "6562", officer, approver, certificate_no="证2"),
        granted(people[1], "AWARD_ENLIST", "5000", officer, approver, certificate_no="证3"),
        granted(
            people[2],
            "CONSCRIPT_FAMILY",
            "10937.50",
            officer,
            approver,
            subject_name="军人",
            enlist_on=DAY,
            period_no=1,
        ),
        helped(people[0], "HARDSHIP", "1000", officer, approver, scheme="暖冬"),
        helped(people[1], "MEDICAL", "2000", officer, approver),
        helped(people[3], "MEDICAL", "3000", officer, approver),
    ]
    codes = ["AWARD_MERIT", "AWARD_ENLIST", "CONSCRIPT_FAMILY", "AID_HARDSHIP", "AID_MEDICAL"]
    batch = pay.opened(officer, kind="GRANT", programmes=codes)
    with make.as_(officer):
        take_into_batch(batch=batch, rows=rows, by=officer, at=pay.AT)
        batch = submit_batch(batch=batch, by=officer, at=pay.AT)
    with make.as_(approver):
        approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
    arrive(batch, officer, date(2026, 4, 8))
    with make.as_(officer):
        values = {
            "line": "CIVIL_TEMP",
            "situation": "SUDDEN",
            "family_size": 2,
            "income_yuan": Decimal(1),
            "reason": "失火",
        }
        civil = aids.apply_aid(person=people[2], values=values, by=officer, at=pay.AT)
        civil = aids.hand_over(row=civil, handed_over_on=DAY, handed_over_to="民政办", by=officer, at=pay.AT)
        aids.record_result(row=civil, external_result="已批准", external_yuan=Decimal(800), by=officer, at=pay.AT)
    # two stops found afterwards: paid too much, part of it came back
    for person in people[:2]:
        pay.stop(person, since="2026-03", until="2026-03")
    arrive(pay.approved(officer, approver, first="2026-04"), officer, date(2026, 5, 7))
    with make.as_(officer):
        first = Overpayment.objects.order_by("pk").first()
        Recovery.objects.create(office_id=first.office_id, overpayment=first, method="CASH", amount_yuan=Decimal(300), received_on=date(2026, 6, 1),
                                receipt_no="收1", recorded_by=officer, recorded_at=pay.AT)  # fmt: skip
    return people


def listed(page, address: str, user) -> dict:
    """Read a list: its rows, the distinct people in them, the sum of its money column, and what stands above it."""
    soup = page(address, as_=user)
    heads = [one.text for one in soup.select("table thead th")]
    rows = [[cell.text.strip() for cell in line.select("th, td")] for line in soup.select("table tbody tr")]
    money = next(
        (at for at in reversed(range(len(heads))) if heads[at] in ("实发（元）", "金额（元）", "对方救助金额（元）")),
        None,
    )
    money = (
        heads.index("未追回（元）")
        if "view=open" in address
        else heads.index("多发（元）")
        if "多发（元）" in heads
        else money
    )
    total = (
        sum((Decimal(row[money].replace(",", "")) for row in rows if row[money] not in ("", "—")), Decimal(0))
        if money is not None
        else None
    )
    return {
        "rows": len(rows),
        "people": len({row[0] for row in rows}),
        "yuan": total,
        "meta": soup.select_one(".pagehead__meta").text,
    }


@pytest.mark.parametrize("role", ["officer", "clerk"])
def test_every_number_equals_the_rows_of_its_list(page, year, request, role):
    reader = request.getfixturevalue(role)
    with make.as_(reader):
        numbers = figures(reader, SINCE, UNTIL)
        told = shown(numbers, SINCE, UNTIL)
    assert len(told) >= 22 and all(one.value for one in told), [one.key for one in told if not one.value]
    for one in told:
        rows = listed(page, one.url, reader)
        if "_yuan" in one.key:
            assert rows["yuan"] == one.value, one
            assert f"{one.value:,.2f} 元" in rows["meta"], (one, rows["meta"])
        elif "households" in one.key:
            assert f"{one.value} 户" in rows["meta"], (one, rows["meta"])
        elif "cases" in one.key or "times" in one.key:
            assert rows["rows"] == one.value and f"共 {one.value} 笔" in rows["meta"], one
        else:
            assert rows["people"] == one.value and f"{one.value} 人" in rows["meta"], (one, rows)
    # two of the three helped live in one household, the third has none in the register and stands for her own
    assert (numbers["aid_persons"], numbers["aid_households"], numbers["medical_times"]) == (3, 2, 2)
    assert numbers["award_persons"] == {"AWARD_ENLIST": 1, "AWARD_MERIT": 1}
    assert numbers["award_paid_yuan"]["AWARD_MERIT"] == Decimal("13125.00")


def test_the_page_leads_there_and_keeps_the_period(page, year, officer):
    soup = page(reverse("benefits:figures") + "?since=2026-03&until=2026-03", as_=officer)
    rows = {line.th.text: (line.select("td")[0].text, line.a["href"]) for line in soup.select("tbody tr")}
    number, address = rows["定期待遇到账金额（元）"]
    assert number == "3,360.00" and "since=2026-03&until=2026-03" in address
    assert "共 4 笔" in page(address, as_=officer).text and "没有" not in page(address, as_=officer).h1.text
    assert rows["本部门帮扶到账件数"][0] == "0"


def test_who_gives_way_while_the_other_is_stopped_is_entitled_to_nothing(page, payer, station, officer):
    """RURAL60 gives way to any other recurring benefit, and goes on giving way while that one is stopped."""
    both = pay.beneficiary(station, name="兼得人", since="2026-01")
    pay.enrolment(both, "RURAL60", since="2026-01", service_years=10)
    one = pay.beneficiary(station, name="独享人")
    with make.as_(officer):
        assert figures(officer, SINCE, UNTIL)["recurring_entitled"] == 2
    pay.stop(both, since="2026-03", programme="COMBAT")
    with make.as_(officer):
        assert figures(officer, SINCE, UNTIL)["recurring_entitled"] == 1
    soup = page(reverse("benefits:entitled") + "?month=2026-12", as_=officer)
    assert one.name in soup.text and both.name not in soup.select_one("tbody").text
    assert "兼得人" in page(reverse("benefits:entitled") + "?month=2026-02", as_=officer).select_one("tbody").text


def test_the_dead_the_ended_and_the_stopped_are_not_counted(payer, station, officer):
    people = [pay.beneficiary(station, since="2026-01") for _ in range(5)]
    pay.died(people[0], "2026-05-07")
    pay.stop(people[1], since="2026-02", until="2026-06")
    pay.stop(people[2], since="2026-02", pays_arrears=True, reason="x")
    with make.as_(officer):
        people[3].enrolments.update(state="ENDED", month_to=date(2026, 6, 1), end_reason="OTHER")
        by_month = {
            month: figures(officer, date(2026, 1, 1), date(2026, month, 28))["recurring_entitled"]
            for month in (1, 4, 5, 6, 7)
        }
    # in April one is stopped; in May one has died; from July one has ended and the stopped one is back
    assert by_month == {1: 5, 4: 4, 5: 3, 6: 3, 7: 3}


def test_merged_dossiers_and_people_who_moved_away_still_count_once(payer, station, foreign_station, officer, approver):
    kept, loser, gone = (
        pay.beneficiary(station, name=name, since="2026-03") for name in ("保留人", "重复人", "迁走人")
    )
    arrive(pay.approved(officer, approver), officer)
    with make.as_(officer):
        loser.enrolments.update(state="ENDED", month_to=date(2026, 3, 1), end_reason="OTHER")
        Person.objects.filter(pk=loser.pk).update(status="MERGED", merged_into=kept.pk)
    moved_away(gone, foreign_station)
    with make.as_(officer):
        numbers = figures(officer, SINCE, UNTIL)
    assert (numbers["recurring_paid_persons"], numbers["recurring_paid_yuan"]) == (2, Decimal("2520.00"))
    assert numbers["recurring_entitled"] == 2


def test_the_numbers_ask_no_more_for_more_people(client, payer, station, officer, approver):
    counts = []
    client.force_login(officer)
    for _ in range(2):
        for _ in range(4):
            both = pay.beneficiary(station, since="2026-01")
            pay.enrolment(both, "RURAL60", since="2026-01", service_years=10)
        for name in ("figures", "paid", "recoveries", "overpayments", "entitled"):
            address = reverse(f"benefits:{name}")
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append(
                len([one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])
            )
    assert counts[:5] == counts[5:] and max(counts) <= 12, counts

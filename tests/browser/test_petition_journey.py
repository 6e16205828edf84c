"""One matter from the counter to its end, with an extension, by four people in their browsers."""

import re
import subprocess

import pytest
from django.utils import timezone

from tests.petitions import factories as case


@pytest.fixture
def people(transactional_db):
    """The district's bureau, and the clerks of a station below it: one takes in, one asks afterwards."""
    bureau, counter = case.bureau(), case.station()
    bureau.clerk = counter.clerk
    return bureau


def three(page, name, day) -> None:
    for part, value in (("year", day.year), ("month", day.month), ("day", day.day)):
        page.fill(f"[name={name}_{part}]", str(value))


def press(page) -> None:
    """Press the one button that does the deed; no error comes back."""
    page.locator("main form button.btn--primary").last.click()
    page.wait_for_load_state()
    assert page.locator(".error-summary").count() == 0, page.locator(".error-summary").inner_text()


def follow(page, address, wanted, **fields) -> None:
    """Open the case, see what the next step is, press its button, fill in what it asks and do it."""
    page.goto(address)
    assert f"下一步：{wanted}" in page.locator(".panel--next").inner_text()
    button = page.locator(".panel--next .btn--primary")
    assert button.bounding_box()["y"] < 768  # whatever the number of clocks, on the first screen
    button.click()
    do(page, **fields)


def do(page, **fields) -> None:
    for name, value in fields.items():
        box = page.locator(f"[name={name}]").first
        kind = box.evaluate("e => e.type")
        if kind == "radio":
            page.check(f"[name={name}][value={value}]")
        elif kind.startswith("select"):
            box.select_option(value)
        else:
            box.fill(value)
    press(page)


def register(clerk) -> tuple[str, str, str]:
    """Register at the counter by its three pages; return (address, number, query code on the printed receipt)."""
    clerk.goto("/petitions/new/")
    do(clerk, channel="VISIT", name_1="李建国", phone_1="10055500733", address_1="新荷社区 5 栋 203")
    do(
        clerk,
        topic="PENSION",
        title="残疾等级评定",
        request_text="请求重新评定残疾等级",
        text_1="要求重新评定残疾等级",
        statement_mode="ORAL",
    )
    clerk.click("main form button.btn--primary")
    assert "口头反映须向信访人宣读并确认" in clerk.locator(".error-summary").inner_text()
    clerk.check("[name=read_back]")
    press(clerk)
    number = re.search(r"XH-\d{4}-\d{4}", clerk.locator("h1").inner_text()).group()
    receipt = clerk.request.get(clerk.locator("main a.btn--primary").get_attribute("href")).body()
    words = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=receipt, capture_output=True, check=True
    ).stdout.decode()
    code = re.search(r"查询码\s+([A-Z0-9]{8})", words).group(1)
    return clerk.locator("main a.btn", has_text="打开本件").get_attribute("href"), number, code


def asks(petitioner, number, code) -> str:
    """What the petitioner reads on the public page."""
    petitioner.goto("/service/petition/progress/")
    petitioner.fill("[name=number]", number)
    petitioner.fill("[name=code]", code)
    petitioner.click("main button.btn--primary")
    petitioner.wait_for_load_state()
    return petitioner.locator("main").inner_text()


def test_four_people_bring_a_matter_from_the_counter_to_its_end(visit, chromium, live_server, people):
    today = timezone.localdate()
    clerk, sorter, handler, leader = (
        visit(one) for one in (people.clerk, people.sorter, people.handler, people.leader)
    )
    phone = chromium.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 760}, java_script_enabled=False
    )
    petitioner = phone.new_page()
    address, number, code = register(clerk)
    assert "受理登记" in asks(petitioner, number, code)
    follow(clerk, address, "上报代办", reason="需区局办理")
    follow(sorter, address, "签收")
    follow(sorter, address, "受理", route_1="R6")
    follow(sorter, address, "送达文书", mode="FACE")
    follow(sorter, address, "派件", officer=str(people.handler.pk))
    for kind in ("HEARD", "INVESTIGATED"):
        follow(handler, address, "记录办理过程", kind=kind, text="情况属实。")
    until = day_on_the_page(handler, address)
    handler.click(".panel--next summary")
    handler.click(".panel--next a:has-text('申请延期')")
    do(handler, days="20", reason="需向原部队调取档案")
    follow(leader, address, "审批延期", ruling="yes")
    assert day_on_the_page(handler, address) != until
    assert "经批准延长" in asks(petitioner, number, code)
    follow(handler, address, "送达文书", mode="FACE")
    follow(handler, address, "提交答复", matter_1="EXPLAIN", facts_1="材料齐全。", reasons_1="已按规定评定。", basis_1="伤残抚恤管理办法",
           decision_1="维持原评定。")  # fmt: skip
    follow(leader, address, "审签文书", ruling="approve")
    follow(handler, address, "送达", mode="FACE")
    follow(clerk, address, "回访", result="reached", got_reply="yes", understood="yes")
    answer = asks(petitioner, number, code)
    assert "回访" in answer and "可申请复查至" in answer and "李建国" not in answer and "残疾" not in answer
    petitioner.goto("/service/petition/evaluation/")
    do(petitioner, number=number, code=code, target="HANDLING", score="SATISFIED")
    follow(sorter, address, "办结")
    sorter.goto(address)
    assert "本件已办结" in sorter.locator(".panel--next").inner_text()
    assert sorter.locator(".stages__item--done").count() == 5
    assert f"{today.year}" in sorter.locator("#documents").inner_text()
    assert [one.strangers for one in (clerk, sorter, handler, leader)] == [[]] * 4
    phone.close()


def day_on_the_page(page, address) -> str:
    page.goto(address)
    return page.locator(".panel__facts li").first.inner_text()

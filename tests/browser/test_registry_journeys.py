"""The daily work of a station in a real browser: a death, a move seen from both sides, two dossiers, a round, a card."""

import io
import re

from PIL import Image

from registry.actions.duplicates import find_pairs
from registry.models import Card, Person, Plaque
from tests import factories as make
from tests.registry.pdfs import pages_of, text_of

RARE = "𠮷𬭎长发"


def press(page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()
    page.wait_for_load_state()


def follow(page, label: str) -> None:
    page.get_by_role("link", name=label, exact=True).first.click()
    page.wait_for_load_state()


def day(page, field: str, text: str) -> None:
    for part, value in zip(("", "_month", "_day"), text.split("-"), strict=False):
        page.fill(f"#id_{field}{part}", value)


def said(page) -> str:
    return page.inner_text("main")


def hung(person, *, by, serial="QH0001") -> None:
    home = make.household(person, by=by)
    with make.as_(by):
        Plaque.objects.create(household=home, office_id=home.office_id, holder=person, state="HUNG", serial=serial, hung="2020-01",
                              place="DOOR", signer="家属", bases=["V02"], created_at=make.NOON, created_by=by)  # fmt: skip


def test_a_death_keeps_the_plaque_closes_the_card_and_asks_for_the_paper(visit, station_clerk):
    person = make.person(station_clerk.office, by=station_clerk, name="许春生")
    hung(person, by=station_clerk)
    with make.as_(station_clerk):
        Card.objects.create(person=person, kind="VETERAN", state="ISSUED", issued_on=make.TODAY, signer="许", applied_on=make.TODAY,
                            accepting_office=person.office, state_since=make.TODAY, created_at=make.NOON, created_by=station_clerk)  # fmt: skip
    page = visit(station_clerk)
    page.goto(f"/registry/people/{person.ref}/")
    follow(page, "登记去世")
    press(page, "登记去世")
    assert "请填写去世时间" in page.inner_text(".error-summary")
    day(page, "died", "2026-09")
    press(page, "登记去世")
    assert "保留不再更换" in page.inner_text("#plaque") and "已停用" in page.inner_text("#card")
    assert "补传死亡证明" in page.inner_text("#prompts") and "享年" in page.inner_text(".dossier")
    assert page.get_by_role("link", name="办理迁移").count() == 0


def test_two_stations_of_two_districts_hand_over_a_person(visit, station_clerk):
    taker = make.staff(make.office("990102001001"), "CLERK")
    person = make.person(station_clerk.office, by=station_clerk, name="罗兴旺", categories=["V02", "51"])
    hung(person, by=station_clerk)
    giving = visit(station_clerk)
    giving.goto(f"/registry/people/{person.ref}/")
    follow(giving, "办理迁移")
    giving.fill("#find", "枫岭村")
    press(giving, "查找")
    giving.select_option("#id_to_office", "990102001001")
    day(giving, "moved_on", "2026-09")
    giving.fill("#id_reason", "随子女居住")
    press(giving, "发起迁移")
    assert "有优抚身份的人员要填写待遇已发至哪个月" in giving.inner_text(".error-summary")
    giving.fill("#id_paid_through", "2026-08")
    press(giving, "发起迁移")
    taking = visit(taker)
    follow(taking, "罗兴旺：迁来本站，等接收")
    assert "罗兴旺" in taking.inner_text("h1")
    follow(taking, "接收")
    taking.fill("#id_paid_through", "2026-07")
    press(taking, "接收")
    assert "对方填写的已发月份是 2026-08" in taking.inner_text(".error-summary")
    taking.fill("#id_paid_through", "2026-08")
    press(taking, "接收")
    follow(taking, "罗兴旺")
    assert "枫岭村" in taking.inner_text(".dossier") and "QH0001" in taking.inner_text("#plaque")
    assert giving.goto(f"/registry/people/{person.ref}/").status == 404
    giving.goto("/registry/moves/?tab=done")
    assert "罗兴旺" in said(giving) and "已接收" in said(giving)


def test_two_dossiers_become_one_and_two_again(visit, station_clerk):
    head = make.staff(make.office("990101001"), "HEAD")
    one = make.person(station_clerk.office, by=station_clerk, name="周长发", phone="10055500111")
    two = make.person(
        station_clerk.office, by=station_clerk, name="周长发", id_number="", born=one.born, phone="10055500222"
    )
    with make.as_(head):
        find_pairs(by=head, at=make.NOON)
    page = visit(head)
    follow(page, "1 对疑似重复的档案待核对")
    follow(page, "周长发")
    page.get_by_label(f"{one.ref}，{one.office.label}").check()
    page.get_by_label(re.compile("^联系电话")).select_option("2")
    press(page, "合并")
    page.goto(f"/registry/people/{one.ref}/")
    assert "100 5550 0222" in page.inner_text(".dossier")
    page.goto(f"/registry/people/{two.ref}/")
    assert "已合并" in page.inner_text(".dossier")
    page.goto("/registry/duplicates/")
    follow(page, "已合并的档案")
    follow(page, "撤销")
    press(page, "撤销合并")
    page.goto(f"/registry/people/{one.ref}/")
    assert "100 5550 0111" in page.inner_text(".dossier")
    with make.as_(head):
        assert set(Person.objects.values_list("status", flat=True)) == {"ACTIVE"}


def test_a_round_of_sixty_households_from_the_plan_to_the_results(visit, station_clerk, tmp_path):
    for number in range(60):
        make.person(station_clerk.office, by=station_clerk, name=RARE if not number else "张卫东", phone="")
    page = visit(station_clerk, javascript=False)
    for _ in range(2):
        page.goto("/registry/plaques/unhung/")
        press(page, "为勾选的人各立一户")
    press(page, "把这 60 户列入待悬挂")
    page.goto("/registry/plaque-rounds/new/")
    page.fill("#id_name", "2099年春节")
    day(page, "due_on", "2099-02-05")
    page.click("main button.btn--primary")
    follow(page, "2099年春节")
    press(page, "把待悬挂的列入本批")
    with page.expect_download() as sheet:
        page.get_by_role("button", name="打印签收表").click()
    sheet.value.save_as(tmp_path / "sheet.pdf")
    assert pages_of(tmp_path / "sheet.pdf") >= 3
    text = text_of(tmp_path / "sheet.pdf")
    assert RARE in text and text.count("合计 60 户") == 1
    page.go_back()
    page.fill("#common_day", "2026-09-10")
    rows = page.locator("tbody tr")
    assert rows.count() == 60
    for at in range(3):
        rows.nth(at).locator("select").select_option("DOOR")
        if at:
            rows.nth(at).locator("input[name$=signer]").fill("家属")
    rows.nth(3).locator("input[name$=not_hung]").fill("房屋装修")
    press(page, "保存本页结果")
    assert "已登记 3 户，其中悬挂 2 户" in said(page) and "请填写家庭签收人" in page.inner_text(".error-summary")
    assert "已挂 2/60" in page.inner_text(".pagehead")
    with make.as_(station_clerk):
        states = list(Plaque.objects.values_list("state", flat=True))
    assert (states.count("HUNG"), states.count("HELD"), states.count("PENDING")) == (2, 1, 57)


def picture() -> dict:
    out = io.BytesIO()
    Image.new("RGB", (60, 80), (150, 120, 90)).save(out, "JPEG")
    return {"mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_card_from_the_application_to_the_hand(visit, station_clerk):
    person = make.person(station_clerk.office, by=station_clerk, name="李建国")
    clerk = visit(station_clerk)
    for kind in ("PHOTO", "ID_CARD"):
        clerk.goto(f"/registry/people/{person.ref}/documents/new/?kind={kind}")
        clerk.set_input_files("#id_file", picture() | {"name": f"{kind}.jpg"})
        clerk.fill("#id_number", kind)
        press(clerk, "保存")
        if "已经上传过" in said(clerk):
            clerk.set_input_files(
                "#id_file", {"name": "id.jpg", "mimeType": "image/jpeg", "buffer": picture()["buffer"] + b" "}
            )
            press(clerk, "保存")
    clerk.goto(f"/registry/people/{person.ref}/")
    assert clerk.locator(".dossier img").evaluate("img => img.naturalWidth") == 60
    follow(clerk, "申领优待证")
    press(clerk, "保存")
    with make.as_(station_clerk):
        url = f"/registry/cards/{Card.objects.get().pk}/"
    head, officer, city = (visit(make.staff(make.office(code), role)) for code, role in
                           (("990101001", "HEAD"), ("990101", "OFFICER"), ("9901", "CITY")))  # fmt: skip
    steps = [(head, "受理"), (officer, "区县审核通过"), (city, "市级审核通过"), (city, "登记省级审核通过"), (officer, "登记送制卡"),
             (officer, "签收制好的卡"), (officer, "下发到站"), (clerk, "登记发放")]  # fmt: skip
    for page, label in steps:
        page.goto(url)
        follow(page, label)
        for field in ("approved_on", "issued_on"):
            if page.locator(f"#id_{field}").count():
                today = page.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})")
                day(page, field, today)
        if page.locator("#id_signer").count():
            page.fill("#id_signer", "李建国")
        page.click("main button.btn--primary")
        page.wait_for_load_state()
    clerk.goto(f"/registry/people/{person.ref}/")
    assert "已发放" in clerk.inner_text("#card")
    assert all(page.strangers == [] for page, _ in steps)

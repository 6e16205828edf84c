"""The nine ledgers on their way out: their columns, their rows, masked unless there is a purpose."""

import csv
import io
import re

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.actions.exports import export_ledger
from registry.exporting.catalog import LEDGERS
from registry.models import Award, Card, Document, Fallen, Move, Plaque, StatusChange
from tests import factories as make
from veterans_portal.accounts.models import AuditEvent, ReadyFile
from veterans_portal.files import read_sealed

NOON, PURPOSE = make.NOON, "报送区医保局参保核对"
COLUMNS = {
    "people": "档案号 姓名 曾用名 性别 民族 出生日期 身份证号码 人员类别 所属服务站 户籍类别 户籍地 现住址 联系电话 固定电话 婚姻状况 文化程度"
    " 政治面貌 就业状态 工作单位 入伍时间 退役时间 军种 军衔 部队代号 安置方式 退役证件号 是否悬挂光荣牌 悬挂时间 建档日期 状态",
    "village": "档案号 村民组 户号 户主 姓名 性别 身份证号码 年龄 人员类别 入伍时间 退役时间 军种 政治面貌 立功受奖 优抚类别 联系电话 现住址 部队代号"
    " 退役证编号 安置方式",
    "beneficiaries": "档案号 优抚类别 所属服务站 姓名 身份证号码 性别 民族 婚姻状况 入伍时间 退役时间 户籍类别 户籍地 现住址 联系电话 工作单位"
    " 对象状态 证书编号 认定时间 终止时间 折算年限 参战类别",
    "injuries": "档案号 姓名 身份证号码 伤残性质 伤残等级 伤残属别 部位 负伤时间 评残时间 证件号码 有效期 供养方式",
    "survivors": "档案号 姓名 身份证号码 优抚类别 与军人关系 是否持证人 军人姓名 生前部队职务 牺牲时间 地点 原因 证明书编号 安葬地",
    "plaques": "档案号 光荣牌编号 户主 户号 身份证号码 与军人关系 悬挂依据 主动或依申请 家庭住址 悬挂位置 悬挂日期 悬挂人 签收人 状态"
    " 更换/收回日期 更换或取消原因 补发次数 批次 备注",
    "cards": "档案号 姓名 身份证号码 证件种类 受理站 申请日期 当前环节 发放日期 签收人",
    "changes": "档案号 姓名 身份证号码 变动种类 变动时间 待遇已发至 下一发放单位起始月 原因 登记人 登记时间 复核人",
    "moves": "档案号 姓名 迁出站 接收站 迁移时间 已发至 起发月 状态 经办",
}


def export(by, code, **over):
    given = {
        "code": code,
        "query": "",
        "form": "xlsx",
        "full": False,
        "reason": "",
        "by": by,
        "at": NOON,
        "today": make.TODAY,
    } | over
    with make.as_(by):
        return export_ledger(**given)


def sheet(file: ReadyFile):
    return openpyxl.load_workbook(io.BytesIO(b"".join(read_sealed(file.stored_name)))).active


def table(file: ReadyFile) -> list[dict]:
    rows = list(sheet(file).iter_rows(min_row=3, values_only=True))
    return [{key: text or "" for key, text in zip(rows[0], row, strict=True)} for row in rows[1:-2]]


def total(file: ReadyFile) -> tuple:
    return list(sheet(file).iter_rows(values_only=True))[-2][:2]


@pytest.fixture
def world(station, sibling_station, officer):
    """A veteran with everything, a survivor of a martyr, one who died, a move, a card, plaques."""
    one = make.person(
        station, by=officer, name="张卫东", categories=["V02", "11", "51"], political="01", note="只说给自己看"
    )
    make.service(one, by=officer, unit_code="8341")
    home = make.household(one, by=officer, book_no="H1", group_name="二组", address="甲村 1 号")
    two = make.person(
        station,
        by=officer,
        name="李秀英",
        categories=[],
        id_number=make.id_number("19600101", sex="F"),
        born="1960-01-01",
        sex="F",
    )
    dead = make.person(sibling_station, by=officer, name="许春生", status="DECEASED", died="2026-03", id_number=make.id_number("19400101"),
                       born="1940-01-01")  # fmt: skip
    who = {"created_at": NOON, "created_by": officer}
    with make.as_(officer):
        one.identities.filter(category="11").update(
            injury_nature="WAR", injury_grade=7, injury_side="HOME", injury_part="左腿", injured="1979-02", graded="1980", certificate_no="湘军1",
            care="HOME",
        )  # fmt: skip
        one.identities.filter(category="51").update(war_code="12", started="2007-08")
        Document.objects.create(
            person=one,
            office=station,
            kind="DISABILITY",
            valid_to="2027-05-01",
            bytes=1,
            sha256="x",
            stored_name="x",
            **who,
        )
        Award.objects.create(person=one, office=station, kind="THIRD", awarded="1979", **who)
        fallen = Fallen.objects.create(office=station, name="李大山", kind="MARTYR", unit_post="某部班长", died="1979-02-20", died_place="南疆",
                                       cause="作战牺牲", certificate_no="烈1", buried_at="县烈士陵园", **who)  # fmt: skip
        make.identity(two, "21", by=officer, relation="CHILD", fallen=fallen, is_certificate_holder=True)
        Plaque.objects.create(household=home, office=station, holder=one, state="HUNG", serial="A1", hung="2019-05", place="DOOR", signer="张",
                              address="甲村 1 号", bases=["V02", "11"], **who)  # fmt: skip
        Plaque.objects.create(household=home, office=station, holder=one, state="REPLACED", serial="A0", hung="2018", closed="2019-05",
                              exchange_reason="WORN", source="IMPORT", **who)  # fmt: skip
        Card.objects.create(person=one, office=station, kind="VETERAN", state="READY", accepting_office=station, applied_on="2026-02-01",
                            state_since="2026-03-01", **who)  # fmt: skip
        StatusChange.objects.create(
            person=dead,
            office=sibling_station,
            kind="DEATH",
            effective="2026-03",
            reason="因病",
            paid_through="2026-03",
            **who,
        )
        Move.objects.create(office=station, person=two, from_office=station, to_office=sibling_station, direction="PUSH", moved_on="2026-08",
                            paid_through="2026-08", next_payer_from="2027-01", **who)  # fmt: skip
    return one


@pytest.mark.parametrize("code", LEDGERS)
def test_each_ledger_has_its_columns_and_no_number_unless_asked(officer, world, code):
    masked = export(officer, code, query="status=ALL")
    assert [cell.value for cell in sheet(masked)[3]] == COLUMNS[code].split()
    rows = table(masked)
    assert rows and "只说给自己看" not in str(rows)
    texts = [str(cell.value) for row in sheet(masked).iter_rows() for cell in row if cell.value is not None]
    assert not [text for text in texts if re.search(r"\d{17}[\dX]", text)]
    full = table(export(officer, code, query="status=ALL", full=True, reason=PURPOSE))
    numbers = [row["身份证号码"] for row in full if "身份证号码" in row]
    assert all(re.fullmatch(r"\d{17}[\dX]", number) for number in numbers) and (numbers or code == "moves")
    with make.as_(officer):
        events = AuditEvent.objects.filter(event="LEDGER_EXPORTED").order_by("pk")
        assert [(one.facts["ledger"], one.facts["rows"], one.facts["full"]) for one in events] == [
            (code, len(rows), False), (code, len(rows), True)]  # fmt: skip


@pytest.mark.parametrize("code", LEDGERS)
def test_each_ledger_is_refused_in_full_without_right_or_purpose(officer, clerk, world, code):
    with pytest.raises(ValidationError, match="要写明用途"):
        export(officer, code, full=True)
    with pytest.raises(ValidationError, match="你的岗位不能"):
        export(clerk, code, full=True, reason=PURPOSE)


def test_the_village_ledger_is_by_household(officer, world):
    rows = table(export(officer, "village"))
    row = next(one for one in rows if one["姓名"] == "张卫东")
    assert (row["村民组"], row["户号"], row["户主"], row["年龄"]) == ("二组", "H1", "张卫东", "72")
    assert (row["人员类别"], row["优抚类别"], row["立功受奖"]) == (
        "退役士兵",
        "残疾军人、参战退役军人",
        "三等功（1979）",
    )
    assert total(export(officer, "village")) == ("合计", "2 人")


def test_identities_are_told_with_what_belongs_to_them(officer, world):
    rows = table(export(officer, "beneficiaries"))
    assert [(row["优抚类别"], row["姓名"], row["对象状态"]) for row in rows] == [
        ("残疾军人", "张卫东", "待核"), ("烈士遗属", "李秀英", "待核"), ("参战退役军人", "张卫东", "待核")]  # fmt: skip
    assert (rows[2]["参战类别"], rows[2]["认定时间"], rows[2]["入伍时间"]) == ("对越自卫反击作战", "2007-08", "1974-12")
    row = table(export(officer, "injuries"))[0]
    assert list(row.values())[3:] == [
        "因战",
        "七级",
        "在乡",
        "左腿",
        "1979-02",
        "1980",
        "湘军1",
        "2027-05-01",
        "分散供养",
    ]
    row = table(export(officer, "survivors"))[0]
    assert list(row.values())[3:] == [
        "烈士遗属",
        "子女",
        "是",
        "李大山",
        "某部班长",
        "1979-02-20",
        "南疆",
        "作战牺牲",
        "烈1",
        "县烈士陵园",
    ]


def test_plaques_are_told_with_their_history_and_counted_by_state(officer, world):
    rows = table(export(officer, "plaques"))
    assert [list(row.values())[1:] for row in rows] == [
        ["A1", "张卫东", "H1", world.display_masked(), "", "退役士兵、残疾军人", "主动悬挂", "甲村 1 号", "大门", "2019-05", "", "张", "已悬挂", "", "", "", "",
         ""],
        ["A0", "张卫东", "H1", world.display_masked(), "", "", "主动悬挂", "", "", "2018", "", "", "已更换", "2019-05", "老化破损", "", "", ""],
    ]  # fmt: skip
    assert total(export(officer, "plaques")) == ("合计", "2 块：已悬挂 1、已更换 1")
    assert len(table(export(officer, "plaques", query="state=WALL"))) == 1


def test_cards_changes_and_moves(officer, world):
    row = table(export(officer, "cards"))[0]
    assert list(row.values())[3:] == ["退役军人优待证", "新荷社区退役军人服务站", "2026-02-01", "待领取", "", ""]
    row = table(export(officer, "changes", query="kind=DEATH&year=2026"))[0]
    assert (row["姓名"], row["变动时间"], row["待遇已发至"], row["登记人"]) == (
        "许春生",
        "2026-03",
        "2026-03",
        officer.display_name,
    )
    row = table(export(officer, "moves"))[0]
    assert list(row.values())[1:] == ["李秀英", "新荷社区退役军人服务站", "石井社区退役军人服务站", "2026-08", "2026-08", "2027-01", "待对方确认",
                                      officer.display_name]  # fmt: skip
    assert "迁移年份：2025 年" in sheet(export(officer, "moves", query="year=2025"))["A2"].value


@pytest.mark.parametrize("code", LEDGERS)
def test_nobody_takes_out_another_branch(foreign_clerk, world, code):
    assert table(export(foreign_clerk, code)) == []


def test_who_only_asked_for_somebody_learns_nothing(officer, foreign_clerk, world):
    with make.as_(foreign_clerk):
        Move.objects.create(office=foreign_clerk.office, to_office=foreign_clerk.office, from_office_id="990101001001", person=world,
                            direction="PULL", asked_name="张某", asked_digest=b"x", moved_on="2026-08", created_at=NOON,
                            created_by=foreign_clerk)  # fmt: skip
    row = table(export(foreign_clerk, "moves"))[0]
    assert (row["档案号"], row["姓名"], row["迁出站"]) == ("", "张某", "待查找")


@pytest.mark.parametrize("code", LEDGERS)
def test_questions_do_not_grow_with_the_rows(officer, station, world, code):
    counted = []
    for size in (1, 8):
        for _ in range(size):
            person = make.person(station, by=officer, categories=["V02", "11"], id_number=make.id_number())
            home = make.household(person, by=officer)
            with make.as_(officer):
                who = {"created_at": NOON, "created_by": officer}
                make.identity(person, "21", by=officer)
                Plaque.objects.create(household=home, office=station, holder=person, state="PENDING", **who)
                StatusChange.objects.create(person=person, office=station, kind="RESTORE", effective="2026", **who)
                Card.objects.create(person=person, office=station, kind="VETERAN", accepting_office=station, applied_on="2026-01-01",
                                    state_since="2026-01-01", **who)  # fmt: skip
                Move.objects.create(office=station, person=person, from_office=station, to_office_id="990101001002", direction="PUSH",
                                    moved_on="2026", **who)  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            rows = table(export(officer, code, query="status=ALL"))
        counted.append(len(queries))
    assert len(rows) >= 9 and counted[0] == counted[1]


@pytest.mark.parametrize("code", LEDGERS)
def test_each_ledger_has_a_page_and_a_csv(page, client, officer, world, code):
    soup = page(reverse("registry:ledgers"), as_=officer)
    link = next(a["href"] for a in soup.select("td a, th a") if a.text == LEDGERS[code].title)
    soup = page(f"{link}?office=990101", as_=officer)
    assert f"导出{LEDGERS[code].title}" in soup.h1.text and "所属站：青禾区退役军人事务局" in soup.text
    assert bool(soup.select_one("[name^=as_of]")) == LEDGERS[code].has_as_of
    client.force_login(officer)
    answer = client.post(
        reverse("registry:ledger-export", args=[code]), {"form": "csv", "full": "masked", "filter": "office=990101"}
    )
    lines = list(csv.reader(io.StringIO(b"".join(client.get(answer.url).streaming_content).decode("utf-8-sig"))))
    assert lines[2] == COLUMNS[code].split() and len(lines) > 5


def test_a_ledger_that_does_not_exist_is_not_found(client, officer):
    client.force_login(officer)
    assert client.get(reverse("registry:ledger", args=["salaries"])).status_code == 404
    assert client.post(reverse("registry:ledger-export", args=["salaries"])).status_code == 404


@pytest.mark.parametrize("code", LEDGERS)
def test_a_page_asks_twelve_questions_at_most(client, officer, world, code, django_assert_max_num_queries):
    client.force_login(officer)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("registry:ledger", args=[code])).status_code == 200

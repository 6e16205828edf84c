"""
What prompts go by: ages, terms and how long ahead each is listed, as dated rows with their source.

A rule that changes gets a new row with the day it holds from; the older row stays, so that a past month reads as it did.
"""

from datetime import date

from registry.rules.prompts import Terms, Window

LOCAL = "本系统的提醒时间，不是法定期限"
# kind, label, what to do, days ahead, holds from, source
WINDOWS = [
    Window("TURN60_RURAL", "满 60 周岁，可申请老年生活补助", "核对农村籍、入伍时间，登记 81 类身份", 90, date(2011, 8, 1),
           "民发〔2011〕110号：农村籍退役士兵年满60周岁当月起"),
    Window("TURN60_MARTYR_CHILD", "烈士子女满 60 周岁", "核对是否享受定期抚恤金，登记部分烈士子女", 90, date(2012, 1, 1),
           "民发〔2012〕27号：年满60周岁、没有享受过定期抚恤金的烈士子女"),
    Window("TURN18_SURVIVOR", "遗属满 18 周岁", "核对是否在校、有无劳动能力，复核待遇", 60, date(2024, 10, 1),
           "军人抚恤优待条例（2024）第二十条：未满18周岁，或已满但因上学、残疾无生活来源"),
    Window("DOC_EXPIRES", "证件到期", "请本人换证，上传新证", 90, date(2021, 1, 1), LOCAL),
    Window("REVIEW_DUE", "身份复核到期", "按复核要求核对，更新下次复核日期", 30, date(2021, 1, 1), LOCAL),
    Window("DISABILITY_TRANSFER", "残疾关系转移", "退役后 60 日内办理抚恤关系转移", 60, date(2024, 10, 1),
           "军人抚恤优待条例（2024）第三十条：自退役或移交之日起60日内"),
    Window("DEATH_PROOF", "补传死亡证明", "在材料里上传死亡证明", 30, date(2021, 1, 1), LOCAL),
    Window("CARD_IDLE", "优待证到站没有领走", "通知本人来领，或登记原因", 0, date(2021, 1, 1), LOCAL),
    Window("PLAQUE_ROUND", "光荣牌待悬挂", "按批次上门悬挂并登记结果", 45, date(2021, 1, 1), LOCAL),
]  # fmt: skip
TERMS = [
    Terms(
        holds_from=date(2011, 8, 1), rural_age=60, rural_since=date(1954, 11, 1), rural_before=date(2011, 11, 1),
        martyr_child_age=60, survivor_age=18, transfer_days=60, death_days=30, idle_days=30,
        citation="民发〔2011〕110号（1954年11月1日以后、《退役士兵安置条例》2011年11月1日施行前入伍）；军人抚恤优待条例第二十、三十条",
    ),
]  # fmt: skip
# how long a prompt that nobody has dealt with stays in the list of what is to do; the month keeps it for ever
KEPT_DAYS = 365
LABELS = {window.kind: window.label for window in WINDOWS}
TO_DO = {window.kind: window.todo for window in WINDOWS}


def windows_on(day: date) -> dict[str, int]:
    """Return {kind: days ahead} as they hold on a day."""
    rows = sorted((row for row in WINDOWS if row.holds_from <= day), key=lambda row: row.holds_from)
    return {row.kind: row.days_ahead for row in rows}


def terms_on(day: date) -> Terms:
    """Return the ages and terms that hold on a day; before the first row, the first row."""
    rows = sorted(TERMS, key=lambda row: row.holds_from)
    return next((row for row in reversed(rows) if row.holds_from <= day), rows[0])

"""
Which column of an old ledger is what. Stations name their columns freely, so parts of a header decide, the first rule wins.

Columns that keep count of people are not read at all: what stands below them is removed before a row is looked at.
"""

import re
import unicodedata

from veterans_portal.sheets import Column, Sheet, text_of

NOISE = re.compile(r"[\s*※:：]+|（[^（）]*）|\([^()]*\)|【[^【】]*】|\[[^\[\]]*\]|〔[^〔〕]*〕")
NEVER_READ = re.compile(
    r"重访|重信|重复|集体访|群访|越级|进京|赴省|到省|上行|非访|缠访|闹访|扬言|稳控|维稳|重点人|重点对象|思想状况|思想动态|风险"
    r"|管控|是否上访|初访|初信|初次|首次信访|列管|包保稳定"
)
DAY = r"(?:日期|时间|日)$"
DUE_NOTICE, DUE_ANSWER, DUE_EXTENDED, DUE_OTHER = "due_notice", "due_answer", "due_extended", "due_other"
RULES = [
    (
        re.compile(r"联系|电话|手机|住址|地址|身份证|证件|单位$|责任人$|承办人$|领导$|备注"),
        "",
    ),  # known, and not taken over
    (re.compile(r"(?:应.*告知|告知.*应|告知期限)"), DUE_NOTICE),
    (re.compile(r"延期后应|延长后应"), DUE_EXTENDED),
    (re.compile(r"应(?:办结|答复|回复)|(?:办结|答复)期限"), DUE_ANSWER),
    (re.compile(r"应|^限"), DUE_OTHER),
    (re.compile(rf"收到答复.*{DAY}"), "reply_received"),
    (re.compile(r"^批次$|^批数$"), "batch"),
    (re.compile(r"批次|人次|人数"), "people"),
    (re.compile(r"来文"), "source_ref"),
    (re.compile(r"编号|件号"), "number"),
    (re.compile(r"^序号$"), "serial"),
    (re.compile(rf"(?:收到|来访|信访|接访|来信).*{DAY}"), "received"),
    (re.compile(rf"登记.*{DAY}"), "registered"),
    (re.compile(rf"告知.*{DAY}"), "notified"),
    (re.compile(rf"受理.*{DAY}"), "accepted"),
    (re.compile(rf"(?:答复|回复|办结).*{DAY}"), "replied"),
    (re.compile(r"延期|延长"), "extension"),
    (re.compile(r"办理途径|办理方式"), "route"),
    (re.compile(r"形式|方式|渠道"), "channel"),
    (re.compile(r"目的"), "purpose"),
    (re.compile(r"事项|问题类型|主题|诉求类别"), "topic"),
    (re.compile(r"^(?!.*(?:发生|属地)).*(?:内容|诉求|问题)"), "request"),
    (re.compile(r"办理结果"), "outcome"),
    (re.compile(r"状态"), "state"),
    (re.compile(r"满意|评价"), "score"),
    (re.compile(r"姓名|信访人|反映人"), "petitioner"),
]
LABELS = {
    "number": "编号", "serial": "序号", "received": "收到日期", "registered": "登记日期", "notified": "告知日期",
    "accepted": "受理日期", "replied": "答复日期", "reply_received": "收到答复日", "people": "人数", "batch": "批次",
    "source_ref": "来文编号", "extension": "延期天数", "route": "办理途径", "channel": "信访形式", "purpose": "信访目的",
    "topic": "主题", "request": "诉求摘要", "outcome": "办理结果", "state": "办理状态", "score": "满意度", "petitioner": "信访人",
    DUE_NOTICE: "应告知日", DUE_ANSWER: "应办结日", DUE_EXTENDED: "延期后应办结日", DUE_OTHER: "期限",
}  # fmt: skip
REQUIRED_ANY = [{"number", "serial"}, {"received", "registered"}]
SERIALS = {"序号", "NO", "No", ""}
FIRST_ROWS = 30
LONGEST_HEADER = 20


def plain_header(text: str) -> str:
    """Take spaces, breaks, asterisks and brackets with what is in them out of a header."""
    return NOISE.sub("", unicodedata.normalize("NFKC", text))


def key_of(text: str) -> str:
    """Return the field a header stands for, "" for one that is not taken over."""
    plain = plain_header(text)
    if not plain or len(plain) > LONGEST_HEADER or NEVER_READ.search(plain):
        return ""
    return next((key for pattern, key in RULES if pattern.search(plain)), "")


def columns_in(sheet: Sheet) -> list[Column]:
    """Return a column for each field that some text at the top of the sheet could be the header of."""
    spellings: dict[str, list[str]] = {}
    for row in sheet.rows[:FIRST_ROWS]:
        for cell in row:
            text = text_of(cell).strip()
            if key := key_of(text):
                spellings.setdefault(key, []).append(text)
    return [Column(key=key, label=LABELS[key], headers=tuple(dict.fromkeys(texts))) for key, texts in spellings.items()]

"""What a bank template may say: columns and their sources, encodings, lines before and after the rows."""

from collections.abc import Mapping
from typing import Any, NamedTuple

FORMATS = {"CSV": "CSV（逗号等分隔）", "TXT": "TXT（定长或分隔）", "XLSX": "Excel（xlsx）"}
ENCODINGS = {"gb18030": "GB18030", "gbk": "GBK", "utf-8": "UTF-8", "utf-8-sig": "UTF-8（带签名）"}
NEWLINES = {"CRLF": "\r\n", "LF": "\n"}
QUOTES = {"minimal": "需要时加引号", "all": "全部加引号", "none": "不加引号"}
ALIGNS = {"": "", "left": "左", "right": "右"}
# source → what stands in the column
SOURCES = {
    "seq": "序号",
    "row_ref": "流水号",
    "payee_name": "户名",
    "account": "账号",
    "bank_name": "开户银行",
    "bank_code": "联行号",
    "amount_yuan": "金额（元，两位小数）",
    "amount_fen": "金额（分）",
    "purpose": "用途",
    "id_number": "身份证号",
    "programme": "项目",
    "period": "月份",
    "office": "户籍站",
}
LITERAL = "literal:"
# what a column of an answer may mean
ANSWERS = {
    "row_ref": "流水号",
    "account": "账号",
    "payee_name": "户名",
    "amount": "金额",
    "code": "结果代码",
    "reason": "失败原因",
    "date": "到账日期",
}


class Column(NamedTuple):
    """One column of a payment file. `width` in bytes of the encoding pads a fixed-width file; 0 leaves the text alone."""

    title: str
    source: str
    width: int = 0
    align: str = "left"
    pad: str = " "


class OutTemplate(NamedTuple):
    """How one bank wants its payment file."""

    format: str
    encoding: str
    columns: tuple[Column, ...]
    delimiter: str = ","
    quote: str = "minimal"
    newline: str = "CRLF"
    has_header: bool = True
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    max_rows: int = 0
    file_name: str = "{batch_no}_{bank}_{attempt}_{part}"
    purpose: str = "抚恤补助"


class Failure(NamedTuple):
    """What a result code means. `is_account_fault`: a new account is needed; `is_recall`: 退汇 of money that had arrived."""

    reason: str
    is_account_fault: bool = False
    is_recall: bool = False


class BackTemplate(NamedTuple):
    """How one bank writes its answer. `columns`: {meaning: title}; `total_mark`: first cell of the row of totals."""

    format: str
    encoding: str
    columns: Mapping[str, str]
    success: frozenset[str]
    failures: Mapping[str, Failure]
    delimiter: str = ","
    is_fen: bool = False
    total_mark: str = ""
    total_count_column: int = 0
    total_yuan_column: int = 0


def out_template(settings: Mapping[str, Any]) -> OutTemplate:
    """Read the stored settings. Raises KeyError or ValueError for what no form would have stored."""
    columns = tuple(Column(**one) for one in settings["columns"])
    rest = {name: settings[name] for name in OutTemplate._fields if name in settings and name != "columns"}
    rest |= {name: tuple(rest[name]) for name in ("before", "after") if name in rest}
    return OutTemplate(columns=columns, **rest)


def back_template(settings: Mapping[str, Any]) -> BackTemplate:
    rest = {name: settings[name] for name in BackTemplate._fields if name in settings}
    failures = {code: Failure(**one) for code, one in settings["failures"].items()}
    return BackTemplate(**rest | {"failures": failures, "success": frozenset(settings["success"])})


def source_of(text: str) -> str:
    """Return a known source. Raises ValueError."""
    if text in SOURCES or text.startswith(LITERAL):
        return text
    by_label = {label: name for name, label in SOURCES.items()}
    if text in by_label:
        return by_label[text]
    raise ValueError(text)

"""
From the cells of one row to values the registry understands. Pure: no database, no clock.

A row reports every reason that applies. What cannot be read with certainty is refused, never guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from registry import codes, ledgers, ledgers_plaques
from registry.rules import contacts, dates, ids, names, people
from registry.rules.categories import resolve_categories
from veterans_portal.money import parse_yuan
from veterans_portal.sheets.cells import NO_VALUE, ErrorCell, text_of

CODE_LISTS = {
    "ethnicity": codes.ETHNICITY,
    "hukou_type": codes.HUKOU_TYPE,
    "exit_way": codes.EXIT_WAY,
    "injury_nature": codes.INJURY_NATURE,
    "political": codes.POLITICAL,
    "education": codes.EDUCATION,
    "marital": codes.MARITAL,
    "employment": codes.EMPLOYMENT,
    "place": codes.PLAQUE_PLACE,
}
# a formula without a result is an error where a wrong blank would do harm, and a blank elsewhere
NEEDS_RESULT = {"name", "holder", "id_number", "amount"}
GRADES = {text: number for number, text in enumerate("一二三四五六七八九十", 1)}
MEMO_MAX = 50_000


class Issue(NamedTuple):
    """One reason or warning about one field of a row."""

    code: str
    key: str
    detail: str = ""


@dataclass
class Reading:
    """What the whole workbook is read with."""

    today: date
    aliases: Mapping[str, Any]  # category spellings, registry.importing.lookups
    stations: Callable[[str, str], tuple[str | None, bool]]  # (station text, town text) -> (office code, is_unplaced)
    typed: bool = True  # False: text file or web page, where 1983.1 may have lost its zero
    keeps_zero: frozenset = frozenset()  # columns in which some cell ends in ….10
    month_only: frozenset = frozenset()  # columns whose day is an invention of Excel
    dropped: frozenset = frozenset()  # columns the clerk left out
    units: Mapping[str, int] = field(default_factory=dict)
    settle: Callable | None = None  # what needs more than one cell, where it is not the people ledger's
    memo: dict = field(default_factory=dict)
    seen: dict = field(default_factory=dict)  # (field key, text) → Row with what that cell alone says


@dataclass
class Row:
    """One data row, understood. `values` holds only keys whose column is mapped; "" means blank."""

    values: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    reasons: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)

    def take(self, key: str, checked) -> Any:
        if checked.reasons:
            self.reasons += [Issue(reason.code, key, reason.detail) for reason in checked.reasons]
        if checked.warnings:
            self.warnings += [Issue(reason.code, key, reason.detail) for reason in checked.warnings]
        return checked.value


def remember(reading: Reading, kind: str, value, compute):
    """Compute once per distinct cell value; ledgers repeat themselves."""
    memo = reading.memo
    try:
        known = memo.get((kind, value, type(value)))
    except TypeError:
        return compute()
    if known is None:
        known = compute()
        if len(memo) < MEMO_MAX:
            memo[(kind, value, type(value))] = known
    return known


def read_row(cells: Mapping[str, Any], reading: Reading, *, confirmed: frozenset = frozenset()) -> Row:
    """
    Read one row: {field key: cell value}, several category columns as a list.

    confirmed: codes a person has confirmed on screen for this row (NAME_SUSPECT, SEX_MISMATCH, …).
    """
    row = Row()
    for key, value in cells.items():
        if key in reading.dropped:
            continue
        if value.__class__ is str:
            if key in REPEATED_KEYS:
                read_repeated(row, key, value, reading)
            else:
                READER_OF[key](row, key, value, reading)
            continue
        if isinstance(value, ErrorCell):
            row.reasons.append(Issue("FORMULA_ERROR", key, str(value)))
            value = ""
        elif value is NO_VALUE:
            if key in NEEDS_RESULT:
                row.reasons.append(Issue("FORMULA_NO_VALUE", key))
            value = ""
        READER_OF[key](row, key, value, reading)
    (reading.settle or settle)(row, reading, confirmed)
    if confirmed:
        row.reasons = [issue for issue in row.reasons if issue.code not in confirmed]
    return row


def read_repeated(row: Row, key: str, text: str, reading: Reading) -> None:
    """Read a cell of a column whose few texts come again and again: each text is read once a workbook."""
    known = reading.seen.get((key, text))
    if known is None:
        known = Row()
        READER_OF[key](known, key, text, reading)
        if len(reading.seen) < MEMO_MAX:
            reading.seen[key, text] = known
    row.values |= known.values
    if known.reasons or known.warnings:
        row.reasons += known.reasons
        row.warnings += known.warnings


def limited(row: Row, key: str, text: str) -> str:
    limit = LIMITS[key]
    if limit and len(text) > limit:
        row.reasons.append(Issue("TEXT_TOO_LONG", key, str(limit)))
        return text[:limit]
    return text


def plain_text(value) -> str:
    text = value if type(value) is str else text_of(value)
    return text.strip() if text else ""


def read_text(row, key, value, reading):
    text = plain_text(value)
    if text in BLANK_MARKS:
        text = ""
    elif text and text[0] in "=+-@" and len(text) > 1:
        row.warnings.append(Issue("FORMULA_LIKE_TEXT", key))
    row.values[key] = limited(row, key, text) if len(text) > 10 else text


BLANK_MARKS = {"无", "/", "-", "—", "——", "空", "不详", "暂无"}


def read_plain(row, key, value, reading):
    """Numbers of documents: a numeric cell is written out; nothing else is changed."""
    read_text(row, key, value, reading)


def read_ref(row, key, value, reading):
    row.values[key] = plain_text(value).upper()


def read_name(row, key, value, reading):
    row.values[key] = limited(row, key, row.take(key, names.clean_name(plain_text(value))))


def read_id(row, key, value, reading):
    if type(value) is str and ids.is_masked_id(value):
        row.values[key] = value.strip().upper()  # an own masked export; matching decides
        return
    row.values[key] = row.take(key, ids.check_id(value, today=reading.today)) or ""


def read_sex(row, key, value, reading):
    row.values[key] = plain_text(value)


def read_date(row, key, value, reading):
    if key == "born":
        row.values[key] = value  # read in settle(), when the ID number is known
        return
    row.values[key] = row.take(key, parsed_date(key, value, reading)) or ""


def parsed_date(key, value, reading, born=None):
    def compute():
        return dates.parse_date(
            value,
            today=reading.today,
            born=born,
            typed=reading.typed,
            keeps_zero=key in reading.keeps_zero,
            month_only=key in reading.month_only,
            allow_future=key == "discharged",
        )

    return remember(reading, f"date:{key}:{born}", value, compute)


def read_day(row, key, value, reading):
    checked = parsed_date(key, value, reading)
    text = row.take(key, checked) or ""
    if text and len(text) != 10:
        row.reasons.append(Issue("DATE_INVALID", key, text))
        text = ""
    row.values[key] = text


def read_category(row, key, value, reading):
    texts = value if isinstance(value, list) else [value]
    found: list[str] = []
    written: list[str] = []
    for text in texts:
        text = plain_text(text)
        if not text:
            continue
        written.append(text)
        checked = remember(reading, "category", text, lambda t=text: resolve_categories(t, reading.aliases))
        found += [code for code in (row.take(key, checked) or []) if code not in found]
    row.values["categories"] = found
    row.values["category"] = "、".join(written)
    if not written and key == "category":
        row.warnings.append(Issue("CATEGORY_MISSING", key))


def read_station(row, key, value, reading):
    row.values[key] = plain_text(value)


def read_phone(row, key, value, reading):
    if value == "" or value is None:
        row.values.setdefault(key, "")
        return
    numbers = row.take(key, contacts.phones(value)) or []
    row.values[key] = numbers[0] if numbers else ""
    if len(numbers) > 1:
        row.values.setdefault("phone_alt", numbers[1])


def read_phone_alt(row, key, value, reading):
    numbers = row.take(key, contacts.phones(value)) if value not in ("", None) else []
    if numbers or "phone_alt" not in row.values:
        row.values["phone_alt"] = numbers[0] if numbers else ""


def read_code(row, key, value, reading):
    text = plain_text(value)
    if not text or text in BLANK_MARKS:
        row.values[key] = ""
        return
    code = remember(reading, key, text, lambda: (codes.code_for(CODE_LISTS[key], text),))[0]
    if code is None:
        row.warnings.append(Issue("CODE_UNKNOWN", key, text))
    row.values[key] = code or ""


def read_grade(row, key, value, reading):
    text = plain_text(value).removesuffix("级")
    number = GRADES.get(text) or (int(text) if text.isdigit() else None)
    if text and text not in BLANK_MARKS and (number is None or not 1 <= number <= 10):
        row.warnings.append(Issue("CODE_UNKNOWN", key, text))
        number = None
    row.values[key] = number if text else ""


def read_years(row, key, value, reading):
    text = plain_text(value).removesuffix("年")
    if text and not (text.isdigit() and int(text) < 60):
        row.warnings.append(Issue("CODE_UNKNOWN", key, text))
        text = ""
    row.values[key] = int(text) if text else ""


def read_yes_no(row, key, value, reading):
    text = plain_text(value)
    row.values[key] = True if text in YES else False if text in NO else ""


YES = {"是", "有", "已悬挂", "已挂", "悬挂", "√", "Y", "1"}
NO = {"否", "无", "未悬挂", "未挂", "×", "N", "0"}


def read_part(row, key, value, reading):
    row.values[key] = limited(row, key, plain_text(value))


def read_money(row, key, value, reading, *, required=True):
    checked = parse_yuan(value, unit=reading.units.get(key, 1), required=required)
    amount = row.take(key, checked)
    row.extra[key] = str(amount) if amount is not None else ""


def read_money_part(row, key, value, reading):
    read_money(row, key, value, reading, required=False)


def read_account(row, key, value, reading):
    row.extra[key] = plain_text(value)


READERS = {
    "text": read_text,
    "plain": read_plain,
    "ref": read_ref,
    "name": read_name,
    "id": read_id,
    "sex": read_sex,
    "date": read_date,
    "day": read_day,
    "category": read_category,
    "bases": read_category,
    "station": read_station,
    "town": read_station,
    "phone": read_phone,
    "phone_alt": read_phone_alt,
    "code": read_code,
    "grade": read_grade,
    "years": read_years,
    "yes_no": read_yes_no,
    "part": read_part,
    "money": read_money,
    "money_part": read_money_part,
    "account": read_account,
}
REPEATED = {"code", "date", "day", "grade", "years", "yes_no", "sex", "station", "town"}  # read from their cell alone
FIELDS = (*ledgers_plaques.PLAQUE_FIELDS, *ledgers.PEOPLE_FIELDS)
READER_OF = {item.key: READERS[item.how] for item in FIELDS}
REPEATED_KEYS = {item.key for item in FIELDS if item.how in REPEATED}
LIMITS = {item.key: item.limit for item in FIELDS}


def settle(row: Row, reading: Reading, confirmed: frozenset = frozenset()) -> None:
    """What needs more than one cell: birth and sex against the ID number, order of dates, the office."""
    values = row.values
    number = values.get("id_number", "")
    if len(number) != 18 or "*" in number:
        number = ""
    settle_birth(row, number, reading, keep="BIRTH_MISMATCH" in confirmed)
    if number or values.get("sex"):
        values["sex"] = row.take("sex", people.check_sex(values.get("sex", ""), number)) or ""
    enlisted, discharged = values.get("enlisted"), values.get("discharged")
    if enlisted and discharged and dates.certainly_before(discharged, enlisted):
        row.reasons.append(Issue("DATE_ORDER", "discharged"))
    parts = [values.pop(key, "") for key in ("enlist_province", "enlist_city", "enlist_county")]
    if any(parts) and not values.get("enlist_place"):
        values["enlist_place"] = "".join(parts)[:80]
    if "station" in values or "town" in values:
        settle_office(row, reading)


def settle_birth(row: Row, number: str, reading: Reading, *, keep: bool) -> None:
    """Read the birth date against the number; `keep` puts a differing one down as 档案出生日期."""
    raw = row.values.get("born", "")
    text = ""
    if raw != "" and raw is not None:
        born_year = int(number[6:10]) if number else None
        checked = parsed_date("born", raw, reading, born_year)
        if number and any(reason.code == "DATE_AMBIGUOUS" for reason in checked.reasons):
            row.values["born"] = people.birth_of(number)  # one reading may fit the ID: it wins
            return
        text = row.take("born", checked) or ""
    if number or text:
        certain = row.take("born", people.check_born(text, number)) or ""
        row.values["born"] = certain
        if keep and text and not certain.startswith(text):
            row.values["archive_born"] = row.values.get("archive_born") or text
    elif "born" in row.values:
        row.values["born"] = ""
    return


def settle_office(row: Row, reading: Reading) -> None:
    text, town = row.values.get("station", ""), row.values.pop("town", "")
    office, is_unplaced = remember(reading, "station", (text, town), lambda: reading.stations(text, town))
    row.values["station"] = text or town
    row.values["office"] = office
    row.values["is_unplaced"] = is_unplaced
    if (text or town) and is_unplaced:
        row.warnings.append(Issue("STATION_UNKNOWN", "station", text or town))

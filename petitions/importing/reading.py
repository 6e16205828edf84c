"""From a workbook to facts about cases: which rows are taken, which are refused and why, which are not data at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from petitions.importing import cells
from petitions.importing.columns import (
    DUE_ANSWER,
    DUE_EXTENDED,
    DUE_NOTICE,
    LABELS,
    NEVER_READ,
    REQUIRED_ANY,
    SERIALS,
    columns_in,
    plain_header,
)
from petitions.models import Channel, Matter, Topic
from petitions.rules.deadlines import answer_due, notice_due
from petitions.rules.law import NoRule
from petitions.workflow import State
from veterans_portal.sheets import FileRefused, Workbook, classify_rows, find_header
from veterans_portal.sheets.rows import RowKind
from veterans_portal.workdays import WorkCalendar

VISITS = ("VISIT", "JOINT_VISIT", "HOME")
SKIPPED = {"UNIT": "TITLE", "NUMBER": "HEADER", "PRENUMBERED": "BLANK", "FOOTER": "NOTE"}
NO_HEADER = "没有找到“编号（或序号）”和“收到日期（或登记日期）”列，请核对表头文字。"
LONGEST_TITLE, LONGEST_NUMBER, LONGEST_NAME = 40, 40, 50
STATE_WORDS = {
    State.REGISTERED: ("登记", "待"),
    State.HANDLING: ("办理中", "承办", "在办"),
    State.REPLIED: ("答复", "办结", "回访"),
}


class HeaderNotFound(FileRefused):
    """No sheet has the columns of a petition ledger."""

    def __init__(self):
        Exception.__init__(self, "HEADER_NOT_RECOGNISED")
        self.code, self.sentence = "HEADER_NOT_RECOGNISED", NO_HEADER


@dataclass(frozen=True)
class Lists:
    """What words are understood: {spelling: code} of channels and topics, {topic: the first-level one}."""

    channels: Mapping[str, str]
    topics: Mapping[str, str]
    top_of: Mapping[str, str]


@dataclass
class Case:
    """One row that can be taken in. `normalized` is what is reported; the rest is only stored."""

    sheet: str
    row: int
    normalized: dict
    topic: str
    channel_text: str
    request: str
    route: str
    outcome_text: str
    source_ref: str
    reply_received_on: date | None
    days: dict[str, date | None]

    @property
    def number(self) -> str:
        return self.normalized["number"]

    @property
    def signature(self) -> tuple:
        """What must agree for two rows of one number to be the same case."""
        named = (
            "received_on",
            "registered_on",
            "channel",
            "purpose",
            "people_count",
            "accepted_on",
            "extension_days",
            "replied_on",
        )
        return tuple(self.normalized[name] for name in named)


@dataclass
class Result:
    """What was found in a file."""

    file_error: str | None = None
    sentence: str = ""
    sheets: list = field(default_factory=list)
    accepted: list[Case] = field(default_factory=list)
    rejected: list[dict] = field(default_factory=list)
    skipped: list[dict] = field(default_factory=list)
    warnings: list[dict] = field(default_factory=list)
    consultations: int = 0

    def report(self) -> dict:
        """Return the JSON of the command."""
        visits = [case.normalized for case in self.accepted if case.normalized["channel"] in VISITS]
        return {
            "file_error": self.file_error, "sheets": self.sheets,
            "accepted": [{"sheet": c.sheet, "row": c.row, "outcome": "CREATE", "normalized": c.normalized} for c in self.accepted],
            "rejected": self.rejected, "skipped": self.skipped, "warnings": self.warnings,
            "summary": {
                "petitions": len(self.accepted),
                "visit_batches": sum(one["batch_count"] for one in visits),
                "visit_person_times": sum(one["people_count"] for one in visits),
                "consultations": self.consultations,
            },
        }  # fmt: skip


def lists_of() -> Lists:
    channels, topics, top_of = {}, {}, {}
    for row in Channel.objects.order_by("position", "pk"):
        for word in (*row.aliases, row.label):
            channels.setdefault(word, row.pk)
    for row in Topic.objects.order_by("-parent", "position", "pk"):
        top_of[row.pk] = row.parent_id or row.pk
        for word in (*row.aliases, row.label):
            topics.setdefault(word, row.pk)
    return Lists(channels, topics, top_of)


def read(workbook: Workbook, *, today: date, calendar: WorkCalendar, lists: Lists, sheet: str = "") -> Result:
    """Read every sheet that is a petition ledger, or the one named. Never raises for a bad row."""
    result, reader = Result(), Reader(today, calendar, lists)
    for one in workbook.sheets:
        if sheet and one.name != sheet:
            continue
        if header := find_header(one, columns_in(one), never_read=NEVER_READ, required_any=REQUIRED_ANY):
            read_sheet(one, header, result, reader)
    if not result.sheets:
        refusal = HeaderNotFound()
        result.file_error, result.sentence = refusal.code, refusal.sentence
    return result


def read_sheet(sheet, header, result: Result, reader: "Reader") -> None:
    first = header.header_rows[0]
    unmapped = [text for _, text in header.unmapped if plain_header(text) not in SERIALS]
    result.sheets.append({"name": sheet.name, "header_rows": header.header_rows, "unmapped": unmapped})
    told = [(text, "UNMAPPED", "没有对应的项目，没有导入。") for text in unmapped]
    told += [(text, "NEVER_READ", "本系统不记录此列。") for text in header.dropped]
    result.warnings += [
        {"sheet": sheet.name, "row": first, "code": code, "column": text, "message": said} for text, code, said in told
    ]
    has_number = "number" in header.mapping.values()
    for row in classify_rows(sheet, header, id_keys=set(), filler_keys={"serial", "number"}):
        if row.kind is not RowKind.DATA:
            result.skipped.append(
                {"sheet": sheet.name, "row": row.number, "what": SKIPPED.get(str(row.kind), str(row.kind))}
            )
            continue
        reader.take(sheet.name, row.number, row.cells, "number" if has_number else "serial", result)


class Reader:
    """Reads rows one after the other; remembers the numbers it has seen in the file."""

    def __init__(self, today: date, calendar: WorkCalendar, lists: Lists):
        self.today, self.calendar, self.lists = today, calendar, lists
        self.seen: dict[str, int] = {}

    def take(self, sheet: str, number: int, row: dict, number_key: str, result: Result) -> None:
        reasons, warnings = [], []
        case = self.understand(sheet, number, row, number_key, reasons, warnings)
        place = {"sheet": sheet, "row": number}
        result.warnings += [
            place | {"code": code, "column": LABELS[key], "message": said} for key, code, said in warnings
        ]
        if "咨询" in cells.words(row.get("purpose")):
            result.consultations += 1
        if case is not None and case.number in self.seen:
            reasons.append(
                (number_key, "DUP_IN_FILE", f"编号“{case.number}”在第 {self.seen[case.number]} 行已经有了。")
            )
        if reasons:
            said = [{"code": code, "column": LABELS[key], "message": text} for key, code, text in reasons]
            result.rejected.append(place | {"reasons": said})
            return
        self.seen[case.number] = number
        result.accepted.append(case)

    def understand(self, sheet, number, row, number_key, reasons, warnings) -> Case | None:
        """Read every cell of a row; reasons and warnings are (field, code, sentence)."""

        def held(key: str, said: cells.Said):
            if said.code:
                reasons.append((key, said.code, said.message))
            if said.warning:
                warnings.append((key, "UNDERSTOOD", said.warning))
            return said.value

        days = {key: held(key, cells.read_day(row.get(key), LABELS[key], self.today))
                for key in ("received", "registered", "notified", "accepted", "replied", "reply_received")}  # fmt: skip
        people = held("people", cells.read_people(row.get("people"), row.get("batch")))
        extension = held("extension", cells.read_extension(row.get("extension")))
        channel = held("channel", cells.read_channel(row.get("channel"), self.lists.channels))
        purpose = held("purpose", cells.read_purpose(row.get("purpose")))
        topic = held("topic", cells.read_topic(row.get("topic"), self.lists.topics))
        outcome = held("outcome", cells.read_outcome(row.get("outcome"), Matter.Outcome.choices))
        score = held("score", cells.read_score(row.get("score")))
        text = cells.words(row.get(number_key))[:LONGEST_NUMBER]
        if not text:
            reasons.append((number_key, "NUMBER_MISSING", "没有编号。"))
        self.settle_days(days, reasons)
        if reasons:
            return None
        words = cells.words(row.get("topic")) or cells.words(row.get("request")) or "信访事项"
        facts = {"number": text, "received_on": days["received"], "registered_on": days["registered"], "channel": channel,
                 "channel_text": cells.words(row.get("channel")), "purpose": purpose, "topic": self.lists.top_of.get(topic, topic),
                 "title": words[:LONGEST_TITLE], "batch_count": people.batches, "people_count": people.people,
                 "petitioner": cells.words(row.get("petitioner"))[:LONGEST_NAME] or None}  # fmt: skip
        terms = self.terms(days, extension, reasons)
        if reasons:
            return None
        facts |= terms | {"outcome": outcome, "score": score, "state": str(state_of(days))}
        self.compare(row, facts, terms, warnings)
        written = {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}
        return Case(sheet, number, ordered(written), topic, facts["channel_text"], cells.words(row.get("request")),
                    cells.read_route(row.get("route")), cells.words(row.get("outcome")),
                    cells.words(row.get("source_ref"))[:60], days["reply_received"], days)  # fmt: skip

    def settle_days(self, days: dict, reasons: list) -> None:
        """One of received and registered fills both; then the order must be right."""
        if any(code.startswith("DATE") for _, code, _ in reasons):
            return
        given = "收到日期" if days["received"] else "登记日期"
        days["received"] = days["received"] or days["registered"]
        days["registered"] = days["registered"] or days["received"]
        if days["received"] is None:
            reasons.append(("received", "DATE_INVALID", "收到日期和登记日期至少写一个。"))
            return
        if days["registered"] < days["received"]:
            reasons.append(("registered", "DATE_ORDER", "登记日期早于收到日期"))
        reasons.extend(
            (key, "DATE_ORDER", f"{LABELS[key]}早于{given}")
            for key in ("notified", "accepted", "replied") if days[key] and days[key] < days["received"]
        )  # fmt: skip
        if days["accepted"] and days["replied"] and days["replied"] < days["accepted"]:
            reasons.append(("replied", "DATE_ORDER", "答复日期早于受理日期"))

    def terms(self, days: dict, extension: int, reasons: list) -> dict:
        """Count what the law gave, and whether it was kept. Late is a fact, not an error."""
        try:
            notice = notice_due(received_on=days["received"], calendar=self.calendar)
            answer = days["accepted"] and answer_due(
                accepted_on=days["accepted"], extension_days=extension, calendar=self.calendar
            )
        except NoRule:
            reasons.append(("received", "DATE_INVALID", "日期早于 2005 年 5 月 1 日，没有可用的期限规则。"))
            return {}
        told = days["notified"] or days["accepted"]
        return {
            "notice_due_on": notice.due_on, "notified_on": days["notified"], "accepted_on": days["accepted"],
            "notified_in_time": told <= notice.due_on if told else None, "extension_days": extension,
            "answer_due_on": answer.due_on if answer else None, "replied_on": days["replied"],
            "replied_in_time": days["replied"] <= answer.due_on if answer and days["replied"] else None,
        }  # fmt: skip

    def compare(self, row: dict, facts: dict, terms: dict, warnings: list) -> None:
        """Say where the ledger's own due days and state differ from what follows from its facts."""
        for key, ours in ((DUE_NOTICE, "notice_due_on"), (DUE_EXTENDED, "answer_due_on")):
            self.compare_day(row, key, [terms[ours]], warnings)
        plain = terms["answer_due_on"]
        if terms["extension_days"] and facts["accepted_on"]:
            plain = answer_due(accepted_on=facts["accepted_on"], calendar=self.calendar).due_on
        self.compare_day(row, DUE_ANSWER, [plain, terms["answer_due_on"]], warnings)
        said = cells.words(row.get("state"))
        if said and not any(word in said for word in STATE_WORDS[State(facts["state"])]):
            warnings.append(
                ("state", "STATE_DIFFERS", f"办理状态写的是“{said}”，按日期推算为“{State(facts['state']).label}”。")
            )

    def compare_day(self, row: dict, key: str, ours: list, warnings: list) -> None:
        typed = cells.read_day(row.get(key), LABELS[key], date.max).value
        if typed and typed not in ours:
            said = f"{ours[-1]}" if ours[-1] else "没有这个期限"
            warnings.append((key, "DUE_DIFFERS", f"{LABELS[key]}写的是 {typed}，按规则推算为 {said}。"))


def state_of(days: dict) -> State:
    if days["replied"]:
        return State.REPLIED
    return State.HANDLING if days["accepted"] else State.REGISTERED


ORDER = ("number", "received_on", "registered_on", "channel", "channel_text", "purpose", "topic", "title", "batch_count", "people_count",
         "petitioner", "notice_due_on", "notified_on", "accepted_on", "notified_in_time", "extension_days", "answer_due_on", "replied_on",
         "replied_in_time", "outcome", "score", "state")  # fmt: skip


def ordered(facts: dict) -> dict:
    return {name: facts[name] for name in ORDER}

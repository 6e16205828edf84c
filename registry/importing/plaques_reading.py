"""From the cells of one row of a plaque ledger to values: what needs more than one cell. Pure."""

from registry.importing.normalizing import Issue, Reading, Row, settle_birth, settle_office
from registry.models.plaque import Plaque
from registry.rules import dates, people
from registry.rules.plaques import plaque_state_from_ledger

CLOSED = ("REPLACED", "WITHDRAWN")  # history: they take no part in what may exist only once
BEARS_NUMBER = ("HELD", "HUNG", "EXCHANGE", "KEPT")
STATE_LABELS = dict(Plaque.State.choices)


def settle(row: Row, reading: Reading, confirmed: frozenset = frozenset()) -> None:
    """State from status, note and date; the holder as a person; the office."""
    values = row.values
    number = values.get("id_number", "")
    if len(number) == 18 and "*" not in number:
        values["sex"] = row.take("sex", people.check_sex("", number))
        settle_birth(row, number, reading, keep=False)
        row.warnings = [issue for issue in row.warnings if issue.code != "BIRTH_TAKEN_FROM_ID"]
    values["name"], values["address"] = values.get("holder", ""), values.get("home_address", "")
    if "id_number" not in values:
        values["id_number"] = ""
        row.reasons.append(Issue("ID_MISSING", "id_number"))
    settle_state(row)
    hung, closed = values.get("hung_date", ""), values.get("change_date", "")
    if hung and closed and dates.certainly_before(closed, hung):
        row.reasons.append(Issue("DATE_ORDER", "change_date"))
    if "station" in values or "town" in values:
        settle_office(row, reading)


def settle_state(row: Row) -> None:
    values = row.values
    read = plaque_state_from_ledger(values.get("status", ""), values.get("note", ""), values.get("hung_date", ""))
    values["state"] = read.state
    if read.reason:
        row.reasons.append(Issue(read.reason, "status", values["status"]))
        return
    is_open_with_end = bool(values.get("change_date")) and read.state not in CLOSED
    if read.warning or is_open_with_end:
        row.warnings.append(Issue("PLAQUE_NOTE_DIFFERS", "status", STATE_LABELS[read.state]))
    if is_open_with_end:
        values["change_date"] = ""  # a plaque in use has no end
    if read.state in BEARS_NUMBER and not values.get("plaque_no"):
        row.warnings.append(Issue("PLAQUE_NO_MISSING", "plaque_no"))

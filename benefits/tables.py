"""Standards of a document as rows of a table, what was in force before it, and the names a table may use. Writes nothing."""

from collections.abc import Iterable

from benefits.facts import load_policy
from benefits.models import Programme, Standard, StandardNotice
from benefits.rules.facts import Keys
from benefits.rules.money import add_months
from benefits.rules.standards import Policy, describe_keys
from benefits.rules.tables import Compared, Names, TableRow, compared, in_force
from veterans_portal.accounts.models import Office

KEY_FIELDS = {
    "grade": "key_grade", "nature": "key_nature", "period": "key_period", "residence": "key_residence", "class": "key_class"
}  # fmt: skip


def names(user) -> Names:
    """How a table may call programmes and components, by name or code."""
    programmes = {}
    for code, name in Programme.objects.visible_to(user).values_list("code", "name"):
        programmes |= {code: code, name: code}
    components = {word: code for code, label in Standard.Component.choices for word in (code, label)}
    return Names(programmes, components)


def keys_of(row: Standard) -> Keys:
    return Keys(row.key_grade, row.key_nature, row.key_period, row.key_residence, row.key_class)


def table_row(row: Standard) -> TableRow:
    return TableRow(row.programme_id, keys_of(row), row.amount_yuan, row.unit, row.component, row.stacking, row.component_label,
                    row.base_yuan, row.percent)  # fmt: skip


def standard_of(row: TableRow, notice: StandardNotice) -> Standard:
    grade, nature, period, residence, klass = row.keys
    return Standard(notice=notice, programme_id=row.programme, component=row.component, component_label=row.label,
                    stacking=row.stacking, amount_yuan=row.amount, unit=row.unit, base_yuan=row.base, percent=row.percent,
                    key_grade=grade, key_nature=nature, key_period=period, key_residence=residence, key_class=klass)  # fmt: skip


def rows_of(notice: StandardNotice) -> list[TableRow]:
    """The standards of a document, in the order of programmes and keys. One statement."""
    rows = notice.standards.select_related("programme").order_by(
        "programme__display_order", "programme_id", "component", "key_grade", "key_nature", "key_period", "key_residence",
        "key_class", "pk",
    )  # fmt: skip
    return [table_row(row) for row in rows]


def rows_before(notice: StandardNotice, policy: Policy | None = None) -> list[TableRow]:
    """What the documents of the same level and place gave in the month before this one takes effect."""
    policy = policy or load_policy(without_notice=notice.pk)
    month = add_months(notice.effective_from, -1)
    found = in_force(policy, notice.programme_codes, notice.level, notice.jurisdiction, month)
    stored = Standard.objects.in_bulk([row.id for row in found])
    return [table_row(stored[row.id]) for row in found if row.component in notice.components]


def comparison(notice: StandardNotice) -> list[Compared]:
    return compared(rows_before(notice), rows_of(notice))


def place_words(notice: StandardNotice) -> str:
    """The name of the place a document holds for."""
    if not notice.jurisdiction:
        return "全国"
    office = Office.objects.directory().filter(pk=notice.jurisdiction).first()
    return office.label if office else notice.jurisdiction


def programme_names(user) -> dict[str, str]:
    return dict(Programme.objects.visible_to(user).order_by("display_order", "code").values_list("code", "name"))


def with_names(rows: Iterable[Compared], named: dict[str, str]) -> list[Compared]:
    """Give each place the words of its programme, component, unit and keys, for the page."""
    components, units = dict(Standard.Component.choices), dict(Standard.Unit.choices)
    found = []
    for one in rows:
        words = describe_keys(one.row.keys) or "不分档"
        found.append({
            "programme": named.get(one.row.programme, one.row.programme), "keys": words, "old": one.old, "new": one.new,
            "component": one.row.label or components[one.row.component], "unit": units[one.row.unit], "marks": one.marks,
            "difference": one.difference, "percent": one.percent, "is_total": one.row.stacking == "TOTAL",
        })  # fmt: skip
    return found

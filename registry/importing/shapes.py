"""What a workbook of each kind looks like: its columns, and what it must have to be taken for one."""

from collections.abc import Sequence
from typing import NamedTuple

from registry import ledgers, ledgers_plaques
from registry.ledgers import Field
from veterans_portal.sheets import Column


class Shape(NamedTuple):
    """The columns of one kind of ledger; of each set in `required_any` one must be there, `said` names them."""

    fields: Sequence[Field]
    columns: Sequence[Column]
    required_any: Sequence[set]
    said: Sequence[str]


def shape(fields: Sequence[Field], required_any: Sequence[set], said: str) -> Shape:
    columns = [
        Column(key=item.key, label=item.label, headers=item.headers, required=item.required, many=item.many,
               unit=item.how.startswith("money"))
        for item in fields
    ]  # fmt: skip
    return Shape(fields, columns, required_any, said.split())


SHAPES = {
    "people": shape(ledgers.PEOPLE_FIELDS, ledgers.REQUIRED_ANY, "姓名 身份证号码"),
    "plaques": shape(ledgers_plaques.PLAQUE_FIELDS, ledgers_plaques.REQUIRED_ANY, "户主 光荣牌编号或悬挂日期"),
}
BY_KEY = {item.key: item for one in reversed(SHAPES.values()) for item in one.fields}
HEADER_WORDS = [word for one in SHAPES.values() for item in one.fields for word in item.headers]

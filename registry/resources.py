"""
Ledgers on their way out: columns, choices, and rows that are pulled one by one.

A masked ledger contains no 18-digit number at all: a text that holds one is left blank, and a blank cell changes
nothing when the file comes back.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from itertools import islice
from operator import itemgetter
from pathlib import Path

from import_export.fields import Field
from import_export.formats.base_formats import Format
from import_export.resources import Resource

from registry import codes
from registry.ledgers import ExportColumn
from registry.rules.ids import mask_id
from veterans_portal.files import scratch
from veterans_portal.sheets import LedgerColumn, write_csv, write_ledger_apart

CHUNK = 2000
DATASET_ROWS = 5000  # a tablib Dataset holds everything in memory
HOLDS_NUMBER = re.compile(r"\d{17}[\dXx]")
SHEET = "台账"
CODED = {
    "sex": codes.SEX | {"U": ""},
    "ethnicity": codes.ETHNICITY,
    "hukou_type": codes.HUKOU_TYPE,
    "marital": codes.MARITAL,
    "education": codes.EDUCATION,
    "political": codes.POLITICAL,
    "employment": codes.EMPLOYMENT,
    "exit_way": codes.EXIT_WAY,
}


class LedgerResource(Resource):
    """
    One ledger: subclasses give `columns`, the `wanted` columns of the queryset in `ordering`, and fill in the rest.

    full: whole ID numbers. on: the day the ledger speaks of (ages).
    """

    columns: Sequence[ExportColumn] = ()
    wanted: Sequence[str] = ()  # of values_list; `pk` comes first by itself
    renamed: dict[str, str] = {}  # column of the queryset → key of the ledger
    ordering: Sequence = ("pk",)

    def __init__(self, *, full: bool = False, on: date | None = None):
        super().__init__()
        self.full, self.on = full, on
        self.fields = {column.key: Field(attribute=column.key, column_name=column.label) for column in self.columns}
        self.pick = itemgetter(*(column.key for column in self.columns))
        self.tables = {column.key: CODED[column.key] for column in self.columns if column.key in CODED}

    def prepare(self, user) -> None:
        """Look up once what every row may need."""

    def complete(self, rows: list[dict], user) -> None:
        """Add to a chunk of rows what would else be asked row by row: a fixed number of questions."""

    def rows(self, found, *, user) -> Iterator[list[str]]:
        """
        Yield one list of texts a row, in the order of the columns; memory stays flat.

        found: a queryset that went through visible_to(user).
        """
        self.prepare(user)
        keys = ["pk", *(self.renamed.get(name, name) for name in self.wanted)]
        records = found.order_by(*self.ordering).values_list("pk", *self.wanted).iterator(chunk_size=CHUNK)
        while chunk := [dict(zip(keys, record, strict=True)) for record in islice(records, CHUNK)]:
            self.complete(chunk, user)
            for values in chunk:
                self.note(values)
                yield self.texts(values)

    def note(self, values: dict) -> None:
        """See every row as it goes by, for the totals."""

    def total(self, number: int, unit: str) -> str:
        """Return what stands beside 合计."""
        return f"{number} {unit}"

    def texts(self, values: dict) -> list[str]:
        for key, table in self.tables.items():
            values[key] = table.get(values[key], "")
        return self.told([value if value.__class__ is str else as_text(value) for value in self.pick(values)])

    def told(self, texts: list[str]) -> list[str]:
        """Return the texts of a row as this reader may have them."""
        if self.full:
            return texts
        return [
            mask_id(text) if column.key == "id_number" else "" if len(text) > 17 and HOLDS_NUMBER.search(text) else text
            for column, text in zip(self.columns, texts, strict=True)
        ]

    def export(self, queryset=None, *, user, **kwargs):
        """Return a tablib Dataset of at most 5,000 rows; larger ledgers are streamed with rows()."""
        from tablib import Dataset

        with closing(self.rows(queryset, user=user)) as found:
            rows = list(islice(found, DATASET_ROWS + 1))
        if len(rows) > DATASET_ROWS:
            raise ValueError(f"more than {DATASET_ROWS} rows: use rows()")
        return Dataset(*rows, headers=self.get_export_headers())


def as_text(value) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def sheet_columns(columns: Iterable[ExportColumn]) -> list[LedgerColumn]:
    return [LedgerColumn(column.label, column.width) for column in columns]


class LedgerFormat(Format):
    """A way to write a ledger; `write` streams, `export_data` is the library's own door for a Dataset."""

    extension = ""
    content_type = ""

    def write(self, path: Path, *, title: str, subtitle: str, rows: Iterable, totals: Sequence, footer: str,
              columns: Sequence[LedgerColumn],
              sheet: str = SHEET) -> int:  # fmt: skip
        """Write the ledger and return its number of data rows."""
        raise NotImplementedError

    def export_data(self, dataset, **kwargs) -> bytes:
        columns = [LedgerColumn(label) for label in dataset.headers]
        with tempfile.TemporaryDirectory(dir=scratch()) as folder:
            path = Path(folder) / "ledger"
            self.write(path, title=SHEET, subtitle="", rows=iter(dataset), totals=None, footer="", columns=columns)
            return path.read_bytes()

    def get_extension(self):
        return self.extension

    def get_content_type(self):
        return self.content_type

    def can_export(self):
        return True


class LedgerXlsx(LedgerFormat):
    """Excel, 15 times faster than the library's own and in constant memory."""

    extension = "xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, path, *, title, subtitle, rows, totals, footer, columns, sheet=SHEET):
        return write_ledger_apart(path, sheet_name=sheet, title=title, subtitle=subtitle, columns=columns, rows=rows,
                            totals=totals, footer=footer or None)  # fmt: skip


class LedgerCsv(LedgerFormat):
    """Text with commas, in UTF-8 with a mark that Excel understands."""

    extension = "csv"
    content_type = "text/csv; charset=utf-8"
    encoding = "utf-8-sig"

    def write(self, path, *, title, subtitle, rows, totals, footer, columns, sheet=SHEET):
        return write_csv(path, columns=columns, rows=rows, title=title, subtitle=subtitle, totals=totals,
                         footer=footer or None, encoding=self.encoding)  # fmt: skip


class LedgerCsvGb(LedgerCsv):
    """The same in GB18030, for programs that know nothing else."""

    content_type = "text/csv; charset=gb18030"
    encoding = "gb18030"


FORMATS = {"xlsx": LedgerXlsx, "csv": LedgerCsv, "csv-gb": LedgerCsvGb}
FORMAT_LABELS = {"xlsx": "Excel（xlsx）", "csv": "CSV（UTF-8）", "csv-gb": "CSV（GB18030，供旧软件使用）"}

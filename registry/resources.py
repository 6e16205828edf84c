"""
The people ledger on its way out: its columns, its choices, and rows that are pulled one by one.

A masked ledger contains no 18-digit number at all: a text that holds one is left blank, and a blank cell changes
nothing when the file comes back.
"""

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from import_export.fields import Field
from import_export.formats.base_formats import Format
from import_export.resources import Resource

from registry import codes
from registry.ledgers import PEOPLE_EXPORT, SERVICE_KEYS
from registry.models import Category, Identity, Person, Service
from registry.rules.ids import mask_id
from veterans_portal.accounts.models import Office
from veterans_portal.bulk import copy_out
from veterans_portal.files import scratch
from veterans_portal.sheets import LedgerColumn, write_csv, write_ledger_apart

DATASET_ROWS = 5000  # a tablib Dataset holds everything in memory
COLUMNS = [LedgerColumn(column.label, column.width) for column in PEOPLE_EXPORT]
SHEET = "人员台账"
HOLDS_NUMBER = re.compile(r"\d{17}[\dXx]")
MAY_HOLD_NUMBER = ("hukou_place", "address", "workplace", "unit_code", "service_certificate_no")
CODED = {
    "sex": codes.SEX | {"U": ""},
    "ethnicity": codes.ETHNICITY,
    "hukou_type": codes.HUKOU_TYPE,
    "marital": codes.MARITAL,
    "education": codes.EDUCATION,
    "political": codes.POLITICAL,
    "employment": codes.EMPLOYMENT,
    "exit_way": codes.EXIT_WAY,
    "status": dict(Person.Status.choices),
}
OWN = ("ref", "name", "former_name", "sex", "ethnicity", "born", "id_number", "hukou_type", "hukou_place", "address", "phone",
       "phone_alt", "marital", "education", "political", "employment", "workplace", "registered_on", "status")  # fmt: skip
SEALED = ("id_number", "hukou_place", "address", "phone", "phone_alt")
COPIED = ("office_id", "is_unplaced", "held", "served", *OWN)
LAST_SERVICE = {key: column for key, column in SERVICE_KEYS.items() if key in {c.key for c in PEOPLE_EXPORT}}
NO_SERVICE = dict.fromkeys(LAST_SERVICE, "")


class PeopleResource(Resource):
    """Columns of the people ledger; `full` shows whole ID numbers."""

    def __init__(self, *, full: bool = False):
        super().__init__()
        self.full = full
        self.fields = {column.key: Field(attribute=column.key, column_name=column.label) for column in PEOPLE_EXPORT}

    def rows(self, people, *, user) -> Iterator[list[str]]:
        """
        Yield one list of texts a person, in the order of the columns, by station and name.

        people: a queryset that went through visible_to(user). One statement, streamed: memory stays flat.
        """
        offices = dict(Office.objects.visible_to(user).values_list("code", "name"))
        labels = dict(Category.objects.visible_to(user).values_list("code", "label"))
        sealed = [(name, Person._meta.get_field(name).reader()) for name in SEALED]
        ordered = people.order_by("office_id", "pinyin", "pk")
        listed = ordered.annotate(held=held_by(user), served=last_service(user)).values_list(*COPIED)
        with closing(copy_out(listed)) as records:
            for office, is_unplaced, held, served, *own in records:
                values = dict(zip(OWN, own, strict=True))
                for name, read in sealed:
                    values[name] = read(values[name])
                values["category"] = "、".join([labels[code] for code in held[1:-1].split(",") if code])
                values["station"] = "" if is_unplaced == "t" else offices[office]
                values |= json.loads(served) if served else NO_SERVICE
                yield self.texts(values)

    def texts(self, values: dict) -> list[str]:
        if not self.full:
            values["id_number"] = mask_id(values["id_number"])
            for key in MAY_HOLD_NUMBER:
                if HOLDS_NUMBER.search(values[key] or ""):
                    values[key] = ""
        for key, table in CODED.items():
            values[key] = table.get(values[key], "")
        return [values[column.key] or "" for column in PEOPLE_EXPORT]

    def export(self, queryset=None, *, user, **kwargs):
        """Return a tablib Dataset of at most 5,000 rows; larger ledgers are streamed with rows()."""
        from tablib import Dataset

        with closing(self.rows(queryset, user=user)) as found:
            rows = list(islice(found, DATASET_ROWS + 1))
        if len(rows) > DATASET_ROWS:
            raise ValueError(f"more than {DATASET_ROWS} rows: use rows()")
        return Dataset(*rows, headers=self.get_export_headers())


def held_by(user) -> ArraySubquery:
    """The codes of a person's open categories."""
    rows = Identity.objects.visible_to(user).open().filter(person=OuterRef("pk"))
    return ArraySubquery(rows.order_by("category_id", "pk").values("category_id"))


def last_service(user) -> Subquery:
    """The last period of service of a person, as JSON: the one that began last, undated ones first."""
    rows = Service.objects.visible_to(user).live().filter(person=OuterRef("pk")).order_by("-enlisted", "-pk")
    return Subquery(rows.values(served=JSONObject(**LAST_SERVICE))[:1])


class LedgerFormat(Format):
    """A way to write a ledger; `write` streams, `export_data` is the library's own door for a Dataset."""

    extension = ""
    content_type = ""

    def write(self, path: Path, *, title: str, subtitle: str, rows: Iterable, totals: Sequence, footer: str,
              columns: Sequence[LedgerColumn] = COLUMNS) -> int:  # fmt: skip
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

    def write(self, path, *, title, subtitle, rows, totals, footer, columns=COLUMNS):
        return write_ledger_apart(path, sheet_name=SHEET, title=title, subtitle=subtitle, columns=columns, rows=rows,
                                  totals=totals, footer=footer or None)  # fmt: skip


class LedgerCsv(LedgerFormat):
    """Text with commas, in UTF-8 with a mark that Excel understands."""

    extension = "csv"
    content_type = "text/csv; charset=utf-8"
    encoding = "utf-8-sig"

    def write(self, path, *, title, subtitle, rows, totals, footer, columns=COLUMNS):
        return write_csv(path, columns=columns, rows=rows, title=title, subtitle=subtitle, totals=totals,
                         footer=footer or None, encoding=self.encoding)  # fmt: skip


class LedgerCsvGb(LedgerCsv):
    """The same in GB18030, for programs that know nothing else."""

    content_type = "text/csv; charset=gb18030"
    encoding = "gb18030"


FORMATS = {"xlsx": LedgerXlsx, "csv": LedgerCsv, "csv-gb": LedgerCsvGb}
FORMAT_LABELS = {"xlsx": "Excel（xlsx）", "csv": "CSV（UTF-8）", "csv-gb": "CSV（GB18030，供旧软件使用）"}

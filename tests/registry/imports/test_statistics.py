"""After a large import the planner knows of the new rows at once."""

import pytest
from django.db import connection

from tests import factories as make

from .running import run
from .workbooks import number, sheet_of

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ["registry_person", "registry_identity", "registry_plaque"]


def known_rows() -> dict[str, float]:
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relname = ANY(%s)", [TABLES])
        return dict(cursor.fetchall())


@pytest.mark.parametrize(("count", "known"), [(1_000, 1_000), (999, 0)])
def test_the_planner_knows_of_a_large_import_when_it_is_committed(transactional_db, tmp_path, count, known):
    head = make.staff(make.office("990101001001"), "HEAD")
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    assert known_rows() == dict.fromkeys(TABLES, 0)
    rows = [
        [f"张{'甲乙丙丁'[n % 4]}", number(born=f"19{40 + n // 500}0219", order=n % 500 * 2 + 1), "退役士兵"]
        for n in range(count)
    ]
    batch = run(sheet_of(tmp_path / "x", ["姓名", "身份证号", "人员类别"], *rows), by=head, commit=True)
    assert batch.counts["rows"]["COMMITTED"] == count
    assert known_rows() == {"registry_person": known, "registry_identity": known, "registry_plaque": 0}

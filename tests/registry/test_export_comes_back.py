"""An own export, masked or full, changes nothing when it is imported again."""

import json
from collections import Counter

import pytest
from django.core.management import call_command

from registry.actions.exports import export_ledger
from registry.actions.imports import refresh_statistics
from registry.models import Household, Person, Plaque
from reports.demo.people import COLUMNS, People
from tests import factories as make
from tests.registry.imports.running import run
from tests.registry.imports.workbooks import sheet_of
from veterans_portal.accounts.models import ReadyFile, RowChange
from veterans_portal.files import read_sealed

CROWD = 5_000
RARE = "𠮷𫟹𬭎"  # beyond the basic plane: extensions B, D and E
PURPOSE = "报送区医保局参保核对"


def aged(born: str) -> dict:
    return {"id_number": make.id_number(born), "born": f"{born[:4]}-{born[4:6]}-{born[6:]}"}


@pytest.fixture
def people(station, sibling_station, officer):
    """What real dossiers hold: several categories and services, partial dates, odd texts, landlines, no number, the dead."""
    one = make.person(
        station, by=officer, name="张卫东", categories=["V02", "51", "81"], phone_alt="0734-8220001", hukou_type="RURAL",
        ethnicity="01", marital="20", education="60", political="01", employment="27", workplace="=1+1", former_name="张三",
    )  # fmt: skip
    make.service(one, by=officer, enlisted="1970", discharged="1972", branch="海军")
    make.service(
        one, by=officer, enlisted="1974-12", discharged="1978-03", branch="陆军", rank="班长", unit_code="8341"
    )
    two = make.person(
        station, by=officer, name="单田芳", born="1962-02", sex="F", id_number="", phone="", categories=[]
    )
    make.service(two, by=officer, enlisted="1980", discharged="")
    make.person(sibling_station, by=officer, name="阿依努尔·买买提", categories=["V00"], address="",
                **aged("19601231"))  # fmt: skip
    make.person(sibling_station, by=officer, name=RARE, former_name="𠀀一", **aged("19551111"))
    make.person(sibling_station, by=officer, name="许春生", status="DECEASED", died="2025-03", **aged("19400101"))
    make.person(
        make.office("990101001"),
        by=officer,
        name="周戊",
        is_unplaced=True,
        categories=["11"],
        id_number=make.id_number(),
    )
    # an undated period beside a dated one
    three = make.person(station, by=officer, name="罗兴旺", **aged("19500505"))
    make.service(three, by=officer, enlisted="", discharged="", branch="")
    make.service(three, by=officer, enlisted="1969-01", discharged="1973-05", branch="空军")
    with make.as_(officer):
        return {person.name: person for person in Person.objects.visible_to(officer)}


@pytest.fixture
def plaques(people, officer):
    """Plaques of every kind: hanging, kept after a death, history, without a number, without a person, of a moved holder."""
    homes = {name: make.household(people[name], by=officer, book_no=book, group_name="一组", address="甲村 1 号")
             for name, book in (("张卫东", "H1"), ("许春生", ""), ("单田芳", "H3"), ("罗兴旺", ""))}  # fmt: skip
    with make.as_(officer):
        empty = Household.objects.create(
            office_id="990101001001", book_no="H9", head_name="王孤老", created_at=make.NOON, created_by=officer
        )
    rows = [
        (homes["张卫东"], people["张卫东"], {"state": "HUNG", "serial": "A001", "hung": "2019-05", "place": "DOOR", "signer": "=1+1",
                                   "bases": ["V02", "51", "81"], "note": "=2+2"}),
        (homes["张卫东"], people["张卫东"], {"state": "REPLACED", "serial": "A000", "hung": "2018", "closed": "2019-05-01",
                                   "exchange_reason": "WORN"}),
        (homes["许春生"], people["许春生"], {"state": "KEPT", "hung": "2019-02-03", "bases": ["V02"]}),
        (homes["单田芳"], people["单田芳"], {"state": "PENDING", "mode": "APPLY", "bases": ["21"]}),
        (homes["罗兴旺"], people["罗兴旺"], {"state": "WITHDRAWN", "hung": "2019", "closed": "2020-01", "withdraw_reason": "ORDER"}),
        (homes["罗兴旺"], people["罗兴旺"], {"state": "LOST", "serial": "A007", "hung": "2021-03-01", "reissue_no": 1}),
        (empty, None, {"state": "HUNG", "serial": "A009", "hung": "2019-01"}),
        (homes["单田芳"], people["周戊"], {"state": "REPLACED", "serial": "A010", "hung": "2018-01-01"}),
    ]  # fmt: skip
    with make.as_(officer):
        for home, holder, values in rows:
            Plaque.objects.create(household=home, office_id=home.office_id, holder=holder, source="IMPORT", address=home.address or None,
                                  created_at=make.NOON, created_by=officer, **values)  # fmt: skip
    return rows


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("code", "query", "kind", "count"), [
    ("people", "status=ALL", "people", 7), ("village", "status=ALL", "people", 7), ("plaques", "", "plaques", 8),
])  # fmt: skip
def test_every_row_comes_back_unchanged(officer, plaques, tmp_path, code, query, kind, count, form, full):
    result = out_and_in(officer, tmp_path, code, query, kind, form, full)
    assert {row["row"]: row["outcome"] for row in result["accepted"]} == dict.fromkeys(range(4, 4 + count), "UNCHANGED")


def out_and_in(officer, tmp_path, code, query, kind, form, full) -> dict:
    """Export a ledger, import the file again, and hold the result to having changed nothing; returns the report."""
    with make.as_(officer):
        file: ReadyFile = export_ledger(
            code=code, query=query, form=form, full=full, reason=PURPOSE, by=officer, at=make.NOON, today=make.TODAY
        )
        changes = RowChange.objects.count()
    path, out = tmp_path / file.name, tmp_path / "out.json"
    path.write_bytes(b"".join(read_sealed(file.stored_name)))
    call_command("import_ledger", kind, path, "--commit", office="990101", by=officer.username, report=out)
    result = json.loads(out.read_text("utf-8"))
    assert result["rejected"] == []
    assert not [
        one for one in result["warnings"] if one["code"] in ("PLAQUE_DIFFERS", "LOCKED_FIELD", "STATION_UNKNOWN")
    ]
    with make.as_(officer):  # the batch, its columns as answered: nothing of a person or a plaque
        later = RowChange.objects.order_by("pk")[changes:]
        assert {one.table for one in later} <= {"registry_importbatch", "registry_columnmapping"}
    return result


@pytest.fixture
def crowd(station, officer, tmp_path, django_capture_on_commit_callbacks):
    """
    Five thousand people as the ledgers of a district have them: gaps, partial dates, rare characters, half with a plaque.

    The planner last counted when there were none, and what follows a commit follows the import here too (docs/adr/0091).
    """
    header = [*COLUMNS, "是否悬挂光荣牌", "悬挂时间"]
    rows = [
        row | ({"是否悬挂光荣牌": "是", "悬挂时间": f"20{n % 6 + 18}.{n % 12 + 1:02}"} if n % 2 else {})
        for n, row in enumerate(People(7).rows(CROWD, station.name))
    ]
    path = sheet_of(tmp_path / "crowd", header, *([row.get(label) for label in header] for row in rows))
    refresh_statistics()
    with django_capture_on_commit_callbacks(execute=True):
        batch = run(path, by=officer, commit=True)
    assert batch.counts["rows"]["COMMITTED"] > CROWD * 9 // 10
    with make.as_(officer):
        ids = list(Person.objects.order_by("pk").values_list("pk", flat=True)[:50])
        Person.objects.filter(pk__in=ids).update(status="DECEASED", died="2025-03")
        return Person.objects.count(), Plaque.objects.count()


@pytest.mark.drill
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("code", "query", "kind"), [
    ("people", "status=ALL", "people"), ("village", "status=ALL", "people"), ("plaques", "", "plaques"),
])  # fmt: skip
def test_five_thousand_rows_come_back_unchanged(officer, crowd, tmp_path, code, query, kind, full):
    people, plaques = crowd
    result = out_and_in(officer, tmp_path, code, query, kind, "xlsx", full)
    assert Counter(row["outcome"] for row in result["accepted"]) == {
        "UNCHANGED": plaques if code == "plaques" else people
    }

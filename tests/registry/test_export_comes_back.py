"""An own export, masked or full, changes nothing when it is imported again."""

import json

import pytest
from django.core.management import call_command

from registry.actions.exports import export_people
from tests import factories as make
from veterans_portal.accounts.models import ReadyFile
from veterans_portal.files import read_sealed

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


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("full", [False, True])
def test_every_row_comes_back_unchanged(officer, people, tmp_path, form, full):
    with make.as_(officer):
        file: ReadyFile = export_people(
            query="status=ALL", form=form, full=full, reason=PURPOSE, by=officer, at=make.NOON, today=make.TODAY
        )
    path, out = tmp_path / file.name, tmp_path / "out.json"
    path.write_bytes(b"".join(read_sealed(file.stored_name)))
    call_command("import_ledger", "people", path, office="990101", by=officer.username, report=out)
    result = json.loads(out.read_text("utf-8"))
    assert result["rejected"] == []
    assert {row["row"]: row["outcome"] for row in result["accepted"]} == dict.fromkeys(range(4, 10), "UNCHANGED")

"""Into the registry and out again: all or nothing, and only while nobody has built on it."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from registry.actions import import_rows, imports
from registry.importing import error_workbook, writing
from registry.models import Household, Identity, ImportRow, Person, Service
from tests import factories as make
from tests.benefits import factories as pay
from tests.registry.imports.running import counts, run
from tests.registry.imports.workbooks import HEADER, names_spoilt, number, sheet_of, text_file
from veterans_portal.accounts.models import AuditEvent, RowChange

NOON = make.NOON
# several transactions, each with a number of its own: only real commits have that
real = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])
WIDE = [*HEADER, "联系电话", "现住址", "人员类别", "入伍时间", "户号", "户主"]


@pytest.fixture
def head(town_head, station, sibling_station):
    return town_head


def wide(tmp_path, *names):
    rows = [
        [name, number(order=2 * i + 1), f"1005550{i:04}", f"{i}栋", "退役士兵、残疾军人", "1974.12", "H1", names[0]]
        for i, name in enumerate(names)
    ]
    return sheet_of(tmp_path / "x", WIDE, *rows)


def live(model, user):
    with make.as_(user):
        return model.objects.live().count()


@real
def test_good_rows_do_not_wait_for_bad_ones_and_bad_ones_follow(head, tmp_path, as_):
    batch = run(names_spoilt(tmp_path / "x"), by=head, commit=True)
    assert (batch.state, counts(batch)) == ("PARTLY", {"COMMITTED": 3, "HELD": 4})
    with as_(head):
        row = batch.rows.filter(state="HELD", number=3).get()
        import_rows.fix_row(row=row, fixes={"name": "张问"}, answers={}, confirmed=set(), by=head, at=NOON)
        batch = imports.commit_batch(batch=batch, by=head, at=NOON)
    assert counts(batch) == {"COMMITTED": 4, "HELD": 3} and len(batch.txids) == 2
    with as_(head):
        assert imports.close_batch(batch=batch, by=head, at=NOON).state == "COMMITTED"


def test_undo_takes_back_everything_exactly(head, station, tmp_path, as_):
    person = make.person(station, by=head, id_number=number(order=1), name="张一", phone="10055509999")
    service = make.service(person, by=head, enlisted="1974")
    with as_(head):
        before = Person.objects.values().get(pk=person.pk)
    batch = run(wide(tmp_path, "张一", "张二", "张三"), by=head, commit=True)
    assert (live(Person, head), live(Identity, head), live(Household, head)) == (3, 6, 2)  # a household for each office
    with as_(head):
        batch = imports.undo_batch(batch=batch, by=head, at=NOON)
        after = Person.objects.values().get(pk=person.pk)
        service.refresh_from_db()
    assert batch.state == "UNDONE" and counts(batch) == {"UNDONE": 3}
    assert {k: v for k, v in after.items() if k != "row_version"} == {
        k: v for k, v in before.items() if k != "row_version"
    }
    assert (live(Person, head), live(Identity, head), live(Household, head), live(Service, head)) == (1, 1, 0, 1)
    assert service.enlisted == "1974"
    again = run(wide(tmp_path, "张一", "张二", "张三"), by=head)
    assert counts(again) == {"CREATE": 2, "UPDATE": 1}


@real
def test_undo_is_refused_after_a_later_edit_and_names_the_row(head, tmp_path, as_):
    batch = run(wide(tmp_path, "张一", "张二"), by=head, commit=True)
    with as_(head):
        person = Person.objects.get(name="张二")
        Person.objects.filter(pk=person.pk).update(workplace="五金店", row_version=2)
    with as_(head), pytest.raises(ValidationError, match="第 3 行（新的修改）"):
        imports.undo_batch(batch=batch, by=head, at=NOON)
    assert live(Person, head) == 2


@real
def test_undo_is_refused_when_something_was_hung_on_a_new_dossier(head, tmp_path, as_):
    batch = run(wide(tmp_path, "张一"), by=head, commit=True)
    with as_(head):
        person = Person.objects.get()
    make.service(person, by=head, enlisted="1990", discharged="1994")
    with as_(head), pytest.raises(ValidationError, match="第 2 行（服役经历）"):
        imports.undo_batch(batch=batch, by=head, at=NOON)


def test_undo_is_refused_when_another_room_leans_on_a_dossier(head, tmp_path, as_):
    """Rooms above are not known to the import; whatever points to what it made counts."""
    batch = run(wide(tmp_path, "张一", "张二"), by=head, commit=True)
    with as_(head):
        person = Person.objects.get(name="张二")
    pay.account(person, by=head)
    with as_(head), pytest.raises(ValidationError, match="第 3 行（收款账户）"):
        imports.undo_batch(batch=batch, by=head, at=NOON)
    assert live(Person, head) == 2


def test_an_abandoned_batch_writes_nothing(head, tmp_path, as_):
    batch = run(wide(tmp_path, "张一"), by=head)
    with as_(head):
        imports.abandon_batch(batch=batch, by=head, at=NOON)
    with as_(head), pytest.raises(ValidationError, match="已经取消"):
        imports.commit_batch(batch=batch, by=head, at=NOON)
    assert live(Person, head) == 0


def test_one_row_that_the_database_refuses_does_not_stop_the_others(head, tmp_path, as_, monkeypatch):
    original = writing.Writer.person_values

    def spoil(self, row, sealed):
        values = list(original(self, row, sealed))
        if row.values["name"] == "坏人":
            values[writing.PERSON_COLUMNS.index("born") - 3] = "1954-02-30"
        return tuple(values)

    monkeypatch.setattr(writing.Writer, "person_values", spoil)
    rows = [
        ["坏人" if i == 777 else f"张{'甲乙丙丁'[i % 4]}", number(born=f"19{40 + i // 500}0219", order=i % 500 * 2 + 1)]
        for i in range(2000)
    ]
    batch = run(sheet_of(tmp_path / "x", HEADER, *rows), by=head, commit=True)
    assert counts(batch) == {"COMMITTED": 1999, "HELD": 1}
    with as_(head):
        held = ImportRow.objects.get(state="HELD")
    assert (held.reasons, held.person_id, held.plaque_id) == (["CONSTRAINT"], None, None)


def test_a_row_that_points_to_nothing_does_not_stop_the_others(head, tmp_path, as_, monkeypatch):
    """Django leaves foreign keys to the COMMIT, where they would refuse the whole file."""
    original = writing.Writer.identity_values

    def spoil(self, row, code):
        code, *others = original(self, row, code)
        return ("??" if row.values["name"] == "坏人" else code, *others)

    monkeypatch.setattr(writing.Writer, "identity_values", spoil)
    batch = run(wide(tmp_path, "张一", "坏人", "张三"), by=head, commit=True)
    assert counts(batch) == {"COMMITTED": 2, "HELD": 1}
    with as_(head):
        held = ImportRow.objects.get(state="HELD")
    assert held.reasons == ["CONSTRAINT"] and live(Person, head) == 2


def test_the_error_workbook_comes_back_corrected(head, tmp_path, as_):
    import io

    import openpyxl

    batch = run(names_spoilt(tmp_path / "x"), by=head)
    with as_(head):
        error_workbook.write(tmp_path / "errors.xlsx", batch)
    book = openpyxl.load_workbook(tmp_path / "errors.xlsx")
    sheet = book.active
    headers = [cell.value for cell in sheet[1]]
    assert headers[:2] == ["姓名", "身份证号码"] and "原行号" in headers and "错误说明" in headers
    by_number = {row[headers.index("原行号")].value: row for row in sheet.iter_rows(min_row=2)}
    wrong = next(row for number_, row in by_number.items() if str(number_) == "3")
    assert (wrong[0].comment is not None and wrong[0].fill.fgColor.rgb.endswith("FFC7CE")) or wrong[
        0
    ].fill.patternType == "solid"
    wrong[0].value = "张问"
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    out.name = "改好.xlsx"
    with as_(head):
        rows = error_workbook.read(out, batch)
        assert import_rows.reupload_fixes(batch=batch, rows=rows, by=head, at=NOON) == {
            "fixed": 1,
            "held": 0,
            "unknown": 0,
        }
        batch.refresh_from_db()
    assert counts(batch) == {"CREATE": 4, "HELD": 3}


def test_a_strange_workbook_is_not_taken_for_fixes(head, tmp_path, as_):
    batch = run(names_spoilt(tmp_path / "x"), by=head)
    with (
        as_(head),
        open(tmp_path / "x.xlsx", "rb") as file,
        pytest.raises(ValidationError, match="不是这一批的错误行表"),
    ):
        error_workbook.read(file, batch)


def test_every_step_leaves_one_event_without_values(head, tmp_path, as_):
    batch = run(wide(tmp_path, "张一"), by=head, commit=True)
    with as_(head):
        imports.undo_batch(batch=batch, by=head, at=NOON)
    with make.as_admin("app_audit"):
        events = list(AuditEvent.objects.order_by("pk"))
    assert [event.event for event in events] == ["IMPORT_UPLOADED", "IMPORT_READ", "IMPORT_COMMITTED", "IMPORT_UNDONE"]
    said = str([event.facts for event in events])
    assert not any(secret in said for secret in ("张一", number(order=1), "10055500000"))


def test_nothing_of_a_person_lies_open_in_the_database(head, tmp_path, as_):
    """Every text and JSON column of every table is searched for what must be sealed."""
    run(wide(tmp_path, "庚辰甲"), by=head, commit=True)
    secrets = [number(order=1), "10055500000", "0栋"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relkind = 'r' AND a.attnum > 0 AND format_type(a.atttypid, NULL) ~ '^(text|character varying|json)'"
            " AND c.relname ~ '^(registry|accounts|django_session|django_tasks)'"
        )
        columns = cursor.fetchall()
    assert len(columns) > 80
    found = []
    with as_(head), connection.cursor() as cursor:
        for table, column in columns:
            cursor.execute("SELECT has_column_privilege(current_user, %s, %s, 'SELECT')", [table, column])
            if cursor.fetchone()[0]:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE ANY (%s)',
                    [[f"%{s}%" for s in secrets]],
                )
                found += [(table, column)] * cursor.fetchone()[0]
    assert found == []


def test_the_trail_knows_the_rows_of_an_import(head, tmp_path, as_):
    batch = run(wide(tmp_path, "张一"), by=head, commit=True)
    with as_(head):
        tables = set(RowChange.objects.filter(txid__in=batch.txids).values_list("table", flat=True))
    assert {
        "registry_person",
        "registry_identity",
        "registry_service",
        "registry_household",
        "registry_householdmember",
    } <= tables
    assert "registry_importrow" not in tables


def command(capsys, path, *arguments, office="990101001", by):
    code = 0
    try:
        call_command("import_ledger", "people", str(path), "--office", office, "--by", by, *arguments)
    except SystemExit as stop:
        code = stop.code
    out = capsys.readouterr().out
    return code, json.loads(out) if out else None


def test_the_command_reports_as_agreed(head, tmp_path, capsys):
    path = wide(tmp_path, "张一", "张?")
    code, report = command(capsys, path, by=head.username)
    assert code == 0 and report["file_error"] is None and report["committed"] is False and report["batch"] is None
    assert report["sheets"] == [{"name": "人员", "header_rows": [1], "unmapped": []}]
    accepted = report["accepted"][0]
    assert (accepted["sheet"], accepted["row"], accepted["outcome"]) == ("人员", 2, "CREATE")
    wanted = {
        "name": "张一",
        "id_number": number(order=1),
        "sex": "男",
        "birth_date": "1954-02-19",
        "category": "退役士兵、残疾军人",
        "enlisted": "1974-12",
        "phone": "10055500000",
    }
    assert wanted.items() <= accepted["normalized"].items()
    assert report["rejected"][0]["row"] == 3 and report["rejected"][0]["reasons"][0]["code"] == "NAME_BAD_CHARS"
    assert report["skipped"] == [{"sheet": "人员", "row": 1, "what": "HEADER"}]
    assert {"row", "code", "column", "message"} <= report["warnings"][0].keys()
    assert live(Person, head) == 0


def test_dry_run_and_commit_say_the_same(head, tmp_path, capsys):
    path = wide(tmp_path, "张一", "张二")
    _, dry = command(capsys, path, by=head.username)
    _, wet = command(capsys, path, "--commit", by=head.username)
    differing = {key for key in dry if dry[key] != wet[key]}
    assert differing == {"committed", "batch"} and live(Person, head) == 2


def test_exit_codes(head, cashier, tmp_path, capsys):
    broken = tmp_path / "x.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken")
    code, report = command(capsys, broken, by=head.username)
    assert (code, report["file_error"]) == (1, "FILE_CORRUPT")
    for arguments in ({"by": "nobody"}, {"by": cashier.username}, {"by": head.username, "office": "990102"}):
        with pytest.raises(CommandError) as refused:
            command(capsys, text_file(tmp_path / "y"), **arguments)
        assert refused.value.returncode == 2


@real
def test_workbook_and_rows_are_purged_after_180_days_and_the_people_stay(head, tmp_path, capsys, settings):
    old = run(wide(tmp_path, "张一"), by=head, commit=True)
    fresh = run(names_spoilt(tmp_path / "y"), by=head)
    with make.as_(head):
        type(old).objects.filter(pk=old.pk).update(committed_at="2020-01-01T00:00:00Z")
    call_command("purge_imports")
    assert "1 个批次" in capsys.readouterr().out
    with make.as_(head):
        assert ImportRow.objects.filter(batch=old).count() == 0 and ImportRow.objects.filter(batch=fresh).count() == 7
    assert live(Person, head) == 1
    assert len([path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]) == 1
    with make.as_(head), pytest.raises(ValidationError, match="已满 180 天"):
        imports.undo_batch(batch=old, by=head, at=NOON)


@real
@pytest.mark.drill
def test_migrations_go_back_and_forth(transactional_db):
    """Back to before the walls and forward again, with the rooms above: the reverse SQL is real."""
    call_command("migrate", "registry", "0001", verbosity=0)
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_policies WHERE tablename LIKE 'registry%%'")
        assert cursor.fetchone()[0] >= 22

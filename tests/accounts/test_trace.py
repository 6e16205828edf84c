"""The trail: written with every deed, and nobody changes it unnoticed."""

from collections import defaultdict

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from registry.models import Person
from tests import factories as make
from veterans_portal.accounts.models import AuditEvent, RowChange
from veterans_portal.accounts.verification import anchor_lines, read_anchors, verify, verify_events

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])


@pytest.fixture
def trail(db):
    """Four transactions of one clerk on one chain, through real commits."""
    station = make.office("990101001001")
    clerk = make.staff(station)
    person = make.person(station, by=clerk)
    for number in range(3):
        with make.as_(clerk):
            Person.objects.filter(pk=person.pk).update(workplace=f"单位{number}", row_version=number + 2)
            AuditEvent.record("PERSON_EDITED", person, by=clerk, at=make.NOON, fields=["workplace"])
    return clerk, person


@pytest.fixture
def superuser():
    if not settings.EMBEDDED:
        pytest.skip("tampering needs the embedded server's superuser")
    host, name = connection.settings_dict["HOST"], connection.settings_dict["NAME"]
    with psycopg.connect(host=host, dbname=name, user="postgres") as found:
        yield found


def test_a_clean_trail_is_clean(trail, superuser):
    verdict = verify(superuser)
    assert verdict.faults == []
    assert verdict.events >= 3 and verdict.changes >= 5
    assert verify_events(superuser).is_clean


def test_row_changes_keep_only_the_changed_keys_and_seal_what_is_sealed(trail, as_):
    clerk, person = trail
    with as_(clerk):
        last = RowChange.objects.filter(table="registry_person", row=str(person.pk)).order_by("-id").first()
        first = RowChange.objects.filter(table="registry_person", row=str(person.pk), op="I").get()
    assert last.new == {"workplace": "单位2", "row_version": 4}
    assert last.old == {"workplace": "单位1", "row_version": 3}
    assert first.new["id_number"].startswith("\\x") and person.id_number not in str(first.new)


def test_an_inserted_set_has_the_hash_that_verification_asks_for(trail, superuser):
    clerk, _person = trail
    superuser.execute("SELECT set_config('app.actor', %s, true)", [str(clerk.pk)])
    superuser.execute("CREATE TABLE odd_words (id text, office_id text, word text)")
    superuser.execute(
        "CREATE TRIGGER row_history_insert AFTER INSERT ON odd_words REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION row_history_insert()"
    )
    odd = [("1", "9901", "平常"), ('引"号\\', None, "换\n行"), ("k2", 'a"b', '\t{"id": 1}'), ("\u2028%s", "", None)]
    superuser.cursor().executemany("INSERT INTO odd_words VALUES (%s, %s, %s)", odd)
    wrong, all_of_them = superuser.execute(
        'SELECT count(*) FILTER (WHERE row_hash <> row_hash(id, txid, "table", "row", op, office_id, old, new)), count(*)'
        " FROM accounts_rowchange WHERE \"table\" = 'odd_words'"
    ).fetchone()
    superuser.rollback()
    assert (wrong, all_of_them) == (0, len(odd))


def test_a_large_set_says_what_its_rows_would_have_said_one_by_one(trail, superuser):
    clerk, _person = trail
    superuser.execute("SELECT set_config('app.actor', %s, true)", [str(clerk.pk)])
    superuser.execute(
        'CREATE TABLE odd_set (id int, office_id text NOT NULL, told varchar(9) NOT NULL, maybe text, "od\'d %s" jsonb, at timestamptz, b bytea)'
    )
    superuser.execute(
        "CREATE TRIGGER row_history_insert AFTER INSERT ON odd_set REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION row_history_insert()"
    )
    made = """SELECT n, '9901', CASE n %% 3 WHEN 0 THEN '' ELSE 'x' || n END, CASE n %% 4 WHEN 0 THEN '' WHEN 1 THEN n::text END,
     jsonb_build_object('a', n), '2026-01-01'::timestamptz + n * '1 s'::interval, '\\x00ff'::bytea FROM generate_series(%s::int, %s::int) n"""
    superuser.execute(f"INSERT INTO odd_set {made}", [0, 149])
    for n in range(150):
        superuser.execute(f"INSERT INTO odd_set {made}", [n, n])
    said, wrong = defaultdict(list), 0
    for row, new, fits in superuser.execute(
        """SELECT "row", new, row_hash = row_hash(id, txid, "table", "row", op, office_id, old, new)
        FROM accounts_rowchange WHERE "table" = 'odd_set' ORDER BY id"""
    ):
        said[row].append(new)
        wrong += not fits
    superuser.rollback()
    assert wrong == 0 and len(said) == 150
    for in_set, alone in said.values():
        # the general way also tells the empty text of a column that cannot be NULL; nothing else may differ
        assert in_set == {key: value for key, value in alone.items() if (key, value) != ("told", "")}
    assert any("maybe" in one and one["maybe"] == "" for one, _ in said.values())


def test_a_rolled_back_savepoint_leaves_no_trace(trail, superuser, as_):
    clerk, person = trail
    with as_(clerk):
        try:
            with transaction.atomic():
                Person.objects.filter(pk=person.pk).update(workplace="没有发生")
                raise ValueError
        except ValueError:
            pass
        Person.objects.filter(pk=person.pk).update(workplace="发生了")
        connection.check_constraints()  # seals early; what follows opens a new link
        Person.objects.filter(pk=person.pk).update(workplace="又发生了")
    assert verify(superuser).faults == []
    superuser.rollback()
    with as_(clerk):
        assert not RowChange.objects.filter(new__workplace="没有发生").exists()


LAST_SEAL = "(SELECT txid FROM accounts_seal WHERE (lane, seq) = (SELECT lane, max(seq) FROM accounts_seal WHERE lane = %(lane)s GROUP BY lane))"
CUT = [
    f"DELETE FROM accounts_rowchange WHERE txid = {LAST_SEAL}",
    f"DELETE FROM accounts_auditevent WHERE txid = {LAST_SEAL}",
    f"DELETE FROM accounts_rowtxn WHERE txid = {LAST_SEAL}",
    "DELETE FROM accounts_seal WHERE lane = %(lane)s AND seq = (SELECT max(seq) FROM accounts_seal WHERE lane = %(lane)s)",
]
REWIND = [
    "UPDATE accounts_head h SET seq = s.seq, hash = s.hash FROM"
    " (SELECT seq, hash FROM accounts_seal WHERE lane = %(lane)s ORDER BY seq DESC LIMIT 1) s WHERE h.lane = %(lane)s"
]
TAMPERINGS = {
    "a changed value": [
        'UPDATE accounts_rowchange SET new = new || \'{"workplace": "假"}\' WHERE id = (SELECT max(id) FROM accounts_rowchange)'
    ],
    "a changed value with its own hash": [
        'UPDATE accounts_rowchange SET new = new || \'{"workplace": "假"}\' WHERE id = (SELECT max(id) FROM accounts_rowchange)',
        'UPDATE accounts_rowchange SET row_hash = row_hash(id, txid, "table", "row", op, office_id, old, new)',
    ],
    "a changed event": [
        "UPDATE accounts_auditevent SET event = 'NOTHING' WHERE id = (SELECT max(id) FROM accounts_auditevent)"
    ],
    "a deleted change": ["DELETE FROM accounts_rowchange WHERE id = (SELECT max(id) FROM accounts_rowchange)"],
    "another actor": [
        "UPDATE accounts_rowtxn SET actor = actor + 4 WHERE txid = (SELECT max(txid) FROM accounts_rowtxn)"
    ],
    "a row written past the triggers": [
        "INSERT INTO accounts_auditevent (txid, event, at, office_id, object_type, object_id, facts, restricted, ip, request_id, row_hash)"
        " VALUES (999999, 'X', now(), '', '', '', '{}', false, '', '', '')"
    ],
    "a chain cut short": CUT,
}


@pytest.mark.parametrize("what", TAMPERINGS, ids=str)
def test_tampering_is_found(trail, superuser, what):
    tamper(superuser, TAMPERINGS[what], lane=trail[0].pk % 4)
    assert verify(superuser).faults != []
    superuser.rollback()


def test_a_rewound_chain_is_found_only_with_the_anchor(trail, superuser):
    anchors = read_anchors(anchor_lines(superuser, at=make.NOON))
    tamper(superuser, CUT + REWIND, lane=trail[0].pk % 4)
    assert verify(superuser).faults == []
    assert any("比外部存证短" in fault for fault in verify(superuser, anchors).faults)
    superuser.rollback()


def test_an_edited_anchor_file_is_refused(trail, superuser):
    lines = anchor_lines(superuser, at=make.NOON)
    superuser.rollback()
    with pytest.raises(ValueError, match="被改过"):
        read_anchors([lines[0].replace(" 1 ", " 2 ", 1) if " 1 " in lines[0] else "x" + lines[0]])


def tamper(superuser, statements, *, lane):
    superuser.execute("SET LOCAL session_replication_role = replica")
    for statement in statements:
        superuser.execute(statement, {"lane": lane} if "%(lane)s" in statement else None)


def test_the_application_cannot_change_the_trail(trail):
    clerk, _ = trail
    for table in ("accounts_rowchange", "accounts_auditevent", "accounts_rowtxn", "accounts_seal"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET txid = 1"):
            with pytest.raises(ProgrammingError), make.as_(clerk), connection.cursor() as cursor:
                cursor.execute(statement)


def test_even_the_owner_cannot_change_the_trail(trail):
    with connection.as_owner(), connection.cursor() as cursor:
        for table in ("accounts_rowchange", "accounts_auditevent", "accounts_rowtxn", "accounts_seal"):
            with pytest.raises(Exception, match="refused"):
                cursor.execute(f"DELETE FROM {table}")


def test_nobody_signs_with_another_name(trail, as_):
    clerk, person = trail
    other = make.staff(make.office("990101001001"))
    with pytest.raises(Exception, match="another person"), as_(clerk):
        AuditEvent.record("PERSON_EDITED", person, by=other, at=make.NOON)


def test_a_write_that_nobody_answers_for_fails(trail, superuser):
    with pytest.raises(psycopg.Error):
        superuser.execute("UPDATE registry_person SET workplace = 'x'")
    superuser.rollback()

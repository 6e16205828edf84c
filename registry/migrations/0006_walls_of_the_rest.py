"""
The second wall around what came with documents, changes, moves, cards and plaques, and the two deeds that cross offices.

Lock:     brief, the tables are new.
Reverse:  real; migrating back and forth works.
Decision: docs/adr/0003-two-walls.md, docs/adr/0009-moves-cross-offices-in-one-function.md
"""

from pathlib import Path

from django.db import migrations

from veterans_portal.pgscope.operations import cross_office, refuses_delete, walls

SQL = Path(__file__).resolve().parent.parent / "sql"
OF_PERSON = ("person_id", "registry_person")
NEVER_DELETED = ("award", "document", "statuschange", "move", "changerequest", "merge", "card", "plaque", "fallen")


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_registry_in_full")]
    operations = [
        walls("registry_document", parent=OF_PERSON),
        walls("registry_card", parent=OF_PERSON),
        walls("registry_plaque", parent=("household_id", "registry_household")),
        walls("registry_plaqueround"),
        walls("registry_fallen"),
        walls("registry_statuschange"),
        walls("registry_changerequest"),
        walls("registry_duplicatepair"),
        walls("registry_merge"),
        walls("registry_promptdone"),
        walls("registry_move", ends=("from_office_id", "to_office_id")),
        walls("registry_aidreferral", ends=("office_id", "from_office_id")),
        *(refuses_delete(f"registry_{name}") for name in NEVER_DELETED),
        cross_office(
            "match_person",
            "bytea, text",
            (SQL / "match_person.sql").read_text("utf-8"),
            reads={"registry_person": "name"},
        ),
        cross_office(
            "carry_out_move",
            "bigint, date",
            (SQL / "carry_out_move.sql").read_text("utf-8"),
            reads={
                "registry_move": "id, person_id, from_office_id, to_office_id, direction, state, plaque_plan, moved_on,"
                " answered_at",
                "registry_householdmember": "id, household_id, person_id, joined_on, left_on, voided_by_batch_id",
                "registry_household": "id, office_id, row_version",
                "registry_plaque": "id, household_id, office_id, serial, state, row_version, voided_by_batch_id",
                "registry_person": "row_version",
            },
            writes={
                "registry_person": "office_id, is_unplaced, row_version",
                "registry_householdmember": "left_on",
                "registry_household": "office_id, book_no, row_version",
                "registry_plaque": "state, exchange_reason, closed, row_version",
                # a row is locked for writing by those who may write it
                "registry_move": "state",
            },
        ),
    ]

"""The bounds of the room: no way from a person to a petition, nothing kept or counted about a person."""

import ast
import re
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
OTHERS = ("registry", "benefits", "reports")
COUNTING = re.compile(
    r"repeat|revisit|group_visit|escalat|risk|key_person|stability|watch|beijing|times_seen|visit_count", re.I
)


def test_31_no_relation_leads_from_a_person_a_plaque_or_a_payment_to_a_petition():
    ways = [
        f"{model.__name__}.{relation.get_accessor_name()}"
        for label in OTHERS
        for model in apps.get_app_config(label).get_models()
        for relation in model._meta.get_fields(include_hidden=False)
        if relation.is_relation and relation.related_model and relation.related_model._meta.app_label == "petitions"
    ]
    assert ways == []


def test_31_neither_dossiers_nor_payments_know_of_petitions():
    """Reports stand above and read the figures; nothing below or beside imports the room."""
    found = []
    for room in ("registry", "benefits"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = (
                    [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else [n.name for n in node.names]
                    if isinstance(node, ast.Import)
                    else []
                )
                found += [str(path) for name in names if name.split(".")[0] == "petitions"]
    assert found == []


def test_no_column_counts_or_marks_people():
    columns = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("petitions").get_models()
        for field in model._meta.fields
    ]
    assert [name for name in columns if COUNTING.search(name)] == []


def test_nothing_is_grouped_by_a_person_or_a_number_of_one():
    """values(…).annotate(…) over a petitioner, a phone, an ID number, or the visitor of a reception."""
    person = re.compile(r"petitioner|id_digest|phone_digest|\bname\b|person|officer|user")
    loose = []
    for path in (ROOT / "petitions").rglob("*.py"):
        text = path.read_text("utf-8")
        loose += [
            f"{path.name}: {found}"
            for found in re.findall(r"\.values(?:_list)?\(([^)]*)\)\s*\.annotate\(", text)
            if person.search(found)
        ]
    assert loose == []

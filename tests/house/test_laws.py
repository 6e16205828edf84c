"""Laws of the house that a reader would otherwise have to remember."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import URLPattern, get_resolver

from veterans_portal.handbook import CHAPTERS, FOLDER, chapter_of

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("veterans_portal", "registry", "benefits", "petitions", "reports")
SOURCES = [p for room in ROOMS for p in (ROOT / room).rglob("*.py") if "migrations" not in p.parts]
EDGES = [
    p
    for p in SOURCES
    if {"views", "forms"} & set(p.relative_to(ROOT).with_suffix("").parts) or p.stem in ("resources", "home")
]
INNER = [
    p
    for p in SOURCES
    if p != ROOT / "veterans_portal" / "actions.py"
    and {"models", "rules", "actions", "importing"} & set(p.relative_to(ROOT).with_suffix("").parts)
]
CLOCKS = {"now", "localdate", "today", "localtime"}
PETITION_WORDS = re.compile(r"petition|信访|上访|稳控", re.IGNORECASE)


def tree(path):
    return ast.parse(path.read_text("utf-8"))


def patterns(resolver):
    for entry in resolver.url_patterns:
        yield from [entry] if isinstance(entry, URLPattern) else patterns(entry)


def test_every_view_names_the_permission_it_needs():
    assert [p.name for p in patterns(get_resolver()) if not hasattr(p.callback, "permission")] == []


def test_every_page_of_the_registry_has_a_chapter_in_the_handbook():
    names = {f"registry:{p.name}" for p in patterns(get_resolver("registry.urls"))}
    assert names and sorted(name for name in names if chapter_of(name) not in CHAPTERS) == []
    assert sorted(set(CHAPTERS) ^ {path.stem for path in FOLDER.glob("*.md")}) == []


FORM_IN_PARAGRAPH = re.compile(r"<p(?: [^>]*)?>(?:(?!</p>).)*?(?:<form|post_button)", re.S)


def test_no_form_stands_in_a_paragraph():
    """A browser ends the paragraph before the form, and with it the row of buttons."""
    pages = (ROOT / "templates").rglob("*.html")
    assert [str(page) for page in pages if FORM_IN_PARAGRAPH.search(page.read_text("utf-8"))] == []


def test_addresses_are_kebab_case():
    routes = [str(p.pattern) for p in patterns(get_resolver())]
    assert [r for r in routes if re.search(r"[A-Z_]", re.sub(r"<[^>]+>", "", r))] == []


@pytest.mark.parametrize("path", EDGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_edges_only_read_rows_the_reader_may_see(path):
    found = tree(path)
    allowed = {"visible_to", "names", "directory", "below", "open", "none"}
    scoped = {id(n.value) for n in ast.walk(found) if isinstance(n, ast.Attribute) and n.attr in allowed}
    plumbing = {"JobProgress", "ReadyFile", "AuditEvent", "AccessAttempt", "Session", "Category", "CategoryAlias"}
    loose = [
        n.lineno
        for n in ast.walk(found)
        if isinstance(n, ast.Attribute) and n.attr == "objects" and id(n) not in scoped
        and not (isinstance(n.value, ast.Name) and n.value.id in plumbing)
    ]  # fmt: skip
    assert loose == []


def test_every_domain_model_can_be_scoped():
    plumbing = {"QueryAttempt"}
    models = [m for app in ("registry", "benefits", "petitions") for m in apps.get_app_config(app).get_models()]
    assert [m.__name__ for m in models if not hasattr(m.objects, "visible_to")] == sorted(plumbing)


def reads_the_clock(node) -> bool:
    """timezone.now() and date.today() read the clock; timezone.localdate(at) turns a given moment into a day."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.args or node.keywords:
        return False
    owner = node.func.value
    return node.func.attr in CLOCKS and isinstance(owner, ast.Name) and owner.id in ("timezone", "date", "datetime")


def test_only_the_edges_read_the_clock():
    inner = [
        f"{path.relative_to(ROOT)}:{n.lineno}" for path in INNER for n in ast.walk(tree(path)) if reads_the_clock(n)
    ]
    assert inner == []


def test_money_is_rounded_in_one_place():
    users = [str(p.relative_to(ROOT)) for p in SOURCES if "quantize(" in p.read_text("utf-8")]
    assert users == ["veterans_portal/money.py"]


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_file_is_longer_than_400_lines():
    assert [str(p.relative_to(ROOT)) for p in SOURCES if len(p.read_text("utf-8").splitlines()) > 400] == []


def test_petitions_keep_no_tally_of_people():
    """The app measures the agency: nothing in it can mark, count or follow a person from case to case."""
    tally = re.compile(
        r"repeat|times|frequen|watch|risk|conduct|mood|beijing|skip_level|key_person|stabil|group_visit|tag"
    )
    fields = [
        f"{m.__name__}.{f.name}" for m in apps.get_app_config("petitions").get_models() for f in m._meta.get_fields()
    ]
    assert [
        name for name in fields if tally.search(name.split(".")[1].replace("public_stage", "").replace("stage", ""))
    ] == []
    grouped = re.compile(r"(values|annotate|Count)\([^)]*(petitioner|id_digest|phone_digest|person)", re.DOTALL)
    files = [p for p in SOURCES if p.relative_to(ROOT).parts[0] == "petitions"]
    assert [str(p.relative_to(ROOT)) for p in files if grouped.search(p.read_text("utf-8"))] == []


def test_no_dossier_leads_to_a_petition():
    """Neither a person nor an aid referral has a way back to a case."""
    registry = apps.get_app_config("registry").get_models()
    ways = [f.name for m in registry for f in m._meta.get_fields() if f.is_relation and f.related_model
            and f.related_model._meta.app_label == "petitions"]  # fmt: skip
    assert ways == []


def test_the_registry_knows_nothing_of_petitions():
    """Only the pattern of headers that are never read, and the sentences that say so, may use the words."""
    allowed = {"registry/ledgers.py", "registry/template.py"}
    files = [p for p in SOURCES if p.relative_to(ROOT).parts[0] == "registry"]
    code = {
        str(p.relative_to(ROOT)): [n for n in names_in(p) if PETITION_WORDS.search(n)]
        for p in files
        if str(p.relative_to(ROOT)) not in allowed
    }
    assert {path: names for path, names in code.items() if names} == {}


def names_in(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


def test_nothing_is_marked_safe_outside_the_list():
    allowed = {"veterans_portal/charts.py", "veterans_portal/components.py", "veterans_portal/handbook.py"}
    users = {str(p.relative_to(ROOT)) for p in SOURCES if re.search(r"mark_safe|SafeString\(", p.read_text("utf-8"))}
    assert users - allowed == set()

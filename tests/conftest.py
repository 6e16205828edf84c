"""Fixtures of all tests: the embedded database, the cast, and the promises every page makes."""

import gc
import os
import re
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
DRILL = bool(os.environ.get("DRILL"))
settings.register_profile("ci", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("drill", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("drill" if DRILL else "ci")


def pytest_configure(config):
    if not os.environ.get("DATABASE_URL"):
        from veterans_portal import embedded

        embedded.ensure_running(Path(os.environ.get("VAR", ROOT / "var")))


def pytest_collection_modifyitems(items):
    if DRILL:
        return
    for item in items:
        if item.get_closest_marker("drill"):
            item.add_marker(pytest.mark.skip(reason="make drill"))


def pytest_collection_finish():
    """What has been imported stays to the end: the collector need not walk over it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def quick_and_apart(settings, tmp_path_factory, monkeypatch):
    """Cheap hashing of passwords and query codes, and a folder of one's own for files."""
    monkeypatch.setattr("petitions.query_codes.ROUNDS", 10)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True  # static files from where they lie, nothing collected
    settings.MEDIA_ROOT = tmp_path_factory.mktemp(
        f"files-{uuid.uuid4().hex}", numbered=False
    )  # a number takes a search
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def unprinted(monkeypatch):
    """Documents are their filled-in templates instead of PDF: quick, and every word in them can be searched for."""
    monkeypatch.setattr(
        "veterans_portal.printing.document_of", lambda html: SimpleNamespace(pages=[1], write_pdf=html.encode)
    )


# ---- the cast: 9901 city > 990101 district > 990101001 town > two stations; 990102 is a foreign district ----------


@pytest.fixture
def station(db):
    from tests import factories as make

    return make.office("990101001001")


@pytest.fixture
def sibling_station(db):
    from tests import factories as make

    return make.office("990101001002")


@pytest.fixture
def foreign_station(db):
    from tests import factories as make

    return make.office("990102001001")


def cast(code: str, role: str):
    @pytest.fixture
    def somebody(db):
        from tests import factories as make

        return make.staff(make.office(code), role)

    return somebody


clerk = cast("990101001001", "CLERK")
town_head = cast("990101001", "HEAD")
officer = cast("990101", "OFFICER")
approver = cast("990101", "APPROVER")
cashier = cast("990101", "CASHIER")
city_user = cast("9901", "CITY")
auditor = cast("9901", "AUDITOR")
sysadmin = cast("9901", "SYSADMIN")
secadmin = cast("9901", "SECADMIN")
sibling_clerk = cast("990101001002", "CLERK")
foreign_clerk = cast("990102001001", "CLERK")


@pytest.fixture
def as_():
    from tests import factories as make

    return make.as_


# ---- what every page promises ---------------------------------------------------------------------------------------

READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK TO", "DECLARE", "CLOSE", "FETCH")
WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE)\b")
PLUMBING = ("django_session", "accounts_jobprogress")


def refuse_writes(execute, sql, params, many, context):
    """A GET may read, note an audit event, and touch the session; nothing else."""
    text = sql.lstrip().lstrip("(")
    reads = text.startswith(READS) or (text.startswith("WITH") and not WRITES.search(text))
    assert reads or any(table in text for table in PLUMBING), f"a GET wrote: {sql}"
    return execute(sql, params, many, context)


def hold_to_contract(soup):
    assert soup.html["lang"] == "zh-Hans"
    assert len(soup.select("h1")) == 1, [h1.text for h1 in soup.select("h1")]
    title, heading = soup.title.text.strip(), " ".join(soup.h1.text.split())
    assert " ".join(title.removeprefix("错误：").split()).startswith(heading), (title, heading)
    ids = [tag["id"] for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    named = {label.get("for") for label in soup.select("label")}
    boxes = soup.select("input:not([type=hidden]):not([type=submit]), select, textarea")
    loose = [
        box
        for box in boxes
        if box.get("id") not in named and box.find_parent("label") is None and not box.get("aria-label")
    ]
    assert loose == [], loose
    bare = [
        form.get("action") for form in soup.select("form[method=post]") if not form.select("[name=csrfmiddlewaretoken]")
    ]
    assert bare == []
    assert soup.select("[style]") == [] and soup.select("script:not([src])") == []


@pytest.fixture
def page(client):
    """Open a page as somebody (or send a form) and hold it to the promises every page makes."""
    from bs4 import BeautifulSoup

    def open_(url, *, as_, expect=200, **post):
        client.force_login(as_)
        if post:
            response = client.post(url, post, follow=True)
        else:
            with connection.execute_wrapper(refuse_writes):
                response = client.get(url, follow=True)
        assert response.status_code == expect, (response.status_code, url, response.content.decode()[:2000])
        soup = BeautifulSoup(response.content, "html.parser")
        soup.response = response
        hold_to_contract(soup)
        return soup

    return open_

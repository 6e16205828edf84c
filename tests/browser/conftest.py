"""A real browser against a real server, with the cast of the station in it."""

import os
import shutil

import pytest
from django.contrib.auth.hashers import make_password

from tests import factories as make
from veterans_portal.accounts.models import User

PASSWORD = "Xin-he-2026-zhan"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    # the driver's own event loop must not make Django believe that it runs in an asynchronous view
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is missing: run make setup"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, live_server):
    """Open a window as somebody: visit(user, width=1366, javascript=True) → a signed-in page."""
    opened = []

    def open_(user, *, width=1366, javascript=True):
        User.objects.filter(pk=user.pk).update(password=make_password(PASSWORD))
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 768}, java_script_enabled=javascript,
            accept_downloads=True, locale="zh-CN",
        )  # fmt: skip
        opened.append(context)
        page = context.new_page()
        page.strangers = []
        page.on(
            "request",
            lambda request: (
                request.url.startswith((live_server.url, "data:", "blob:")) or page.strangers.append(request.url)
            ),
        )
        page.goto("/login/")
        page.fill("#id_username", user.username)
        page.fill("#id_password", PASSWORD)
        page.click("main button.btn--primary")
        page.wait_for_url("**/")
        return page

    yield open_
    for context in opened:
        context.close()


@pytest.fixture
def station_clerk(transactional_db):
    return make.staff(make.office("990101001001"), "CLERK", username="hexiaoyan", display_name="何小燕")

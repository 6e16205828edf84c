"""Accessibility, small screens, large letters and page weight of every kind of page."""

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import factories as make
from tests.conftest import DRILL
from tests.house.test_url_walk import objects_of
from tests.house.walk import addresses

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# one trip into the page; of what axe finds only the violations come back
LOOK = f"""async () => {{
  {Axe().axe_script};
  const found = await axe.run({{runOnly: {{type: "tag", values: {TAGS}}}, resultTypes: ["violations"]}});
  return found.violations.map((one) => [one.id, one.nodes[0].html.slice(0, 120)]);
}}"""
HOMES = {
    "CLERK": "990101001001",
    "OFFICER": "990101",
    "APPROVER": "990101",
    "CASHIER": "990101",
    "CITY": "9901",
    "SYSADMIN": "9901",
    "SECADMIN": "9901",
    "AUDITOR": "9901",
}
CHECKED: set[str] = set()  # pages that an earlier role has shown; the deep profile looks at them in every role
WIDTHS = (320, 683) if DRILL else (320,)  # a phone; a desk at double size
BUDGET = 40_000  # bytes of HTML, CSS and JavaScript of the first page, compressed


@pytest.mark.parametrize("role", HOMES)
def test_every_page_of_a_role_is_accessible_and_fits_small_screens(visit, client, transactional_db, role):
    values = objects_of("own")
    page = visit(make.staff(make.office(HOMES[role]), role), width=1366)
    client.force_login(make.staff(make.office(HOMES[role]), role))  # a colleague sees quicker what is a page at all
    faults, seen = [], 0
    for name, url in addresses(values):
        if name in CHECKED and not DRILL:
            continue
        answer = client.get(url)
        if answer.status_code != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        CHECKED.add(name)
        page.goto(url)
        seen += 1
        faults += [(name, *fault) for fault in page.evaluate(LOOK)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 768})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                faults.append((name, "sideways scroll", width))
        page.set_viewport_size({"width": 1366, "height": 768})
    assert faults == []
    assert seen >= 1
    assert page.strangers == []


def test_large_letters_are_remembered_and_work_without_javascript(visit, station_clerk):
    page = visit(station_clerk, javascript=False)
    page.click("text=大字")
    assert page.locator("html").get_attribute("data-size") == "large"
    page.goto("/registry/people/")
    assert page.locator("html").get_attribute("data-size") == "large"


def test_the_first_page_is_light(visit, station_clerk, live_server):
    page = visit(station_clerk)
    weights = {}
    page.on("response", lambda response: weights.__setitem__(response.url, response.body()) if response.ok else None)
    page.goto("/", wait_until="networkidle")
    total = sum(len(gzip.compress(body, 6)) for url, body in weights.items() if not url.endswith(".svg"))
    assert len(weights) >= 3 and total <= BUDGET, {url: len(body) for url, body in weights.items()}

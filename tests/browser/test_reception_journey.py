"""A consult at the counter, by keyboard alone, and once more without JavaScript."""

from playwright.sync_api import expect

from petitions.models import Reception
from tests import factories as make

MOST = 12  # presses and texts a clerk may need while somebody sits in front of her


def entries(clerk):
    with make.as_(clerk):
        return list(Reception.objects.values_list("kind", "topic", "summary", "answer", "result"))


def test_42_a_consult_takes_at_most_twelve_interactions_of_the_keyboard(visit, station_clerk):
    page = visit(station_clerk)
    page.goto("/petitions/receptions/new/")
    # autofocus waits for the first picture of the page, which may come after its load event: nobody types before it
    expect(page.locator("#id_topic")).to_be_focused()
    acts = [
        ("press", "ArrowDown"), ("press", "Enter"), ("press", "Enter"), ("press", "Enter"), ("type", "问安置手续"), ("press", "Enter"),
        ("type", "到安置地办理"), ("press", "Enter"), ("press", "Enter"), ("press", "Enter"),
    ]  # fmt: skip
    for kind, what in acts:
        page.keyboard.press(what) if kind == "press" else page.keyboard.insert_text(what)
    page.wait_for_url("**/petitions/receptions/")
    assert len(acts) <= MOST
    assert entries(station_clerk) == [("CONSULT", "RESETTLE", "问安置手续", "到安置地办理", "ON_SPOT")]
    assert page.strangers == []


def test_42_it_works_without_javascript(visit, station_clerk):
    page = visit(station_clerk, javascript=False)
    page.goto("/petitions/receptions/new/")
    page.select_option("#id_topic", "RESETTLE")
    page.fill("#id_summary", "问安置手续")
    page.fill("#id_answer", "到安置地办理")
    page.click("text=保存接待")
    page.wait_for_url("**/petitions/receptions/")
    assert [row[0] for row in entries(station_clerk)] == ["CONSULT"]

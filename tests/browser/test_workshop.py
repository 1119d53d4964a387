"""A whole workshop as a room lives it: a facilitator, five phones, two rounds, and a plan to take along."""

import csv
import re

import pytest
from playwright.sync_api import expect

from bench.served import settle

NAMES = ("Anna <b>", "=Ben", "Chloé", "Dae-jung", "Eve")
TICK_MS = 2_000
WATCHED = f"""window.ticks = 0
const set = window.setInterval
window.setInterval = (act, ms, ...rest) => set((...given) => {{
  if (ms === {TICK_MS}) {{
    if (window.isAsleep) return
    window.ticks += 1
  }}
  act(...given)
}}, ms, ...rest)"""
"""A page whose ticks are counted, and that can be put to sleep as a phone is: it asks for nothing by itself while it is."""


@pytest.fixture
def desk(visit):
    context = visit(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.add_init_script(WATCHED)
    yield context.new_page()
    context.close()


@pytest.fixture
def phones(visit):
    contexts = [visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) for _ in NAMES]
    for context in contexts:
        context.add_init_script(WATCHED)
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def press(page, label):
    page.get_by_role("button", name=label, exact=True).click()


def scale(phone, question):
    return phone.get_by_role("radiogroup", name=re.compile(question))


def score(phone, question, value):
    """One tap, until the phone says that it is saved."""
    scale(phone, question).get_by_role("radio", name=str(value), exact=True).tap()
    given = scale(phone, question).locator(
        "xpath=ancestor::*[@data-testid='stElementContainer']/following-sibling::*[1]"
    )
    expect(given).to_contain_text(re.compile(rf"^{value} "))


@pytest.mark.browser
def test_five_phones_two_rounds_and_a_plan(address, desk, phones):
    desk.goto(f"{address}/workshop?sample=shop")
    press(desk, "Open the room")
    link = desk.get_by_test_id("stCode").filter(has_text="/join?room=").inner_text().strip()
    expect(desk.get_by_test_id("stMain").locator("img")).to_be_visible()  # the QR code of the link

    # from scan to first score: the name, Join, a score
    for phone in phones:
        phone.goto(link, wait_until="commit")
    for phone, name in zip(phones, NAMES, strict=True):
        phone.get_by_label("Your name").fill(name)
        phone.get_by_role("button", name="Join").tap()
        phone.get_by_text("You are in").wait_for()
    desk.get_by_text("5 in the room").wait_for()
    press(desk, "Open round 1")
    for phone in phones:
        scale(phone, "now").wait_for()
    activity = phones[0].get_by_role("heading", level=3).inner_text()
    score(phones[0], "now", 0)
    n_before = desk.evaluate("window.ticks")
    desk.get_by_text("1 of 5 have scored").wait_for()
    assert desk.evaluate("window.ticks") - n_before <= 2  # in ticks: a busy machine's clock says nothing
    for place, phone in enumerate(phones):
        score(phone, "now", place)
        score(phone, "aim", 5)

    # a reload of a phone or of the desk loses nothing
    phones[0].reload()
    expect(scale(phones[0], "now").get_by_role("radio", name="0")).to_be_checked()
    assert phones[0].get_by_role("heading", level=3).inner_text() == activity
    score(phones[0], "matter", 4)
    press(phones[0], "Next")
    expect(phones[0].get_by_text("2 of 12 · 1 scored")).to_be_visible()
    desk.reload()

    # what is closed stays closed, also for a phone that has not noticed yet
    phones[4].evaluate("window.isAsleep = true")
    press(desk, "Close the round")
    desk.get_by_role("button", name="Reveal the scores").wait_for()
    scale(phones[4], "now").get_by_role("radio", name="1", exact=True).tap()
    phones[4].get_by_text("The round is not open").wait_for()
    phones[4].evaluate("window.isAsleep = false")
    press(desk, "Reveal the scores")
    for page in (desk, *phones):
        page.get_by_text(f"Talk about {activity} first").first.wait_for()
        assert page.get_by_text("answers for now from 0 to 4").count() == 1

    press(desk, "Open round 2")
    for phone in phones:
        scale(phone, "now").wait_for()
        phone.get_by_text("round 1: 0 to 4, middle 2").wait_for()
        score(phone, "now", 1)
    press(desk, "Close the round")
    press(desk, "Reveal the scores")
    desk.get_by_text("The room is of one mind").first.wait_for()
    press(desk, "Write it down")
    press(desk, "Use these scores on every page")  # at once: neither click is lost
    desk.get_by_role("link", name="Put the gaps in order").last.click()

    desk.get_by_role("heading", level=1, name="Which gap is worth closing first?").wait_for()
    settle(desk)
    desk.get_by_label("Gaps to close").click()
    desk.keyboard.type(activity)
    desk.keyboard.press("Enter")
    desk.keyboard.press("Escape")
    settle(desk)
    desk.get_by_test_id("stSidebarNavLink").get_by_text("Plan", exact=True).click()
    desk.get_by_role("heading", level=1, name="What will we do").wait_for()
    settle(desk)
    with desk.expect_download() as table:
        press(desk, "Table (CSV)")
    with table.value.path().open(encoding="utf-8-sig", newline="") as file:
        planned = {row["activity"]: row for row in csv.DictReader(file)}
    assert (planned[activity]["now"], planned[activity]["aim"]) == ("3", "5")
    with desk.expect_download() as slides:
        press(desk, "Slides (PPTX)")
    assert slides.value.path().read_bytes()[:2] == b"PK"
    assert desk.get_by_test_id("stException").count() == 0

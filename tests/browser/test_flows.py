"""The main paths, driven as a person would."""

import ast
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from bench.served import CHART, serve, settle

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"


def questions():
    """The question that each page of the menu asks, by its address; both are read from the source."""
    asked = {}
    for call in ast.walk(ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "st.Page":
            given = {word.arg: word.value.value for word in call.keywords}
            if given.get("visibility") != "hidden":
                source = (ROOT / call.args[0].value).read_text(encoding="utf-8")
                question = re.search(r'(?:begin\w*|st\.title)\(\s*"([^"]+)"', source)[1]
                asked[given.get("url_path", "")] = question
    return asked


TITLES = questions()
ADDRESSES = tuple(TITLES)
WITHOUT_CHART = {"crm", "workshop", "plan", "results"}
"""Pages that draw nothing for a visitor of the sample: it has no CRM, no room is open, and nothing is planned yet."""
EXCEPTION = "[data-testid=stException]"
MARKS = """chart => [...document.querySelectorAll(chart)].map(drawing =>
    [...drawing.querySelectorAll("path, text")].map(mark => mark.textContent + mark.getAttribute("fill")).sort().join()).join()"""
"""The words and colours of every mark of each picture. (Places may differ by one pixel, with the width of a label before.)"""


def title_of(page):
    return page.locator("h1").first.inner_text()


def upload(page, address, path):
    page.goto(address)
    settle(page)
    page.locator("input[type=file]").first.set_input_files(str(path))
    page.get_by_text("Rows read").first.wait_for()
    settle(page)


@pytest.mark.browser
@pytest.mark.parametrize("name", ADDRESSES)
def test_each_page_opens_by_its_address_and_fits_a_phone(phone, address, name):
    phone.goto(f"{address}/{name}?sample=shop")
    phone.get_by_role("heading", name=TITLES[name], level=1).wait_for()
    settle(phone)
    if name not in WITHOUT_CHART:
        phone.locator(CHART).first.wait_for()
    assert title_of(phone) == TITLES[name]
    assert phone.locator(EXCEPTION).count() == 0
    wide = "Math.max(document.querySelector('[data-testid=stMain]').scrollWidth, document.documentElement.scrollWidth)"
    assert phone.evaluate(wide) <= 390
    assert phone.elsewhere == []


@pytest.mark.browser
def test_a_fresh_server_follows_a_deep_link_and_leaves_no_upload_behind(visit, tmp_path, monkeypatch):
    monkeypatch.setenv("LIFECYCLE_DATA_DIR", str(tmp_path))
    orders = tmp_path / "orders.csv"
    orders.write_text("order,customer,date,amount\n1,A,2026-01-05,5\n2,B,2026-01-06,6\n", encoding="utf-8")
    with serve() as fresh:
        context = visit()
        page = context.new_page()
        page.goto(f"{fresh}/lifecycle?sample=shop")
        page.get_by_text(TITLES["lifecycle"]).first.wait_for()
        settle(page)
        assert page.locator("[data-testid=stSidebarNavLink]").count() == len(ADDRESSES)
        assert page.locator(EXCEPTION).count() == 0
        upload(page, fresh, orders)
        assert [path.name for path in tmp_path.rglob("*.csv") if path != orders] == ["orders.csv"]
        context.close()
    assert list(tmp_path.iterdir()) == [orders]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("file", "facts"),
    [
        ("superstore.csv", ["9,994", "5,009 orders of 793 customers"]),
        ("uci_online_retail.csv.gz", ["541,909", "135,080", "18,536 orders of 4,372 customers"]),
    ],
)
def test_an_upload_reaches_the_lifecycle_without_touching_the_mapping(page, address, file, facts):
    if not (DATA / file).exists():
        pytest.skip(f"{file} is not in ../shared/data")
    upload(page, address, DATA / file)
    text = page.locator("[data-testid=stMain]").inner_text()
    for fact in facts:
        assert fact in text
    page.get_by_text("See how they move from stage to stage").click()
    page.get_by_text(TITLES["lifecycle"]).first.wait_for()
    settle(page)
    page.locator(CHART).first.wait_for()
    assert page.locator(EXCEPTION).count() == 0


@pytest.mark.browser
def test_moving_a_limit_changes_the_address_the_counts_and_holds_on_other_pages(page, address):
    page.goto(f"{address}/stage-rules?sample=shop")
    settle(page)
    page.locator(CHART).first.wait_for()
    assert (
        "Every stage is as large as under the rules you began with" in page.locator("[data-testid=stMain]").inner_text()
    )
    page.locator(f"{CHART} >> nth=2").wait_for()
    page.evaluate("chart => document.querySelectorAll(chart).forEach(drawing => { drawing.isFirst = true })", CHART)
    slider = page.locator(".st-key-slider_at_risk_days").locator("[role=slider], input[type=range]").first
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_url("**at_risk_days=7")
    settle(page)
    assert page.get_by_text("Every stage is as large as under the rules you began with").count() == 0
    # pictures are filled anew where they stand, and show what they do when they are drawn for the first time
    page.wait_for_timeout(1000)  # what was sent last is drawn
    kept = page.evaluate("chart => [...document.querySelectorAll(chart)].map(drawing => drawing.isFirst)", CHART)
    assert kept == [True] * 3
    filled = page.evaluate(MARKS, CHART)
    page.reload()
    page.wait_for_function(f"([chart, filled]) => ({MARKS})(chart) === filled", arg=[CHART, filled])
    settle(page)
    # while it is worked out nothing is dimmed: each dimmed part would be a layer that the browser paints
    steady = page.evaluate(
        """() => [...document.querySelectorAll(".st-key-redrawn [data-stale]")].map(part => {
            part.dataset.stale = "true"
            const { opacity, transitionProperty } = getComputedStyle(part)
            return `${opacity} ${transitionProperty}`
        })"""
    )
    assert len(steady) > 10
    assert set(steady) == {"1 none"}
    # a moved limit redraws its part of the page only; another change runs the rest too
    page.locator(".st-key-rule_to_edit").get_by_text("4 Retain").click()
    number = page.locator(".st-key-rule_3__number_int input")
    number.fill("3")
    number.press("Enter")
    framework = page.locator(".st-key-framework input")
    expect(framework).to_have_value("Sterne & Cutler, changed")
    page.get_by_role("button", name="Undo").click()
    expect(framework).to_have_value("Sterne & Cutler")
    page.wait_for_url("**at_risk_days=**")
    settle(page)
    link = page.url.replace("/stage-rules", "/lifecycle")
    page.goto(link)
    settle(page)
    page.locator(CHART).first.wait_for()
    assert page.locator(EXCEPTION).count() == 0


@pytest.mark.browser
def test_the_customer_table_is_downloaded_whole(page, address, tmp_path):
    page.goto(f"{address}/results?sample=shop")
    button = page.get_by_role("button", name="Download 4,900 customers (CSV)")
    button.wait_for()
    settle(page)
    with page.expect_download() as arriving:
        button.click()
    arriving.value.save_as(tmp_path / "customers.csv")
    lines = (tmp_path / "customers.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4_901
    assert lines[0].startswith("customer_id,n_orders,spend_total,first_order_at")


@pytest.mark.browser
def test_the_customers_behind_a_bar_are_listed_and_downloaded(page, address, tmp_path):
    page.goto(f"{address}/lifecycle?sample=shop")
    page.locator(CHART).first.wait_for()
    settle(page)
    # far right of a bar of 27 people: the whole row can be clicked
    page.locator(f"{CHART} g.mark-rect path[fill=transparent]").first.click()
    button = page.get_by_role("button", name="Download 27 customers (CSV)")
    button.wait_for()
    settle(page)
    with page.expect_download() as arriving:
        button.click()
    arriving.value.save_as(tmp_path / "reach.csv")
    lines = (tmp_path / "reach.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 28 and all(",reach," in line for line in lines[1:])


@pytest.mark.browser
def test_deleting_the_data_empties_the_session(page, address):
    page.goto(f"{address}/lifecycle?sample=shop")
    page.locator(CHART).first.wait_for()
    settle(page)
    page.get_by_role("button", name="Delete my data").click()
    page.get_by_text("There is no data in this session yet").wait_for()
    assert "sample" not in page.url


@pytest.mark.browser
def test_a_file_without_dates_is_answered_in_words(page, address, tmp_path):
    path = tmp_path / "nodate.csv"
    path.write_text("customer,amount\nA,1\nB,2\n", encoding="utf-8")
    page.goto(address)
    settle(page)
    page.locator("input[type=file]").first.set_input_files(str(path))
    page.get_by_text("Order date").first.wait_for()
    text = page.locator("[data-testid=stMain]").inner_text()
    assert "Next:" in text and "Traceback" not in text
    assert page.locator(EXCEPTION).count() == 0


@pytest.mark.browser
def test_from_the_sample_to_own_files_to_every_download(page, address, tmp_path):
    orders, people = tmp_path / "my orders.csv", tmp_path / "www.example.org -- people.csv"
    rows = [f"{n},C{n % 40},2026-{n % 9 + 1:02d}-{n % 27 + 1:02d},{n % 50 + 1}" for n in range(400)]
    orders.write_text("\n".join(["order,customer,date,amount", *rows]) + "\n", encoding="utf-8")
    people.write_text("customer_id,created_at,colour\nC1,2026-01-01,red\nL1,2026-02-01,=1+1\n", encoding="utf-8")
    page.goto(f"{address}/?sample=shop")
    for drawer, path, told in (
        ("Orders: another file", orders, "400 orders of 40 customers"),
        ("Customers: not given", people, "Customers: 2 rows read, 50 % of customers match"),
    ):
        page.get_by_text(drawer).first.wait_for()
        settle(page)
        page.get_by_text(drawer).first.click()
        opened = page.locator("[data-testid=stExpander]", has_text=drawer)
        opened.locator("input[type=file]").set_input_files(str(path))
        page.get_by_text(told).first.wait_for()
        settle(page)
    assert page.locator("[data-testid=stMain] a[href*='example']").count() == 0
    links = page.locator("[data-testid=stSidebarNavLink]")
    assert links.count() == len(ADDRESSES)
    for place, title in enumerate(TITLES.values()):
        links.nth(place).click()
        page.get_by_role("heading", name=title, level=1).wait_for()
        settle(page)
        page.get_by_text("How this was made").first.wait_for()
        assert page.locator(EXCEPTION).count() == 0
    assert page.elsewhere == []
    links.filter(has_text="Take it with you").click()
    page.get_by_role("heading", name=TITLES["results"], level=1).wait_for()
    settle(page)
    for label in ("Download 41 customers (CSV)", "Download all results (ZIP)", "Download the recipe (TOML)"):
        with page.expect_download() as arriving:
            page.get_by_role("button", name=label).click()
        assert Path(arriving.value.path()).stat().st_size > 200
    assert (
        "'my orders.csv' --customers 'www.example.org -- people.csv'"
        in page.locator("[data-testid=stMain]").inner_text()
    )


@pytest.mark.browser
def test_a_limit_is_dragged_on_the_curve_and_holds_on_other_pages(page, address):
    page.goto(f"{address}/limits?sample=shop")
    grip = page.locator("g.at_risk_days_brush path")
    grip.wait_for()
    settle(page)
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 60
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y)
    page.mouse.move(x - 80, y)
    page.mouse.up()
    page.wait_for_url("**at_risk_days=**")
    settle(page)
    days = int(parse_qs(urlsplit(page.url).query)["at_risk_days"][0])
    assert 60 < days < 180
    assert grip.bounding_box()["x"] == pytest.approx(box["x"] - 80, abs=2), "it stays where it was let go"
    assert page.get_by_text(f"at risk after {days}, lost after 365 days").count() > 0
    page.get_by_role("button", name="Reset to the shipped limits").click()
    page.get_by_text(f"at risk after {days}, lost after 365 days").first.wait_for(state="detached")
    settle(page)
    assert grip.bounding_box()["x"] == pytest.approx(box["x"], abs=2)
    assert page.locator(EXCEPTION).count() == 0

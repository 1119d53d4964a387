"""What only a browser shows of the data page: many files at once, a cell of the grid edited, a long reading ended, a recipe."""

import gzip
from pathlib import Path

import pytest

from bench.served import CHART, settle

PRESETS = Path(__file__).parents[1] / "core" / "presets"
EXCEPTION = "[data-testid=stException]"
ROW_HEIGHT = 35
STRANGE = "wer,z,a,b\nA,2026-01-05,10,1\nA,2026-02-05,20,2\nB,2026-02-07,30,3\n"


def drop(page, address, *paths):
    page.goto(address)
    settle(page)
    page.locator("input[type=file]").first.set_input_files([str(path) for path in paths])


def main_text(page):
    return page.locator("[data-testid=stMain]").inner_text()


def choose_role(page, row, role):
    """Choose in the grid's second column, as with a mouse: the grid is a canvas, so cells are places."""
    grid = page.locator("[data-testid=stDataFrame] canvas").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    x, y = box["x"] + 0.3 * box["width"], box["y"] + ROW_HEIGHT * (row + 1.5)
    page.mouse.dblclick(x, y)
    page.get_by_role("option", name=role, exact=True).wait_for()
    page.keyboard.type(role.removesuffix(" (needed)"))
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)  # the grid hands an edit over a moment later


@pytest.mark.browser
def test_orders_and_customers_dropped_at_once_reach_the_chart(page, address):
    drop(page, address, PRESETS / "shopify_orders.csv", PRESETS / "shopify_customers.csv")
    page.locator(CHART).first.wait_for()
    page.get_by_text("Save this choice as a recipe").first.wait_for()
    settle(page)
    text = main_text(page)
    assert "Shopify orders export" in text
    assert "Shopify customers export" in text
    assert page.locator(EXCEPTION).count() == 0
    assert page.elsewhere == []


@pytest.mark.browser
def test_columns_are_corrected_in_the_grid_and_the_recipe_reads_the_next_file(page, address, tmp_path):
    path, recipe = tmp_path / "march.csv", tmp_path / "recipe.toml"
    path.write_text(STRANGE, encoding="utf-8")
    drop(page, address, path)
    page.get_by_text("was recognised as 'Customer'").wait_for()
    settle(page)
    choose_role(page, 0, "Customer (needed)")
    page.get_by_role("button", name="Read the file this way").click()
    page.get_by_text("Rows read").first.wait_for()
    settle(page)
    assert "3 orders of 2 customers" in main_text(page)
    with page.expect_download() as arriving:
        page.get_by_role("button", name="Save this choice as a recipe (TOML)").click()
    arriving.value.save_as(recipe)
    assert 'customer_id = "wer"' in recipe.read_text(encoding="utf-8")
    april = tmp_path / "april.csv"
    april.write_text(STRANGE + "C,2026-04-07,40,4\n", encoding="utf-8")
    drop(page, address, april, recipe)
    page.get_by_text("Rows read").first.wait_for()
    settle(page)
    assert "4 orders of 3 customers" in main_text(page)
    assert page.locator(EXCEPTION).count() == 0


@pytest.mark.browser
def test_a_long_reading_tells_its_step_and_can_be_ended(page, address, tmp_path):
    path = tmp_path / "long.csv.gz"
    with gzip.open(path, "wt", compresslevel=1) as stream:
        stream.write("order,customer,date,amount\n")
        stream.writelines(f"{i},C{i % 9973},2026-{i % 12 + 1:02d}-{i % 28 + 1:02d},{i % 90}\n" for i in range(700_000))
    drop(page, address, path)
    page.get_by_text("Reading the files ·").wait_for()
    page.get_by_role("button", name="Cancel").first.click()
    page.get_by_text("Reading was cancelled").wait_for()
    settle(page)
    page.get_by_role("button", name="Remove the files").click()
    page.get_by_text("Load the sample shop").first.wait_for()
    assert page.locator(EXCEPTION).count() == 0


@pytest.mark.browser
def test_a_time_zone_that_does_not_exist_changes_nothing(page, address, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("order,customer,date,amount\n1,A,2026-01-05,10\n2,B,2026-02-05,20\n", encoding="utf-8")
    drop(page, address, path)
    page.get_by_text("How rows count").click()
    zones = page.locator("[data-testid=stSelectbox]", has_text="Time zone of the shop").first
    zones.locator("input").fill("Europe/Nowhere")
    page.keyboard.press("Enter")
    page.get_by_text("There is no time zone called").wait_for()
    settle(page)
    assert "as written" in zones.inner_text() + zones.locator("input").input_value()
    assert page.locator(EXCEPTION).count() == 0

"""How long a person waits: an upload to the first lifecycle chart, and a moved limit to the redrawn charts.

Measured in Chromium against the running app, beside an empty Streamlit app in the same run, so that the machine's speed of the
day divides out. Run with ``python -m bench.interaction``; the file of the upload is CDNOW_master.txt from ../shared/data, limits
are moved over a generated shop of 100,000 customers and 36 months: of 1,000,000 with ``--million``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pcsv
from playwright.sync_api import Browser, Page

from bench.ledger import make_shop
from bench.served import CHART, ROOT, browse, serve, settle
from clm_core import columns as c

FILE = ROOT.parent / "shared" / "data" / "CDNOW_master.txt"
UPLOAD_ROUNDS, LIMIT_ROUNDS = 5, 20
UPLOAD_LIMIT = 3.0
LIMIT_LIMIT = {100_000: 0.3, 1_000_000: 2.0}
N_REDRAWN = 3
"""The pictures of the page that moves limits, from above: counts, matrix and flow."""
SLIDER = "[data-testid=stSlider] input[type=range], [data-testid=stSlider] [role=slider]"
EMPTY_APP = """\
import altair as alt
import pandas as pd
import streamlit as st

given = st.file_uploader("file")
height = st.slider("height", 0, 100, 5)
if given or height != 5:
    frame = pd.DataFrame({"name": ["a", "b"], "n": [height, 50]})
    x, y = alt.X(field="n", type="quantitative"), alt.Y(field="name", type="nominal")
    st.altair_chart(alt.Chart(frame).mark_bar().encode(x=x, y=y))
"""


def upload_seconds(browser: Browser, address: str) -> float:
    """From handing over the file to the first chart drawn, by a visitor who comes and leaves."""
    with browser.new_page() as page:
        page.goto(address)
        settle(page)
        start = time.perf_counter()
        page.locator("input[type=file]").first.set_input_files(str(FILE))
        page.locator(f"{CHART} path").first.wait_for(timeout=60_000)
        return time.perf_counter() - start


def write_shop(path: Path, n_customers: int) -> None:
    """The orders of a generated shop over 36 months, as a file that a person would upload."""
    orders = make_shop(n_customers, 36).orders
    named = {"Order ID": orders[c.ORDER_ID], "Customer ID": orders[c.CUSTOMER_ID], "Amount": orders[c.AMOUNT]}
    pcsv.write_csv(pa.table({**named, "Date": orders[c.DAY].cast(pa.date32())}), path)


def open_rules(page: Page, address: str, shop: Path) -> None:
    """Upload the shop and go where its limits are moved."""
    page.goto(address)
    settle(page)
    page.locator("input[type=file]").first.set_input_files(str(shop))
    page.locator(f"{CHART} path").first.wait_for(timeout=600_000)
    settle(page, 600_000)
    page.locator("[data-testid=stSidebarNavLink]", has_text="Stage rules").click()
    page.locator(f"{CHART} >> nth={N_REDRAWN - 1}").wait_for(timeout=600_000)
    settle(page, 600_000)


def limit_seconds(page: Page, n_charts: int) -> list[float]:
    """From a key press on the first slider until each of the first so many charts was redrawn, once for each round.

    A chart counts as redrawn when its drawing was replaced or reads differently.
    """
    slider = page.locator(SLIDER).first
    slider.focus()
    page.keyboard.press("ArrowRight")  # the empty app draws its chart only once the slider has moved
    page.locator(f"{CHART} >> nth={n_charts - 1}").wait_for(timeout=60_000)
    settle(page)
    taken = []
    for _ in range(LIMIT_ROUNDS):
        page.evaluate(
            "chart => { window.before = [...document.querySelectorAll(chart)].map(e => [e, e.innerHTML]) }", CHART
        )
        start = time.perf_counter()
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            """([chart, n]) => {
                const now = [...document.querySelectorAll(chart)]
                return now.length >= n && window.before.slice(0, n).every(
                    ([then, drawn], at) => now[at] !== then || now[at].innerHTML !== drawn)
            }""",
            arg=[CHART, n_charts],
            polling=10,
            timeout=60_000,
        )
        taken.append(time.perf_counter() - start)
        settle(page)
        page.wait_for_timeout(200)  # what is drawn after the pictures must not run into the next round
    return taken


def measure_uploads(browser: Browser, floor: str, ours: str) -> bool:
    """Print how long the upload takes; whether it is within its limit."""
    floors = [upload_seconds(browser, floor) for _ in range(UPLOAD_ROUNDS)]
    uploads = [upload_seconds(browser, ours) for _ in range(UPLOAD_ROUNDS)]
    return _report("upload of 69,659 rows to the first chart", uploads, floors, UPLOAD_LIMIT)


def measure_limits(browser: Browser, floor: str, ours: str, folder: Path, n_customers: int) -> bool:
    """Print how long a moved limit takes; whether it is within its limit."""
    shop = folder / "orders.csv"
    write_shop(shop, n_customers)
    empty, page = browser.new_page(), browser.new_page()
    empty.goto(floor)
    settle(empty)
    floors = limit_seconds(empty, 1)
    open_rules(page, ours, shop)
    limits = limit_seconds(page, N_REDRAWN)
    what = f"moved limit to redrawn counts, matrix and flow, {n_customers:,} customers × 36 months"
    return _report(what, limits, floors, LIMIT_LIMIT[n_customers])


def main() -> int:
    """Print both waits with their floors; 1 when a limit is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--million", action="store_true", help="limits with 1,000,000 customers, and no upload")
    is_million = asked.parse_args().million
    if is_million:
        os.environ["STREAMLIT_SERVER_MAX_UPLOAD_SIZE"] = "1000"  # MB; the file is above what visitors may upload
    with tempfile.TemporaryDirectory() as name, browse() as browser:
        folder = Path(name)
        script = folder / "empty.py"
        script.write_text(EMPTY_APP, encoding="utf-8")
        with serve(script, folder=folder) as floor, serve() as ours:
            is_kept = True
            if not is_million and FILE.exists():
                is_kept = measure_uploads(browser, floor, ours)
            is_kept &= measure_limits(browser, floor, ours, folder, 1_000_000 if is_million else 100_000)
    return 0 if is_kept else 1


def _report(what: str, taken: list[float], floor: list[float], limit: float) -> bool:
    ours, empty = statistics.median(taken), statistics.median(floor)
    print(
        f"{what}: median {ours:.2f} s of {len(taken)} (worst {max(taken):.2f} s, first {taken[0]:.2f} s), "
        f"empty app {empty:.2f} s, ratio {ours / empty:.1f}, allowed {limit:.1f} s"
    )
    return ours <= limit


if __name__ == "__main__":
    sys.exit(main())

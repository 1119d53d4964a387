"""How long a person waits: an upload to the first lifecycle chart, and a moved limit to the redrawn chart.

Measured in Chromium against the running app, beside an empty Streamlit app in the same run, so that the machine's speed of the
day divides out. Run with ``python -m bench.interaction``; the file is CDNOW_master.txt from ../shared/data.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from bench.served import ROOT, browse, serve, settle

FILE = ROOT.parent / "shared" / "data" / "CDNOW_master.txt"
UPLOAD_ROUNDS, LIMIT_ROUNDS = 5, 20
UPLOAD_LIMIT, LIMIT_LIMIT = 3.0, 0.5
CHART = "[data-testid=stVegaLiteChart] svg"
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


def upload_seconds(page: Page, address: str) -> float:
    """From handing over the file to the first chart drawn."""
    page.goto(address)
    settle(page)
    start = time.perf_counter()
    page.locator("input[type=file]").first.set_input_files(str(FILE))
    page.locator(f"{CHART} path").first.wait_for(timeout=60_000)
    return time.perf_counter() - start


def limit_seconds(page: Page, address: str) -> list[float]:
    """From a key press on the first slider to a changed chart, once for each round."""
    if address:
        page.goto(address)
        settle(page)
    slider = page.locator(SLIDER).first
    slider.focus()
    page.keyboard.press("ArrowRight")  # the empty app draws its chart only once the slider has moved
    page.locator(f"{CHART} path").first.wait_for(timeout=60_000)
    settle(page)
    taken = []
    for _ in range(LIMIT_ROUNDS):
        before = page.locator(CHART).first.inner_html()
        start = time.perf_counter()
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "([selector, before]) => document.querySelector(selector)?.innerHTML !== before",
            arg=[CHART, before],
            polling=10,
            timeout=30_000,
        )
        taken.append(time.perf_counter() - start)
        settle(page)
    return taken


def main() -> int:
    """Print both waits with their floors; 1 when a limit is missed."""
    if not FILE.exists():
        print(f"skipped: {FILE.name} is not in ../shared/data")
        return 0
    with tempfile.TemporaryDirectory() as folder, browse() as browser:
        script = Path(folder) / "empty.py"
        script.write_text(EMPTY_APP, encoding="utf-8")
        with serve(script, folder=Path(folder)) as floor, serve() as ours:
            floor_uploads = [upload_seconds(browser.new_page(), floor) for _ in range(UPLOAD_ROUNDS)]
            uploads = []
            for _ in range(UPLOAD_ROUNDS):
                page = browser.new_page()
                uploads.append(upload_seconds(page, ours))
            floor_limits = limit_seconds(browser.new_page(), floor)
            settle(page)
            page.locator("[data-testid=stSidebarNavLink]", has_text="Stage rules").click()
            page.get_by_text("What decides a stage?").first.wait_for()
            page.locator(f"{CHART} path").first.wait_for(timeout=60_000)
            settle(page)
            limits = limit_seconds(page, "")
    _report("upload of 69,659 rows to the first chart", uploads, floor_uploads, UPLOAD_LIMIT)
    _report("moved limit to the redrawn chart", limits, floor_limits, LIMIT_LIMIT)
    is_kept = statistics.median(uploads) <= UPLOAD_LIMIT and statistics.median(limits) <= LIMIT_LIMIT
    return 0 if is_kept else 1


def _report(what: str, taken: list[float], floor: list[float], limit: float) -> None:
    ours, empty = statistics.median(taken), statistics.median(floor)
    print(
        f"{what}: median {ours:.2f} s of {len(taken)} (worst {max(taken):.2f} s, first {taken[0]:.2f} s), "
        f"empty app {empty:.2f} s, ratio {ours / empty:.1f}, allowed {limit:.1f} s"
    )


if __name__ == "__main__":
    sys.exit(main())

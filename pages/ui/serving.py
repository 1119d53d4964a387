"""What the server does before the first visitor connects, and when it ends."""

from __future__ import annotations

import asyncio
import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.pages_manager import PagesManager

from pages.ui import cached

COLLECT_SECONDS = 10


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Warm up, serve, and leave nothing of anybody's behind."""
    _expect_navigation()
    _read_theme_once()
    _warm_up()
    collecting = asyncio.create_task(_collect_garbage())
    yield
    collecting.cancel()
    cached.vault().close()


async def _collect_garbage() -> None:
    """Collect every ten seconds for everybody, in place of Streamlit's collection after every run of every visitor
    (`runner.postScriptGC`): what that looks through grows with the visitors, so a hundred phones that tick would do little else.
    """
    while True:
        await asyncio.sleep(COLLECT_SECONDS)
        gc.collect()


def _expect_navigation() -> None:
    """Say at once that the menu comes from `st.navigation`, not from the files in `pages/`.

    Streamlit finds this out only when the script has run once; until then the first visitor of a fresh server who follows a
    deep link is told "Page not found" over the right page. There is no public switch for it.
    """
    PagesManager.uses_pages_directory = False


def _read_theme_once() -> None:
    """Work out the theme once instead of in every run of every visitor, where it was a quarter of what a phone's tick costs.

    It comes from `.streamlit/config.toml` and stays as it is while the server runs. There is no public switch for it either.
    """
    read = app_session._populate_theme_msg

    @cache
    def told(section: str) -> CustomThemeConfig:
        theme = CustomThemeConfig()
        read(theme, section)
        return theme

    def fill(message: CustomThemeConfig, section: str = "theme") -> None:
        if told(section).ByteSize():
            message.MergeFrom(told(section))

    app_session._populate_theme_msg = fill


def _warm_up() -> None:
    """Import what every page needs, then take it out of the garbage collector's sight.

    With some hundred thousand long-lived objects of libraries in sight a full collection takes as long as a page.
    """
    for module in (
        "clm_core.charts",
        "pages.ui.figures",
        "pages.ui.frame",
        "pages.ui.persona_editor",
        "pages.ui.scored",
    ):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()

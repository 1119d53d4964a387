"""What the server must know before the first visitor connects."""

from __future__ import annotations

from streamlit.runtime.pages_manager import PagesManager


def expect_navigation() -> None:
    """Say at once that the menu comes from `st.navigation`, not from the files in `pages/`.

    Streamlit finds this out only when the script has run once; until then the first visitor of a fresh server who follows a
    deep link is told "Page not found" over the right page. There is no public switch for it.
    """
    PagesManager.uses_pages_directory = False

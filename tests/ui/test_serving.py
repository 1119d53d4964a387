"""What the server does for all visitors at once."""

import pytest
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from pages.ui import serving


@pytest.mark.parametrize("section", ["theme", "theme.light", "theme.dark.sidebar", "theme.sidebar"])
def test_the_theme_that_is_read_once_is_the_one_that_streamlit_reads(monkeypatch, section):
    read = app_session._populate_theme_msg
    monkeypatch.setattr(app_session, "_populate_theme_msg", read)  # put back at the end
    expected = CustomThemeConfig()
    read(expected, section)
    assert bool(expected.ByteSize()) == (section != "theme.sidebar")

    serving._read_theme_once()
    for _ in range(2):
        told = CustomThemeConfig()
        app_session._populate_theme_msg(told, section)
        assert told == expected

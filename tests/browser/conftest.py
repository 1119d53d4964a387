"""One server and one Chromium for all browser tests; each test gets a fresh browser session."""

import os

import pytest

from bench.served import browse, chromium_path, serve


@pytest.fixture(scope="session")
def address():
    if chromium_path() is None:
        reason = "no Chromium on this machine; install the package 'chromium' to run the browser tests"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with serve() as url:
        yield url


@pytest.fixture(scope="session")
def chromium(address):
    with browse() as browser:
        yield browser


@pytest.fixture
def page(chromium):
    """A fresh session that records what went wrong: requests to elsewhere and errors in the console."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.elsewhere = []
    opened.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))
            else opened.elsewhere.append(request.url)
        ),
    )
    yield opened
    context.close()

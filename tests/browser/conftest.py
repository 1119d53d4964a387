"""One server and one Chromium for all browser tests; each test gets a fresh browser session."""

import os

import pytest
from playwright.sync_api import expect

from bench.served import PATIENCE_MS, browse, chromium_path, serve

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    if chromium_path() is None:
        reason = "no Chromium on this machine; install the package 'chromium' to run the browser tests"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROOMS_URL", f"sqlite:///{tmp_path_factory.mktemp('server') / 'rooms.db'}")
        with serve() as url:
            yield url


@pytest.fixture(scope="session")
def chromium(address):
    with browse() as browser:
        yield browser


@pytest.fixture(scope="session")
def visit(chromium):
    """``visit(…)`` opens a browser session of its own, as ``new_context`` does. It waits as long as a busy machine needs."""

    def opened(**settings):
        context = chromium.new_context(**settings)
        context.set_default_timeout(PATIENCE_MS)
        return context

    return opened


def watch_requests(page):
    """The same page, with the addresses of other hosts that it asks for in ``elsewhere``."""
    ours = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
    page.elsewhere = []
    page.on("request", lambda request: None if request.url.startswith(ours) else page.elsewhere.append(request.url))
    return page


@pytest.fixture(scope="module")
def phone(visit):
    """One phone for many pages; each address that it opens is a visit of its own."""
    context = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield watch_requests(context.new_page())
    context.close()


@pytest.fixture
def page(visit):
    """A fresh session on a desk."""
    context = visit(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    yield watch_requests(context.new_page())
    context.close()

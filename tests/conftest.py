"""The order of all tests, and stores of workshop rooms to test against: a file always, a server where one is given."""

import os
import secrets
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The folders with the longest files first: many short files at the end leave no worker idle. One worker has the browser, with
    one server; each other file belongs to one worker."""
    items.sort(key=lambda item: ("browser", "ui", "core").index(item.path.parent.name))
    for item in items:
        folder = item.path.parent.name
        item.add_marker(pytest.mark.xdist_group(folder if folder == "browser" else item.path.name))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def rooms_url(request, tmp_path_factory):
    """The address of an empty store. The server is the one of ROOMS_TEST_URL; each use gets a database of its own there."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('rooms') / 'rooms.db'}"
        return
    server = os.environ.get("ROOMS_TEST_URL")
    if not server:
        reason = "ROOMS_TEST_URL names no PostgreSQL server to test against"
        if os.environ.get("REQUIRE_POSTGRES"):
            pytest.fail(reason)
        pytest.skip(reason)
    with own_database(server) as url:
        yield url


@contextmanager
def own_database(server):
    name = f"rooms_{secrets.token_hex(6)}"
    at = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(at, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}"))
        yield at.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"drop database {name} with (force)"))
    engine.dispose()

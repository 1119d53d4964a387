"""What all apps that tests start have in common."""

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner


@pytest.fixture(scope="session", autouse=True)
def scanned_packages():
    """Streamlit looks through the installed packages for every app that is started: a fifth of a second each. One look is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_pages():
    """A server compiles each page once; an app under test would for each of its runs."""
    compiled = ScriptCache()
    with pytest.MonkeyPatch.context() as patch:
        for runner in (app_test, local_script_runner):
            patch.setattr(runner, "ScriptCache", lambda: compiled)
        yield

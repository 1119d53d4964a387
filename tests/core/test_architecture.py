"""The rules of the house, read from the source. Each rule is a function of a file, and is shown to fail on a broken one."""

import ast
import re
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = sorted((ROOT / "clm_core").rglob("*.py"))
PAGES = sorted(path for path in (ROOT / "pages").rglob("*.py") if "ui" not in path.parts)
HOUSE = [*CORE, *sorted((ROOT / "pages").rglob("*.py")), *ROOT.glob("app.py")]

LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_PAGE = 400, 60, 120
WORK_OF_THE_CORE = {"groupby", "merge", "fit", "read_csv", "query", "pivot", "pivot_table", "agg"}
NETWORK = {"aiohttp", "ftplib", "http", "httpx", "requests", "smtplib", "socket", "urllib", "urllib3", "webbrowser"}
UNSAFE = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
CLOCKS = {"now", "today", "utcnow"}
TIME_CLOCKS = {"time", "time_ns", "localtime", "gmtime", "ctime"}


@cache
def nodes_of(source):
    """A module and all that is in it, as :func:`ast.walk` finds them; each source is read once for all rules."""
    return tuple(ast.walk(ast.parse(source)))


def nodes(path):
    return nodes_of(path.read_text(encoding="utf-8"))


def imported(path):
    """Every imported module; ``from a import b`` counts as a and as a.b."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports name the whole path"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tops(path):
    return {name.partition(".")[0] for name in imported(path)}


# rules: each returns what is wrong with one file


def read_ranks(text):
    """Unit → rank, from the table of docs/architecture.md. A unit ending in a slash is a folder."""
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", text, flags=re.MULTILINE)
    return {unit: int(rank) for rank, units in rows for unit in re.findall(r"`([^`]+)`", units)}


def unit_of(module, ranks):
    """The unit a dotted module belongs to: the longest that covers it, or None outside the house."""
    path = module.replace(".", "/").removeprefix("clm_core/")
    parts = path.split("/")
    for n in range(len(parts), 0, -1):
        stem = "/".join(parts[:n])
        for unit in (f"{stem}/", stem, f"{stem}.py"):
            if unit in ranks:
                return unit
    return None


def climbing_imports(path, ranks, root=ROOT):
    here = ".".join(path.relative_to(root).with_suffix("").parts)
    unit = unit_of(here.removesuffix(".__init__"), ranks)
    if unit is None:
        return [f"{here} has no rank in docs/architecture.md"]
    inside = [name for name in imported(path) if name.startswith(("clm_core.", "pages.", "app."))]
    units = {name: unit_of(name, ranks) for name in inside}
    return [
        f"{here} (rank {ranks[unit]}) imports {name} (rank {ranks[other]})"
        for name, other in units.items()
        if other is not None and other != unit and ranks[other] >= ranks[unit]
    ]


def screen_imports(path):
    return sorted(tops(path) & {"streamlit", "pages", "app"})


def network_imports(path):
    return sorted(tops(path) & NETWORK)


def unsafe_code(path):
    found = sorted(tops(path) & UNSAFE)
    for node in nodes(path):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec", "compile", "__import__"):
                found.append(f"line {node.lineno}: {node.func.id}")
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("eval", "read_pickle"):
                found.append(f"line {node.lineno}: .{node.func.attr}")
    return found


def clock_calls(path):
    found = [f"imports {name}" for name in imported(path) if name in {f"time.{clock}" for clock in TIME_CLOCKS}]
    called = {node.func for node in nodes(path) if isinstance(node, ast.Call)}
    for node in nodes(path):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value).rpartition(".")[2]
            of_time = owner == "time" and node.attr in TIME_CLOCKS
            of_day = node.attr in CLOCKS and (owner in ("date", "datetime", "Timestamp") or node in called)
            if of_time or of_day:
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


def sizes(path):
    n_lines = len(path.read_text(encoding="utf-8").splitlines())
    found = [f"{n_lines} lines, {LONGEST_MODULE} at most"] if n_lines > LONGEST_MODULE else []
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            found += [f"{node.name}: {length} lines, {LONGEST_FUNCTION} at most"] if length > LONGEST_FUNCTION else []
    return found


def fat_page(path):
    n_lines = len(path.read_text(encoding="utf-8").splitlines())
    found = [f"{n_lines} lines, {LONGEST_PAGE} at most"] if n_lines > LONGEST_PAGE else []
    calls = [node for node in nodes(path) if isinstance(node, ast.Call)]
    work = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in WORK_OF_THE_CORE]
    return found + [f"line {call.lineno}: .{call.func.attr}()" for call in work]


def public_door(path):
    """A package that gives out what its modules make lists all of it, sorted: constants, classes, functions."""
    tree, *_ = nodes(path)
    package = path.parent.name
    given = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and f".{package}." in f"{node.module}."
        for alias in node.names
    }
    given |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    given = {name for name in given if not name.startswith("_")}
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]
    ]
    if not listed:
        is_door = path.name == "__init__.py" and any(isinstance(node, ast.ImportFrom) for node in tree.body)
        defines = any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body)
        return ["gives out names without __all__"] if is_door and not defines and given else []
    names = listed[0]
    order = sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    found = [f"__all__ is not sorted: {order}"] if names != order else []
    found += [f"'{name}' is missing from __all__" for name in sorted(given - set(names))]
    return found + [f"'{name}' is listed twice" for name in sorted({n for n in names if names.count(n) > 1})]


LOOSE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def loose_ends(path):
    if not LOOSE.search(path.read_text(encoding="utf-8")):
        return []
    with path.open("rb") as file:
        comments = [token for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    marks = [token for token in comments if LOOSE.search(token.string)]
    return [f"line {token.start[0]}: {token.string}" for token in marks]


# the house keeps them


def broken(rule, paths):
    return {str(path.relative_to(ROOT)): found for path in paths if (found := rule(path))}


@pytest.fixture(scope="module")
def ranks():
    return read_ranks((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))


def test_every_module_has_a_rank_and_every_rank_a_module(ranks):
    units = {unit_of(".".join(path.relative_to(ROOT).with_suffix("").parts), ranks) for path in HOUSE}
    assert {unit for unit in ranks if unit not in units and unit != "app.py"} == set()


def test_imports_go_one_way(ranks):
    assert broken(lambda path: climbing_imports(path, ranks), [path for path in HOUSE if path != CORE[0]]) == {}


@pytest.mark.parametrize(
    ("rule", "paths"),
    [
        (screen_imports, CORE),
        (network_imports, CORE),
        (unsafe_code, HOUSE),
        (clock_calls, CORE),
        (sizes, HOUSE),
        (fat_page, PAGES),
        (public_door, CORE),
        (loose_ends, HOUSE),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_house_keeps_its_rules(rule, paths):
    assert broken(rule, paths) == {}


def run_fresh(code):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_every_module_of_the_core_imports_without_a_warning_and_without_streamlit():
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in CORE]
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "assert 'clm_core.pipeline' in sys.modules\n"
        "print([name for name in ('streamlit', 'pyspark', 'socketserver') if name in sys.modules])"
    )
    ran = run_fresh(code)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"
    assert ran.stderr == ""


# and each rule can fail


@pytest.mark.parametrize(
    ("rule", "source", "told"),
    [
        (screen_imports, "def f():\n    from streamlit.delta import x\n", "streamlit"),
        (screen_imports, "from pages.ui import frame\n", "pages"),
        (network_imports, "import urllib.request\n", "urllib"),
        (unsafe_code, "x = eval('1')\n", "eval"),
        (unsafe_code, "from pickle import loads\n", "pickle"),
        (unsafe_code, "import joblib\n", "joblib"),
        (unsafe_code, "df.eval('a + b')\n", ".eval"),
        (clock_calls, "import datetime\nx = datetime.datetime.now()\n", "now"),
        (clock_calls, "from datetime import date\nx = date.today()\n", "today"),
        (clock_calls, "import time\nx = time.time()\n", "time.time"),
        (clock_calls, "from time import time\n", "time.time"),
        (clock_calls, "x = pd.Timestamp.now()\n", "Timestamp.now"),
        (clock_calls, "f(clock=datetime.now)\n", "datetime.now"),
        (sizes, "x = 1\n" * 401, "401 lines, 400 at most"),
        (sizes, "def f():\n" + "    x = 1\n" * 60, "f: 61 lines, 60 at most"),
        (fat_page, "x = 1\n" * 121, "121 lines, 120 at most"),
        (fat_page, "x = df.groupby('a').agg('sum')\n", ".groupby()"),
        (fat_page, "model.fit(X)\n", ".fit()"),
        (public_door, "def b(): ...\ndef a(): ...\n__all__ = ['b', 'a']\n", "not sorted"),
        (public_door, "def b(): ...\ndef a(): ...\n__all__ = ['a']\n", "'b' is missing"),
        (loose_ends, "x = 1  # TODO later\n", "TODO"),
    ],
)
def test_each_rule_fails_on_a_broken_file(tmp_path, rule, source, told):
    path = tmp_path / "broken.py"
    path.write_text(source, encoding="utf-8")
    assert any(told in line for line in rule(path)), rule(path)


def test_a_door_without_a_list_is_found(tmp_path):
    door = tmp_path / "shop" / "__init__.py"
    door.parent.mkdir()
    door.write_text("from clm_core.shop.till import pay\n", encoding="utf-8")
    assert public_door(door) == ["gives out names without __all__"]
    door.write_text("from clm_core.shop.till import pay, take\n__all__ = ['pay']\n", encoding="utf-8")
    assert public_door(door) == ["'take' is missing from __all__"]


@pytest.mark.parametrize(
    ("module", "source", "is_broken"),
    [
        ("clm_core/errors.py", "from clm_core import columns\n", True),  # same rank
        ("clm_core/tables.py", "from clm_core import columns as c\n", False),
        ("clm_core/tables.py", "def f():\n    from clm_core.ingest.splitting.part import x\n", True),
        ("clm_core/ingest/splitting/part.py", "from clm_core.ingest.splitting.read import x\n", False),
        ("clm_core/ingest/splitting/part.py", "from clm_core.features import x\n", True),
        ("clm_core/features/panel.py", "from clm_core.engine import x\n", False),
        ("clm_core/features/panel.py", "import clm_core.pipeline\n", True),
        ("pages/ui/frame.py", "from clm_core.pipeline import x\n", False),
        ("pages/data/files.py", "from pages.ui import frame\n", False),
        ("pages/ui/frame.py", "from pages.data import files\n", True),
        ("clm_core/unheard_of.py", "", True),
    ],
)
def test_the_rank_rule_can_fail(tmp_path, ranks, module, source, is_broken):
    path = tmp_path / module
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    assert bool(climbing_imports(path, ranks, tmp_path)) == is_broken


def test_the_import_check_can_fail():
    assert run_fresh("import warnings; warnings.warn('old', DeprecationWarning)").returncode == 1

"""The terminal contract: every file of it on real data, and one clear message, nothing written, on anything else."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from clm_core.__main__ import main
from clm_core.engine import ENGINES
from clm_core.frameworks import edit, load_framework
from clm_core.interrupts import Interrupts
from clm_core.outputs import CUSTOMER_COLUMNS, FILES
from clm_core.pipeline import Sources, load_dataset
from clm_core.recipe import Recipe, dump_recipe, read_recipe

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data"
SAMPLE = ROOT / "sample_data"
SCORES = ("churn_prob", "expected_orders", "expected_spend")

# facts counted independently of the project: rows, set aside, orders, customers, revenue, first and last day
FACTS = {
    "CDNOW_sample.txt": (6_919, 0, 6_919, 2_357, 244_091.94, "1997-01-01", "1998-06-30"),
    "uci_online_retail.csv.gz": (
        541_909, 135_080, 18_536, 4_372, 8_300_065.81, "2010-12-01T08:26:00", "2011-12-09T12:50:00",
    ),
    "superstore.csv": (9_994, 0, 5_009, 793, 2_297_200.86, "2014-01-03", "2017-12-30"),
    "clvtools_apparel_transactions.csv": (3_187, 0, 3_187, 600, 124_356.90, "2005-01-02", "2010-12-20"),
    "grocery_elog_no_amount.csv": (10_483, 0, 10_483, 1_525, None, "2006-01-01", "2007-12-30"),
}  # fmt: skip
WITH_AND_WITHOUT_AMOUNTS = ("superstore.csv", "grocery_elog_no_amount.csv")
NO_REAL_DATA = f"{REAL.name} of public data sets is not beside the project"


def read(out):
    return SimpleNamespace(
        out=out,
        summary=json.loads((out / "summary.json").read_text(encoding="utf-8")),
        models={
            card["model"]: card for card in json.loads((out / "models.json").read_text(encoding="utf-8"))["models"]
        },
        customers=pd.read_csv(out / "customers.csv", dtype={"customer_id": str}),
        stages=pd.read_csv(out / "stages.csv"),
        moves=pd.read_csv(out / "moves.csv", keep_default_na=False, parse_dates=["as_of"]),
        set_aside=pd.read_csv(out / "set_aside.csv", dtype=str),
    )


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    """``analysed(name, *options)``: what a run on that file leaves; each run happens once."""
    runs = {}

    def analyse(name, *options):
        key = (name, *options)
        if key not in runs:
            path = SAMPLE / "orders.csv" if name == "shop" else REAL / name
            if not path.exists():
                pytest.skip(NO_REAL_DATA)
            out = tmp_path_factory.mktemp("run") / "results"
            tables = (("--customers", "customers"), ("--events", "events"), ("--spend", "spend"))
            beside = [part for flag, kind in tables for part in (flag, str(SAMPLE / f"{kind}.csv"))]
            given = [str(path), *(beside if name == "shop" else []), *map(str, options)]
            assert main(["analyse", *given, "--out", str(out)]) == 0
            runs[key] = read(out)
        return runs[key]

    return analyse


every_file = pytest.mark.parametrize("name", [*FACTS, "shop"])


@pytest.mark.parametrize("name", FACTS)
def test_the_facts_of_the_file_are_in_the_summary(analysed, name):
    found = analysed(name).summary
    rows, aside, orders, customers, revenue, first, last = FACTS[name]
    assert (found["rows_read"], found["rows_set_aside"], found["n_orders"]) == (rows, aside, orders)
    assert (found["n_customers"], found["n_leads"], found["revenue"]) == (customers, 0, revenue)
    assert (found["first_order_at"], found["last_order_at"]) == (first, last)
    assert (found["as_of"], found["horizon_days"], found["framework"]) == (last[:10], 90, "sterne_cutler")


@every_file
def test_every_file_of_the_contract_is_there_and_nothing_else(analysed, name):
    run = analysed(name)
    assert sorted(path.name for path in run.out.iterdir()) == sorted(FILES)
    assert [path.name for path in run.out.parent.iterdir()] == ["results"]
    assert list(run.customers) == list(CUSTOMER_COLUMNS)
    assert list(run.stages) == ["stage", "n_customers", "share", "spend_total", "expected_spend"]
    assert list(run.moves) == ["as_of", "from_stage", "to_stage", "n_customers", "rate"]
    assert {"mapping", "issues", "timings", "currency"} <= set(run.summary)
    for issue in run.summary["issues"]:
        assert set(issue) == {"severity", "code", "message", "n_rows", "examples"}


@every_file
def test_every_row_is_accounted_for(analysed, name):
    run = analysed(name)
    assert run.summary["rows_read"] == run.summary["rows_kept"] + run.summary["rows_set_aside"]
    assert len(run.set_aside) == run.summary["rows_set_aside"]
    assert run.set_aside["reason"].notna().all()


@every_file
def test_everyone_known_is_in_one_stage(analysed, name):
    run = analysed(name)
    known = run.summary["n_customers"] + run.summary["n_leads"]
    assert run.customers["customer_id"].is_unique
    assert run.customers["customer_id"].notna().all()
    assert len(run.customers) == known == run.stages["n_customers"].sum()
    assert run.stages["stage"].tolist() == load_framework("sterne_cutler").stage_ids
    assert run.stages["share"].sum() == pytest.approx(1.0)
    counted = run.customers["stage"].value_counts()
    assert run.stages.set_index("stage")["n_customers"].to_dict() == {
        stage: counted.get(stage, 0) for stage in run.stages["stage"]
    }
    assert run.customers["persona"].notna().all()
    if run.summary["revenue"] is not None:
        assert run.customers["spend_total"].sum() == pytest.approx(run.summary["revenue"], abs=0.01)
        assert run.stages["spend_total"].sum() == pytest.approx(run.summary["revenue"], abs=0.01)
    assert run.customers["n_orders"].sum() == run.summary["n_orders"]


@every_file
def test_the_identities_of_the_moves_hold_every_month(analysed, name):
    run, moves = analysed(name), analysed(name).moves
    months = sorted(moves["as_of"].unique())
    assert months[-1] == pd.Timestamp(run.summary["as_of"])
    first = pd.Timestamp(run.summary["first_order_at"]).normalize()
    ends = pd.date_range(first, months[-1], freq="ME")
    assert months == sorted({*ends, months[-1]}), "each month end from the first order on, then the day itself"
    assert moves.groupby(["as_of", "from_stage"])["rate"].sum().to_numpy() == pytest.approx(1.0)
    before = pd.Series(dtype="int64")
    for month in months:
        rows = moves[moves["as_of"] == month]
        left = rows[rows["from_stage"] != ""].groupby("from_stage")["n_customers"].sum()
        assert left.to_dict() == before.to_dict(), f"{month}: everyone known a month before moves or stays, once"
        before = rows.groupby("to_stage")["n_customers"].sum()
    stages = run.stages.set_index("stage")["n_customers"]
    assert before.to_dict() == stages[stages > 0].to_dict(), "the last month's stock is stages.csv"


@every_file
def test_scores_lie_where_they_can(analysed, name):
    run = analysed(name)
    for score in SCORES:
        estimate, low, high = (run.customers[score + suffix] for suffix in ("", "_low", "_high"))
        model = run.models[score.removeprefix("expected_").removesuffix("_prob")]
        if model["verdict"] == "refused":
            assert model["reason"]
            assert pd.concat([estimate, low, high]).isna().all()
            continue
        assert pd.concat([estimate, low, high]).notna().all()
        assert (low <= estimate).all()
        assert (estimate <= high).all()
        if score == "churn_prob":
            assert pd.concat([low, high]).between(0, 1).all()
        if score == "expected_orders":
            assert (low >= 0).all()
            assert (high <= run.summary["horizon_days"]).all()


@every_file
def test_models_tell_what_they_are_and_how_they_did(analysed, name):
    models = analysed(name).models
    assert list(models) == ["churn", "orders", "spend"]
    for card in models.values():
        assert card["verdict"] in ("shown", "refused")
        assert card["horizon_days"] == 90
        if card["verdict"] == "shown":
            assert set(card["baseline_metrics"]) <= set(card["metrics"])
            assert card["train_window"][1] <= card["test_window"][0], "judged after what it learned from"
            assert card["features"]
            assert card["label"]


def test_without_amounts_spend_is_refused_and_all_else_works(analysed):
    run = analysed("grocery_elog_no_amount.csv")
    assert run.models["spend"]["verdict"] == "refused"
    assert "no amounts" in run.models["spend"]["reason"]
    assert {run.models[name]["verdict"] for name in ("churn", "orders")} == {"shown"}
    assert run.summary["revenue"] is None
    assert run.customers["spend_total"].isna().all()
    assert run.stages["spend_total"].isna().all()


@pytest.mark.parametrize("name", WITH_AND_WITHOUT_AMOUNTS)
def test_pandas_gives_the_same_customers(analysed, name):
    other, one = analysed(name, "--engine", "pandas"), analysed(name)
    pd.testing.assert_frame_equal(other.customers, one.customers, rtol=1e-9, atol=0)
    pd.testing.assert_frame_equal(other.moves, one.moves, rtol=1e-9, atol=0)
    pd.testing.assert_frame_equal(other.stages, one.stages, rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", WITH_AND_WITHOUT_AMOUNTS)
def test_the_recipe_of_a_run_reproduces_it(analysed, name):
    first = analysed(name)
    again = analysed(name, "--recipe", first.out / "recipe.toml")
    for file in sorted(set(FILES) - {"summary.json"}):
        assert (again.out / file).read_bytes() == (first.out / file).read_bytes(), file


@pytest.mark.parametrize("name", ["CDNOW_sample.txt", "clvtools_apparel_transactions.csv"])
def test_by_the_recipe_of_a_run_its_files_are_read_the_same_way(analysed, name):
    """All that follows from them is then the same too, as the runs above show."""
    recipe = read_recipe(analysed(name).out / "recipe.toml")
    assert recipe.chosen_framework() == load_framework("sterne_cutler")
    assert recipe.mapping["orders"].columns
    sources = Sources((REAL / name,))
    anew, again = load_dataset(sources, Recipe()).tables.orders, load_dataset(sources, recipe).tables.orders
    assert anew.equals(again)


def test_a_recipe_of_an_earlier_day_gives_that_day(analysed):
    run = analysed("CDNOW_sample.txt", "--as-of", "1997-12-31", "--horizon-days", "30")
    assert (run.summary["as_of"], run.summary["horizon_days"]) == ("1997-12-31", 30)
    assert run.moves["as_of"].max() == pd.Timestamp("1997-12-31")
    assert run.summary["rows_read"] == 6_919, "rows are of the whole file"
    assert run.summary["n_orders"] < 6_919


# bad input

GOOD = "customer,date,amount\n" + "".join(f"c{i % 5},2024-0{1 + i % 6}-1{i % 9},{i}.50\n" for i in range(1, 40))


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "in" / "orders.csv"
    path.parent.mkdir()
    path.write_text(GOOD, encoding="utf-8")
    return path


def refused(capsys, tmp_path, *arguments, out=None):
    """Run, and hold the refusal to the contract; the message."""
    out = out or tmp_path / "out" / "results"
    before = sorted(tmp_path.rglob("*"))
    code = main(["analyse", *map(str, arguments), "--out", str(out)])
    told = capsys.readouterr()
    assert code == 2, told
    assert sorted(tmp_path.rglob("*")) == before, "nothing is written"
    assert "Traceback" not in told.err
    assert told.out == ""
    lines = told.err.splitlines()
    assert not lines[0].startswith(" "), "what is wrong comes first"
    assert all(line.startswith("  ") for line in lines[1:]), f"one message: {told.err}"
    for label in ("Where", "Found", "Next"):
        assert any(line.startswith(f"  {label}: ") for line in lines), f"no '{label}' in: {told.err}"
    return told.err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("blank.csv", b"\n\n  \n"),
        ("header_only.csv", b"customer,date,amount\n"),
        ("photo.csv", bytes(range(256)) * 40),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
        ("broken.xlsx", b"PK\x03\x04" + bytes(200)),
        ("broken.parquet", b"PAR1" + bytes(50)),
        ("broken.csv.gz", b"\x1f\x8b\x08" + bytes(50)),
        ("no_date.csv", b"customer,colour,amount\n" + b"c1,red,5\nc2,blue,6\n" * 20),
        ("prose.txt", b"Dear all,\nplease find attached what you asked for.\nBest, Jo\n"),
        ("no_customer.csv", b"date,amount\n2024-01-01,5\n2024-01-02,6\n"),
        ("nothing_usable.csv", b"customer,date,amount\n,2024-01-01,5\nc1,someday,6\n"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(capsys, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert name in refused(capsys, tmp_path, path)


def test_a_missing_file_or_a_folder_is_refused(capsys, tmp_path):
    assert "absent.csv" in refused(capsys, tmp_path, tmp_path / "absent.csv")
    (tmp_path / "folder").mkdir()
    assert "folder" in refused(capsys, tmp_path, tmp_path / "folder")


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--as-of", "2099-01-01", "The as-of day lies outside the data."),
        ("--as-of", "1999-01-01", "The as-of day lies outside the data."),
        ("--as-of", "yesterday", "The as-of day is not a date."),
        ("--as-of", "2024-02-30", "The as-of day is not a date."),
        ("--horizon-days", "soon", "The horizon does not fit."),
        ("--horizon-days", "6", "The horizon does not fit."),
        ("--horizon-days", "-90", "The horizon does not fit."),
        ("--engine", "polars", "There is no such engine."),
    ],
)
def test_an_option_that_does_not_fit_is_refused(capsys, tmp_path, orders, option, value, told):
    message = refused(capsys, tmp_path, orders, f"{option}={value}")
    assert message.startswith(told)
    assert value in message


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        ("[mapping.orders.columns]\ncustomer_id = 'customr'\nordered_at = 'date'", "'customr'"),
        ("[mapping.orders.columns]\ncustomer = 'customer'\nordered_at = 'date'", "'customer'"),
        ("[mapping.orders.columns]\ncustomer_id = 'date'\nordered_at = 'date'", "'date'"),
        ("framework = 'sterne'", "There is no such framework."),
        ("limits = { lost_days = 9999 }", "Limit 'lost_days' is 9999"),
        ("limits = { at_risk_days = 400 }", "nobody could be in 'At risk'"),
        ("horizon_days = 'x'", "The recipe does not fit."),
        ("as_of = 2099-01-01", "The as-of day lies outside the data."),
        ("not toml", "The recipe is not valid TOML."),
        (
            "[[personas]]\nname = 'A'\nrule = { feature = 'shoes', op = '>', value = 1 }",
            "Persona 'A' reads 'shoes', which is no feature.",
        ),
        (
            "[[personas]]\nname = 'A'\nrule = { feature = 'n_orders', op = '>', value = 'two' }",
            "Persona 'A': 'n_orders >' takes a number, found 'two'.",
        ),
        (
            "[[personas]]\nname = 'A'\nrule = { feature = 'n_orders', op = '>', limit = 'loyal_orders' }",
            "Persona 'A' names the limit 'loyal_orders'",
        ),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(capsys, tmp_path, orders, recipe, told):
    path = tmp_path / "in" / "mine.toml"
    path.write_text(recipe, encoding="utf-8")
    assert told in refused(capsys, tmp_path, orders, "--recipe", path)


def test_a_recipe_with_a_framework_of_ones_own_runs_on_the_terminal(tmp_path, orders):
    race = load_framework("race")
    own = edit.owned(edit.add_limit(edit.change_stage(race, race.stage_ids[0], name="Curious"), "Late", "days"))
    path = tmp_path / "recipe.toml"
    path.write_text(dump_recipe(Recipe(framework=own.id, definition=own)), encoding="utf-8")
    out = tmp_path / "results"
    assert main(["analyse", str(orders), "--recipe", str(path), "--out", str(out)]) == 0
    assert read_recipe(out / "recipe.toml").chosen_framework() == own
    assert set(pd.read_csv(out / "stages.csv")["stage"]) <= set(own.stage_ids)


def test_an_absent_recipe_is_refused(capsys, tmp_path, orders):
    assert "absent.toml" in refused(capsys, tmp_path, orders, "--recipe", tmp_path / "absent.toml")


def test_an_output_folder_that_cannot_be_is_refused_before_any_work(capsys, tmp_path, orders):
    taken = tmp_path / "results"
    taken.write_text("mine")
    assert "The output folder is a file." in refused(capsys, tmp_path, orders, out=taken)
    assert "The output folder lies under a file." in refused(capsys, tmp_path, orders, out=taken / "deep" / "er")
    assert taken.read_text() == "mine"
    folder = tmp_path / "full"
    (folder / "customers.csv").mkdir(parents=True)
    assert "customers.csv in it is a folder" in refused(capsys, tmp_path, orders, out=folder)
    assert "cannot be written" in refused(capsys, tmp_path, orders, out="/proc/clm/results")


def test_a_failure_while_writing_leaves_the_folder_as_it_was(capsys, tmp_path, orders, monkeypatch):
    out = tmp_path / "kept"
    assert main(["analyse", str(orders), "--out", str(out)]) == 0
    capsys.readouterr()
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        assert "No space left on device" in refused(capsys, tmp_path, orders, out=out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_results_replace_those_of_an_earlier_run_and_leave_other_files(capsys, tmp_path, orders):
    out = tmp_path / "deep" / "er"
    out.mkdir(parents=True)
    (out / "notes.txt").write_text("mine")
    (out / "customers.csv").write_text("old")
    assert main(["analyse", str(orders), "--out", str(out)]) == 0
    assert (out / "notes.txt").read_text() == "mine"
    assert (out / "customers.csv").read_text() != "old"
    assert sorted(path.name for path in out.iterdir()) == sorted([*FILES, "notes.txt"])


@pytest.mark.parametrize("rows", ["c1,2024-01-01,5.00\n", "c1,2024-01-01,5.00\nc1,2024-03-01,5.00\n"])
def test_one_customer_is_a_small_shop(capsys, tmp_path, rows):
    path = tmp_path / "one.csv"
    path.write_text("customer,date,amount\n" + rows)
    assert main(["analyse", str(path), "--out", str(tmp_path / "out")]) == 0
    run = read(tmp_path / "out")
    assert (run.summary["n_customers"], len(run.customers)) == (1, 1)
    assert {card["verdict"] for card in run.models.values()} == {"refused"}
    assert run.customers[list(SCORES)].isna().all().all()


def test_a_formula_in_the_data_is_text_in_the_results(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer,date,amount\n" + GOOD.partition("\n")[2] + '"=HYPERLINK(""x"")",2024-01-01,5.00\n')
    assert main(["analyse", str(path), "--out", str(tmp_path / "out")]) == 0
    assert "'=HYPERLINK" in (tmp_path / "out" / "customers.csv").read_text(encoding="utf-8")


def test_the_command_runs_from_a_shell(tmp_path, orders):
    command = [sys.executable, "-W", "error", "-m", "clm_core", "analyse"]
    ran = subprocess.run(
        [*command, str(orders), "--out", str(tmp_path / "out")],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "39 rows read, 0 set aside" in ran.stdout
    assert "7 files in" in ran.stdout
    ran = subprocess.run(
        [*command, "absent.csv", "--out", "x"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode == 2
    assert "absent.csv" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "x").exists()


def test_help_is_there_at_once():
    """Nobody waits for the libraries of a run to read what may be asked."""
    command = [sys.executable, "-X", "importtime", "-m", "clm_core", "analyse", "--help"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(engine in ran.stdout for engine in ENGINES)
    loaded = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "clm_core.errors" in loaded
    assert not loaded & {"duckdb", "numpy", "pandas", "pyarrow", "pydantic", "sklearn"}


def test_inspect_tells_the_export_and_the_column_of_each_role(capsys):
    assert main(["inspect", str(ROOT / "tests/core/presets/shopify_customers.csv"), str(SAMPLE / "orders.csv")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (
        lines[0]
        == "shopify_customers.csv: Shopify customers export (Shopify admin > Customers > Export); feeds customers"
    )
    assert lines[1].startswith("  5 rows; separated by comma")
    assert lines[2].split()[:3] == ["customer_id", "Email", "99%"]
    told = next(line for line in lines if line.startswith("orders.csv: "))
    assert told == "orders.csv: no export known by name; read as orders"


def test_inspect_names_the_export_to_use_where_a_file_feeds_nothing(capsys):
    assert main(["inspect", str(ROOT / "tests/core/presets/stripe_payouts.csv")]) == 0
    assert "  for orders use Stripe dashboard > Payments > Export" in capsys.readouterr().out


def test_inspect_of_no_table_is_one_message(tmp_path, capsys):
    (tmp_path / "x.csv").write_bytes(b"")
    assert main(["inspect", str(tmp_path / "x.csv")]) == 2
    assert "is empty" in capsys.readouterr().err


def on_a_terminal(arguments, interrupt_at=None):
    """Run the command with a terminal as standard error: exit code and what was shown on it."""
    parent, child = os.openpty()
    command = [sys.executable, "-m", "clm_core", *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=child)
    os.close(child)
    shown = b""
    while True:
        try:
            part = os.read(parent, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
        if interrupt_at and interrupt_at.encode() in shown and process.poll() is None:
            process.send_signal(signal.SIGINT)
            interrupt_at = None
    os.close(parent)
    return process.wait(), shown.decode()


def test_a_terminal_shows_the_step_and_clears_it(tmp_path, orders):
    code, shown = on_a_terminal(["analyse", orders, "--out", tmp_path / "out"])
    assert code == 0
    assert "… " in shown
    assert "models" in shown
    assert shown.endswith("\r\x1b[2K")


@pytest.fixture
def interruptible():
    """The usual way with interrupts, for us and what we start: tests that run in the background inherit that they are ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_leaves_nothing_behind(tmp_path):
    code, shown = on_a_terminal(["analyse", SAMPLE / "orders.csv", "--out", tmp_path / "out"], interrupt_at="… ")
    assert code == 130
    assert "Cancelled; nothing was written." in shown
    assert "Traceback" not in shown
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_that_a_library_swallowed_ends_the_run_at_the_next_step():
    with Interrupts() as interrupts:
        interrupts.check()
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        for check in (interrupts.check, interrupts.refuse):
            with pytest.raises(KeyboardInterrupt):
                check()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)  # the usual way again


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_while_the_files_are_moved_comes_too_late():
    with Interrupts() as interrupts:
        interrupts.refuse()
        signal.raise_signal(signal.SIGINT)
        interrupts.check()


@pytest.mark.usefixtures("interruptible")
def test_a_command_in_the_background_goes_on_ignoring_interrupts():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGINT)
        interrupts.check()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN

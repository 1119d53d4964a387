"""Frames on each engine: what goes in comes home alike, what is kept stays, and nothing reaches outside."""

import datetime as dt
import importlib.util
import sys

import duckdb
import narwhals as nw
import pandas as pd
import pyarrow as pa
import pytest

from clm_core.engine import ENGINES, DuckDBEngine, collect, open_engine
from clm_core.errors import InputError

ROWS = pa.table(
    {
        "who": ["a", "b", "c"],
        "n": pa.array([1, None, 3], pa.int32()),
        "money": pa.array([0.1, 0.2, None], pa.float64()),
        "is_new": [True, False, None],
        "at": pa.array([dt.datetime(2024, 2, 29, 12, 30), None, dt.datetime(1999, 12, 31)], pa.timestamp("us")),
    }
)


def test_a_table_comes_home_alike_from_each_engine(both_engines):
    duck, pandas = [
        collect(one.frame(ROWS)).sort_values("who", ignore_index=True)[ROWS.column_names] for one in both_engines
    ]
    pd.testing.assert_frame_equal(duck, pandas)
    assert not any(isinstance(kind, pd.ArrowDtype) for kind in pandas.dtypes), "plain pandas, whatever the engine"
    assert duck["at"].tolist()[0] == pd.Timestamp("2024-02-29 12:30")
    assert duck["n"].isna().tolist() == [False, True, False]


def test_a_part_of_a_table_comes_home_without_a_trace_of_the_rest(each_engine):
    part = collect(each_engine.frame(ROWS).filter(nw.col("who") == "c"))
    assert part.columns.tolist() == ROWS.column_names
    assert part.index.tolist() == [0]


def test_frames_do_not_disturb_each_other(each_engine):
    first, second = each_engine.frame(ROWS), each_engine.frame(ROWS.slice(0, 1))
    assert len(collect(first)) == 3
    assert len(collect(second)) == 1


def test_what_is_kept_is_computed_once_and_replaced_by_name(each_engine):
    frame = each_engine.frame(ROWS)
    kept = each_engine.persist(frame.with_columns((nw.col("n") * 2).alias("twice")), "rows")
    assert collect(kept)["twice"].tolist()[0] == 2
    again = each_engine.persist(frame.filter(nw.col("n") == 3), "rows")
    assert collect(again)["who"].tolist() == ["c"]


def test_a_kept_frame_may_be_made_from_the_one_it_replaces(each_engine):
    kept = each_engine.persist(each_engine.frame(ROWS), "chain")
    kept = each_engine.persist(kept.filter(nw.col("n") == 3), "chain")
    assert collect(kept)["who"].tolist() == ["c"]


def test_an_engine_beside_another_reads_its_frames_and_keeps_its_own(each_engine):
    kept = each_engine.persist(each_engine.frame(ROWS), "rows")
    one, other = each_engine.beside(), each_engine.beside()
    seen = one.seen(kept.filter(nw.col("n") == 3))
    assert collect(seen)["who"].tolist() == ["c"]
    mine, theirs = one.persist(seen, "rows"), other.persist(other.frame(ROWS.slice(0, 1)), "rows")
    assert [collect(frame)["who"].tolist() for frame in (kept, mine, theirs)] == [["a", "b", "c"], ["c"], ["a"]]
    one.close()
    assert collect(theirs)["who"].tolist() == ["a"], "who closes lets go of nothing that another has"


def test_the_embedded_database_reaches_nothing_outside(tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    made = DuckDBEngine()
    for statement in (
        f"SELECT * FROM '{tmp_path / 'secret.csv'}'",
        f"ATTACH '{tmp_path / 'other.db'}'",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ):
        with pytest.raises(duckdb.Error):
            made._connection.execute(statement)
    made.close()
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_a_database_file_holds_what_is_kept(tmp_path):
    made = DuckDBEngine(str(tmp_path / "work.db"))
    assert len(collect(made.persist(made.frame(ROWS), "rows"))) == 3
    made.close()
    assert (tmp_path / "work.db").exists()


def test_an_unknown_engine_is_named_with_those_there_are():
    with pytest.raises(InputError, match=r"There is no such engine") as told:
        open_engine("polars")
    assert told.value.found == "polars"
    assert told.value.allowed == ", ".join(ENGINES) == "duckdb, pandas, spark"
    assert "duckdb" in told.value.next_step


def test_spark_says_how_to_get_it_when_it_is_not_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(InputError, match=r"The Spark engine is not installed") as told:
        open_engine("spark")
    assert "pip install -r requirements-spark.txt" in told.value.next_step


@pytest.fixture(scope="module")
def spark():
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("PySpark is not installed; pip install -r requirements-spark.txt")
    made = open_engine("spark", "local[2]")
    yield made
    made.close()


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")  # PySpark's own, about resources and its pandas bridge
def test_spark_gives_the_same_features_stages_and_moves_as_duckdb(
    spark, make_orders, make_events, make_customers, features_at
):
    from clm_core.features import load_frames
    from clm_core.frameworks import shipped_frameworks
    from clm_core.ledger import build_ledger, count_moves
    from clm_core.tables import Tables, to_day

    orders = make_orders(
        [
            ("a", "2024-01-05", 10.0),
            ("a", "2024-01-05", 5.5),
            ("a", "2024-02-29", 20.0),
            ("a", "2024-03-10", -20.0),
            ("b", "2024-01-31", 0.0),
            ("c", "2024-02-10", -7.0),
            ("d", "2024-05-01", 99.99),
        ],
        discount=[None, 1.0, 0.0, None, 2.0, None, None],
        channel=["web", "shop", "web", None, "shop", "web", None],
    )
    events = make_events(
        [("lead", "2024-01-10", "visit"), (None, "2024-01-11", "visit"), ("a", "2024-04-02", "review")]
    )
    customers = make_customers([("a", "2023-12-01"), ("signed", "2024-02-20")], plan=["plus", None], age=[41.5, None])
    tables = Tables(orders, customers, events)
    duck = DuckDBEngine()
    as_of = to_day(dt.date(2024, 5, 1))
    expected, found = features_at(tables, duck, as_of), features_at(tables, spark, as_of)
    pd.testing.assert_frame_equal(found[expected.columns], expected, check_dtype=False, rtol=1e-9)
    expected, found = [build_ledger(load_frames(tables, one), as_of) for one in (duck, spark)]
    for framework in shipped_frameworks():
        pd.testing.assert_frame_equal(
            count_moves(found, framework), count_moves(expected, framework), check_dtype=False, rtol=1e-9
        )
    duck.close()

"""Builders that the core's tests share: canonical tables from literal rows, frames on each engine, random order logs.

A ``make_…`` fixture is a function; a day may be given as an integer, a date or ISO text.
"""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.engine import collect, open_engine
from clm_core.features import build_features, load_frames
from clm_core.ingest import import_table
from clm_core.tables import CUSTOMERS, EVENTS, ORDERS, Tables, to_date, to_day

settings.register_profile(
    "core", derandomize=True, deadline=None, max_examples=5, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("core")

PURCHASE_FROM = 0.0
"""Literal orders of this amount or more are purchases; below it they are credit notes."""


def day_of(day):
    if isinstance(day, str):
        day = dt.date.fromisoformat(day)
    return to_day(day) if isinstance(day, dt.date) else day


def moment_of(day):
    return dt.datetime.combine(to_date(day), dt.time())


def orders_table(rows, **columns):
    rows = [(who, day_of(day), amount, *rest) for who, day, amount, *rest in rows]
    table = {
        c.ORDER_ID: pa.array([f"o{i}" for i in range(len(rows))], pa.string()),
        c.CUSTOMER_ID: pa.array([row[0] for row in rows], pa.string()),
        c.ORDERED_AT: pa.array([moment_of(row[1]) for row in rows], pa.timestamp("us")),
        c.DAY: pa.array([row[1] for row in rows], pa.int32()),
        c.AMOUNT: pa.array([row[2] for row in rows], pa.float64()),
        c.IS_PURCHASE: pa.array([row[3] if row[3:] else (row[2] or 0.0) >= PURCHASE_FROM for row in rows], pa.bool_()),
        c.N_LINES: pa.array([1] * len(rows), pa.int32()),
    }
    for name, values in columns.items():
        table[name] = pa.array(values, ORDERS.optional[name])
    return ORDERS.check(pa.table(table))


def events_table(rows):
    rows = [(who, day_of(day), kind) for who, day, kind in rows]
    return EVENTS.check(
        pa.table(
            {
                c.CUSTOMER_ID: pa.array([row[0] for row in rows], pa.string()),
                c.OCCURRED_AT: pa.array([moment_of(row[1]) for row in rows], pa.timestamp("us")),
                c.DAY: pa.array([row[1] for row in rows], pa.int32()),
                c.KIND: pa.array([row[2] for row in rows], pa.string()),
            }
        )
    )


def customers_table(rows, **traits):
    rows = [(who, None if day is None else day_of(day)) for who, day in rows]
    table = {
        c.CUSTOMER_ID: pa.array([row[0] for row in rows], pa.string()),
        c.CREATED_AT: pa.array([None if row[1] is None else moment_of(row[1]) for row in rows], pa.timestamp("us")),
        c.DAY: pa.array([row[1] for row in rows], pa.int32()),
        **{name: pa.array(values) for name, values in traits.items()},
    }
    return CUSTOMERS.check(pa.table(table))


@pytest.fixture(scope="session")
def make_orders():
    """``make_orders([(customer, day, amount[, is_purchase]), …], discount=[…], …)``."""
    return orders_table


@pytest.fixture(scope="session")
def make_events():
    """``make_events([(customer or None, day, kind), …])``."""
    return events_table


@pytest.fixture(scope="session")
def make_customers():
    """``make_customers([(customer, day or None), …], country=[…], …)``."""
    return customers_table


DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def public_import():
    """``public_import(name)``: an orders file of ``../shared/data`` as it was read, once for all tests; skips where it is absent."""
    read = {}

    def imported(name):
        if not (DATA / name).exists():
            pytest.skip(f"{name} is not in ../shared/data")
        if name not in read:
            read[name] = import_table([DATA / name])
        return read[name]

    return imported


@pytest.fixture(scope="session")
def public_orders(public_import):
    """``public_orders(name)``: its canonical table."""
    return lambda name: public_import(name).table


@pytest.fixture(scope="session")
def engine():
    """The engine that the app and the terminal use. That pandas answers alike is a law of its own, over random shops."""
    made = open_engine("duckdb")
    yield made
    made.close()


@pytest.fixture(scope="session", params=["duckdb", "pandas"])
def each_engine(request):
    """Each embedded engine in turn, for what depends on how an engine treats missing values or keeps frames."""
    made = open_engine(request.param)
    yield made
    made.close()


@pytest.fixture(scope="session")
def both_engines():
    """DuckDB and pandas, for comparisons of the two."""
    made = [open_engine("duckdb"), open_engine("pandas")]
    yield made
    for one in made:
        one.close()


def features_by_id(tables, engine, as_of):
    table = collect(build_features(load_frames(tables, engine), day_of(as_of)))
    # the engine's own number of a customer depends on who else is in the files, and is no feature
    return table.drop(columns=c.CUSTOMER_NO).set_index(c.CUSTOMER_ID).sort_index()


@pytest.fixture(scope="session")
def features_at():
    """``features_at(tables, engine, day)``: one pandas row per customer, by id."""
    return features_by_id


FIRST_DAY = to_day(dt.date(2019, 1, 20))
LONGEST_OFFSET = 800  # spans 29 February 2020 and two year ends
KINDS = ("visit", "sign_up", "cart", "checkout", "send", "open", "click", "ticket", "review", "referral")


@st.composite
def random_tables(draw):
    """Canonical tables of one small shop: refunds, free orders, several orders a day; often events, often customers.

    Order rows may repeat a day; about one log in six has no amounts at all, as some files have none.
    """
    days = st.integers(0, LONGEST_OFFSET)
    near = st.sampled_from([0, 1, 89, 90, 91, 180, 181, 364, 365, 366])
    cents = st.one_of(st.sampled_from([0, 10, 9999]), st.integers(-5000, 30000))
    has_amounts = draw(st.integers(0, 5)) > 0
    rows = []
    for number in range(draw(st.integers(1, 8))):
        for _ in range(draw(st.integers(0 if number else 1, 7))):
            amount = draw(cents)
            rows.append(
                (f"c{number}", FIRST_DAY + draw(days | near), amount / 100 if has_amounts else None, amount >= 0)
            )
    extra = {}
    if draw(st.booleans()):
        extra[c.DISCOUNT] = [draw(st.sampled_from([None, 0.0, 5.0])) for _ in rows]
    if draw(st.booleans()):
        extra[c.CHANNEL] = [draw(st.sampled_from([None, "mail", "shop", "web"])) for _ in rows]
    events = None
    if draw(st.booleans()):
        who = st.sampled_from([None, "c0", "c1", "c2", "lead1", "lead2"])
        event = st.tuples(who, days.map(lambda offset: FIRST_DAY - 30 + offset), st.sampled_from(KINDS))
        events = events_table(draw(st.lists(event, min_size=1, max_size=12)))
    customers = None
    if draw(st.booleans()):
        ids = draw(st.lists(st.sampled_from(["c0", "c1", "c5", "signed1", "signed2"]), min_size=1, unique=True))
        made = [(one, draw(st.none() | days.map(lambda offset: FIRST_DAY + offset))) for one in ids]
        plans = [draw(st.sampled_from([None, "basic", "plus"])) for _ in ids]
        ages = pa.array([draw(st.none() | st.integers(18, 90)) for _ in ids], pa.float64())
        customers = customers_table(made, plan=pa.array(plans, pa.string()), age=ages)
    return Tables(orders_table(rows, **extra), customers=customers, events=events)


@pytest.fixture(scope="session")
def shops():
    """A strategy of canonical tables, to draw from inside a property: ``data.draw(shops)``."""
    return random_tables()


@pytest.fixture(scope="session")
def cut_at():
    """``cut_at(tables, day)``: the same tables without anything dated later; traits carry no date and stay."""

    def cut(tables, day):
        def until(table):
            return table.filter([at is None or at <= day for at in table[c.DAY].to_pylist()])

        events = until(tables.events) if tables.events is not None else None
        return Tables(until(tables.orders), tables.customers, events)

    return cut

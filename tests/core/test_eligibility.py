"""What the data can carry, on literal shops; and that a red light and a refusal never disagree."""

import random

import pytest

from clm_core.eligibility import assess
from clm_core.engine import open_engine
from clm_core.errors import TooThinError
from clm_core.features import load_frames
from clm_core.models.dataset import build_dataset, plan_cutoffs
from clm_core.models.limits import check_enough
from clm_core.tables import Tables

START = 14_610  # 2010-01-01


def lights(orders, as_of_day, horizon=30, **others):
    return {row.analysis: row for row in assess(Tables(orders, **others), as_of_day, horizon)}


def test_a_single_order_can_be_placed_and_no_more(make_orders):
    told = lights(make_orders([("ann", START, 5.0)]), START)
    assert told["Stages today"].status == "limited"
    assert told["Stages today"].figure == "1 customer, 1 order"
    assert {row.status for name, row in told.items() if name.startswith(("Moves", "Rhythm", "Churn", "Value"))} == {
        "not_possible"
    }


def test_without_a_purchase_nothing_is_possible(make_orders):
    (row,) = assess(Tables(make_orders([("ann", START, -5.0)])), START, 30)
    assert (row.status, row.figure) == ("not_possible", "no purchase")


def test_month_ends_are_counted_to_the_as_of_day(make_orders):
    orders = make_orders([("ann", "2010-01-31", 5.0), ("ann", "2011-02-01", 5.0)])
    assert lights(orders, START + 364)["Moves between stages"].figure == "12 month ends"
    assert lights(orders, START + 364)["Moves between stages"].status == "limited"
    assert lights(orders, START + 396)["Moves between stages"].figure == "14 month ends"
    assert lights(orders, START + 396)["Moves between stages"].status == "ready"


def test_two_orders_on_one_day_make_no_repeat_buyer(make_orders):
    rows = [(f"c{i}", START + day, 5.0) for i in range(30) for day in (0, i % 3)]
    assert lights(make_orders(rows), START + 9)["Rhythm of orders"].figure == "20 repeat buyers (66.7 % of 30)"


def test_money_is_asked_for_before_a_projection(make_orders):
    told = lights(make_orders([("ann", START, None), ("ann", START + 200, None)]), START + 200)
    assert told["Value, 30 days ahead"].figure == "no amounts"


@pytest.mark.parametrize(("silent", "light"), [(3, "ready"), (4, "limited")])
def test_a_file_without_recent_orders_is_marked(make_orders, silent, light):
    orders = make_orders([("ann", START + day, 5.0) for day in range(100)])  # an order every day: three days are long
    assert lights(orders, START + 99 + silent)["Freshness"].status == light


def test_what_else_is_given_lights_the_stages_before_the_first_order(make_orders, make_events, make_customers):
    orders = make_orders([("ann", START, 5.0)])
    events, customers = make_events([("bob", START, "visit")]), make_customers([("bob", START)])
    name = "Stages before the first order"
    assert lights(orders, START)[name].status == "not_possible"
    assert lights(orders, START, customers=customers)[name].status == "limited"
    assert lights(orders, START, customers=customers, events=events)[name].figure == "1 customer and 1 event"


@pytest.mark.parametrize("seed", range(12))
def test_a_red_light_and_a_refusal_agree(make_orders, seed):
    """Shops around the least of everything: size, history, and how many come back."""
    draw = random.Random(seed)
    n, span, rate = (
        draw.choice([60, 99, 101, 130, 400]),
        draw.choice([100, 125, 200, 400]),
        draw.choice([0.1, 0.5, 0.98]),
    )
    rows = []
    for i in range(n):
        first = draw.randrange(span // 2)
        later = [day for day in range(first + 5, span, 25) if draw.random() < rate]
        rows += [(f"c{i}", START + day, 5.0) for day in (first, *later)]
    rows.append(("c0", START + span, 5.0))
    orders = make_orders(rows)
    light = lights(orders, START + span)["Churn and orders, 30 days ahead"]
    engine = open_engine("pandas")
    try:
        cutoffs = plan_cutoffs(min(row[1] for row in rows), START + span, 30)
        data = build_dataset(load_frames(Tables(orders), engine), (*cutoffs.train, cutoffs.test), 30)
        bought = data[data["n_orders"] > 0]
        for days in filter(None, (cutoffs.train, (cutoffs.test,))):
            check_enough(bought[bought["as_of_day"].isin(days)], "a window")
        is_refused = False
    except TooThinError:
        is_refused = True
    finally:
        engine.close()
    assert (light.status == "not_possible") == is_refused, light

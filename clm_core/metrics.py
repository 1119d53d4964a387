"""Tables that pages draw: small aggregates of orders, stages and moves."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clm_core import columns as c
from clm_core.frameworks import Framework
from clm_core.tables import Tables


@dataclass(frozen=True)
class OrderFacts:
    """Counts of an orders table up to a day. Purchases count as orders; revenue is net, None without amounts."""

    n_orders: int
    n_order_days: int
    n_customers: int
    revenue: float | None
    first_order_at: pd.Timestamp
    last_order_at: pd.Timestamp


def order_facts(tables: Tables, as_of_day: int | None = None) -> OrderFacts:
    """The figures of everything kept up to ``as_of_day``, or of the whole file."""
    seen = tables.orders.to_pandas()
    if as_of_day is not None:
        seen = seen[seen[c.DAY] <= as_of_day]
    bought = seen[seen[c.IS_PURCHASE]]
    return OrderFacts(
        n_orders=len(bought),
        n_order_days=len(bought[[c.CUSTOMER_ID, c.DAY]].drop_duplicates()),
        n_customers=int(seen[c.CUSTOMER_ID].nunique()),
        revenue=round(float(seen[c.AMOUNT].sum()), 2) if tables.has_amounts else None,
        first_order_at=seen[c.ORDERED_AT].min(),
        last_order_at=seen[c.ORDERED_AT].max(),
    )


def stage_headline(stock: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """People on the path, at risk and lost now, with the change since the month end before.

    One row per group: `group`, `n_customers`, `share`, `change` (missing when there is one month only).
    """
    off = [stage for stage in framework.stages if stage.kind == "off_path"]
    path = [stage.id for stage in framework.stages if stage.kind == "path"]
    groups = {"On the path": path, **{stage.name: [stage.id] for stage in off}}
    sizes = stock.pivot(index=c.AS_OF, columns=c.STAGE, values=c.N_CUSTOMERS).sort_index()
    rows = []
    for name, stages in groups.items():
        series = sizes[stages].sum(axis=1)
        change = float(series.iloc[-1] - series.iloc[-2]) if len(series) > 1 else float("nan")
        rows.append({"group": name, c.N_CUSTOMERS: int(series.iloc[-1]), "change": change})
    table = pd.DataFrame(rows)
    table[c.SHARE] = table[c.N_CUSTOMERS] / max(int(table[c.N_CUSTOMERS].sum()), 1)
    return table


def moves_of(moves: pd.DataFrame, as_of: object) -> pd.DataFrame:
    """The moves of one period."""
    return moves[moves[c.AS_OF] == as_of].reset_index(drop=True)


def stay_table(stays: pd.DataFrame, framework: Framework, unit: str) -> pd.DataFrame:
    """Time in stage in words, one row a stage: half have left after, mean within a year, stays seen, still running, left out."""
    named = stays[c.STAGE].map({stage.id: stage.name for stage in framework.stages})
    half = ["more than half stay" if n != n else f"{n:.0f} {unit}{'' if n == 1 else 's'}" for n in stays["median"]]
    mean = ["not known yet" if n != n else f"{n:.1f}" for n in stays["mean_within"]]
    counts = {
        "Stays": stays["n_stays"],
        "Still running": stays["n_running"],
        "Began before": stays["n_first"],
    }
    words = {name: [f"{n:,}" for n in column] for name, column in counts.items()}
    return pd.DataFrame({"Stage": named, "Half have left after": half, f"Mean of first 12 {unit}s": mean, **words})


def busiest_stage(stock: pd.DataFrame) -> str:
    """The stage that most people came into or left over all months."""
    flows = stock.set_index(c.STAGE)[["entered", "arrived", "left"]].sum(axis=1)
    return str(flows.groupby(level=0).sum().idxmax())


def flow_of(stock: pd.DataFrame, stage_id: str) -> pd.DataFrame:
    """The months of one stage: stock, entered, arrived, left."""
    return stock[stock[c.STAGE] == stage_id].reset_index(drop=True)


def on_stages(counts: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Stage sizes on the stages of a framework, in its order; a stage that was not counted has nobody."""
    sizes = dict(zip(counts[c.STAGE], counts[c.N_CUSTOMERS], strict=True))
    return pd.DataFrame(
        {c.STAGE: framework.stage_ids, c.N_CUSTOMERS: [sizes.get(id_, 0) for id_ in framework.stage_ids]}
    )


def compare_counts(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Stage sizes under two rule sets: `stage`, `n_customers_before`, `n_customers_after`, `change`."""
    table = before[[c.STAGE, c.N_CUSTOMERS]].merge(
        after[[c.STAGE, c.N_CUSTOMERS]], on=c.STAGE, suffixes=("_before", "_after"), validate="one_to_one"
    )
    return table.assign(change=table[f"{c.N_CUSTOMERS}_after"] - table[f"{c.N_CUSTOMERS}_before"])

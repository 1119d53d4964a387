"""Tables that pages draw: small aggregates of customers, orders and out-of-time predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.frameworks import Framework
from clm_core.models import ModelCard
from clm_core.models.dataset import HAS_NO_ORDER
from clm_core.tables import Tables

AT_STAKE = "value_at_stake"


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


def churn_by_stage(customers: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Mean churn probability of those who have bought, by stage in lifecycle order; bounds are means of their bounds."""
    scored = customers[customers[c.CHURN_PROB].notna() & (customers[c.N_ORDERS] > 0)]
    measures = [c.CHURN_PROB, c.CHURN_PROB + c.LOW, c.CHURN_PROB + c.HIGH]
    grouped = scored.groupby(c.STAGE)
    table = grouped[measures].mean().reindex(framework.stage_ids)
    table.insert(0, c.N_CUSTOMERS, grouped.size().reindex(framework.stage_ids, fill_value=0))
    return table.rename_axis(c.STAGE).reset_index()


def worth_keeping(customers: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Customers still on the path who have bought, by what is at stake: churn probability × spend of the last 365 days.

    Without amounts the orders of the last 365 days take the place of spend.
    """
    path = [stage.id for stage in framework.stages if stage.kind == "path"]
    here = customers[customers[c.STAGE].isin(path) & (customers[c.N_ORDERS] > 0) & customers[c.CHURN_PROB].notna()]
    worth = here["spend_365d"] if here["spend_365d"].notna().any() else here["n_orders_365d"]
    listed = here.assign(**{AT_STAKE: (here[c.CHURN_PROB] * worth.clip(lower=0)).astype(float)})
    shown = [c.CUSTOMER_ID, c.STAGE, c.PERSONA, c.N_ORDERS, c.DAYS_SINCE_LAST_ORDER, "spend_365d", c.CHURN_PROB]
    shown += [c.CHURN_PROB + c.LOW, c.CHURN_PROB + c.HIGH, AT_STAKE]
    return listed[shown].sort_values([AT_STAKE, c.CUSTOMER_ID], ascending=[False, True], ignore_index=True)


def gains(test: pd.DataFrame, steps: int = 20) -> pd.DataFrame:
    """Of those who left, the share found among the most at risk: `model`, `share_contacted`, `share_found`."""
    known = test[test[c.CHURN_PROB].notna()].sort_values(c.CHURN_PROB, ascending=False)
    left = known[HAS_NO_ORDER].astype(float).to_numpy()
    contacted = np.linspace(0.0, 1.0, steps + 1)
    found = np.concatenate([[0.0], np.cumsum(left)])[np.round(contacted * len(left)).astype(int)] / max(left.sum(), 1.0)
    chance = pd.DataFrame({"model": "By chance", "share_contacted": contacted, "share_found": contacted})
    ranked = pd.DataFrame({"model": "By churn score", "share_contacted": contacted, "share_found": found})
    return pd.concat([ranked, chance], ignore_index=True)


def most_at_risk_found(test: pd.DataFrame, n: int = 100) -> tuple[int, int]:
    """Of the ``n`` most at risk at the test cut-off (fewer when there are fewer), how many did leave."""
    top = test[test[c.CHURN_PROB].notna()].nlargest(n, c.CHURN_PROB)
    return len(top), int(top[HAS_NO_ORDER].sum())


def value_by_stage(customers: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Spend so far and expected spend by stage: `stage`, `n_customers`, `spend_total`, `expected_spend`."""
    grouped = customers.groupby(c.STAGE)
    sums = grouped[[c.SPEND_TOTAL, c.EXPECTED_SPEND]].sum().reindex(framework.stage_ids, fill_value=0.0)
    sums.insert(0, c.N_CUSTOMERS, grouped.size().reindex(framework.stage_ids, fill_value=0))
    return sums.rename_axis(c.STAGE).reset_index()


def value_deciles(test: pd.DataFrame) -> pd.DataFrame:
    """Mean predicted and actual spend by tenth of the prediction, lowest first: `decile`, `n_customers`, `predicted`, `actual`."""
    known = test[test[c.EXPECTED_SPEND].notna()]
    place = known[c.EXPECTED_SPEND].rank(method="first").to_numpy()
    grouped = known.assign(decile=np.ceil(place / max(len(known), 1) * 10).astype(int)).groupby("decile")
    table = grouped[[c.EXPECTED_SPEND, "next_spend"]].mean()
    table.columns = pd.Index(["predicted", "actual"])
    table.insert(0, c.N_CUSTOMERS, grouped.size())
    return table.reset_index()


def most_valuable(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers by expected spend, highest first, with interval and spend so far."""
    shown = [c.CUSTOMER_ID, c.STAGE, c.PERSONA, c.N_ORDERS, c.SPEND_TOTAL, c.EXPECTED_SPEND]
    shown += [c.EXPECTED_SPEND + c.LOW, c.EXPECTED_SPEND + c.HIGH, c.CHURN_PROB]
    listed = customers[customers[c.EXPECTED_SPEND].notna()][shown]
    return listed.sort_values([c.EXPECTED_SPEND, c.CUSTOMER_ID], ascending=[False, True], ignore_index=True)


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
    sizes = counts.set_index(c.STAGE)[c.N_CUSTOMERS].reindex(framework.stage_ids, fill_value=0)
    return sizes.rename_axis(c.STAGE).reset_index()


def compare_counts(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Stage sizes under two rule sets: `stage`, `n_customers_before`, `n_customers_after`, `change`."""
    table = before[[c.STAGE, c.N_CUSTOMERS]].merge(
        after[[c.STAGE, c.N_CUSTOMERS]], on=c.STAGE, suffixes=("_before", "_after"), validate="one_to_one"
    )
    return table.assign(change=table[f"{c.N_CUSTOMERS}_after"] - table[f"{c.N_CUSTOMERS}_before"])


def leaving_rate(test: pd.DataFrame) -> float:
    """The share of all scored customers at the test cut-off who did leave."""
    return float(test.loc[test[c.CHURN_PROB].notna(), HAS_NO_ORDER].mean())


def spend_so_far(customers: pd.DataFrame) -> float:
    """Net spend of all known customers; not a number where the files have no amounts."""
    return float(customers[c.SPEND_TOTAL].sum(min_count=1))


@dataclass(frozen=True)
class Totals:
    """Expected order days and net spend of all customers over the horizon."""

    orders: float
    spend: float


def expected_totals(customers: pd.DataFrame) -> Totals:
    """Sums of the customers' expectations."""
    return Totals(float(customers[c.EXPECTED_ORDERS].sum()), float(customers[c.EXPECTED_SPEND].sum()))


def drivers_of(importance: pd.DataFrame, model: str, n: int = 10) -> pd.DataFrame:
    """The features that weigh most in a model, heaviest first, in words: `feature`, `weight`."""
    rows = importance[importance["model"] == model]
    heaviest = rows.reindex(rows["weight"].abs().sort_values(ascending=False).index).head(n)
    return heaviest[["feature", "weight"]].reset_index(drop=True)


_QUALITY: dict[str, tuple[str, str]] = {
    "auc": ("Ranking: chance that a leaver scores above a stayer (AUC; .5 is by chance)", "{:.3f}"),
    "brier": ("Mean squared error of the probability (Brier; lower is better)", "{:.3f}"),
    "log_loss": ("Surprise (log loss; lower is better)", "{:.3f}"),
    "lift_at_decile": ("Leavers among the riskiest tenth, against all (lift)", "{:.2f} ×"),
    "gini": ("Ranking by value (normalised Gini; 0 is by chance, 1 is perfect)", "{:.3f}"),
    "bias": ("Total said against total happened (bias)", "{:+.1%}"),
    "mean_absolute_error": ("Mean miss per customer, {unit}", "{:,.2f}"),
    "observed_rate": ("Share without an order: happened", "{:.1%}"),
    "predicted_rate": ("Share without an order: said", "{:.1%}"),
    "observed_mean": ("Mean per customer, {unit}: happened", "{:,.2f}"),
    "predicted_mean": ("Mean per customer, {unit}: said", "{:,.2f}"),
    "interval_coverage": ("Outcomes inside the 80 % interval", "{:.0%}"),
    "interval_coverage_95": ("Outcomes inside the 95 % interval", "{:.0%}"),
}


def quality_table(card: ModelCard, currency: str = "") -> pd.DataFrame:
    """Each metric of a model beside the baseline's, in words: `Metric`, `Model`, `Baseline`."""
    unit = "days with an order" if card.model == "orders" else currency or "money"
    rows = []
    for name, value in card.metrics.items():
        label, form = _QUALITY.get(name, (name.replace("_", " "), "{:.3f}"))
        baseline = card.baseline_metrics.get(name)
        rows.append((label.format(unit=unit), form.format(value), "–" if baseline is None else form.format(baseline)))
    return pd.DataFrame(rows, columns=["Metric", "Model", "Baseline"])

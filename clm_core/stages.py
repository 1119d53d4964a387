"""Which stage each customer is in, by which rule, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.conditions import Feature, matches, tests
from clm_core.features import Frame
from clm_core.frameworks import Framework


def assign_rules(frame: Frame, framework: Framework, prefix: str = "", name: str = c.RULE_NO) -> Frame:
    """The frame with one more column: the index of the first rule that holds."""
    return frame.with_columns(framework.rule_number(prefix).alias(name))


def rule_sizes(n_customers: NDArray[np.integer[Any]], framework: Framework) -> pd.DataFrame:
    """How many each rule decides, in the order asked: `rule`, `stage`, `n_customers`, `share` of those whom a rule claims."""
    return pd.DataFrame(
        {
            "rule": [rule.id for rule in framework.rules],
            c.STAGE: [rule.stage for rule in framework.rules],
            c.N_CUSTOMERS: n_customers,
            c.SHARE: n_customers / max(int(n_customers.sum()), 1),
        }
    )


def name_stages(frame: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """A collected frame with `rule_no` replaced by the names of stage and rule."""
    rules = frame[c.RULE_NO].astype(int)
    stages = rules.map(dict(enumerate(framework.stage_of_rule)))
    named = {c.STAGE: stages, c.STAGE_RULE: rules.map(dict(enumerate(framework.id_of_rule)))}
    return frame.drop(columns=c.RULE_NO).assign(**named)


def count_stages(customers: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """One row per stage in lifecycle order, zeros included: `stage`, `n_customers`, `share`, and sums where known."""
    grouped = customers.groupby(c.STAGE, observed=True)
    counts = grouped.size().reindex(framework.stage_ids, fill_value=0).rename(c.N_CUSTOMERS)
    table = counts.rename_axis(c.STAGE).reset_index()
    table[c.SHARE] = table[c.N_CUSTOMERS] / max(len(customers), 1)
    for money in (c.SPEND_TOTAL, c.EXPECTED_SPEND):
        if money in customers:
            # min_count keeps "no amounts known" apart from zero
            sums = grouped[money].sum(min_count=1).reindex(framework.stage_ids)
            has_any = bool(customers[money].notna().any())
            table[money] = (sums.fillna(0.0) if has_any else sums).to_numpy()
    return table


def explain_customer(frame: Frame, framework: Framework, features: dict[str, Feature]) -> pd.DataFrame:
    """The truth table of one customer's frame: each rule in the order asked, its sentence, whether it holds and decides.

    ``frame`` holds exactly one row. Columns: `rule`, `stage`, `sentence`, `is_true`, `decides`, `values_read`.
    """
    limits = framework.limit_values
    asked = {rule.id: rule.when for rule in framework.rules if rule.when is not None}
    # a rule may carry the name of a feature, so truths are told apart from values
    truths = [matches(when, limits).alias(f"truth of {rule_id}") for rule_id, when in asked.items()]
    used = sorted({test.feature for when in asked.values() for test in tests(when)})
    row: dict[str, Any] = frame.select(*used, *truths).collect("pyarrow").to_arrow().to_pylist()[0]
    rows: list[dict[str, Any]] = []
    decided = False
    for rule in framework.rules:
        is_true = rule.when is None or bool(row[f"truth of {rule.id}"])
        read = sorted({test.feature for test in tests(rule.when)}) if rule.when else []
        rows.append(
            {
                "rule": rule.id,
                c.STAGE: rule.stage,
                "sentence": framework.rule_sentence(rule, features),
                "is_true": is_true,
                "decides": is_true and not decided,
                "values_read": ", ".join(f"{name} = {'unknown' if row[name] is None else row[name]}" for name in read),
            }
        )
        decided = decided or is_true
    return pd.DataFrame(rows)

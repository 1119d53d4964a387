"""The stages that another system recorded, beside ours: where they agree, and who is called a customer there and lost here.

Such systems mostly move people forward only: a stage once reached stays, like a high-water mark. Ours follow what people do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals as nw
import pandas as pd
import pyarrow as pa

from clm_core import columns as c
from clm_core.compare import DIFFERS, STAGE_A, STAGE_B, Comparison
from clm_core.engine import collect
from clm_core.frameworks import Framework, Rule, Stage
from clm_core.ledger import Ledger
from clm_core.models.evaluate import wilson_interval

CRM_STAGE = "crm_stage"
_NEVER = 2_000_000
_STEPS = {
    "subscriber": (1, 2),
    "lead": (1, 2),
    "qualified": (2,),
    "opportunity": (2,),
    "customer": (3, 4, 5),
    "evangelist": (5,),
    "advocate": (5,),
    "promoter": (5,),
    "lost": (7, 8),
    "churn": (7, 8),
    "former": (7, 8),
}
"""Words in the names of CRM stages, with the steps of the lifecycle that agree with them; of several the last counts."""


@dataclass(frozen=True)
class CrmComparison:
    """CRM stages beside ours.

    ``comparison``: everyone with a CRM stage on the last day, CRM stages as A and ours as B; who sits differently is in a
    stage that ``meaning`` does not name. ``crm`` holds the CRM's stages as a framework, so that charts can draw them.
    ``agreement``: `as_of`, `n_customers` with a CRM stage of known meaning, `n_agree`, `share` with `low` and `high` (95 %,
    Wilson). ``n_called_customers`` have a CRM stage that means having bought; ``n_high_water`` of them are off our path.
    """

    comparison: Comparison
    crm: Framework
    agreement: pd.DataFrame
    n_called_customers: int
    n_high_water: int


def crm_stages(history: pa.Table) -> list[str]:
    """The stages of a history, in the order in which people come into them on average."""
    mean_day = history.select([c.STAGE, c.DAY]).to_pandas().groupby(c.STAGE)[c.DAY].mean()
    return [str(name) for name in mean_day.sort_values(kind="stable").index]


def suggest_meaning(names: list[str], framework: Framework) -> dict[str, tuple[str, ...]]:
    """For each CRM stage those of ours that agree with it, by the words in its name; none where no word is known."""
    meaning = {}
    for name in names:
        steps = [steps for word, steps in _STEPS.items() if word in name.lower()]
        wanted = steps[-1] if steps else ()
        meaning[name] = tuple(stage.id for stage in framework.stages if stage.colour_step in wanted)
    return meaning


def compare_with_crm(
    history: pa.Table, ledger: Ledger, framework: Framework, meaning: Mapping[str, tuple[str, ...]]
) -> CrmComparison:
    """Put the latest CRM stage of each customer beside ours at every period end.

    ``history`` is the canonical table of stages entered. Where somebody entered several on one day, the one that stands
    last among the names of ``meaning`` counts.
    """
    names = list(meaning)
    counted = _count(history, ledger, framework, names)
    counted[DIFFERS] = [
        bool(meaning[crm]) and ours not in meaning[crm]
        for crm, ours in zip(counted[CRM_STAGE], counted[c.STAGE], strict=True)
    ]
    now = counted[counted[c.AS_OF] == ledger.dates[-1]]
    off = [stage.id for stage in framework.stages if stage.kind == "off_path"]
    bought = {
        stage.id for stage in framework.stages if stage.kind == "path" and stage.colour_step in _STEPS["customer"]
    }
    called = now[now[CRM_STAGE].isin([name for name in names if set(meaning[name]) & bought])]
    return CrmComparison(
        _comparison(now, names),
        _as_framework(names, meaning, framework),
        _agreement(counted[counted[CRM_STAGE].isin([name for name in names if meaning[name]])], ledger),
        int(called[c.N_CUSTOMERS].sum()),
        int(called.loc[called[c.STAGE].isin(off), c.N_CUSTOMERS].sum()),
    )


def _count(history: pa.Table, ledger: Ledger, framework: Framework, names: list[str]) -> pd.DataFrame:
    """People by period, CRM stage and our stage; only who has a CRM stage by then."""
    place = pa.array([names.index(stage) for stage in history[c.STAGE].to_pylist()], pa.int32())
    entered = ledger.frames.engine.frame(history.select([c.CUSTOMER_ID, c.DAY]).append_column(CRM_STAGE, place))
    latest = entered.group_by(c.CUSTOMER_ID, c.DAY).agg(nw.col(CRM_STAGE).max())
    until = nw.col(c.DAY).shift(-1).over(c.CUSTOMER_ID, order_by=c.DAY).fill_null(_NEVER).alias("until")
    ours = ledger.frame.select(c.CUSTOMER_ID, c.PERIOD, c.AS_OF_DAY, framework.rule_number().alias(c.RULE_NO))
    both = ours.join(latest.with_columns(until), on=c.CUSTOMER_ID, how="inner")
    is_then = (nw.col(c.DAY) <= nw.col(c.AS_OF_DAY)) & (nw.col("until") > nw.col(c.AS_OF_DAY))
    by = [c.PERIOD, CRM_STAGE, c.RULE_NO]
    found = collect(both.filter(is_then).group_by(*by).agg(nw.len().alias(c.N_CUSTOMERS)))
    named = pd.DataFrame(
        {
            c.AS_OF: found[c.PERIOD].astype(int).map(dict(enumerate(ledger.dates))),
            CRM_STAGE: found[CRM_STAGE].astype(int).map(dict(enumerate(names))),
            c.STAGE: found[c.RULE_NO].astype(int).map(dict(enumerate(framework.stage_of_rule))),
            c.N_CUSTOMERS: found[c.N_CUSTOMERS].astype("int64"),
        }
    )
    return named.groupby([c.AS_OF, CRM_STAGE, c.STAGE], sort=True)[c.N_CUSTOMERS].sum().reset_index()


def _stage_id(place: int) -> str:
    return f"crm_{place}"


def _comparison(now: pd.DataFrame, names: list[str]) -> Comparison:
    ids = {name: _stage_id(place) for place, name in enumerate(names)}
    cells = pd.DataFrame(
        {
            STAGE_A: now[CRM_STAGE].map(ids),
            STAGE_B: now[c.STAGE],
            c.N_CUSTOMERS: now[c.N_CUSTOMERS],
            "share_of_a": now[c.N_CUSTOMERS] / now.groupby(CRM_STAGE)[c.N_CUSTOMERS].transform("sum"),
            c.VALUE: float("nan"),
            DIFFERS: now[DIFFERS].astype(bool),
        }
    )
    return Comparison(cells.reset_index(drop=True), is_by_name=False)


def _as_framework(names: list[str], meaning: Mapping[str, tuple[str, ...]], ours: Framework) -> Framework:
    def step(name: str) -> int:
        return ours.stage(meaning[name][0]).colour_step if meaning[name] else 1

    stages = [Stage(id=_stage_id(place), name=name[:40], colour_step=step(name)) for place, name in enumerate(names)]
    stages += [Stage(id="crm_none", name="None", colour_step=1)] if len(stages) < 2 else []
    return Framework(
        id="crm",
        name="your CRM",
        source="the file's own stage history",
        idea="Stages that another system recorded.",
        stages=tuple(stages),
        rules=(Rule(id="recorded", stage=stages[0].id),),
    )


def _agreement(compared: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    by_day = compared.groupby(c.AS_OF)[c.N_CUSTOMERS].sum().reindex(ledger.dates, fill_value=0)
    agreeing = compared[~compared[DIFFERS]].groupby(c.AS_OF)[c.N_CUSTOMERS].sum().reindex(ledger.dates, fill_value=0)
    table = pd.DataFrame({c.N_CUSTOMERS: by_day, "n_agree": agreeing}).rename_axis(c.AS_OF).reset_index()
    table = table[table[c.N_CUSTOMERS] > 0].reset_index(drop=True)
    n = table[c.N_CUSTOMERS].to_numpy("float64")
    low, high = wilson_interval(table["n_agree"].to_numpy("float64"), n, 0.95)
    return table.assign(share=table["n_agree"] / n, low=low, high=high)

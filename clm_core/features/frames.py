"""Canonical tables inside an engine, and which features they can give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from clm_core import columns as c
from clm_core.conditions import Feature
from clm_core.engine import Engine
from clm_core.features.registry import FEATURES
from clm_core.tables import Tables

Frame = nw.LazyFrame[Any]

_FIXED = (c.CUSTOMER_ID, c.CUSTOMER_NO, c.CREATED_AT, c.DAY)
_TAKEN = frozenset(
    {
        *FEATURES,
        *(c.CUSTOMER_NO, c.PERIOD, c.AS_OF_DAY, c.KNOWN_SINCE_DAY, c.FIRST_ORDER_DAY, c.LAST_ORDER_DAY, "n_discounted"),
        *(c.FIRST_ORDER_AT, c.LAST_ORDER_AT, c.RULE_NO, c.STAGE, c.STAGE_RULE, c.PERSONA, "persona_no", "was_known"),
        *(score + suffix for score in c.SCORES for suffix in ("", *c.ENDS)),
    }
)
"""Columns that a customer's row gets from us; a file's own column of such a name becomes ``trait_…``."""


@dataclass(frozen=True)
class Frames:
    """Canonical tables inside an engine, and what they hold.

    Each has one more column, ``customer_no``: a whole number in place of the id, which engines group and join by faster.
    """

    engine: Engine
    orders: Frame
    customers: Frame | None
    events: Frame | None
    has_amounts: bool
    order_columns: tuple[str, ...]
    traits: dict[str, str]
    n_customers: int
    first_day: int
    last_day: int


def load_frames(tables: Tables, engine: Engine) -> Frames:
    """Put canonical tables into an engine."""
    days = tables.orders[c.DAY].to_numpy()
    last_days = [int(days.max())] + ([int(tables.events[c.DAY].to_numpy().max())] if tables.events else [])
    customers = _free_names(tables.customers) if tables.customers is not None else None
    ids = _distinct_ids([table for table in (tables.orders, customers, tables.events) if table is not None])
    # no feature reads what an order is called or its time of day, and both take much room
    orders = tables.orders.drop_columns([c.ORDER_ID, c.ORDERED_AT])
    return Frames(
        engine=engine,
        orders=engine.frame(_numbered(orders, ids)),
        customers=engine.frame(_numbered(customers, ids)) if customers is not None else None,
        events=engine.frame(_numbered(tables.events, ids)) if tables.events is not None else None,
        has_amounts=tables.has_amounts,
        order_columns=tuple(tables.orders.column_names),
        traits=_trait_kinds(customers) if customers is not None else {},
        n_customers=len(ids),
        first_day=int(days.min()),
        last_day=max(last_days),
    )


def frames_beside(frames: Frames) -> Frames:
    """The same tables for another thread, through an engine of their own that the caller closes."""
    engine = frames.engine.beside()
    return replace(
        frames,
        engine=engine,
        orders=engine.seen(frames.orders),
        customers=None if frames.customers is None else engine.seen(frames.customers),
        events=None if frames.events is None else engine.seen(frames.events),
    )


def frames_of_some(frames: Frames, customer_ids: pd.Series) -> Frames:
    """The rows of some customers only, so that nothing is worked out of anybody else."""
    wanted = frames.engine.frame(pa.table({c.CUSTOMER_ID: pa.array(customer_ids, pa.string())}))

    def theirs(frame: Frame | None) -> Frame | None:
        return None if frame is None else frame.join(wanted, on=c.CUSTOMER_ID, how="semi")

    return replace(
        frames,
        orders=frames.orders.join(wanted, on=c.CUSTOMER_ID, how="semi"),
        customers=theirs(frames.customers),
        events=theirs(frames.events),
        n_customers=len(customer_ids),
    )


def _distinct_ids(tables: list[pa.Table]) -> pa.Array:
    chunks = [chunk for table in tables for chunk in table[c.CUSTOMER_ID].chunks]
    return pc.drop_null(pc.unique(pa.chunked_array(chunks, pa.string())))


def _numbered(table: pa.Table, ids: pa.Array) -> pa.Table:
    """The table with the place of each id among all ids; rows without an id have none."""
    return table.append_column(c.CUSTOMER_NO, pc.index_in(table[c.CUSTOMER_ID], value_set=ids))


def _free_names(customers: pa.Table) -> pa.Table:
    """The table with its traits called so that none passes for a feature: a file's `n_orders` is not our count."""
    names = customers.column_names
    taken = {name for name in names if name.lower() in _TAKEN or name.lower().startswith("previous_")}
    return customers.rename_columns([f"trait_{name}" if name in taken else name for name in names])


def _trait_kinds(customers: pa.Table) -> dict[str, str]:
    return {
        field.name: "text" if pa.types.is_string(field.type) else "number"
        for field in customers.schema
        if field.name not in _FIXED
    }


def trait_features(frames: Frames) -> dict[str, Feature]:
    """The traits of the customers table as features."""
    return {
        name: Feature(
            name,
            name.removeprefix("n_").replace("_", " "),
            kind="text" if kind == "text" else "number",
            needs="customers",
        )
        for name, kind in frames.traits.items()
    }


def known_features(frames: Frames) -> dict[str, Feature]:
    """Every feature a rule may name here, also those the files leave empty."""
    return {**FEATURES, **trait_features(frames)}


def features_of(frames: Frames) -> dict[str, Feature]:
    """The features these files really fill, traits included, in the order a person would look for them."""
    has = {
        "orders": True,
        "amounts": frames.has_amounts,
        "discounts": c.DISCOUNT in frames.order_columns,
        "events": frames.events is not None,
    }
    known = {
        name: feature
        for name, feature in FEATURES.items()
        if has[feature.needs] and (not name.startswith("first_") or name.removeprefix("first_") in frames.order_columns)
    }
    return {**known, **trait_features(frames)}

"""Canonical tables inside an engine, and which features they can give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pyarrow as pa

from clm_core import columns as c
from clm_core.conditions import Feature
from clm_core.engine import Engine
from clm_core.features.registry import FEATURES
from clm_core.tables import Tables

Frame = nw.LazyFrame[Any]


@dataclass(frozen=True)
class Frames:
    """Canonical tables inside an engine, and what they hold."""

    engine: Engine
    orders: Frame
    customers: Frame | None
    events: Frame | None
    has_amounts: bool
    order_columns: tuple[str, ...]
    traits: dict[str, str]
    first_day: int
    last_day: int


def load_frames(tables: Tables, engine: Engine) -> Frames:
    """Put canonical tables into an engine."""
    days = tables.orders[c.DAY].to_numpy()
    last_days = [int(days.max())] + ([int(tables.events[c.DAY].to_numpy().max())] if tables.events else [])
    traits = _trait_kinds(tables.customers) if tables.customers is not None else {}
    return Frames(
        engine=engine,
        orders=engine.frame(tables.orders),
        customers=engine.frame(tables.customers) if tables.customers is not None else None,
        events=engine.frame(tables.events) if tables.events is not None else None,
        has_amounts=tables.has_amounts,
        order_columns=tuple(tables.orders.column_names),
        traits=traits,
        first_day=int(days.min()),
        last_day=max(last_days),
    )


def _trait_kinds(customers: pa.Table) -> dict[str, str]:
    fixed = (c.CUSTOMER_ID, c.CREATED_AT, c.DAY)
    return {
        field.name: "text" if pa.types.is_string(field.type) else "number"
        for field in customers.schema
        if field.name not in fixed
    }


def trait_features(frames: Frames) -> dict[str, Feature]:
    """The traits of the customers table as features."""
    return {
        name: Feature(name, name.replace("_", " "), kind="text" if kind == "text" else "number", needs="customers")
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

"""What the shop spends on each marketing channel each month, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from clm_core import columns as c
from clm_core.simulate.baskets import GUEST, WEB, Placed
from clm_core.simulate.contacts import Scene
from clm_core.simulate.personas import SOURCES
from clm_core.simulate.settings import Calendar, Floats, Ints, ShopSettings, stream
from clm_core.tables import SPEND


@dataclass(frozen=True)
class SpendChannel:
    """One marketing channel: its stage, what a click costs, and how many clicks and impressions a conversion takes.

    ``order_share`` is the share of known web orders credited to a channel that wins no new customers.
    """

    name: str
    stage: str
    fixed_cost: float
    cost_a_click: float
    clicks_a_conversion: float
    impressions_a_click: float
    order_share: float = 0.0


SPEND_CHANNELS = (
    SpendChannel("paid_search", "Acquire", 0.0, 0.62, 26.0, 22.0),
    SpendChannel("paid_social", "Reach", 0.0, 0.45, 48.0, 85.0),
    # the display banners cost more than those they win will ever spend on average
    SpendChannel("display", "Reach", 150.0, 1.10, 260.0, 420.0),
    SpendChannel("influencer", "Reach", 220.0, 0.30, 34.0, 30.0),
    SpendChannel("email", "Retain", 90.0, 0.02, 9.0, 5.0, order_share=0.12),
    SpendChannel("seo_content", "Acquire", 340.0, 0.0, 40.0, 28.0),
    SpendChannel("direct_mail", "Loyal", 60.0, 1.10, 12.0, 14.0),
    SpendChannel("retargeting", "Convert", 0.0, 0.38, 22.0, 120.0, order_share=0.06),
)


def build_spend(scene: Scene, seed: int) -> pa.Table:
    """Channel × month: conversions are the first orders of those the channel brought, and credited web orders."""
    rng, n_months = stream(seed, "spend"), scene.settings.n_months
    won = _new_customers(scene.placed, scene.people.source, scene.calendar, n_months)
    is_known_web = (scene.placed.channel == WEB) & (scene.placed.person != GUEST)
    web_orders = np.bincount(scene.calendar.month_no[scene.placed.day[is_known_web]], minlength=n_months)
    columns: dict[str, list[Floats]] = {name: [] for name in (c.COST, c.IMPRESSIONS, c.CLICKS, c.CONVERSIONS)}
    for channel in SPEND_CHANNELS:
        credited = np.round(web_orders * channel.order_share)
        conversions = won[SOURCES.index(channel.name)] if channel.name in SOURCES else credited
        # what is spent follows the usual need of a month, so quiet months are dear and busy ones cheap
        need = 0.5 * conversions + 0.5 * conversions.mean()
        clicks = np.round(need * channel.clicks_a_conversion * (0.85 + 0.3 * rng.random(n_months)))
        shown = np.round(clicks * channel.impressions_a_click * (0.9 + 0.2 * rng.random(n_months)))
        cost = np.round(channel.fixed_cost + clicks * channel.cost_a_click * (0.9 + 0.2 * rng.random(n_months)), 2)
        for name, values in zip(columns, (cost, shown, clicks, conversions), strict=True):
            columns[name].append(values)
    return _as_table(columns, scene.settings, n_months)


def _new_customers(placed: Placed, source: Ints, calendar: Calendar, n_months: int) -> Floats:
    """Source × month: how many people placed their first order."""
    buyers, first = np.unique(placed.person, return_index=True)
    is_named = buyers != GUEST
    cell = source[buyers[is_named]] * n_months + calendar.month_no[placed.day[first[is_named]]]
    counts = np.bincount(cell, minlength=len(SOURCES) * n_months).reshape(len(SOURCES), n_months)
    return np.asarray(counts, dtype=np.float64)


def _as_table(columns: dict[str, list[Floats]], settings: ShopSettings, n_months: int) -> pa.Table:
    starts = np.datetime64(settings.first_day, "M") + np.arange(n_months)
    days = np.tile(starts.astype("datetime64[D]"), len(SPEND_CHANNELS))
    table = pa.table(
        {
            c.CHANNEL: np.repeat([channel.name for channel in SPEND_CHANNELS], n_months),
            c.STAGE: np.repeat([channel.stage for channel in SPEND_CHANNELS], n_months),
            c.STARTS_ON: days.astype("datetime64[us]"),
            c.DAY: days.astype(np.int64).astype(np.int32),
            **{name: np.concatenate(values) for name, values in columns.items()},
        }
    )
    order = np.lexsort((np.arange(len(days)), days))
    return SPEND.check(table.take(pa.array(order)))

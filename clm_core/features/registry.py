"""The register of features: what each is called, how a sentence says it, and from which daily counts it is made."""

from __future__ import annotations

from dataclasses import dataclass

from clm_core import columns as c
from clm_core.conditions import Feature

ORDER_TRAITS = (c.CHANNEL, c.CATEGORY, c.PRODUCT, c.COUNTRY, c.SEGMENT)


@dataclass(frozen=True)
class Count:
    """A daily gain that is accumulated: over all time, or over the last ``window_days`` only."""

    name: str
    source: str
    window_days: int | None = None


ORDER_COUNTS = (
    Count("n_orders", "n_orders"),
    Count("n_order_days", "n_order_days"),
    Count("spend_total", "amount"),
    Count("n_discounted", "n_discounted"),
    Count("n_orders_90d", "n_orders", 90),
    Count("n_orders_365d", "n_orders", 365),
    Count("spend_365d", "amount", 365),
)
EVENT_KINDS_COUNTED = {
    "n_actions": ("visit", "sign_up", "cart", "checkout", "click", "survey", "review", "referral", "post"),
    "n_sign_ups": ("sign_up",),
    "n_carts": ("cart", "checkout"),
    "n_contacts": ("send",),
    "n_clicks": ("click",),
    "n_tickets": ("ticket",),
    "n_advocacy": ("review", "referral"),
}
EVENT_COUNTS = (
    Count("n_sign_ups", "n_sign_ups"),
    Count("n_actions_90d", "n_actions", 90),
    Count("n_carts_30d", "n_carts", 30),
    Count("n_contacts_30d", "n_contacts", 30),
    Count("n_clicks_90d", "n_clicks", 90),
    Count("n_tickets_90d", "n_tickets", 90),
    Count("n_advocacy_365d", "n_advocacy", 365),
)

_REGISTERED = (
    Feature(c.N_ORDERS, "orders", singular="order", unit="orders", description="Purchases so far; credit notes and fully refunded orders are not counted.", is_whole=True, is_always_known=True),
    Feature(c.N_ORDER_DAYS, "days with an order", singular="day with an order", unit="days", description="Days with at least one purchase.", is_whole=True, is_always_known=True),
    Feature(c.DAYS_SINCE_LAST_ORDER, "days since the last order", singular="day since the last order", unit="days", description="Missing before the first order.", is_whole=True),
    Feature(c.DAYS_SINCE_FIRST_ORDER, "days since the first order", singular="day since the first order", unit="days", description="Missing before the first order.", is_whole=True),
    Feature(c.TENURE_DAYS, "days since first known", singular="day since first known", unit="days", description="Since the first order, sign-up or other named event.", is_whole=True, is_always_known=True),
    Feature("mean_gap_days", "days between orders on average", singular="day between orders on average", unit="days", description="First to last order ÷ (days with an order − 1); missing before the second."),
    Feature("gap_ratio", "usual gap since the last order", singular="usual gap since the last order", unit="times", description="Days since the last order ÷ days between orders on average; missing before the second day with an order."),
    Feature("n_orders_90d", "orders in the last 90 days", singular="order in the last 90 days", unit="orders", description="Purchases in the 90 days up to the day.", is_whole=True, is_always_known=True),
    Feature("n_orders_365d", "orders in the last 365 days", singular="order in the last 365 days", unit="orders", description="Purchases in the 365 days up to the day.", is_whole=True, is_always_known=True),
    Feature(c.SPEND_TOTAL, "spent in total", unit="money", needs="amounts", description="Net of refunds and credit notes."),
    Feature("spend_365d", "spent in the last 365 days", unit="money", needs="amounts", description="Net, in the 365 days up to the day."),
    Feature("mean_order_value", "spent per order", unit="money", needs="amounts", description="Net spend ÷ orders; missing before the first order."),
    Feature("discount_share", "share of orders with a discount", unit="share", needs="discounts", description="Discounted orders ÷ orders; missing before the first order."),
    Feature("n_sign_ups", "sign-ups", singular="sign-up", unit="events", needs="events", description="Sign-up events so far.", is_whole=True),
    Feature("n_actions_90d", "actions in the last 90 days", singular="action in the last 90 days", unit="events", needs="events", description="Visits, sign-ups, carts, checkouts, clicks, survey answers, reviews, referrals and posts.", is_whole=True),
    Feature("n_carts_30d", "carts in the last 30 days", singular="cart in the last 30 days", unit="events", needs="events", description="Carts and checkouts started.", is_whole=True),
    Feature("n_contacts_30d", "messages received in the last 30 days", singular="message received in the last 30 days", unit="events", needs="events", description="Sends, all channels.", is_whole=True),
    Feature("n_clicks_90d", "clicks in the last 90 days", singular="click in the last 90 days", unit="events", needs="events", description="Clicks in messages.", is_whole=True),
    Feature("n_tickets_90d", "tickets in the last 90 days", singular="ticket in the last 90 days", unit="events", needs="events", description="Calls for help.", is_whole=True),
    Feature("n_advocacy_365d", "reviews and referrals in the last 365 days", singular="review or referral in the last 365 days", unit="events", needs="events", description="Reviews written and friends referred.", is_whole=True),
    Feature("first_channel", "channel of the first order", kind="text", description="Channel of the first order."),
    Feature("first_category", "category of the first order", kind="text", description="Category of the first order."),
    Feature("first_product", "product of the first order", kind="text", description="Product of the first order."),
    Feature("first_country", "country of the first order", kind="text", description="Country of the first order."),
    Feature("first_segment", "segment of the first order", kind="text", description="Segment of the first order."),
)  # fmt: skip
FEATURES: dict[str, Feature] = {feature.name: feature for feature in _REGISTERED}
"""Every feature a rule may read, by name. Traits of the customers table come on top: see `features_of`."""

"""What a column can mean: the roles of each kind of table, as shown in the correction form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clm_core import columns as c

TableKind = Literal["orders", "customers", "events", "spend"]
Holds = Literal["id", "date", "clock", "number", "flag", "currency", "text"]

# roles that are used up while reading and never become a canonical column
UNIT_PRICE = "unit_price"
REFUNDED = "refunded"
STATUS = "status"
CANCELLED_AT = "cancelled_at"
CURRENCY = "currency"
TIME_OF_DAY = "time_of_day"
PAID = "paid"
TAX = "tax"


@dataclass(frozen=True)
class Role:
    """One thing a column can mean: its name in a mapping, words for the form, and what its cells hold."""

    name: str
    label: str
    required: bool
    description: str
    holds: Holds = "text"


ORDER_ROLES: tuple[Role, ...] = (
    Role(c.CUSTOMER_ID, "Customer", True, "Who bought: an id or e-mail that stays the same from order to order.", "id"),
    Role(c.ORDERED_AT, "Order date", True, "When the order was placed, with or without the time of day.", "date"),
    Role(TIME_OF_DAY, "Time of day", False, "The clock time, where it stands in a column of its own.", "clock"),
    Role(c.ORDER_ID, "Order number", False, "Lines with the same number are one order.", "id"),
    Role(c.AMOUNT, "Amount", False, "What was paid for the line or the order.", "number"),
    Role(c.QUANTITY, "Quantity", False, "How many pieces; together with the unit price it gives the amount.", "number"),
    Role(UNIT_PRICE, "Unit price", False, "The price of one piece, used where there is no amount.", "number"),
    Role(REFUNDED, "Amount refunded", False, "Money given back later; it is subtracted.", "number"),
    Role(STATUS, "Status", False, "Failed, voided and cancelled orders are set aside by it.", "text"),
    Role(CANCELLED_AT, "Cancelled at", False, "Filled only for cancelled orders, which are set aside.", "text"),
    Role(PAID, "Paid", False, "Rows that say no here (false, no, 0) were never paid and are set aside.", "flag"),
    Role(TAX, "Tax", False, "Tax inside the amount; it can be left out of it.", "number"),
    Role(CURRENCY, "Currency", False, "The currency of the amount.", "currency"),
    Role(c.DISCOUNT, "Discount", False, "The reduction on the line or the order.", "number"),
    Role(c.CHANNEL, "Channel", False, "Where the order came from: web, shop, marketplace.", "text"),
    Role(c.PRODUCT, "Product", False, "What was bought.", "text"),
    Role(c.CATEGORY, "Category", False, "The group of goods the product belongs to.", "text"),
    Role(c.COUNTRY, "Country", False, "The country of the customer.", "text"),
    Role(c.SEGMENT, "Segment", False, "A customer group your own system already knows.", "text"),
)
CUSTOMER_ROLES: tuple[Role, ...] = (
    Role(c.CUSTOMER_ID, "Customer", True, "The same id or e-mail as in the orders file.", "id"),
    Role(c.CREATED_AT, "Customer since", False, "Sign-up or first contact.", "date"),
)
EVENT_ROLES: tuple[Role, ...] = (
    Role(c.CUSTOMER_ID, "Customer", False, "Who did it; blank means anonymous.", "id"),
    Role(c.OCCURRED_AT, "When", True, "The moment of the contact or action.", "date"),
    Role(c.KIND, "Kind", True, "What happened: visit, cart, open, click, ticket, survey.", "text"),
    Role(c.CHANNEL, "Channel", False, "Where it happened.", "text"),
    Role(c.VALUE, "Value", False, "A number that came with it, such as a score.", "number"),
)
SPEND_ROLES: tuple[Role, ...] = (
    Role(c.CHANNEL, "Channel", True, "Channel or campaign the money went to.", "text"),
    Role(c.STARTS_ON, "Period start", True, "First day the cost belongs to.", "date"),
    Role(c.COST, "Cost", False, "Money spent; reports without it tell what a channel did.", "number"),
    Role(c.STAGE, "Stage", False, "The lifecycle stage the money was meant for.", "text"),
    Role(c.IMPRESSIONS, "Impressions", False, "How often it was shown.", "number"),
    Role(c.CLICKS, "Clicks", False, "How often it was clicked.", "number"),
    Role(c.CONVERSIONS, "Conversions", False, "Conversions or orders counted by the platform.", "number"),
    Role(c.SESSIONS, "Sessions", False, "Visits counted by web analytics.", "number"),
    Role(c.SENDS, "Sends", False, "Messages delivered.", "number"),
    Role(c.OPENS, "Opens", False, "Messages opened, each reader once.", "number"),
    Role(c.REVENUE, "Revenue", False, "Revenue that the platform claims for it.", "number"),
    Role(CURRENCY, "Currency", False, "The currency of the cost.", "currency"),
)
ROLES: dict[TableKind, tuple[Role, ...]] = {
    "orders": ORDER_ROLES,
    "customers": CUSTOMER_ROLES,
    "events": EVENT_ROLES,
    "spend": SPEND_ROLES,
}

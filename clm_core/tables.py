"""The canonical tables: what each holds, and a check that a table keeps to it.

A table is a :class:`pyarrow.Table`: typed, immutable, and read by every engine without copying. Everything after ingest
speaks these columns only; dates are already the integer ``day``, so no engine needs date arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from clm_core import columns as c
from clm_core.errors import InputError

EPOCH = date(1970, 1, 1)

TEXT, NUMBER, DAY, MOMENT, FLAG, COUNT = (
    pa.string(),
    pa.float64(),
    pa.int32(),
    pa.timestamp("us"),
    pa.bool_(),
    pa.int32(),
)


@dataclass(frozen=True)
class TableContract:
    """The columns a canonical table must have, those it may have, and whether others are welcome as traits."""

    name: str
    one_row_per: str
    required: dict[str, pa.DataType]
    optional: dict[str, pa.DataType]
    allows_traits: bool = False

    def check(self, table: pa.Table) -> pa.Table:
        """Return ``table`` unchanged, or raise InputError naming the first column that breaks the contract."""
        found = dict(zip(table.column_names, table.schema.types, strict=True))
        for name, wanted in {
            **self.required,
            **{k: v for k, v in self.optional.items() if k in found},
        }.items():
            if found.get(name) != wanted:
                raise InputError(
                    f"The {self.name} table needs column '{name}' of type {wanted}.",
                    where=f"canonical table '{self.name}', one row per {self.one_row_per}",
                    found=f"{name}: {found.get(name, 'no such column')}",
                    allowed=", ".join(f"{k} ({v})" for k, v in {**self.required, **self.optional}.items()),
                    next_step="Build the table with clm_core.ingest, or cast this column.",
                )
        unknown = [] if self.allows_traits else [k for k in found if k not in self.required and k not in self.optional]
        if unknown:
            raise InputError(
                f"The {self.name} table has a column it does not know: '{unknown[0]}'.",
                where=f"canonical table '{self.name}'",
                found=", ".join(unknown),
                allowed=", ".join([*self.required, *self.optional]),
                next_step="Drop the column, or move it to the customers table as a trait.",
            )
        return table


ORDERS = TableContract(
    "orders",
    "order (never line item)",
    # amount is null on every row where the file has no amounts, and on none where it has
    {
        c.ORDER_ID: TEXT,
        c.CUSTOMER_ID: TEXT,
        c.ORDERED_AT: MOMENT,
        c.DAY: DAY,
        c.AMOUNT: NUMBER,
        c.IS_PURCHASE: FLAG,
        c.N_LINES: COUNT,
    },
    {
        c.DISCOUNT: NUMBER,
        c.QUANTITY: NUMBER,
        c.PRICE_PAID: NUMBER,
        c.CHANNEL: TEXT,
        c.PRODUCT: TEXT,
        c.CATEGORY: TEXT,
        c.COUNTRY: TEXT,
        c.SEGMENT: TEXT,
    },
)
CUSTOMERS = TableContract(
    "customers", "customer", {c.CUSTOMER_ID: TEXT, c.CREATED_AT: MOMENT, c.DAY: DAY}, {}, allows_traits=True
)
EVENTS = TableContract(
    "events",
    "contact or action",
    {c.CUSTOMER_ID: TEXT, c.OCCURRED_AT: MOMENT, c.DAY: DAY, c.KIND: TEXT},
    {c.CHANNEL: TEXT, c.VALUE: NUMBER},
)
SPEND = TableContract(
    "spend",
    "channel and period",
    # cost is null on every row of a report that tells what a channel did and not what it cost, and on none of another
    {c.CHANNEL: TEXT, c.STARTS_ON: MOMENT, c.DAY: DAY, c.COST: NUMBER},
    {
        c.STAGE: TEXT,
        c.IMPRESSIONS: NUMBER,
        c.CLICKS: NUMBER,
        c.CONVERSIONS: NUMBER,
        c.SESSIONS: NUMBER,
        c.SENDS: NUMBER,
        c.OPENS: NUMBER,
        c.REVENUE: NUMBER,
    },
)
STAGE_HISTORY = TableContract(
    "stage_history",
    "stage that a customer entered, as another system recorded it",
    {c.CUSTOMER_ID: TEXT, c.STAGE: TEXT, c.ENTERED_AT: MOMENT, c.DAY: DAY},
    {},
)

EVENT_KINDS = (
    "visit",
    "sign_up",
    "cart",
    "checkout",
    "send",
    "open",
    "click",
    "unsubscribe",
    "ticket",
    "survey",
    "review",
    "referral",
    "post",
)


@dataclass(frozen=True)
class Tables:
    """What one analysis knows: orders, and what else was given. ``currency`` is an ISO code, or empty when unknown."""

    orders: pa.Table
    customers: pa.Table | None = None
    events: pa.Table | None = None
    spend: pa.Table | None = None
    stage_history: pa.Table | None = None
    currency: str = ""

    @cached_property
    def first_order_day(self) -> int:
        """The day of the first order."""
        return int(pc.min(self.orders[c.DAY]).as_py())

    @cached_property
    def last_order_day(self) -> int:
        """The day of the last order."""
        return int(pc.max(self.orders[c.DAY]).as_py())

    @property
    def has_amounts(self) -> bool:
        """True when orders carry money; without it frequency and churn still work, value does not."""
        amounts = self.orders[c.AMOUNT]
        return bool(amounts.null_count < len(amounts))


def count_orders(orders: pa.Table, as_of_day: int) -> int:
    """Purchases up to a day; credit notes and fully refunded orders are none."""
    is_counted = pc.and_(orders[c.IS_PURCHASE], pc.less_equal(orders[c.DAY], as_of_day))
    return int(pc.sum(is_counted).as_py() or 0)


def to_day(moment: date) -> int:
    """Days since 1970-01-01."""
    return (date(moment.year, moment.month, moment.day) - EPOCH).days


def to_date(day: int) -> date:
    """The calendar day of an integer ``day``."""
    return EPOCH + timedelta(days=int(day))

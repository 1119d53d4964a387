"""From placed orders to files: the shop's raw line items, and the canonical orders a correct import gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clm_core import columns as c
from clm_core.simulate.baskets import CANCELLED, GUEST, RETURNED, TAKEN_BACK, UNREADABLE, Lines, Placed
from clm_core.simulate.people import People
from clm_core.simulate.personas import CHANNELS, COUNTRIES
from clm_core.simulate.products import PRODUCTS
from clm_core.simulate.settings import DAY_MINUTES, Calendar, Flags, Ints
from clm_core.tables import ORDERS

FIRST_ORDER_NO = 10_001
CREDIT_PREFIX = "R-"
CURRENCY = "GBP"
UNREADABLE_DATES = ("n/a", "2025-02-30 10:15", "see till roll", "0000-00-00 00:00")


@dataclass(frozen=True)
class Rows:
    """The rows of the raw file: what was ordered, and what came back. ``sign`` is -1 where something came back."""

    order: Ints
    line: Ints
    sign: Ints
    day: Ints
    minute: Ints
    is_credit: Flags


def customer_ids(numbers: Ints) -> pa.Array:
    """``C-000123`` for person number 122; null for a guest."""
    padded = pc.utf8_lpad(pa.array(numbers + 1).cast(pa.string()), 6, padding="0")
    named = pc.binary_join_element_wise(pa.scalar("C"), padded, "-")
    return pc.if_else(pa.array(numbers == GUEST), pa.scalar(None, pa.string()), named)


def words(options: tuple[str, ...], positions: Ints) -> pa.Array:
    """The word at each position."""
    return pa.array(options).take(pa.array(positions))


def moments(calendar: Calendar, minute: Ints) -> pa.Array:
    """Timestamps of minutes counted from the start of the first day."""
    start = np.datetime64(calendar.first_day, "D").astype("datetime64[m]")
    return pa.array((start + minute).astype("datetime64[us]"))


def minutes_as_text(calendar: Calendar, minute: Ints) -> pa.Array:
    """``2025-03-14 15:22`` for each minute counted from the start of the first day."""
    start = np.datetime64(calendar.first_day, "D").astype("datetime64[m]")
    return pc.replace_substring(pa.array(np.datetime_as_string(start + minute)), "T", " ")


def write_rows(placed: Placed, lines: Lines, n_days: int) -> Rows:
    """Every row of the raw file, by time: orders, orders taken back in place, and credit notes of their own."""
    n = len(lines.order)
    is_first = np.diff(lines.order, prepend=-1) > 0
    fate = placed.fate[lines.order]
    credit_day = placed.day[lines.order] + placed.return_after_days[lines.order]
    is_named = placed.person[lines.order] != GUEST
    taken_back = np.flatnonzero(fate == TAKEN_BACK)
    credited = np.flatnonzero((fate == RETURNED) & is_first & is_named & (credit_day < n_days))
    line = np.concatenate([np.arange(n), taken_back, credited])
    is_credit = np.arange(len(line)) >= n + len(taken_back)
    order = lines.order[line]
    rows = Rows(
        order=order,
        line=line,
        sign=np.where(np.arange(len(line)) < n, 1, -1),
        day=np.where(is_credit, credit_day[line], placed.day[order]),
        minute=placed.minute[order],
        is_credit=is_credit,
    )
    by_time = np.lexsort((line, -rows.sign, order, rows.is_credit, rows.minute, rows.day))
    return Rows(**{name: values[by_time] for name, values in vars(rows).items()})


def build_order_lines(people: People, placed: Placed, lines: Lines, rows: Rows, calendar: Calendar) -> pa.Table:
    """The raw file as the shop's till would export it, dirt included."""
    number = pa.array(rows.order + FIRST_ORDER_NO).cast(pa.string())
    credit_number = pc.binary_join_element_wise(pa.scalar(CREDIT_PREFIX), number, "")
    fate, product = placed.fate[rows.order], lines.product[rows.line]
    when = minutes_as_text(calendar, rows.day * DAY_MINUTES + rows.minute)
    blurred = words(UNREADABLE_DATES, rows.order % len(UNREADABLE_DATES))
    discount, total = lines.discount[rows.line] * rows.sign, lines.total[rows.line] * rows.sign
    return pa.table(
        {
            "Order No": pc.if_else(pa.array(rows.is_credit), credit_number, number),
            "Order Date": pc.if_else(pa.array(fate == UNREADABLE), blurred, when),
            "Customer ID": customer_ids(placed.person[rows.order]),
            "Product": words(tuple(thing.name for thing in PRODUCTS), product),
            "Category": words(tuple(thing.category for thing in PRODUCTS), product),
            "Quantity": pa.array(lines.quantity[rows.line] * rows.sign),
            "Unit Price": pa.array(lines.unit_price[rows.line] / 100),
            "Discount": pa.array(discount / 100),
            "Line Total": pa.array(total / 100),
            "Channel": words(CHANNELS, placed.channel[rows.order]),
            "Country": _countries(people, placed, rows.order),
            "Currency": pa.repeat(pa.scalar(CURRENCY), len(rows.order)),
            "Status": pc.if_else(pa.array(fate == CANCELLED), "Cancelled", "Completed"),
        }
    )


def _countries(people: People, placed: Placed, order: Ints) -> pa.Array:
    return words(COUNTRIES, np.append(people.country, 0)[placed.person[order]])


def build_orders(people: People, placed: Placed, lines: Lines, rows: Rows, calendar: Calendar) -> pa.Table:
    """The canonical orders: one row per order or credit note, without guests, cancelled and undatable ones."""
    fate = placed.fate[rows.order]
    kept = (placed.person[rows.order] != GUEST) & (fate != CANCELLED) & (fate != UNREADABLE)
    rows = Rows(**{name: values[kept] for name, values in vars(rows).items()})
    # rows stand in order of time, and those of one order or credit note stand together
    starts = np.flatnonzero(np.diff(rows.order * 2 + rows.is_credit, prepend=-1))
    order, line, is_credit = rows.order[starts], rows.line[starts], rows.is_credit[starts]
    total = lines.total[rows.line] * rows.sign
    net = np.add.reduceat(total, starts)
    is_gift = np.add.reduceat(np.abs(total), starts) == 0
    number = pa.array(order + FIRST_ORDER_NO).cast(pa.string())
    names, categories = zip(*((thing.name, thing.category) for thing in PRODUCTS), strict=True)
    table = pa.table(
        {
            c.ORDER_ID: pc.if_else(
                pa.array(is_credit), pc.binary_join_element_wise(pa.scalar(CREDIT_PREFIX), number, ""), number
            ),
            c.CUSTOMER_ID: customer_ids(placed.person[order]),
            c.ORDERED_AT: moments(calendar, rows.day[starts] * DAY_MINUTES + rows.minute[starts]),
            c.DAY: pa.array((calendar.first_day + rows.day[starts]).astype(np.int32)),
            c.AMOUNT: pa.array(net / 100),
            c.IS_PURCHASE: pa.array((net > 0) | is_gift),
            c.N_LINES: pa.array(np.diff(starts, append=len(rows.order)).astype(np.int32)),
            c.DISCOUNT: pa.array(np.add.reduceat(lines.discount[rows.line] * rows.sign, starts) / 100),
            c.QUANTITY: pa.array(np.add.reduceat(lines.quantity[rows.line] * rows.sign, starts).astype(np.float64)),
            c.PRICE_PAID: pa.array(lines.unit_price[line] / 100),
            c.CHANNEL: words(CHANNELS, placed.channel[order]),
            c.PRODUCT: words(names, lines.product[line]),
            c.CATEGORY: words(categories, lines.product[line]),
            c.COUNTRY: _countries(people, placed, order),
        }
    )
    return ORDERS.check(table)

"""The guess which column plays which role, with a confidence and a reason for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from clm_core import columns as c
from clm_core.errors import Issue
from clm_core.ingest.aliases import HINTS, fold
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.presets import Preset, column_for, folded_header, plain_headers
from clm_core.ingest.query import count, one_row
from clm_core.ingest.recognising.claim import Claim
from clm_core.ingest.recognising.content import guess_by_content
from clm_core.ingest.recognising.day_order import OrderEvidence, find_order
from clm_core.ingest.recognising.people import settle_customer
from clm_core.ingest.recognising.period import is_month, with_period
from clm_core.ingest.recognising.profile import ColumnProfile
from clm_core.ingest.roles import PAID, ROLES, TIME_OF_DAY, UNIT_PRICE, Role, TableKind
from clm_core.ingest.splitting.read import Source

# what the cells of a role must be, where its name alone is too common
_TELLING_CELLS = {
    TIME_OF_DAY: re.compile(r"\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?( ?[AaPp][.]?[Mm][.]?)?"),
    PAID: re.compile(
        r"true|false|yes|no|y|n|0|1|ja|nein|oui|non|s[ií]|tak|nie|da|nu|да|нет|是|否|はい|いいえ", re.IGNORECASE
    ),
}
_TOTAL_WORDS = ("total", "order", "summe", "gesamt", "suma", "subtotal")


@dataclass(frozen=True)
class Guess:
    """A mapping and, for each role in it, how sure it is (0 to 1) and why, in plain words."""

    mapping: Mapping
    confidence: dict[str, float]
    reasons: dict[str, str]
    issues: tuple[Issue, ...] = ()
    """What the choice of columns itself has to say."""
    date_order: OrderEvidence = field(default_factory=lambda: OrderEvidence("ymd"))
    """What speaks for the order of day and month."""


def guess_mapping(
    con: Any, source: Source, profiles: Sequence[ColumnProfile], kind: TableKind, preset: Preset | None
) -> Guess:
    """Guess the roles by what a known export calls them, by header words, by content where a file has no header."""
    issues: list[Issue] = []
    if preset is not None and preset.table == kind:
        claims = _claims_by_preset(preset, profiles, kind)
    else:
        preset = None
        claims = _claims_by_header(profiles, kind) if source.dialect.has_header else guess_by_content(profiles, kind)
        if kind == "orders":
            claims = _settle_orders(claims, profiles, source.n_rows)
            claims, issues = settle_customer(con, source, profiles, claims)
    columns = {role.name: claims[role.name].column for role in ROLES[kind] if role.name in claims}
    date_role = next((role.name for role in ROLES[kind] if role.holds == "date" and role.name in columns), None)
    evidence = find_order(con, source, source.sql(columns[date_role])) if date_role else OrderEvidence("ymd")
    mapping = Mapping(
        columns=columns,
        constants=preset.constants if preset else {},
        preset=preset.id if preset else "",
        date_order=evidence.order,
        decimal=guess_decimal(con, source, columns, kind),
        amount_grain=(preset and preset.amount_grain) or _guess_grain(con, source, columns),
    )
    return Guess(
        with_period(con, source, kind, mapping),
        {role: claims[role].confidence for role in columns},
        {role: claims[role].reason for role in columns},
        tuple(issues),
        evidence,
    )


def guess_kind(profiles: Sequence[ColumnProfile], source: Source) -> TableKind:
    """Which table a file of no known export feeds; orders where nothing speaks for another."""
    if not source.dialect.has_header:
        return "orders"
    found = {kind: set(_claims_by_header(profiles, kind)) for kind in ROLES}
    if c.COST in found["spend"] and c.CUSTOMER_ID not in found["orders"]:
        return "spend"
    if {c.OCCURRED_AT, c.KIND} <= found["events"] and c.AMOUNT not in found["orders"]:
        return "events"
    customer = _claims_by_header(profiles, "customers").get(c.CUSTOMER_ID)
    is_one_row_each = customer is not None and any(
        p.name == customer.column and p.n_distinct == source.n_rows for p in profiles
    )
    if is_one_row_each and c.AMOUNT not in found["orders"] and c.ORDER_ID not in found["orders"]:
        return "customers"
    return "orders"


def _claims_by_preset(preset: Preset, profiles: Sequence[ColumnProfile], kind: TableKind) -> dict[str, Claim]:
    """What the export calls each role; what it needs and has under no such name is looked for as in any file."""
    by_name = {p.name: p for p in profiles}
    claims: dict[str, Claim] = {}
    for role in ROLES[kind]:
        taken = {claim.column for claim in claims.values()}
        free = [name for name in by_name if name not in taken]
        aliases, fitting = preset.columns.get(role.name, ()), [n for n in free if _may_hold(role, by_name[n])]
        # a column that says something before one that is blank throughout
        name = column_for(aliases, [n for n in fitting if by_name[n].samples]) or column_for(aliases, fitting)
        if name:
            claims[role.name] = Claim(name, 0.99, f"the {preset.title} calls it '{name}'")
        elif role.holds == "number" and (name := _by_full_name(aliases, [by_name[n] for n in free])):
            reason = f"the {preset.title} calls it '{name}', though most of its cells are no numbers"
            claims[role.name] = Claim(name, 0.5, reason)
    needed = {role.name for role in ROLES[kind] if role.required} - {*claims, *preset.constants}
    if preset.period_above_table:  # the first day of a campaign, say, is not the day of its costs
        needed.discard(c.STARTS_ON)
    if needed:
        others = _claims_by_header([p for p in profiles if p.name not in {x.column for x in claims.values()}], kind)
        claims.update({role: claim for role, claim in others.items() if role in needed})
    return claims


def _by_full_name(aliases: Sequence[str], free: Sequence[ColumnProfile]) -> str | None:
    """The column that bears a whole name of the role, whatever its cells look like: they are then told as unreadable."""
    whole = [alias for alias in aliases if "*" not in alias]
    return column_for(whole, [profile.name for profile in free if profile.looks_like == "text"])


def _may_hold(role: Role, profile: ColumnProfile) -> bool:
    """A column that a known export names may be blank throughout; it may not hold something else."""
    if role.holds == "id" and profile.name.rstrip().endswith(("?", "？")) and not _holds_emails(profile):
        return False  # the answers to "May we e-mail you?" are nobody's key
    return profile.looks_like == "empty" or _fits(role, profile)


def _holds_emails(profile: ColumnProfile) -> bool:
    """True for addresses, and for what is left of them where they were hashed at the door."""
    return profile.looks_like == "email" or all(re.fullmatch("[0-9a-f]{64}", cell) for cell in profile.samples)


def _claims_by_header(profiles: Sequence[ColumnProfile], kind: TableKind) -> dict[str, Claim]:
    claims: dict[str, Claim] = {}
    for search in (_by_alias, _by_hint, _by_look, _by_name_alone):
        for role in ROLES[kind]:
            if role.name in claims:
                continue
            taken = {claim.column for claim in claims.values()}
            claim = search(role, [p for p in profiles if p.name not in taken], kind)
            if claim:
                claims[role.name] = claim
    return claims


def _by_alias(role: Role, free: Sequence[ColumnProfile], kind: TableKind) -> Claim | None:
    """The first alias of the role that heads a column whose cells fit."""
    folded = {word: p for p in reversed(free) for word in folded_header(p.name)}
    for rank, alias in enumerate(plain_headers(kind).get(role.name, ())):
        profile = folded.get(alias)
        if profile and _fits(role, profile):
            confidence = max(0.8, 0.98 - 0.005 * rank)
            return Claim(
                profile.name, round(confidence, 3), _reason(f"'{profile.name}' is a usual name for it", profile)
            )
    return None


def _by_hint(role: Role, free: Sequence[ColumnProfile], kind: TableKind) -> Claim | None:
    for hint in HINTS[kind].get(role.name, ()):
        for profile in free:
            is_strict = role.holds in ("date", "number") and profile.looks_like == role.holds
            if hint in fold(profile.name) and (is_strict or role.holds in ("id", "text")) and _fits(role, profile):
                return Claim(profile.name, 0.55, _reason(f"its name contains '{hint}'", profile))
    return None


def _by_look(role: Role, free: Sequence[ColumnProfile], kind: TableKind) -> Claim | None:
    """A required date may be taken by its look alone, when only one column holds dates."""
    dates = [p for p in free if p.looks_like == "date"]
    if role.required and role.holds == "date" and len(dates) == 1:
        return Claim(dates[0].name, 0.5, "it is the only column with dates")
    return None


def _by_name_alone(role: Role, free: Sequence[ColumnProfile], kind: TableKind) -> Claim | None:
    """A required role may take a column of blanks by its name: the rows then say what is missing."""
    if not role.required:
        return None
    blank = {fold(p.name): p for p in free if p.looks_like == "empty"}
    name = next((blank[alias].name for alias in plain_headers(kind).get(role.name, ()) if alias in blank), None)
    return Claim(name, 0.3, f"'{name}' is a usual name for it, but its cells are blank") if name else None


def _fits(role: Role, profile: ColumnProfile) -> bool:
    if role.name == c.STARTS_ON and profile.samples and all(is_month(cell) for cell in profile.samples):
        return True
    if role.holds == "date":
        return profile.looks_like == "date" or (profile.looks_like == "number" and _counts_days(profile))
    if role.holds == "number":
        return profile.looks_like in ("number", "empty")
    if role.name in _TELLING_CELLS:
        return bool(profile.samples) and all(_TELLING_CELLS[role.name].fullmatch(cell) for cell in profile.samples)
    # a column of dates is never an id or a label, whatever its name
    return profile.looks_like != "empty" and (profile.looks_like != "date" or role.name == "cancelled_at")


def _counts_days(profile: ColumnProfile) -> bool:
    """True when the numbers can be spreadsheet days or seconds since 1970."""
    whole = [sample.split(".")[0] for sample in profile.samples]
    return all((len(n) == 5 and "20000" <= n <= "73050") or len(n) in (10, 13, 14) for n in whole)


def _reason(head: str, profile: ColumnProfile) -> str:
    return f"{head}, and its cells look like {profile.looks_like} ({', '.join(profile.samples[:2])})"


def _settle_orders(claims: dict[str, Claim], profiles: Sequence[ColumnProfile], n_rows: int) -> dict[str, Claim]:
    """Decide what one header word cannot: a lone price, a lone id, an order called Name."""
    claims = dict(claims)
    by_fold = {fold(p.name): p for p in profiles}
    if c.AMOUNT not in claims and UNIT_PRICE in claims and c.QUANTITY not in claims:
        claims[c.AMOUNT] = Claim(claims.pop(UNIT_PRICE).column, 0.7, "it is the only price, and there is no quantity")
    name = by_fold.get("name")
    if name and {"financialstatus", "lineitemname"} & set(by_fold):
        claims[c.ORDER_ID] = Claim(name.name, 0.95, "shop exports with these columns keep the order number in 'Name'")
    lone = by_fold.get("id")
    taken = {claim.column for claim in claims.values()}
    if lone and lone.name not in taken:
        if c.CUSTOMER_ID not in claims and lone.n_distinct < n_rows:
            claims[c.CUSTOMER_ID] = Claim(lone.name, 0.7, "it is the only id, and the same id comes back on other rows")
        elif c.CUSTOMER_ID in claims and c.ORDER_ID not in claims and lone.n_distinct == n_rows:
            claims[c.ORDER_ID] = Claim(
                lone.name, 0.8, "it is different on every row, and another column is the customer"
            )
    return claims


def guess_decimal(con: Any, source: Source, columns: dict[str, str], kind: TableKind) -> Literal[".", ","]:
    """Comma or point: the mark that the number columns use before one, two or more than three digits."""
    named = [source.sql(columns[r.name]) for r in ROLES[kind] if r.holds == "number" and r.name in columns]
    return decimal_of(con, named or [f"c{i}" for i in range(len(source.names))])


def decimal_of(con: Any, cells: Sequence[str]) -> Literal[".", ","]:
    """The decimal mark of some columns of ``source`` together, whatever their roles."""
    listed = ", ".join(cells)
    n_comma, n_point = one_row(
        con,
        f"""select count(*) filter (regexp_matches(x, '[0-9][.]?[0-9]*,([0-9]{{1,2}}|[0-9]{{4,}})([^0-9.,]|$)')),
                   count(*) filter (regexp_matches(x, '[0-9],?[0-9]*[.]([0-9]{{1,2}}|[0-9]{{4,}})([^0-9.,]|$)'))
        from (select known(raw) as x from (select unnest([{listed}]) as raw from source limit {20_000 * len(cells)})
            where contains(raw, ',') or contains(raw, '.')) where regexp_matches(x, '^[^0-9]{{0,6}}[0-9.,'' ]+[^0-9]{{0,6}}$')""",
    )
    return "," if n_comma > n_point else "."


def _guess_grain(con: Any, source: Source, columns: dict[str, str]) -> Literal["line", "order"]:
    """Order, when the amount is called a total and never varies within an order; else line."""
    if not {c.AMOUNT, c.ORDER_ID} <= set(columns) or not any(w in fold(columns[c.AMOUNT]) for w in _TOTAL_WORDS):
        return "line"
    amount = source.sql(columns[c.AMOUNT])
    # some systems number the orders of each customer anew
    keys = [source.sql(columns[role]) for role in (c.ORDER_ID, c.CUSTOMER_ID) if role in columns]
    known = " and ".join(f"known({key}) is not null" for key in keys)
    n_varying = count(
        con,
        f"""select count(*) from (select 1 from source where {known}
        group by {", ".join(keys)} having count(distinct known({amount})) > 1)""",
    )
    return "line" if n_varying else "order"

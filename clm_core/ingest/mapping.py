"""Which column plays which role: a mapping, checked against a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from clm_core.errors import InputError, MappingError, did_you_mean
from clm_core.ingest.reading.zones import check_zone
from clm_core.ingest.roles import ROLES, TableKind
from clm_core.ingest.splitting.read import Source


class Mapping(BaseModel):
    """How a file is understood: role → column, how it is written, and how its rows count.

    Plain values only: it lives in recipes, so that next month's export is read the same way.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, str]
    constants: dict[str, str] = {}
    """Role → one text that holds for every row, as "survey" for the kind of a survey's answers."""
    preset: str = ""
    """The export whose rules hold (:mod:`clm_core.ingest.presets`), or empty."""
    date_order: Literal["ymd", "dmy", "mdy"] = "ymd"
    decimal: Literal[".", ","] = "."
    time_zone: str = ""
    """The shop's zone by its IANA name: dates that carry a zone are converted to it; empty keeps the clock as written."""
    amount_grain: Literal["line", "order"] = "line"
    refunds: Literal["subtract", "ignore"] = "subtract"
    """Ignored, revenue is gross: refunded amounts stay in it and credit notes are set aside."""
    taxes: Literal["keep", "leave_out"] = "keep"
    """Whether the tax of column ``tax`` stays inside the amount; of a refund its share goes with it."""
    free_orders: Literal["count", "leave_out"] = "count"
    """Whether orders worth nothing, without a refund, are orders."""
    repeats: Literal["once", "each"] = "once"
    """Rows that several files share because their periods overlap: counted once, or in each file."""
    statuses: dict[str, Literal["sale", "refunded", "no_sale"]] = {}
    """What a status means, in lower case, where the general words or the preset are wrong."""
    currency: str = ""
    """The currency to count in, by its ISO code; empty takes the most frequent. Others are converted or set aside."""
    rates: dict[str, float] = {}
    """What one unit of another currency is worth in ``currency``."""


def check_mapping(mapping: Mapping, source: Source, kind: TableKind) -> None:
    """Raise MappingError where a mapping names what does not exist, InputError where a required role has no column."""
    _check_roles(mapping, source, kind)
    _check_columns(mapping, source)
    _check_constants(mapping, source, kind)
    check_zone(mapping.time_zone)
    _check_rates(mapping)
    for role in ROLES[kind]:
        if role.required and role.name not in mapping.columns and role.name not in mapping.constants:
            raise InputError(
                f"No column of '{source.file_name}' was recognised as '{role.label}'.",
                where=f"{source.file_name}, header",
                found=", ".join(source.names),
                allowed=f"one column for '{role.name}': {role.description}",
                next_step="Name the column in the mapping, or export the table again with this column in it.",
            )


def _check_roles(mapping: Mapping, source: Source, kind: TableKind) -> None:
    known = [role.name for role in ROLES[kind]]
    for role in (*mapping.columns, *mapping.constants):
        if role not in known:
            raise MappingError(
                f"The mapping names a role that {kind} do not have: '{role}'.{did_you_mean(role, known)}",
                where=f"mapping of {source.file_name}",
                found=role,
                allowed=", ".join(known),
                next_step="Correct or remove the role.",
            )


def _check_constants(mapping: Mapping, source: Source, kind: TableKind) -> None:
    """A text that holds for every row must be what its role holds: a day, or a number."""
    readers: dict[str, tuple[Callable[[str], object], str]] = {
        "date": (datetime.fromisoformat, "a day such as 2026-09-01"),
        "number": (float, "a number such as 12.5"),
    }
    for role in ROLES[kind]:
        text = mapping.constants.get(role.name)
        if text is None or role.holds not in readers:
            continue
        read, allowed = readers[role.holds]
        try:
            read(text)
        except ValueError as error:
            raise MappingError(
                f"The mapping gives '{text}' for every row as '{role.label}', which cannot be read.",
                where=f"mapping of {source.file_name}, constants",
                found=text,
                allowed=allowed,
                next_step=f"Correct '{role.name}', or name a column for it.",
            ) from error


def _check_columns(mapping: Mapping, source: Source) -> None:
    claimed: dict[str, str] = {}
    for role, name in mapping.columns.items():
        if name not in source.names:
            raise MappingError(
                f"The mapping names a column that is not in the file: '{name}'.{did_you_mean(name, list(source.names))}",
                where=f"mapping of {source.file_name}, role '{role}'",
                found=name,
                allowed=", ".join(source.names),
                next_step="Choose one of the file's columns.",
            )
        if name in claimed:
            raise MappingError(
                f"Two roles claim the column '{name}': '{claimed[name]}' and '{role}'.",
                where=f"mapping of {source.file_name}",
                found=f"{claimed[name]} = {role} = {name}",
                allowed="one role for each column",
                next_step=f"Choose another column for '{role}', or leave the role out.",
            )
        claimed[name] = role


def _check_rates(mapping: Mapping) -> None:
    for code, rate in mapping.rates.items():
        if not (0 < rate < float("inf")):
            raise MappingError(
                f"The rate of '{code}' is no rate of exchange.",
                where="mapping, rates",
                found=f"{rate:g}",
                allowed="what one unit of it is worth in the currency that is counted, above zero",
                next_step="Correct the rate, or leave it out to set these rows aside.",
            )

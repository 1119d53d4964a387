"""Which column plays which role: a mapping, checked against a file."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from clm_core.errors import InputError, MappingError, did_you_mean
from clm_core.ingest.aliases import fold
from clm_core.ingest.read import Source
from clm_core.ingest.roles import ROLES, TableKind


class Mapping(BaseModel, frozen=True):
    """Role → column name, and how dates, numbers and amounts are written. Plain values only: it lives in recipes."""

    columns: dict[str, str]
    date_order: Literal["ymd", "dmy", "mdy"] = "ymd"
    decimal: Literal[".", ","] = "."
    amount_grain: Literal["line", "order"] = "line"


def check_mapping(mapping: Mapping, source: Source, kind: TableKind) -> None:
    """Raise MappingError where a mapping names what does not exist, InputError where a required role has no column."""
    _check_roles(mapping, source, kind)
    _check_columns(mapping, source)
    for role in ROLES[kind]:
        if role.required and role.name not in mapping.columns:
            raise InputError(
                f"No column of '{source.file_name}' was recognised as '{role.label}'.{_lookalike(source, kind)}",
                where=f"{source.file_name}, header",
                found=", ".join(source.names),
                allowed=f"one column for '{role.name}': {role.description}",
                next_step="Name the column in the mapping, or export the table again with this column in it.",
            )


def _check_roles(mapping: Mapping, source: Source, kind: TableKind) -> None:
    known = [role.name for role in ROLES[kind]]
    for role in mapping.columns:
        if role not in known:
            raise MappingError(
                f"The mapping names a role that {kind} do not have: '{role}'.{did_you_mean(role, known)}",
                where=f"mapping of {source.file_name}",
                found=role,
                allowed=", ".join(known),
                next_step="Correct or remove the role.",
            )


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


def _lookalike(source: Source, kind: TableKind) -> str:
    """A hint for files that are often taken for an orders file."""
    folded = {fold(name) for name in source.names}
    if kind == "orders" and {"totalspent", "totalorders"} <= folded:
        return " This looks like a customers export: it holds no order dates. Use the orders export instead."
    if kind == "orders" and {"livemode", "amount"} <= folded and any("arrivaldate" in name for name in folded):
        return " This looks like a payouts export: it holds no customers. Use the payments export instead."
    return ""

"""The shape of a preset."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from clm_core.ingest.roles import ROLES, TableKind


class Preset(BaseModel):
    """One export of one system. Names of columns are English; translations come from ``words_….toml``.

    A ``*`` in a name stands for anything: ``Amount spent*`` fits ``Amount spent (GBP)``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    """What people call it: "Shopify orders export"."""
    menu: str
    """Where it comes from: "Shopify admin > Orders > Export"."""
    table: TableKind | None = None
    """The canonical table it feeds; none for a look-alike that holds nothing the project can use."""
    instead: str = ""
    """The menu of the same system with the export to use when orders are wanted."""
    lacks: str = ""
    """What is missing in a file that is not an orders file: "it has no order dates"."""
    recognised_by: tuple[tuple[str, ...], ...] = ()
    """Groups of names; the file is recognised when each group has a name that heads a column."""
    unless: tuple[str, ...] = ()
    """Names that tell that it is another export."""
    columns: dict[str, tuple[str, ...]] = {}
    """Role → names of the column that plays it, best first."""
    constants: dict[str, str] = {}
    """Role → text that holds for every row."""
    stage_entered: str = ""
    """The name of columns with the day a person entered a stage; ``*`` is the stage."""
    period_above_table: bool = False
    """True when the period of the report stands in lines above the table."""
    amount_grain: Literal["line", "order"] | None = None
    """Whether the amount is each line's own or the whole order's; none leaves it to the evidence."""
    statuses: dict[str, Literal["sale", "refunded", "no_sale"]] = {}
    """What the system's order states mean, in lower case, where the general words do not tell."""
    notes: tuple[str, ...] = ()
    """What a user should know about this export, each a sentence."""
    traps: tuple[str, ...] = ()
    """What is easily misread in it and is read rightly here, for the documentation."""

    @model_validator(mode="after")
    def _check_roles(self) -> Preset:
        if self.table is None:
            if not self.lacks:
                raise ValueError("a preset without table says what the file lacks")
            return self
        known = {role.name for role in ROLES[self.table]}
        unknown = sorted({*self.columns, *self.constants} - known)
        if unknown:
            raise ValueError(f"{self.table} have no role {unknown[0]!r}; known are {', '.join(sorted(known))}")
        return self

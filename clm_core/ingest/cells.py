"""The cells of each role, as SQL over ``source s``: text, number, id and moment, each distinct cell read only once."""

from __future__ import annotations

from typing import Any

from clm_core.ingest.mapping import Mapping
from clm_core.ingest.query import count, one_row
from clm_core.ingest.read import Source
from clm_core.ingest.values import number


class Cells:
    """SQL for the cells of a mapping's roles; where a role has no column the SQL is a typed null."""

    def __init__(
        self, con: Any, source: Source, mapping: Mapping, number_roles: tuple[str, ...], date_role: str
    ) -> None:
        self.con, self.source, self.mapping = con, source, mapping
        self._date_role = date_role
        self._messy = tuple(role for role in number_roles if self.has(role) and self._create_numbers(role))

    def has(self, role: str) -> bool:
        """True when a column plays the role."""
        return role in self.mapping.columns

    def raw(self, role: str) -> str:
        """The untouched text of the role's cell."""
        return f"s.{self.source.sql(self.mapping.columns[role])}" if self.has(role) else "null::varchar"

    def known(self, role: str) -> str:
        """The text of the role's cell, null where it says nothing."""
        return f"known({self.raw(role)})" if self.has(role) else "null::varchar"

    def text(self, role: str) -> str:
        """The text of the role's cell without the blanks around it."""
        return f"cell({self.raw(role)})" if self.has(role) else "null::varchar"

    def number(self, role: str) -> str:
        """The number in the role's cell, null where there is none or it cannot be read."""
        if not self.has(role):
            return "null::double"
        return f"n_{role}.value" if role in self._messy else f"finite({self.raw(role)})"

    def id(self, role: str) -> str:
        """The id in the role's cell; ``.0`` goes when every id has it, for then a spreadsheet put it there."""
        if not self.has(role):
            return "null::varchar"
        (is_float,) = one_row(
            self.con,
            f"select bool_and(regexp_full_match(x, '[0-9]+[.]0')) from "
            f"(select known(raw) as x from (select distinct {self.raw(role)} as raw from source s)) where x is not null",
        )
        return f"regexp_replace(id_of({self.raw(role)}), '[.]0$', '')" if is_float else f"id_of({self.raw(role)})"

    @property
    def rows(self) -> str:
        """The FROM part: ``source s`` with its readings ``m`` (moments) and ``n_…`` (numbers)."""
        joins = [f"left join n_{role} on n_{role}.raw = {self.raw(role)}" for role in self._messy]
        if self.has(self._date_role):
            joins.append(f"left join moments m on m.raw = {self.raw(self._date_role)}")
        return " ".join(["source s", *joins])

    @property
    def moment(self) -> str:
        """The moment in the date role's cell."""
        return "m.moment" if self.has(self._date_role) else "null::timestamp"

    def unreadable(self, role: str) -> tuple[int, tuple[str, ...]]:
        """How many cells of a number role say something that is no number, and up to five of them."""
        if role not in self._messy:
            return 0, ()
        n, examples = one_row(
            self.con,
            f"select count(*), list(distinct {self.raw(role)})[:5] from source s join n_{role} on n_{role}.raw = {self.raw(role)} "
            f"where n_{role}.value is null and n_{role}.is_known and s.problem is null",
        )
        return int(n), tuple(sorted(examples or ()))

    def _create_numbers(self, role: str) -> bool:
        """Where not every cell is a plain number, read the distinct ones into ``n_role``; tell whether that was needed."""
        raw = self.raw(role)
        is_plain = f"finite({raw}) is not null" + (
            f" and not contains({raw}, '.')" if self.mapping.decimal == "," else ""
        )
        if not count(self.con, f"select count(*) from source s where {raw} is not null and not ({is_plain})"):
            return False
        self.con.execute(
            f"""create temp table n_{role} as
            select raw, {number("raw", self.mapping.decimal)} as value, known(raw) is not null as is_known
            from (select distinct {raw} as raw from source s where {raw} is not null)"""
        )
        return True

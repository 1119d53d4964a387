"""The cells of each role, as SQL over ``source s``: every distinct cell is read once, into a small table ``d_role``.

Columns repeat themselves: half a million lines hold a few thousand products, days and customers. Reading the distinct
cells and joining them back is several times faster than reading every row.
"""

from __future__ import annotations

from typing import Any

from clm_core.ingest.currencies import amount_currency_sql, currency_sql
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.moments import clock_sql, moments_sql
from clm_core.ingest.query import count, one_row
from clm_core.ingest.read import Source
from clm_core.ingest.roles import ROLES, TableKind
from clm_core.ingest.values import PLAIN_ID, literal, number
from clm_core.ingest.zones import header_zone

_TYPES = {
    "id": "varchar",
    "text": "varchar",
    "currency": "varchar",
    "number": "double",
    "date": "timestamp",
    "clock": "interval",
    "flag": "boolean",
}
_NO = ("false", "no", "n", "0", "nein", "non", "nie", "nu", "нет", "否", "いいえ", "unpaid")
ABSURD = 1e12
"""A number this large is no amount: a card or telephone number slipped into the column, or a mark was lost."""


class Cells:
    """SQL for the cells of a mapping's roles; where a role has no column the SQL is a typed null."""

    def __init__(self, con: Any, source: Source, mapping: Mapping, kind: TableKind) -> None:
        self.con, self.source, self.mapping = con, source, mapping
        self._holds = {role.name: role.holds for role in ROLES[kind]}
        self._read = tuple(role for role in self._holds if self.has(role) and self._create_readings(role))

    def has(self, role: str) -> bool:
        """True when a column plays the role."""
        return role in self.mapping.columns

    def raw(self, role: str) -> str:
        """The untouched text of the role's cell."""
        return f"s.{self.source.sql(self.mapping.columns[role])}" if self.has(role) else "null::varchar"

    def value(self, role: str) -> str:
        """What the role's cell says: an id, a text, a number, a moment, …; null where it says nothing."""
        if not self.has(role) and role in self.mapping.constants:
            return f"{literal(self.mapping.constants[role])}::{_TYPES[self._holds[role]]}"
        if not self.has(role):
            return f"null::{_TYPES[self._holds[role]]}"
        if role in self._read:
            return f"d_{role}.value"
        return f"finite({self.raw(role)})" if self._holds[role] == "number" else self.raw(role)

    def is_given(self, role: str) -> str:
        """True where the role's cell says something, readable or not."""
        if not self.has(role):
            return "false"
        return f"coalesce(d_{role}.is_given, false)" if role in self._read else f"({self.value(role)} is not null)"

    def needs_reading(self, role: str) -> bool:
        """True where the role's cells are not simply what they say; their readings stand in the table ``d_role``."""
        return role in self._read

    def is_ever_blank(self, role: str) -> bool:
        """True when some row's cell of the role says nothing."""
        rows = " ".join(["source s", *self._joins((role,))])
        return bool(count(self.con, f"select count(*) from {rows} where {self.value(role)} is null"))

    def sign(self, role: str) -> str:
        """The currency that stands beside the number in the role's cell; null where none does."""
        return f"d_{role}.currency" if role in self._read else "null::varchar"

    @property
    def rows(self) -> str:
        """The FROM part: ``source s`` with the readings of every role."""
        return " ".join(["source s", *self._joins(self._read)])

    def _joins(self, roles: tuple[str, ...]) -> list[str]:
        return [f"left join d_{role} on d_{role}.raw = {self.raw(role)}" for role in roles if role in self._read]

    def unreadable(self, role: str) -> tuple[int, tuple[str, ...]]:
        """How many cells of a role say something that cannot be read, and up to five of them."""
        if role not in self._read:
            return 0, ()
        n, examples = one_row(
            self.con,
            f"select count(*), list(distinct {self.raw(role)})[:5] from source s "
            f"join d_{role} on d_{role}.raw = {self.raw(role)} "
            f"where d_{role}.value is null and d_{role}.is_given and s.problem is null",
        )
        return int(n), tuple(sorted(examples or ()))

    def _create_readings(self, role: str) -> bool:
        """Read the distinct cells of a role; plain numbers and ids need no such table, and False tells so."""
        raw = self.raw(role)
        if self._holds[role] == "number" and self._is_plain(raw):
            return False
        if self._holds[role] == "id" and self._all_match(f"regexp_full_match({raw}, {literal(PLAIN_ID)})", raw):
            return False
        self.con.execute("drop table if exists distinct_cells")
        # in two steps: in one, the planner would read every row's cell before taking the distinct ones
        self.con.execute(
            f"create temp table distinct_raw as select distinct {raw} as raw from source s where {raw} is not null"
        )
        self.con.execute("create temp table distinct_cells as select raw, known(raw) as x from distinct_raw")
        self.con.execute("drop table distinct_raw")
        self.con.execute(f"create temp table d_{role} as {self._reading_sql(role)}")
        return True

    def _reading_sql(self, role: str) -> str:
        holds = self._holds[role]
        if holds == "date":
            zone = header_zone(self.mapping.columns[role])
            order, wanted = self.mapping.date_order, self.mapping.time_zone
            return moments_sql(self.con, order, zone_of_clocks=zone, zone_wanted=wanted)
        if holds == "clock":
            return clock_sql()
        if holds == "number":
            return self._number_sql(role)
        if holds == "id":
            return self._id_sql()
        value = {"currency": currency_sql("x"), "flag": f"lower(x) not in {_NO}"}.get(holds, "x")
        return f"select raw, {value} as value, x is not null as is_given from distinct_cells"

    def _id_sql(self) -> str:
        # one inside the other, the readings of an id would be written out hundreds of times
        value = "regexp_replace(written_out(id), '[.]0$', '')" if self._is_float() else "written_out(id)"
        return f"""select raw, {value} as value, is_given
            from (select raw, id_of(x) as id, x is not null as is_given from distinct_cells)"""

    def _number_sql(self, role: str) -> str:
        value, sign = (
            number("raw", self.mapping.decimal),
            amount_currency_sql("x", self.mapping.columns[role]),
        )
        return f"""select raw, case when abs(number) < {ABSURD} then number end as value, x is not null as is_given, currency
            from (select raw, x, {value} as number, {sign} as currency from distinct_cells)"""

    def _is_float(self) -> bool:
        """True when every id ends in ``.0``: then a spreadsheet put it there."""
        sql = "select bool_and(regexp_full_match(x, '[0-9]+[.]0')) from distinct_cells where x is not null"
        return bool(one_row(self.con, sql)[0])

    def _is_plain(self, raw: str) -> bool:
        """True when every cell is blank or a number that needs no cleaning."""
        plain = f"coalesce(abs(finite({raw})) < {ABSURD}, false)"
        if self.mapping.decimal == ",":
            plain += f" and not contains({raw}, '.')"
        return self._all_match(plain, raw)

    def _all_match(self, test: str, raw: str) -> bool:
        """True when every cell that is not empty passes a test; where the same cells come back, each is tested once."""
        n_distinct = count(self.con, f"select approx_count_distinct({raw}) from source s")
        cells = "source" if n_distinct > self.source.n_rows / 10 else f"(select distinct {raw} from source s)"
        # an aggregate, because a filter would be moved in front of taking the distinct cells
        (fails,) = one_row(self.con, f"select bool_or({raw} is not null and not ({test})) from {cells} s")
        return not fails

"""The cells of each role, as SQL over ``source s``: every distinct cell is read once, into a small table ``d_role``.

Columns repeat themselves: half a million lines hold a few thousand products, days and customers. Reading the distinct
cells and joining them back is several times faster than reading every row. Where all of them are simply what they say (plain
numbers, ids without blanks around them, ISO dates) there is nothing to join: the cell's own text is read in place.
"""

from __future__ import annotations

from typing import Any

from clm_core.ingest.mapping import Mapping
from clm_core.ingest.query import count, literal, one_row
from clm_core.ingest.reading.currencies import amount_currency_sql, currency_sql
from clm_core.ingest.reading.distinct import all_match, are_few, distinct_cells
from clm_core.ingest.reading.moments import clock_sql, is_plain_moment, moments_sql
from clm_core.ingest.reading.values import PLAIN_ID, number
from clm_core.ingest.reading.zones import header_zone
from clm_core.ingest.roles import ROLES, TableKind
from clm_core.ingest.splitting.read import Source

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

    def tells(self, role: str) -> bool:
        """True when a column plays the role, or one value of it stands for all rows."""
        return self.has(role) or role in self.mapping.constants

    def raw(self, role: str) -> str:
        """The untouched text of the role's cell."""
        return f"s.{self.source.sql(self.mapping.columns[role])}" if self.has(role) else "null::varchar"

    def value(self, role: str) -> str:
        """What the role's cell says: an id, a text, a number, a moment, …; null where it says nothing."""
        if not self.has(role) and role in self.mapping.constants:
            return f"{literal(self.mapping.constants[role])}::{_TYPES[self._holds[role]]}"
        if not self.has(role):
            return f"null::{_TYPES[self._holds[role]]}"
        return f"d_{role}.value" if role in self._read else self._plainly(role, self.raw(role))

    def _plainly(self, role: str, cell: str) -> str:
        """What a cell says that is simply what it says."""
        return {"number": f"finite({cell})", "date": f"try_cast({cell} as timestamp)"}.get(self._holds[role], cell)

    def is_given(self, role: str) -> str:
        """True where the role's cell says something, readable or not."""
        if not self.has(role):
            return "false"
        return f"coalesce(d_{role}.is_given, false)" if role in self._read else f"({self.value(role)} is not null)"

    def needs_reading(self, role: str) -> bool:
        """True where the role's cells are not simply what they say; their readings stand in the table ``d_role``."""
        return role in self._read

    def says_nothing(self, role: str) -> bool:
        """True when some row's cell of the role says nothing that can be read."""
        if not self.has(role):
            return role not in self.mapping.constants
        column = self._column(role)
        if role not in self._read and column in self.source.glances:
            return self.source.glances[column].n_missing > 0
        if role not in self._read and not are_few(self.source, column):
            return bool(count(self.con, f"select count(*) - count({column}) from source"))
        return bool(count(self.con, f"select count(*) from ({self.counts_sql(role)}) where value is null"))

    def is_unique(self, role: str) -> bool:
        """True where every row is known to say something else, and says it plainly."""
        return self.has(role) and role not in self._read and self._column(role) in self.source.unique

    def counts_sql(self, role: str) -> str:
        """SQL for what the different cells of a role say, as ``value`` and ``n``: on how many rows it stands."""
        cells = distinct_cells(self.con, self.source, self._column(role))
        if role in self._read:
            return f"select d.value as value, x.n as n from {cells} x left join d_{role} d on d.raw = x.raw"
        return f"select {self._plainly(role, 'raw')} as value, n from {cells}"

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

    def _column(self, role: str) -> str:
        return self.source.sql(self.mapping.columns[role])

    def _create_readings(self, role: str) -> bool:
        """Read the distinct cells of a role; cells that are simply what they say need no such table, and False tells so."""
        column = self._column(role)
        plain = self._plain_test(role)
        if self._is_seen_plain(role) or (plain and all_match(self.con, self.source, column, plain)):
            return False
        cells = distinct_cells(self.con, self.source, column)
        self.con.execute(
            f"create or replace temp table distinct_cells as select raw, known(raw) as x from {cells} where raw is not null"
        )
        self.con.execute(f"create temp table d_{role} as {self._reading_sql(role)}")
        return True

    def _is_seen_plain(self, role: str) -> bool:
        """True when a glance told already that every cell is simply what it says."""
        glance, holds = self.source.glances.get(self._column(role)), self._holds[role]
        if glance is None or holds not in ("id", "number"):
            return False
        return glance.are_plain_ids if holds == "id" else self.mapping.decimal == "." and glance.bound < ABSURD

    def _plain_test(self, role: str) -> str:
        """The test of a cell ``raw`` that is simply what it says; none where that depends on more than the cell."""
        holds, name = self._holds[role], self.mapping.columns[role]
        if holds == "number":
            has_no_point = " and not contains(raw, '.')" if self.mapping.decimal == "," else ""
            return f"coalesce(abs(finite(raw)) < {ABSURD}, false){has_no_point}"
        if holds == "id":
            return f"regexp_full_match(raw, {literal(PLAIN_ID)})"
        if holds == "date" and not self.mapping.time_zone and not header_zone(name):
            return is_plain_moment("raw")
        return "known(raw) is not distinct from raw" if holds == "text" else ""

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
            number("x", self.mapping.decimal),
            amount_currency_sql("x", self.mapping.columns[role]),
        )
        return f"""select raw, case when abs(number) < {ABSURD} then number end as value, x is not null as is_given, currency
            from (select raw, x, {value} as number, {sign} as currency from distinct_cells)"""

    def _is_float(self) -> bool:
        """True when every id ends in ``.0``: then a spreadsheet put it there."""
        sql = "select bool_and(regexp_full_match(x, '[0-9]+[.]0')) from distinct_cells where x is not null"
        return bool(one_row(self.con, sql)[0])

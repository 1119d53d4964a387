"""What the statuses of orders mean: a sale, a sale that was given back, or no sale at all."""

from __future__ import annotations

import re
from typing import Any

from clm_core.ingest.aliases import DEAD_STATUS, PART_STATUS, REFUNDED_STATUS
from clm_core.ingest.building.built import StatusCount
from clm_core.ingest.building.order_lines import COMPLETED
from clm_core.ingest.presets import load_preset
from clm_core.ingest.query import literal
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.roles import STATUS


def create_statuses(con: Any, cells: Cells) -> None:
    """Give every status of the file its meaning, in a table ``statuses(status, meaning)``.

    What the mapping says holds, then what the preset knows of its system (``*`` stands for every status it does not
    name), then the general words.
    """
    if not cells.has(STATUS):
        con.execute("create temp table statuses (status varchar, n_rows bigint, meaning varchar)")
        return
    mapping = cells.mapping
    of_system = load_preset(mapping.preset).statuses if mapping.preset else {}
    told: dict[str, str] = {
        _word(status): meaning for status, meaning in [*of_system.items(), *mapping.statuses.items()]
    }
    con.execute("create temp table told_statuses (word varchar, told varchar)")
    if told:
        con.executemany("insert into told_statuses values (?, ?)", list(told.items()))
    con.execute(
        f"""create temp table statuses as
        with words as (select status, trim(regexp_replace(status, '[_\\s-]+', ' ', 'g')) as word, n_rows
            from (select lower(value) as status, sum(n)::bigint as n_rows from ({cells.counts_sql(STATUS)}) where value is not null group by 1))
        select status, n_rows, coalesce(told, {literal(told["*"]) if "*" in told else "null"}, case
            when regexp_matches(word, {literal(DEAD_STATUS)}) and not regexp_matches(word, {literal(PART_STATUS)})
                then 'no_sale'
            when regexp_full_match(word, {literal(REFUNDED_STATUS)}) then 'refunded' else 'sale' end) as meaning
        from words left join told_statuses using (word)"""
    )


def count_statuses(con: Any, lines: str) -> tuple[StatusCount, ...]:
    """Every status with its meaning and its rows, the most frequent first."""
    if lines == COMPLETED:  # a status that an order says once was filled in on its other lines
        counts = f"select status, any_value(meaning), count(*) as n_rows from {lines} join statuses using (status) group by 1"
    else:
        counts = "select status, meaning, n_rows from statuses"
    rows = con.execute(f"from ({counts}) order by n_rows desc, status").fetchall()
    return tuple(StatusCount(status, meaning, int(n)) for status, meaning, n in rows)


def _word(status: str) -> str:
    return re.sub(r"[_\s-]+", " ", status.lower()).strip()

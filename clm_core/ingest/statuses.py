"""What the statuses of orders mean: a sale, a sale that was given back, or no sale at all."""

from __future__ import annotations

import re
from typing import Any

from clm_core.ingest.aliases import DEAD_STATUS, PART_STATUS, REFUNDED_STATUS
from clm_core.ingest.built import StatusCount
from clm_core.ingest.cells import Cells
from clm_core.ingest.presets import load_preset
from clm_core.ingest.roles import STATUS
from clm_core.ingest.values import literal


def create_statuses(con: Any, cells: Cells) -> None:
    """Give every status of the file its meaning, in a table ``statuses(status, meaning)``.

    What the mapping says holds, then what the preset knows of its system (``*`` stands for every status it does not
    name), then the general words.
    """
    mapping = cells.mapping
    of_system = load_preset(mapping.preset).statuses if mapping.preset else {}
    told: dict[str, str] = {
        _word(status): meaning for status, meaning in [*of_system.items(), *mapping.statuses.items()]
    }
    found = f"select distinct lower(value) as status from d_{STATUS}" if cells.has(STATUS) else "select '' where false"
    con.execute("create temp table told_statuses (word varchar, told varchar)")
    if told:
        con.executemany("insert into told_statuses values (?, ?)", list(told.items()))
    con.execute(
        f"""create temp table statuses as
        with words as (select status, trim(regexp_replace(status, '[_\\s-]+', ' ', 'g')) as word
            from ({found}) found(status) where status is not null)
        select status, coalesce(told, {literal(told["*"]) if "*" in told else "null"}, case
            when regexp_matches(word, {literal(DEAD_STATUS)}) and not regexp_matches(word, {literal(PART_STATUS)})
                then 'no_sale'
            when regexp_full_match(word, {literal(REFUNDED_STATUS)}) then 'refunded' else 'sale' end) as meaning
        from words left join told_statuses using (word)"""
    )


def count_statuses(con: Any) -> tuple[StatusCount, ...]:
    """Every status with its meaning and its rows, the most frequent first."""
    rows = con.execute(
        "select status, any_value(meaning), count(*) from order_lines where status is not null group by 1 order by 3 desc, 1"
    ).fetchall()
    return tuple(StatusCount(status, meaning, int(n)) for status, meaning, n in rows)


def _word(status: str) -> str:
    return re.sub(r"[_\s-]+", " ", status.lower()).strip()

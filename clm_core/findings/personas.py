"""Who the people are."""

from __future__ import annotations

import pandas as pd

from clm_core import columns as c
from clm_core.findings.finding import Finding, largest
from clm_core.personas import EVERYONE_ELSE
from clm_core.wording import count, percent


def who_they_are(personas: pd.DataFrame) -> Finding:
    """The largest persona, and whether any has nobody."""
    top = largest(personas)
    share = percent(float(top[c.SHARE]))
    empty = int(((personas[c.N_CUSTOMERS] == 0) & (personas[c.PERSONA] != EVERYONE_ELSE)).sum())
    note = f"{count(empty, 'persona has', 'personas have')} nobody: loosen the rule or remove it."
    next_step = note if empty else "Compare how each moves and what each is worth."
    return Finding(f"{top[c.PERSONA]}: {share}", f"The largest persona is {top[c.PERSONA]}: {share} of all.", next_step)

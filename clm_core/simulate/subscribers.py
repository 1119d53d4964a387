"""Subscribers of the shop's bicycle swap: a child outgrows a bicycle, the next size comes, for a fee a month."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core.simulate.settings import ShopSettings, stream
from clm_core.simulate.shop import DEFAULT_SEED

N_SUBSCRIBERS = 1_500
MONTH_DAYS = 30.4375
LEAVE_A_MONTH = 0.036
"""The chance to leave in a month of somebody of whom nothing below is true."""
TIMES = {
    ("Plan", "Monthly"): 1.9,
    ("Plan", "Yearly"): 0.3,
    ("Paid by", "Invoice"): 1.5,
    ("Paid by", "Direct debit"): 0.7,
    ("Newsletter", "Yes"): 0.8,
}
"""By how much a trait multiplies the chance to leave."""
EACH_LATE_SWAP, OUTGROWN_AT, OUTGROWN = 1.6, 12, 1.8
FEES = {"Monthly": 29.0, "Half-yearly": 25.0, "Yearly": 21.0}
REASONS = ("Outgrown", "Too expensive", "Swap came late", "Moved away")


def simulate_subscribers(seed: int = DEFAULT_SEED, settings: ShopSettings | None = None) -> pd.DataFrame:
    """One row a subscriber, as a subscription tool would export it: traits, first day, day of leaving or blank, fee.

    Leaving is memoryless: a chance a month that depends on the traits alone, so the truth of every customer is known.
    """
    settings = settings or ShopSettings()
    rng, n = stream(seed, "subscribers"), N_SUBSCRIBERS
    frame = pd.DataFrame(
        {
            "Subscriber ID": [f"BS-{number:04d}" for number in range(1, n + 1)],
            "Plan": rng.choice(list(FEES), n, p=[0.5, 0.2, 0.3]),
            "Paid by": rng.choice(["Card", "Direct debit", "Invoice"], n, p=[0.45, 0.35, 0.2]),
            "Children": 1 + rng.poisson(0.6, n).clip(max=3),
            "Age of the eldest": rng.integers(3, 16, n),
            "Late swaps": rng.poisson(0.5, n),
            "Newsletter": rng.choice(["Yes", "No"], n),
        }
    )
    days = settings.n_days - 1
    came = np.sort(rng.integers(0, days, n))
    stayed = np.ceil(rng.exponential(MONTH_DAYS / chance_to_leave(frame))).astype(int)
    ended = came + stayed
    frame["Monthly fee (GBP)"] = frame["Plan"].map(FEES) * frame["Children"]
    frame["Subscribed on"] = [str(settings.first_day + timedelta(int(day))) for day in came]
    frame["Ended on"] = [str(settings.first_day + timedelta(int(day))) if day <= days else "" for day in ended]
    frame["Reason for leaving"] = np.where(ended <= days, rng.choice(REASONS, n), "")
    return frame


def chance_to_leave(frame: pd.DataFrame) -> NDArray[np.float64]:
    """The true chance of each subscriber to leave in a month."""
    chance = np.full(len(frame), LEAVE_A_MONTH)
    for (column, word), times in TIMES.items():
        chance *= np.where(frame[column] == word, times, 1.0)
    chance *= EACH_LATE_SWAP ** frame["Late swaps"].to_numpy(dtype=float)
    return chance * np.where(frame["Age of the eldest"] >= OUTGROWN_AT, OUTGROWN, 1.0)


def write_subscribers(folder: Path, seed: int = DEFAULT_SEED) -> Path:
    """Write subscribers.csv; the bytes are the same everywhere."""
    path = folder / "subscribers.csv"
    simulate_subscribers(seed).to_csv(path, index=False, float_format="%.2f", lineterminator="\n", encoding="utf-8")
    return path

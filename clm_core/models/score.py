"""Churn probability, expected orders and expected spend of every known customer, with the evidence for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.errors import TooThinError
from clm_core.features import Frames, build_features
from clm_core.models.backtest import run_backtest
from clm_core.models.cards import IMPORTANCE_COLUMNS, SCORE_COLUMNS, TEST_COLUMNS, ModelCard, Scores
from clm_core.models.dataset import HAS_NO_ORDER, LABELS, Cutoffs, build_dataset, feature_names, plan_cutoffs
from clm_core.models.evaluate import calibration_table
from clm_core.models.importance import input_weights
from clm_core.models.inputs import inputs_of, with_inputs
from clm_core.models.intervals import learn_interval
from clm_core.models.leads import LeadRates
from clm_core.models.limits import check_amounts, check_enough, check_leaks, check_varies, compare, reason_of
from clm_core.models.tasks import Forecast, Task, tasks_for
from clm_core.tables import to_date

Floats = NDArray[np.float64]


MAX_FIT_ROWS = 80_000
"""Rows a fit learns from. Some twenty coefficients are settled long before; beyond it only every k-th customer teaches."""


@dataclass(frozen=True)
class _Windows:
    """Rows of customers with a purchase, by what they are for."""

    cutoffs: Cutoffs
    train: pd.DataFrame
    test: pd.DataFrame
    final: pd.DataFrame
    known: pd.DataFrame


@dataclass(frozen=True)
class _Answer:
    """What one task came to: its card, predictions on the test window, scores of known customers, weights."""

    card: ModelCard
    tested: Floats | None = None
    scored: tuple[Floats, Floats, Floats] | None = None
    weights: pd.DataFrame | None = None


def score_customers(frames: Frames, as_of_day: int, horizon_days: int, seed: int = 0) -> Scores:
    """Score every customer known at ``as_of_day`` for the ``horizon_days`` after it.

    Method: features at several earlier cut-offs, labels after each; fitted on those whose labels end one horizon before
    ``as_of_day``, tested on that last horizon beside a baseline, then fitted again up to ``as_of_day`` for the scores.

    Parameters
    ----------
    frames : Frames
        Orders, and what else is known, in an engine.
    as_of_day : int
        The day as at which customers are scored; nothing after it is read.
    horizon_days : int
        How far ahead to look.
    seed : int, default=0
        Of the only random step, the draw of rows for boosted trees.

    Returns
    -------
    Scores
        A model the data cannot carry is a card with the verdict "refused" and its reason, and empty columns.

    Raises
    ------
    PeriodError
        When the day lies outside the data, or the horizon is not at least one day.
    """
    known = _known(frames, as_of_day)
    tasks = tasks_for(horizon_days, seed)
    blank = {task.model: ModelCard(task.model, task.sentence, horizon_days) for task in tasks}
    try:
        cutoffs = plan_cutoffs(frames.first_day, as_of_day, horizon_days)
        rows = build_dataset(frames, (*cutoffs.train, cutoffs.test, *cutoffs.final), horizon_days)
        windows = _split(rows, cutoffs, known)
        _check_population(windows)
    except TooThinError as refusal:
        reason = reason_of(refusal)
        return _gather(
            known, [(task, _Answer(replace(blank[task.model], reason=reason))) for task in tasks], None, None
        )
    # threads that wait for each other by spinning cost ten times the work on a busy machine, and change the last digits
    with threadpool_limits(1):
        answers = [(task, _answer(task, windows, frames.has_amounts, blank[task.model])) for task in tasks]
    leads = LeadRates.of(rows[rows[c.AS_OF_DAY].isin(cutoffs.final)])
    return _gather(known, answers, windows.test, leads)


def _known(frames: Frames, as_of_day: int) -> pd.DataFrame:
    features = collect(build_features(frames, as_of_day))
    names = feature_names(frames)
    typed = features[[c.CUSTOMER_ID, *names]].assign(**{name: features[name].astype("float64") for name in names})
    return typed.sort_values(c.CUSTOMER_ID, ignore_index=True)


def _split(rows: pd.DataFrame, cutoffs: Cutoffs, known: pd.DataFrame) -> _Windows:
    buyers = with_inputs(rows[rows[c.N_ORDERS] > 0])

    def at(days: tuple[int, ...]) -> pd.DataFrame:
        return buyers[buyers[c.AS_OF_DAY].isin(days)].reset_index(drop=True)

    train, final = (limit_rows(at(days), MAX_FIT_ROWS) for days in (cutoffs.train, cutoffs.final))
    return _Windows(cutoffs, train, at((cutoffs.test,)), final, with_inputs(known[known[c.N_ORDERS] > 0]))


def _check_population(windows: _Windows) -> None:
    check_enough(windows.train, "training window")
    check_enough(windows.test, "test window")
    check_leaks(inputs_of(windows.train), windows.train[HAS_NO_ORDER])


def _answer(task: Task, windows: _Windows, has_amounts: bool, blank: ModelCard) -> _Answer:
    try:
        check_amounts(has_amounts, task.score)
        check_varies(windows.train[task.label], "training window")
        check_varies(windows.test[task.label], "test window")
        return _fit_and_test(task, windows, blank)
    except TooThinError as refusal:
        return _Answer(replace(blank, reason=reason_of(refusal)))


def _fit_and_test(task: Task, windows: _Windows, blank: ModelCard) -> _Answer:
    back = run_backtest(task, windows.train, blank.horizon_days)
    make = task.candidates[back.choice]
    forecast, baseline = make().fit(windows.train), task.baseline().fit(windows.train)
    tested, base = forecast.predict(windows.test), baseline.predict(windows.test)
    happened = windows.test[task.label]
    interval: Any = learn_interval(task, back.held[task.label], back.predicted)
    inside, sentence = interval.measured(happened, tested, *interval.around(forecast, windows.test, tested))
    metrics, base_metrics = task.measure(happened, tested), task.measure(happened, base)
    shown, reason = compare(task.key_metric, metrics[task.key_metric], base_metrics[task.key_metric])
    card = replace(
        blank,
        features=_varying(inputs_of(windows.train)),
        method=forecast.method,
        baseline=baseline.method,
        train_window=_window(windows.cutoffs.train[0], windows.cutoffs.train[-1] + blank.horizon_days),
        test_window=_window(windows.cutoffs.test, windows.cutoffs.as_of_day),
        n_train=len(windows.train),
        n_test=len(windows.test),
        metrics={**metrics, "interval_coverage": inside},
        baseline_metrics=base_metrics,
        verdict="shown" if shown else "refused",
        reason=reason,
        interval=f"{interval.sentence}; {sentence}.",
    )
    if not shown:
        return _Answer(card, tested)
    final = make().fit(windows.final)
    return _Answer(
        card,
        tested,
        _score(task, final, windows, learn_interval(task, happened, tested)),
        input_weights(windows.final, final.predict(windows.final), task.score),
    )


def _score(task: Task, final: Forecast, windows: _Windows, interval: Any) -> tuple[Floats, Floats, Floats]:
    predicted = final.predict(windows.known)
    return predicted, *interval.around(final, windows.known, predicted)


def _varying(inputs: pd.DataFrame) -> tuple[str, ...]:
    return tuple(name for name in inputs.columns if inputs[name].nunique() > 1)


def _window(first: int, last: int) -> tuple[str, str]:
    return to_date(first).isoformat(), to_date(last).isoformat()


def _gather(
    known: pd.DataFrame,
    answers: list[tuple[Task, _Answer]],
    test_rows: pd.DataFrame | None,
    leads: LeadRates | None,
) -> Scores:
    """One table a kind from the answers of all tasks."""
    is_buyer = (known[c.N_ORDERS] > 0).to_numpy()
    table: dict[str, Any] = {c.CUSTOMER_ID: known[c.CUSTOMER_ID]}
    tested: dict[str, Any] = {} if test_rows is None else {name: test_rows[name] for name in (c.CUSTOMER_ID, *LABELS)}
    cards = []
    for task, answer in answers:
        ends = (task.score, task.score + c.LOW, task.score + c.HIGH)
        values = np.full((3, len(known)), np.nan)
        card = answer.card
        if answer.scored is not None and leads is not None:
            values[:, is_buyer] = np.vstack(answer.scored)
            if not is_buyer.all():
                values[:, ~is_buyer] = np.array(leads.scores.get(task.score, (np.nan,) * 3))[:, None]
                card = replace(card, reason=f"{card.reason} {leads.sentence}")
        table |= dict(zip(ends, values, strict=True))
        tested[task.score] = np.nan if answer.tested is None else answer.tested
        cards.append(card)
    weights = [answer.weights.assign(model=task.model) for task, answer in answers if answer.weights is not None]
    importance = pd.concat(weights, ignore_index=True) if weights else pd.DataFrame(columns=list(IMPORTANCE_COLUMNS))
    test = pd.DataFrame(tested, columns=list(TEST_COLUMNS), index=None if test_rows is not None else [])
    return Scores(pd.DataFrame(table)[list(SCORE_COLUMNS)], tuple(cards), test, importance[list(IMPORTANCE_COLUMNS)])


def limit_rows(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """All rows of every k-th customer, with k the least that keeps about ``most`` rows or fewer."""
    every = -(-len(rows) // most)
    if every <= 1:
        return rows
    places = pd.factorize(rows[c.CUSTOMER_ID], sort=True)[0]
    kept: pd.DataFrame = rows[places % every == 0]
    return kept.reset_index(drop=True)


def calibration_bins(test: pd.DataFrame, n_bins: int = 10) -> pd.DataFrame:
    """Predicted against observed share without an order, in bins of the out-of-time predictions.

    The data of the calibration chart: ``bin``, ``n_customers``, ``predicted``, ``observed``, ``observed_low``,
    ``observed_high`` (95 % Wilson interval). Empty when churn was refused before the test.
    """
    told = test.dropna(subset=[c.CHURN_PROB])
    return calibration_table(told[HAS_NO_ORDER].astype(float), told[c.CHURN_PROB].astype(float), n_bins, level=0.95)

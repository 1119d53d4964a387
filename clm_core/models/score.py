"""Churn probability, expected orders and expected spend of every known customer, with the evidence for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from clm_core import columns as c
from clm_core.errors import TooThinError
from clm_core.features import Frames
from clm_core.models.backtest import run_backtest
from clm_core.models.baselines import fitted_baseline
from clm_core.models.cards import IMPORTANCE_COLUMNS, SCORE_COLUMNS, TEST_COLUMNS, ModelCard, Scores
from clm_core.models.dataset import HAS_NO_ORDER, LABELS, known_at, plan_cutoffs
from clm_core.models.discount import discount_factor, discounted
from clm_core.models.evaluate import calibration_table
from clm_core.models.importance import input_weights
from clm_core.models.inputs import inputs_of
from clm_core.models.intervals import learn_interval
from clm_core.models.leads import LeadRates
from clm_core.models.limits import check_amounts, check_varies, compare, reason_of
from clm_core.models.season import Season
from clm_core.models.tasks import Forecast, Task, tasks_for
from clm_core.models.totals import TOTAL_COLUMNS, LevelDrift, total_row
from clm_core.models.windows import Windows, open_windows, read_rows
from clm_core.tables import to_date

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Answer:
    """What one task came to: its card, predictions on the test window, scores of known customers, weights, total."""

    card: ModelCard
    tested: Floats | None = None
    scored: tuple[Floats, ...] | None = None
    weights: pd.DataFrame | None = None
    total: dict[str, object] | None = None


def score_customers(frames: Frames, as_of_day: int, horizon_days: int, discount_rate: float = 0.0) -> Scores:
    """Score every customer known at ``as_of_day`` for the ``horizon_days`` after it.

    Method: features at several earlier cut-offs, labels after each; fitted on those whose labels end one horizon before
    ``as_of_day``, tested on that last horizon beside a baseline, then fitted again up to ``as_of_day`` for the scores. Each time
    a backtest inside the rows learned from decides between buy-till-you-die models alone and a hybrid that corrects them.

    Parameters
    ----------
    frames : Frames
        Orders, and what else is known, in an engine.
    as_of_day : int
        The day as at which customers are scored; nothing after it is read.
    horizon_days : int
        How far ahead to look.
    discount_rate : float, default=0.0
        By how much money a year ahead is worth less, 0.1 for 10 %; expected spend is taken to be spread over the horizon.

    Returns
    -------
    Scores
        A model the data cannot carry is a card with the verdict "refused" and its reason, and empty columns.

    Raises
    ------
    PeriodError
        When the day lies outside the data, the horizon is not at least one day, or the discount rate is not one.
    """
    discount_factor(discount_rate, horizon_days)  # a rate that is none is refused before anything is learned
    tasks = tasks_for(horizon_days)
    blank = {task.model: ModelCard(task.model, task.sentence, horizon_days) for task in tasks}
    # threads that wait for each other by spinning cost ten times the work on a busy machine, and change the last digits
    with threadpool_limits(1):
        try:
            plan = plan_cutoffs(frames.first_day, as_of_day, horizon_days)
        except TooThinError as refusal:
            return _refused(known_at(frames, as_of_day), tasks, blank, refusal)
        rows = read_rows(frames, plan)
        try:
            windows = open_windows(rows, plan)
        except TooThinError as refusal:
            return _refused(rows.known, tasks, blank, refusal)
        answers = [(task, _answer(task, windows, frames.has_amounts, blank[task.model])) for task in tasks]
    scores = _gather(rows.known, answers, windows.test, LeadRates.of(windows.everybody))
    return discounted(scores, discount_rate) if discount_rate else scores


def _refused(known: pd.DataFrame, tasks: Sequence[Task], blank: dict[str, ModelCard], refusal: TooThinError) -> Scores:
    """Nobody has a score, and every card says why."""
    reason = reason_of(refusal)
    return _gather(known, [(task, _Answer(replace(blank[task.model], reason=reason))) for task in tasks], None, None)


def _answer(task: Task, windows: Windows, has_amounts: bool, blank: ModelCard) -> _Answer:
    try:
        check_amounts(has_amounts, task.score)
        if windows.cutoffs.train:
            check_varies(windows.train[task.label], "training window")
        check_varies(windows.test[task.label], "test window")
        return _fit_and_test(task, windows, blank)
    except TooThinError as refusal:
        return _Answer(replace(blank, reason=reason_of(refusal)))


def _fit_and_test(task: Task, windows: Windows, blank: ModelCard) -> _Answer:
    back = run_backtest(task, *windows.split_train) if windows.split_train else None
    forecast: Any = task.candidates[back.choice if back else 0](windows.train)
    tested, happened = forecast.predict(windows.test), windows.test[task.label]
    baseline, base = fitted_baseline(task.baseline, windows.train, windows.test)
    metrics, base_metrics = task.measure(happened, tested), task.measure(happened, base)
    shown, reason = compare(task.key_metric, metrics[task.key_metric], base_metrics[task.key_metric])
    interval: Any = learn_interval(task, *((back.held[task.label], back.predicted) if back else (happened, tested)))
    held, sentence = interval.measured(happened, tested, interval.around(forecast, windows.test, tested))
    if back:
        metrics |= {"interval_coverage": held[0], "interval_coverage_95": held[1]}
    card = replace(
        blank,
        features=_varying(inputs_of(windows.test)),
        method=forecast.method,
        baseline=baseline,
        train_window=_train_window(windows, blank.horizon_days),
        test_window=_window(windows.cutoffs.test, windows.cutoffs.as_of_day),
        n_train=len(windows.train) if back else len(windows.test),
        n_test=len(windows.test),
        metrics=metrics,
        baseline_metrics=base_metrics,
        verdict="shown" if shown else "refused",
        reason=reason,
        interval=f"{interval.sentence}; "
        + (
            f"on the test window it held for {sentence}."
            if back
            else "the test window is all there is to learn it from."
        ),
    )
    if not shown:
        return _Answer(card, tested)
    return _score(task, windows, card, tested)


def _score(task: Task, windows: Windows, card: ModelCard, tested: Floats) -> _Answer:
    """Choose and fit again with all labels up to today, and score."""
    back = run_backtest(task, *windows.split_final) if windows.split_final else None
    final: Forecast = task.candidates[back.choice if back else 0](windows.final)
    predicted = final.predict(windows.known)
    learned = (back.held[task.label], back.predicted) if back else (windows.test[task.label], tested)
    interval: Any = learn_interval(task, *learned)
    if final.method != card.method:
        card = replace(card, method=final.method, reason=f"{card.reason} What was tested is: {card.method}")
    card, season = _judged_season(task, windows, card, tested)
    predicted = predicted if season is None else season.applied(predicted, task.score)
    ends = interval.around(final, windows.known, predicted)
    if task.score == c.EXPECTED_ORDERS:  # there are no more days with an order than days
        predicted, *ends = (np.minimum(end, card.horizon_days) for end in (predicted, *ends))
    exact = task.candidates[0](windows.final).predict(windows.final)
    drift = LevelDrift.of(windows.final, task.label, exact, card.horizon_days)
    return _Answer(
        card,
        tested,
        (predicted, *ends),
        input_weights(windows.final, final.predict(windows.final), task.score),
        total_row(task.model, predicted, drift),
    )


def _judged_season(task: Task, windows: Windows, card: ModelCard, tested: Floats) -> tuple[ModelCard, Season | None]:
    """The season ahead, if earlier years tell one and the one before would have helped the test; and the card that says so."""
    before, now = windows.season_test, windows.season_now
    if now is None:
        return card, None
    is_applied = before is not None and before.helps(task.score, tested, windows.test[task.label])
    told = now.sentence + (
        "it is applied, for the season before would have brought the tested total nearer to what happened."
        if is_applied
        else "it is not applied, for the season before would not have helped the test."
        if before is not None
        else "it is not applied, for the history is too short to test it."
    )
    return replace(card, method=f"{card.method} {told}"), now if is_applied else None


def _train_window(windows: Windows, horizon_days: int) -> tuple[str, str]:
    """First day of the features to the last of the labels; without labels, up to the test."""
    train = windows.cutoffs.train
    if not train:
        return _window(windows.cutoffs.test - int(windows.test[c.DAYS_SINCE_FIRST_ORDER].max()), windows.cutoffs.test)
    return _window(train[0], train[-1] + horizon_days)


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
        ends = (task.score, *(task.score + end for end in c.ENDS))
        values = np.full((len(ends), len(known)), np.nan)
        card = answer.card
        if answer.scored is not None and leads is not None:
            values[:, is_buyer] = np.vstack(answer.scored)
            if not is_buyer.all():
                values[:, ~is_buyer] = np.array(leads.scores.get(task.score, (np.nan,) * len(ends)))[:, None]
                card = replace(card, reason=f"{card.reason} {leads.sentence}")
        table |= dict(zip(ends, values, strict=True))
        tested[task.score] = np.nan if answer.tested is None else answer.tested
        cards.append(card)
    weights = [answer.weights.assign(model=task.model) for task, answer in answers if answer.weights is not None]
    importance = pd.concat(weights, ignore_index=True) if weights else pd.DataFrame(columns=list(IMPORTANCE_COLUMNS))
    test = pd.DataFrame(tested, columns=list(TEST_COLUMNS), index=None if test_rows is not None else [])
    totals = pd.DataFrame([answer.total for _, answer in answers if answer.total], columns=list(TOTAL_COLUMNS))
    return Scores(
        pd.DataFrame(table)[list(SCORE_COLUMNS)], tuple(cards), test, importance[list(IMPORTANCE_COLUMNS)], totals
    )


def calibration_bins(test: pd.DataFrame, n_bins: int = 10) -> pd.DataFrame:
    """Predicted against observed share without an order, in bins of the out-of-time predictions.

    The data of the calibration chart: ``bin``, ``n_customers``, ``predicted``, ``observed``, ``observed_low``,
    ``observed_high`` (95 % Wilson interval). Empty when churn was refused before the test.
    """
    told = test.dropna(subset=[c.CHURN_PROB])
    return calibration_table(told[HAS_NO_ORDER].astype(float), told[c.CHURN_PROB].astype(float), n_bins, level=0.95)

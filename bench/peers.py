"""What others would have said: lifetimes, logistic regression on RFM, boosting of scikit-learn, LightGBM.

Runs in an environment of its own (bench/requirements-peers.txt): ``python bench/peers.py FOLDER`` reads ``learn.parquet`` and
``now.parquet`` and writes ``answers.parquet``, one column an answer; ``python bench/peers.py --fit FOLDER`` only times lifetimes on
``histories.parquet`` and prints JSON. It imports nothing of the project.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

LABELS = ["has_no_order", "next_order_days", "next_spend"]
NOT_FEATURES = ["customer_id", "as_of_day", "repeat_mean", *LABELS]


def fit_lifetimes(now: pd.DataFrame) -> tuple[BetaGeoFitter, float]:
    """BG/NBD, with a little penalty where the plain likelihood does not converge."""
    frequency = now["n_order_days"] - 1
    last_age = now["days_since_first_order"] - now["days_since_last_order"]
    for penalty in (0.0, 0.001, 0.01, 0.1):
        try:
            model = BetaGeoFitter(penalizer_coef=penalty)
            return model.fit(frequency, last_age, now["days_since_first_order"]), penalty
        except Exception as problem:
            told = problem
    raise told


def buy_till_you_die(now: pd.DataFrame, horizon: int) -> tuple[dict[str, np.ndarray], float]:
    """Exact probability of no order, expected orders, and expected spend with the usual fit on repeat orders only."""
    model, penalty = fit_lifetimes(now)
    r, alpha = float(model.params_["r"]), float(model.params_["alpha"])
    x, age = now["n_order_days"] - 1, now["days_since_first_order"]
    last = age - now["days_since_last_order"]
    alive = model.conditional_probability_alive(x, last, age)
    silent = ((alpha + age) / (alpha + age + horizon)) ** (r + x)
    orders = np.asarray(model.conditional_expected_number_of_purchases_up_to_time(horizon, x, last, age))
    answers = {"churn_bgnbd": 1 - alive * (1 - silent), "orders_bgnbd": np.nan_to_num(orders)}
    if "spend_total" in now:
        is_repeat = (x > 0) & (now["repeat_mean"] > 0)
        worth = GammaGammaFitter(penalizer_coef=0.0)
        for penalty_of_value in (0.0, 0.001, 0.01, 0.1):
            try:
                worth = GammaGammaFitter(penalizer_coef=penalty_of_value)
                worth.fit(x[is_repeat], now.loc[is_repeat, "repeat_mean"])
                break
            except Exception:
                continue
        value = worth.conditional_expected_average_profit(x.where(is_repeat, 0), now["repeat_mean"].where(is_repeat, 0))
        answers["spend_bgnbd"] = answers["orders_bgnbd"] * np.asarray(value)
    return answers, penalty


def learned(learn: pd.DataFrame, now: pd.DataFrame) -> dict[str, np.ndarray]:
    """The models that learn from labels, each as its users call it."""
    names = [name for name in now.columns if name not in NOT_FEATURES]
    rfm = [name for name in ("n_order_days", "days_since_last_order", "spend_total") if name in names]
    y = learn["has_no_order"].astype(int)
    signed = [np.sign(rows[rfm]) * np.log1p(rows[rfm].abs()) for rows in (learn, now)]
    logit = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(signed[0], y)
    answers = {"churn_rfm_logit": logit.predict_proba(signed[1])[:, 1]}
    pairs = {
        "boosting": (HistGradientBoostingClassifier(random_state=0), HistGradientBoostingRegressor(random_state=0)),
        "lightgbm": (
            LGBMClassifier(random_state=0, verbose=-1, n_jobs=1),
            LGBMRegressor(random_state=0, verbose=-1, n_jobs=1),
        ),
    }
    for name, (classifier, regressor) in pairs.items():
        answers[f"churn_{name}"] = classifier.fit(learn[names], y).predict_proba(now[names])[:, 1]
        if "spend_total" in names:
            spend = learn["next_spend"].clip(lower=0)
            answers[f"spend_{name}"] = np.maximum(0, regressor.fit(learn[names], spend).predict(now[names]))
    return answers


def time_fit(folder: Path) -> None:
    """Processor seconds of lifetimes' two fits, and the parameters found."""
    now = pd.read_parquet(folder / "histories.parquet")
    started = time.process_time()
    model, penalty = fit_lifetimes(now)
    GammaGammaFitter().fit(now["n_order_days"], now["mean_value"])
    seconds = time.process_time() - started
    print(
        json.dumps({"seconds": seconds, "penalty": penalty, "params": {k: float(v) for k, v in model.params_.items()}})
    )


def main() -> None:
    """Answer for one task, or time one fit."""
    warnings.simplefilter("ignore")
    if sys.argv[1] == "--fit":
        time_fit(Path(sys.argv[2]))
        return
    folder = Path(sys.argv[1])
    learn, now = pd.read_parquet(folder / "learn.parquet"), pd.read_parquet(folder / "now.parquet")
    horizon = json.loads((folder / "task.json").read_text())["horizon_days"]
    answers, penalty = buy_till_you_die(now, horizon)
    if len(learn):
        answers |= learned(learn, now)
    pd.DataFrame(answers).to_parquet(folder / "answers.parquet")
    print(json.dumps({"penalty": penalty}))


if __name__ == "__main__":
    main()

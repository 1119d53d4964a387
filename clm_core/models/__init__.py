"""Churn probability, expected orders and expected spend: features before the cut-off, labels after it, tested out of time."""

from clm_core.models.cards import ModelCard, Scores
from clm_core.models.churn import ChurnClassifier
from clm_core.models.dataset import Cutoffs, build_dataset, plan_cutoffs
from clm_core.models.discount import discounted
from clm_core.models.score import calibration_bins, score_customers
from clm_core.models.value import OrderDaysRegressor

__all__ = [
    "ChurnClassifier",
    "Cutoffs",
    "ModelCard",
    "OrderDaysRegressor",
    "Scores",
    "build_dataset",
    "calibration_bins",
    "discounted",
    "plan_cutoffs",
    "score_customers",
]

"""Buy-till-you-die models: orders of customers who leave without saying so, and what an order of theirs is worth."""

from clm_core.models.btyd.gamma_gamma import GammaGamma
from clm_core.models.btyd.orders import BetaGeoNBD, ModifiedBetaGeoNBD, OrderModel, RegularBetaGeoNBD

__all__ = ["BetaGeoNBD", "GammaGamma", "ModifiedBetaGeoNBD", "OrderModel", "RegularBetaGeoNBD"]

"""A seeded children's bicycle shop whose truth is known: sample data, and ground to test estimates on."""

from clm_core.simulate.files import write_files
from clm_core.simulate.settings import ShopSettings
from clm_core.simulate.shop import DEFAULT_SEED, SimulatedShop, as_tables, simulate_horizon, simulate_shop
from clm_core.simulate.subscribers import chance_to_leave, simulate_subscribers, write_subscribers

__all__ = [
    "DEFAULT_SEED",
    "ShopSettings",
    "SimulatedShop",
    "as_tables",
    "chance_to_leave",
    "simulate_horizon",
    "simulate_shop",
    "simulate_subscribers",
    "write_files",
    "write_subscribers",
]

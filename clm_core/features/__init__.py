"""What is known of each customer at a day.

:func:`build_panel` computes it at several days (snapshots) in one pass and :func:`build_features` is its case of one day, so
a feature means the same in a table, a stage rule, the ledger and a model. Only rows up to a snapshot count towards it.
"""

from clm_core.features.frames import (
    Frame,
    Frames,
    features_of,
    frames_beside,
    frames_of_some,
    known_features,
    load_frames,
)
from clm_core.features.panel import build_features, build_panel
from clm_core.features.registry import FEATURES

__all__ = [
    "FEATURES",
    "Frame",
    "Frames",
    "build_features",
    "build_panel",
    "features_of",
    "frames_beside",
    "frames_of_some",
    "known_features",
    "load_frames",
]

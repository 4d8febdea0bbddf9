"""Train one experiment from many seeds: one run is an anecdote, thirty show what luck has to do with it."""

from .results import Spread, agreement, curve_band, spread_of
from .training import MAX_SEEDS, MIN_SEEDS, WAYS, SeedTraining, Way, train_seeds

__all__ = [
    "MAX_SEEDS",
    "MIN_SEEDS",
    "WAYS",
    "SeedTraining",
    "Spread",
    "Way",
    "agreement",
    "curve_band",
    "spread_of",
    "train_seeds",
]

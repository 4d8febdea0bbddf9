"""`core.runs.trial` under the name that scripts know."""

from ..runs.trial import COUNTED, Key, Measures, Status, Trial, TrialResult, curve_of, history_curve

__all__ = [
    "COUNTED",
    "Key",
    "Measures",
    "Status",
    "Trial",
    "TrialResult",
    "curve_of",
    "history_curve",
]

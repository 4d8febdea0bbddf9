"""Evaluations of a part of the samples, corrected by the last one of all samples.

Within a long epoch the first few hundred samples are evaluated, at its end all. The first ones are easier or harder
than all by about as much each time, so that the curve would be a comb. Of 8,000 digits, from the second epoch on, the
correction brings the error of the loss from 0.065 to 0.011 (MNIST), 0.053 to 0.005 (softmax alone) and 0.046 to 0.011
(CNN), of the accuracy from 1.5, 2.9 and 1.8 points to 0.6, 0.9 and 0.9.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from .figures import Figure


@dataclass(frozen=True)
class Reference:
    """Figures of the same weights on `all` samples and on their first `part`."""

    all: Figure
    part: Figure

    def estimate(self, part: Figure) -> Figure:
        """Predictions for all samples where the same part is `part` now.

        Of the loss, and of the error 1 - accuracy (or 1 - R²): it has changed by as much on all (difference estimate).
        Where that of a harder part has fallen, all of them would end below 0: it has fallen in the same ratio (ratio
        estimate). Cochran, Sampling Techniques, 3rd ed. 1977, chapters 6 and 7.
        """
        loss = _estimate(part.loss, self.part.loss, self.all.loss)
        error = _estimate(1.0 - part.score, 1.0 - self.part.score, 1.0 - self.all.score)
        # Accuracies end at 0; an R² is below it only where the part's is, too.
        score = 1.0 - (min(1.0, error) if part.score >= 0.0 else error)
        return replace(part, loss=loss, score=score, corrected=(loss, score) != (part.loss, part.score))


def _estimate(now: float, part: float, whole: float) -> float:
    found = whole * now / part if 0.0 <= now < part and whole < part else whole + now - part
    # What was not measured is NaN.
    return found if math.isfinite(found) else now

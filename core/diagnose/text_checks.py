"""Checks of networks that continue texts: those that ignore the past, and those that learn texts by heart."""

from __future__ import annotations

from typing import Final

from core.diagnose import fixes as remedies
from core.diagnose.curve_checks import number
from core.diagnose.finding import Finding
from core.diagnose.measurements import Measurements
from core.experiment.experiment import Experiment

# Within this share of what the frequency of each token alone costs, nothing of the past is learned ...
_NEAR: Final = 0.01
# ... where the token before would save at least this share ...
_SAVED: Final = 0.03
# ... after so many epochs.
_EPOCHS: Final = 5
# Nats by which test texts cost more than those learned from.
_APART: Final = 0.3


def counts_only(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """The network knows how frequent each token is, and no more."""
    history, counted = measurements.history, measurements.ngrams
    if not counted or len(history) <= _EPOCHS:
        return None
    now, unigram, bigram = (
        float(history.train_loss[-1]),
        counted[1].nats,
        min(each.nats for each in counted[2:]),
    )
    if abs(now - unigram) > _NEAR * unigram or bigram > (1.0 - _SAVED) * unigram:
        return None
    sentence = (
        f"The training loss stands at {number(now)} nats, as the frequency of each token alone gives "
        f"({number(unigram)}); counting what follows the last tokens gives {number(bigram)}. The network does not use "
        "what comes before."
    )
    fixes = remedies.applicable(
        [
            remedies.stop_decay(experiment, measurements.learning_rate),
            remedies.raise_rate(experiment),
            remedies.change_rate(experiment, 10.0),
            remedies.change_rate(experiment, 0.1),
        ]
    )
    return Finding("unigram", "warning", "Learned frequencies only", sentence, None, fixes, experiment)


def memorises(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """Texts learned from are continued far better than others."""
    history = measurements.history
    if not measurements.ngrams or not len(history):
        return None
    train, test = float(history.train_loss[-1]), float(history.test_loss[-1])
    # NaN without test samples.
    if not test - train > _APART:
        return None
    sentence = (
        f"The texts that it learned from cost {number(train)} nats a token, others {number(test)}: the network learns "
        f"its {measurements.samples:,} samples by heart."
    )
    fixes = remedies.applicable(
        [remedies.add_dropout(experiment), remedies.penalize(experiment), remedies.double_samples(experiment)]
    )
    return Finding("memorises", "warning", "Learned by heart", sentence, None, fixes, experiment)

"""Checks of the loss curves: divergence, overshooting, plateaus, slow progress, overfitting, texts.

A row of the history is an epoch (after 40,000 epochs, several). The limits were tuned on the healthy presets and on the
faults in tests/core/diagnose/illnesses.py.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from ..experiment.experiment import Experiment
from ..io.number_text import epochs_text, loss_text, percent_text, place_text, rounded_text
from ..io.sentence import in_sentence
from ..spec.arrays import Array
from .fixes import Finding, finding, fixes_of
from .measurements import Measurements

# Diverging: this many consecutive losses above the baseline (the best constant prediction) by this factor ...
_RISING_EPOCHS = 5
_ABOVE_BASELINE = 1.5
# ... or rising steadily to this multiple of the best loss.
_ABOVE_BEST = 2.0
# A loss that oscillates below this many baselines overshoots: Adam at a rate of 3 stays at 1 to 3 of them.
_FAR_ABOVE = 6.0
# A loss below this share of the first one has fallen.
_FALLEN = 0.5
# Plateau: the mean of this many epochs is within 1 % of the mean of as many before ...
_STILL_EPOCHS = 10
_STILL_SHARE = 0.01
# ... and above this share of the baseline: a low loss cannot improve much.
_MUCH_LEFT = 0.4
# Unusual settings are named above this share.
_SOME_LEFT = 0.25
# Overshooting: the mean of as many epochs exceeds the baseline by this factor without improving, and the mean
# difference between epochs is at least this share of the baseline. Improving means falling below this share of the mean
# before, and by more than this many mean differences, because means of noisy epochs differ by chance.
_WORSE = 1.05
_NO_BETTER = 0.9
_JUMPS = 2.0
_JUMPING = 0.02
# Too slow: an epoch moves the weights by at most this share of their norm.
_CREEPING = 0.002
_CREEPING_EPOCHS = 3
# Overfitting: the test loss exceeds its minimum by this factor, and the training loss by this one ...
_RISEN = 1.25
_APART = 1.5
# ... and by more than noise: this share of the baseline, or twofold by this share and this many mean differences of
# epochs, as of images of which most are told apart: 0.13 to 0.31 of 2.30. Curves are averaged over this many epochs.
_RISEN_BASELINE = 0.08
_TWOFOLD = 2.0
_RISEN_TWOFOLD = 0.03
_RISEN_JUMPS = 5.0
_SMOOTH_EPOCHS = 3


def diverging(measurements: Measurements, experiment: Experiment) -> Finding | None:
    history = measurements.history
    rate = experiment.training.optimizer.learning_rate
    losses = history.batch_loss
    if not measurements.finite or (len(losses) and not math.isfinite(losses[-1])):
        last = next((loss for loss in losses[::-1] if math.isfinite(loss)), math.nan)
        sentence = f"The loss is no longer a number; the last one was {loss_text(last)}."
    elif _is_rising(losses, measurements.baseline) or _is_lost(losses, measurements.baseline):
        best = int(np.argmin(losses))
        went = f"rose from {loss_text(losses[best])} in epoch {place_text(history.epoch[best])} to"
        sentence = (
            f"The training loss, as the mean of the batches, {went if losses[-1] > losses[best] else 'stays at'} "
            f"{loss_text(losses[-1])} in epoch {place_text(history.epoch[-1])}; ignoring the inputs would "
            f"give {loss_text(measurements.baseline)}."
        )
    else:
        return None
    if not experiment.training.optimizer.full_batch:
        sentence += f" Steps at a learning rate of {rate:g} are too large."
    return finding("diverging", "alarm", "Diverging", sentence, measurements, experiment)


def _is_rising(losses: Array, baseline: float) -> bool:
    if len(losses) <= _RISING_EPOCHS:
        return False
    recent = losses[-_RISING_EPOCHS:]
    if _is_falling(losses):
        return False
    if bool(np.all(recent > _ABOVE_BASELINE * baseline)):
        # Falling from a bad initialization is learning.
        before = losses[: -_RISING_EPOCHS + 1][-_RISING_EPOCHS:]
        near = _is_jumping(losses, baseline) and not _is_far(losses, baseline)
        return not near and not _is_better(recent, before)
    best = float(losses[:-_RISING_EPOCHS].min())
    rising = bool(np.all(np.diff(losses[-_RISING_EPOCHS - 1 :]) > 0.0))
    return rising and losses[-1] > _ABOVE_BEST * best and losses[-1] > 0.5 * baseline


def _is_falling(losses: Array) -> bool:
    """Whether the mean of the last epochs is below that of as many before."""
    recent, before = losses[-_RISING_EPOCHS:], losses[-2 * _RISING_EPOCHS : -_RISING_EPOCHS]
    return len(before) > 0 and bool(recent.mean() < before.mean())


def _is_lost(losses: Array, baseline: float) -> bool:
    """Whether the loss stays far above the baseline, and did not come from far above itself."""
    if not (_is_hovering(losses, baseline) and _is_far(losses, baseline)):
        return False
    return bool(losses[-_STILL_EPOCHS:].mean() > _FALLEN * losses[0])


def _is_hovering(losses: Array, baseline: float) -> bool:
    """Whether the loss oscillates at a level worse than the baseline."""
    if not _is_jumping(losses, baseline):
        return False
    recent, before = losses[-_STILL_EPOCHS:], losses[-2 * _STILL_EPOCHS : -_STILL_EPOCHS]
    return bool(recent.mean() >= _WORSE * baseline) and not _is_better(recent, before)


def _is_jumping(losses: Array, baseline: float) -> bool:
    return len(losses) >= 2 * _STILL_EPOCHS and _jitter(losses[-_STILL_EPOCHS:]) >= _JUMPING * baseline


def _is_far(losses: Array, baseline: float) -> bool:
    return bool(losses[-_STILL_EPOCHS:].mean() > _FAR_ABOVE * baseline)


def _is_better(now: Array, before: Array) -> bool:
    """Whether the mean fell by more than chance."""
    return bool(now.mean() < min(_NO_BETTER * before.mean(), before.mean() - _JUMPS * _jitter(now)))


def _jitter(losses: Array) -> float:
    """Mean absolute difference of consecutive losses, minus the trend."""
    return _jump(losses) - abs(float(losses[-1] - losses[0])) / (len(losses) - 1)


def _jump(losses: Array) -> float:
    """Mean absolute difference of consecutive losses."""
    return float(np.abs(np.diff(losses)).mean())


def overshooting(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """The learning rate is so large that steps undo each other."""
    losses, baseline = measurements.history.batch_loss, measurements.baseline
    if experiment.training.optimizer.full_batch or not _is_hovering(losses, baseline):
        return None
    recent = losses[-_STILL_EPOCHS:]
    sentence = (
        f"The training loss was {loss_text(float(recent.mean()))} on average in the last {_STILL_EPOCHS} epochs, and "
        f"jumped by {loss_text(_jump(recent))} between them; ignoring the inputs would give {loss_text(baseline)}. "
        f"Steps at a learning rate of {measurements.learning_rate:g} leave behind what they found."
    )
    return finding("overshooting", "alarm", "Learning rate too large", sentence, measurements, experiment)


def slow(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """The learning rate is so small that the loss hardly changes."""
    share, history = measurements.step_share, measurements.history
    if share is None or len(history) <= _CREEPING_EPOCHS or not _much_left(measurements):
        return None
    epoch_share = share * measurements.steps_per_epoch
    before, now = history.batch_loss[[-1 - _CREEPING_EPOCHS, -1]]
    if epoch_share > _CREEPING or now < 0.95 * before:
        return None
    sentence = (
        f"An epoch moves the weights by at most {percent(epoch_share)} of their length at a learning rate of "
        f"{measurements.learning_rate:g}, and the training loss still stands at {loss_text(measurements.train_loss)}."
    )
    return finding("slow", "warning", "Learning rate too small", sentence, measurements, experiment)


def standing_still(measurements: Measurements, experiment: Experiment) -> Finding | None:
    history = measurements.history
    # Many places of noise lead through one: the loss of a field that is learned stays far above 0.
    if experiment.task.has_time or len(history) < 2 * _STILL_EPOCHS + 1 or not _much_left(measurements):
        return None
    now = float(history.batch_loss[-_STILL_EPOCHS:].mean())
    before = float(history.batch_loss[-2 * _STILL_EPOCHS : -_STILL_EPOCHS].mean())
    gained = 1.0 - now / before
    if gained > _STILL_SHARE:
        return None
    epochs = history.epoch[-1] - history.epoch[-1 - 2 * _STILL_EPOCHS]
    changed = f"improved by {percent(gained)}" if gained > 0.0 else "not improved"
    sentence = (
        f"The training loss has {changed} in the last {epochs_text(epochs)} and stands at "
        f"{loss_text(measurements.train_loss)}; ignoring the inputs would give {loss_text(measurements.baseline)}."
    )
    return finding("plateau", "warning", "Standing still", sentence, measurements, experiment)


def unusual(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """Settings far from the usual ones, of a training that has learned too little after some epochs."""
    history, loss, baseline = measurements.history, measurements.train_loss, measurements.baseline
    if len(history) < 2 * _STILL_EPOCHS or experiment.task.has_time or not loss > _SOME_LEFT * baseline:
        return None
    fixes = fixes_of("unusual", measurements, experiment)
    sentence = (
        f"The training loss is {loss_text(loss)} after {history.epoch[-1]:.0f} epochs; ignoring the inputs would give "
        f"{loss_text(baseline)}. More usual: {', '.join(in_sentence(fix.text) for fix in fixes)}."
    )
    return (
        Finding("unusual", "note", "Unusual settings", sentence, None, fixes, experiment) if fixes else None
    )


def one_class(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """Every sample is predicted to be of the class that is most frequent."""
    counts, found, history = measurements.class_counts, measurements.predicted_counts, measurements.history
    if len(history) < _STILL_EPOCHS or np.count_nonzero(found) != 1 or np.count_nonzero(counts) < 2:
        return None
    said = int(found.argmax())
    if counts[said] < counts.max():
        return None
    name, share = (measurements.class_names or range(len(counts)))[said], float(counts[said] / counts.sum())
    sentence = (
        f"All {measurements.rows:,} samples are predicted to be {name}, which {percent(share)} of the training samples "
        "are: the inputs make no difference."
    )
    return finding("majority", "warning", "Predicts one class only", sentence, measurements, experiment)


def overfitting(measurements: Measurements, experiment: Experiment) -> Finding | None:
    history = measurements.history
    if len(history) < 4 * _SMOOTH_EPOCHS or not np.isfinite(history.test_loss).all():
        return None
    window = np.ones(_SMOOTH_EPOCHS) / _SMOOTH_EPOCHS
    test, train = (np.convolve(loss, window, "valid") for loss in (history.test_loss, history.drawn_loss))
    best = int(np.argmin(test))
    # The lowest of the last epochs, because a single bad one is noise.
    now = float(test[-_SMOOTH_EPOCHS:].min())
    risen, share = now - test[best], (now - test[best]) / measurements.baseline
    noise = _jump(history.test_loss[best:])
    is_twofold = now > _TWOFOLD * test[best] and share > _RISEN_TWOFOLD and risen > _RISEN_JUMPS * noise
    is_risen = is_twofold or (now > _RISEN * test[best] and share > _RISEN_BASELINE)
    if not is_risen or train[-1] > train[best] or now < _APART * train[-1]:
        return None
    epoch = history.epoch[best + _SMOOTH_EPOCHS // 2]
    sentence = (
        f"As a mean of {_SMOOTH_EPOCHS} epochs, the {experiment.held_name} loss rose from {loss_text(test[best])} "
        f"around epoch {place_text(epoch)} to {loss_text(test[-1])}, while the training loss fell from "
        f"{loss_text(train[best])} to {loss_text(train[-1])}: the network learns its {measurements.samples:,} samples "
        "by heart."
    )
    return finding("overfitting", "warning", "Overfitting", sentence, measurements, experiment)


def _much_left(measurements: Measurements) -> bool:
    floor = measurements.floor if math.isfinite(measurements.floor) else 0.0
    return bool(measurements.train_loss - floor > _MUCH_LEFT * (measurements.baseline - floor))


def number(value: float) -> str:
    """Three significant digits, and "none" for what is no number."""
    return rounded_text(value) if math.isfinite(value) else "none"


def percent(share: float) -> str:
    """A share as 12 %, 0.3 % or 0.004 %."""
    return percent_text(share) if share >= 0.1 else f"{rounded_text(100 * share, 1)} %"


# Within this share of what the frequency of each token alone costs, nothing of the past is learned ...
_NEAR: Final = 0.01
# ... where the token before would save at least this share ...
_SAVED: Final = 0.03
# ... after so many epochs.
_EPOCHS: Final = 5
# Nats by which test texts cost more than those learned from.
_TEXTS_APART: Final = 0.3


def counts_only(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """The network knows how frequent each token is, and no more."""
    history, counted = measurements.history, measurements.ngrams
    if not counted or len(history) <= _EPOCHS:
        return None
    now, unigram, bigram = measurements.train_loss, counted[1].nats, min(each.nats for each in counted[2:])
    if abs(now - unigram) > _NEAR * unigram or bigram > (1.0 - _SAVED) * unigram:
        return None
    sentence = (
        f"The training loss stands at {loss_text(now)} nats, as the frequency of each token alone gives "
        f"({loss_text(unigram)}); counting what follows the last tokens gives {loss_text(bigram)}. The network does "
        "not use what comes before."
    )
    return finding("unigram", "warning", "Learned frequencies only", sentence, measurements, experiment)


def memorises(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """Texts learned from are continued far better than others."""
    history = measurements.history
    if not measurements.ngrams or not len(history):
        return None
    train, test = measurements.train_loss, measurements.figures.test.loss
    # NaN without test samples. Who knows less than the frequency of each token has nothing by heart.
    if not test - train > _TEXTS_APART or train > measurements.ngrams[1].nats:
        return None
    sentence = (
        f"The texts that it learned from cost {loss_text(train)} nats a token, others {loss_text(test)}: the network "
        f"learns its {measurements.samples:,} samples by heart."
    )
    return finding("memorises", "warning", "Learned by heart", sentence, measurements, experiment)

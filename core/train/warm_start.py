"""Warm start: transfer the weights of a trained network to one of another shape.

Layers in both stacks keep their weights where the shapes overlap. New units get outgoing weights of zero, and
a new Dense layer starts as the identity, so that outputs (nearly) stay the same. The idea is Net2Net's (Chen
et al., 2015), but new units start silent instead of as copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..nn import Dense, Layer, Tanh
from ..nn.network import Network
from ..spec.arrays import Array
from .trainer import Trainer

_LINEAR_SCALE = 0.3
_TIES, _MAX_APART = 10**9, 10**6
"""A score outweighs all that follow it in the sums of a thousand layers."""


def match_layers(old: Sequence[Layer], new: Sequence[Layer]) -> list[int | None]:
    """For every layer of `new`, the index of its predecessor in `old`, or None; both orders are kept.

    Longest common subsequence, in which equal layers score slightly more than layers of the same kind. Of several, that
    with most equal names; then with the nearest sizes; then with most equal places.
    """
    scores = np.zeros((len(old) + 1, len(new) + 1), object)
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            skipped = max(scores[i + 1, j], scores[i, j + 1])
            scores[i, j] = max(skipped, scores[i + 1, j + 1] + _similarity(old[i], new[j], same_place=i == j))
    found: list[int | None] = [None] * len(new)
    i = j = 0
    while i < len(old) and j < len(new):
        similarity = _similarity(old[i], new[j], same_place=i == j)
        if similarity and scores[i, j] == scores[i + 1, j + 1] + similarity:
            found[j] = i
            i, j = i + 1, j + 1
        elif scores[i, j] == scores[i + 1, j]:
            i += 1
        else:
            j += 1
    return found


def matched_paths(
    old: Sequence[Layer], new: Sequence[Layer], within: tuple[str, str] = ("", "")
) -> Iterator[tuple[str, str]]:
    """Yield the paths of each old layer and its successor, as of `match_layers`, those within blocks too."""
    for number, partner in enumerate(match_layers(old, new)):
        if partner is not None:
            paths = f"{within[0]}{partner}", f"{within[1]}{number}"
            yield paths
            before, after = (getattr(layer, "layers", ()) for layer in (old[partner], new[number]))
            yield from matched_paths(before, after, (f"{paths[0]}/", f"{paths[1]}/"))


def transfer_weights(
    old: Network, new: Network, inputs: Sequence[int | None] | None = None, *, same_outputs: bool = True
) -> None:
    """Overwrite the initial weights of `new` with those of `old`.

    `inputs` gives the old index of every input of `new`, None for a new one; by default indices stay. With
    `same_outputs=False` the last layer stays as initialized, because its outputs have another meaning.
    """
    partners = [
        *match_layers(old.layers[:-1], new.layers[:-1]),
        len(old.layers) - 1 if same_outputs else None,
    ]
    first, first_old = _first_with_weights(new), _first_with_weights(old)
    for index, (layer, weights, partner) in enumerate(zip(new.layers, new.weights, partners, strict=True)):
        if not weights:
            continue
        # Inputs of a layer that has become the first were units.
        rows = inputs if index == first and partner == first_old else None
        if partner is None:
            if isinstance(layer, Dense) and layer is not new.layers[-1]:
                _become_identity(weights["kernel"])
            continue
        for name, into in weights.items():
            source = old.weights[partner].get(name)
            if source is not None:
                _copy_overlap(source, into, rows)
    if partners[0] is None:
        _scale_into_linear_range(new)
    new.prune_links()


def continue_training(
    old: Trainer,
    new: Trainer,
    edit: str,
    inputs: Sequence[int | None] | None = None,
    *,
    same_outputs: bool = True,
) -> None:
    """Continue `old` in the new trainer `new`: weights, place in the epoch and history, with `edit` marked.

    Optimizer state is kept if all shapes match. `inputs`, `same_outputs`: see `transfer_weights`.
    """
    old.finish_evaluation()
    continue_weights(old, new, inputs, same_outputs=same_outputs)
    new.epoch, new.has_own_weights = old.epoch, old.has_own_weights
    _keep_place(old, new)
    new.evaluator.log = old.log
    new.log.mark(old.fractional_epoch, edit)
    new.evaluate_now()


def continue_weights(
    old: Trainer, new: Trainer, inputs: Sequence[int | None] | None = None, *, same_outputs: bool = True
) -> None:
    """Give `new` the weights of `old`, and its optimizer's and schedule's state where shapes and kinds match."""
    transfer_weights(old.network, new.network, inputs, same_outputs=same_outputs)
    if _shapes(old) == _shapes(new) and type(old.config.optimizer) is type(new.config.optimizer):
        new.optimizer_state.step = old.optimizer_state.step
        new.optimizer_state.load_state_dict(old.optimizer_state.state_dict())
        for name, slot in new.optimizer_state.slots.items():
            slot[...] = old.optimizer_state.slots[name]
    if type(old.scheduler.schedule) is type(new.scheduler.schedule):
        new.scheduler.load_state_dict(old.scheduler.state_dict())


def _keep_place(old: Trainer, new: Trainer) -> None:
    """Go on within the epoch, in the same order of as many samples, else at about the same share of them."""
    before, batches = old.batches, new.batches
    position, step = before.position, before.step
    if len(old.train) != len(new.train):
        step = min(batches.steps - 1, position * len(new.train) // (len(old.train) * batches.batch_size))
        position = step * batches.batch_size
    batches.resume(dict(before.epoch_state), position, step)


def _shapes(trainer: Trainer) -> list[tuple[int, ...]]:
    """Shapes of all weights and optimizer slots."""
    weights = [array.shape for views in trainer.network.weights for array in views.values()]
    return weights + [slot.shape for slot in trainer.optimizer_state.slots.values()]


def _first_with_weights(network: Network) -> int | None:
    return next((index for index, weights in enumerate(network.weights) if weights), None)


def _similarity(old: Layer, new: Layer, *, same_place: bool) -> int:
    """0 for different kinds; equal layers score more, and layers with parameters much more; the rest decides ties."""
    if old.kind != new.kind:
        return 0
    weight = 1 if type(old).parameters is Layer.parameters else 4
    same_name = old.name == new.name != ""
    before, after = (int(getattr(each, "units", getattr(each, "filters", 0))) for each in (old, new))
    score = weight * (3 if old == new else 2) * _TIES + same_name
    return (score * _TIES - min(abs(before - after), _MAX_APART)) * _TIES + same_place


def _become_identity(kernel: Array) -> None:
    """Pass the first inputs through unchanged; further units keep their initial weights."""
    shared = min(kernel.shape)
    kernel[:, :shared] = 0.0
    kernel[np.arange(shared), np.arange(shared)] = 1.0


def _scale_into_linear_range(network: Network) -> None:
    """Make a new first tanh layer use its nearly linear range.

    Inputs reach far beyond 1, where tanh saturates. A smaller factor is closer to the identity, but makes the
    first steps wilder, because the next layer compensates with larger weights.
    """
    if len(network.layers) < 2:
        return
    first, second = network.layers[:2]
    if not (isinstance(first, Dense) and isinstance(first.activation, Tanh) and isinstance(second, Dense)):
        return
    inputs, units = network.weights[0]["kernel"].shape
    if inputs <= units:
        network.weights[0]["kernel"][:, :inputs] *= _LINEAR_SCALE
        network.weights[1]["kernel"][:inputs] /= _LINEAR_SCALE


def _copy_overlap(source: Array, into: Array, rows: Sequence[int | None] | None) -> None:
    """Copy `source` where the shapes overlap; new inputs (second to last axis) get zero weights."""
    units = min(source.shape[-1], into.shape[-1])
    if into.ndim == 1:
        into[:units] = source[:units]
        return
    if source.shape[:-2] != into.shape[:-2]:
        return
    if rows is None:
        rows = [row if row < source.shape[-2] else None for row in range(into.shape[-2])]
    for row, origin in enumerate(rows):
        into[..., row, :units] = 0.0 if origin is None else source[..., origin, :units]

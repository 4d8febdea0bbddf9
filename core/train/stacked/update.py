"""The second half of a stacked step: penalties, clipping, learning rates and the optimizer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...optim.clipping import NoClipping
from ...optim.optimizer import ParameterSlice
from ...optim.regularizers import NoRegularizer
from ...spec.arrays import Array
from ..trainer import Trainer
from .network import StackedNetwork


class StackedUpdate:
    """Moves the weights of a stack; first-order optimizers are elementwise, so that all seeds are one vector."""

    def __init__(self, network: StackedNetwork, trainers: Sequence[Trainer]) -> None:
        self._network, self._trainers = network, trainers
        config = trainers[0].config
        self._regularizer, self._clipping = config.regularizer, config.clipping
        self._penalizes = not isinstance(self._regularizer, NoRegularizer)
        self._clips = not isinstance(self._clipping, NoClipping)
        self._scheduler = trainers[0].scheduler
        self._scratch = np.empty_like(network.kernels)
        self.state = config.optimizer.bind(network.parameters.reshape(-1), network.gradients.reshape(-1))
        self.state.step = trainers[0].optimizer_state.step
        for name, rows in self.slots.items():
            for row, trainer in zip(rows, trainers, strict=True):
                row[...] = trainer.optimizer_state.slots[name]
        self._rates = [self.state.rate] * len(trainers)
        self._next_rates = self._rates
        self.start_epoch()

    @property
    def slots(self) -> dict[str, Array]:
        """The optimizer's slots, (seeds, count)."""
        return {name: slot.reshape(len(self._network), -1) for name, slot in self.state.slots.items()}

    def start_epoch(self) -> None:
        """Read what only the end of an epoch changes: rates that a plateau has lowered, for each seed by itself."""
        if self._scheduler.uses_loss:
            base = self._trainers[0].config.optimizer.learning_rate
            self._next_rates = [
                trainer.scheduler.rate(base, trainer.epoch, 0, 1) for trainer in self._trainers
            ]

    def apply(self, epoch: int, step: int, steps: int) -> None:
        """One step along the gradients; `step` counts from 0 within `epoch`, which has `steps`."""
        network = self._network
        if self._penalizes:
            self._regularizer.add_gradient(network.kernels, network.kernel_gradients, self._scratch)
        if self._clips:
            self._clipping.clip_each(network.gradients)
        if self._scheduler.uses_loss:
            self._rates = self._next_rates
        elif not self._scheduler.schedule.constant:
            base = self._trainers[0].config.optimizer.learning_rate
            self._rates = [self._scheduler.rate(base, epoch, step, steps)] * len(self._trainers)
        if not network.frozen.size:
            self._update()
            return
        network.gradients[:, network.frozen] = 0.0
        # Zero gradients are not enough: momentum and weight decay still move weights.
        kept = network.parameters[:, network.frozen]
        self._update()
        network.parameters[:, network.frozen] = kept

    def rate_of(self, row: int) -> float:
        """The learning rate of a seed's last step."""
        return self._rates[row]

    def _update(self) -> None:
        state, rates = self.state, self._rates
        if rates.count(rates[0]) == len(rates):
            state.rate = rates[0]
            state.update()
            return
        state.step += 1
        for row, rate in enumerate(rates):
            own = tuple(slot[row] for slot in self.slots.values())
            part = ParameterSlice.of(self._network.parameters[row], self._network.gradients[row], own)
            state.optimizer.update(part, state.step, rate)

"""The next token: what follows at each position of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ...data.batches import Samples
from ...data.dataset import Data, DatasetInfo, Labels
from ...data.target_encoding import TargetEncoding
from ...nn import ActivationFunction
from ...nn.losses import CrossEntropy, Loss
from ...spec.arrays import Array
from .supervised import Classification
from .task import TASKS, Score

if TYPE_CHECKING:
    from numpy.random import Generator


@TASKS.register()
class NextToken(Classification):
    """The token that follows at each position, from those up to it.

    The loss is the mean in nats over the positions that are counted. The windows of a running text begin elsewhere in
    each batch, so that every position is learned at every place.
    """

    kind = "next_token"
    title = "Continue"
    summary = "Tell which token follows"
    labels: ClassVar[Labels | None] = "tokens"
    target_name = "tokens to continue with"
    classifies = False
    per_position = True
    makes_batches = True
    score = Score("accuracy", "accuracy per token", "Accuracy", is_share=True, least_gain=0.01)

    def why_not(self, info: DatasetInfo) -> str:
        if info.labels == "tokens":
            return ""
        return f"The next token needs texts that go on, and these data have {info.labels}"

    def takes(self, loss: Loss) -> bool:
        return isinstance(loss, CrossEntropy)

    def why_no_loss(self, loss: Loss, info: DatasetInfo, data: str) -> str:
        return "" if self.takes(loss) else f"{loss.title} does not tell tokens apart; take cross-entropy"

    def keeps(self, loss: Loss, info: DatasetInfo) -> bool:
        return self.takes(loss)

    def usual_loss(self, info: DatasetInfo) -> Loss:
        return CrossEntropy()

    def activation(self, info: DatasetInfo, loss: Loss) -> str:
        return "linear" if loss.takes_logits else "softmax"

    def outputs(self, info: DatasetInfo, loss: Loss) -> int:
        return info.outputs

    def encoding(self, info: DatasetInfo, loss: Loss, activation: ActivationFunction) -> TargetEncoding:
        return TargetEncoding(info.outputs, info.outputs, tokens=True)

    def samples(
        self, inputs: Array, labels: NDArray[Any], data: Data, encoding: TargetEncoding, noise: Generator
    ) -> Samples:
        targets = encoding.encode(labels)
        time = inputs.shape[1]
        if data.gap is None or len(inputs) < 2:
            return Samples(inputs, targets, targets)
        # Windows that follow one another are a text again, of which `make` cuts others.
        stream = np.concatenate([inputs.reshape(-1), targets[-1, -1:].astype(inputs.dtype)])
        starts = np.minimum(np.arange(len(inputs)) * time, len(stream) - 2 * time)
        return Samples(inputs, targets, targets, source=sliding_window_view(stream, 2 * time)[starts])

    def make(self, source: Array, targets: Array, noise: Generator) -> tuple[Array, Array]:
        time = targets.shape[1]
        if source.shape[1] == time:
            return source, targets
        start = int(noise.integers(0, time))
        return source[:, start : start + time], source[:, start + 1 : start + time + 1].astype(np.int32)

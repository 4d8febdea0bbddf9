"""Say how a `.pt` or `.pth` of PyTorch is exported: pickles can run code, so that they are not read."""

from __future__ import annotations

from pathlib import Path

from ...io.sentence import short_sentence
from ..model_reader import MODEL_READERS, ModelReader, ModelReport


@MODEL_READERS.register()
class PtFile(ModelReader):
    """A pickle, or a program of TorchScript."""

    kind = "pt"
    title = "PyTorch (.pt)"
    suffix = ".pt"
    is_read = False

    def report(self, path: Path) -> ModelReport:
        raise ValueError(
            short_sentence(
                f"{path.name} cannot be opened: pickles of PyTorch can run code. Write it there as ONNX, by "
                'torch.onnx.export(model, x, "model.onnx") with a batch x, and open that'
            )
        )


@MODEL_READERS.register()
class PthFile(PtFile):
    """As `PtFile`, with its other suffix."""

    kind = "pth"
    title = "PyTorch (.pth)"
    suffix = ".pth"

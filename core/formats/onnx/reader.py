"""Read a model from an ONNX file, of this program or of others."""

from __future__ import annotations

from pathlib import Path

from core.formats.model_reader import MODEL_READERS, ModelReader
from core.formats.model_report import ModelReport, report_of
from core.formats.onnx.foreign_files import recognize
from core.formats.onnx.own_files import described_model
from core.formats.onnx.parser import parse_onnx
from core.io.sentence import short_sentence


@MODEL_READERS.register()
class OnnxReader(ModelReader):
    """A stack of layers, also as PyTorch, Keras and skl2onnx write it; needs no other package."""

    kind = "onnx"
    title = "ONNX (.onnx)"
    suffix = ".onnx"

    def report(self, path: Path) -> ModelReport:
        """See `ModelReader.report`."""
        try:
            model = parse_onnx(path)
            described = described_model(model)
            if described is not None:
                return report_of(described, f"ONNX, by {described.program or model.producer:.60}")
            return recognize(model, path.stem)
        except ValueError as error:
            raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None

"""Read a model from a `.keras` file, of this program or as Keras 3 saves it."""

from __future__ import annotations

from pathlib import Path

from core.formats.keras.foreign_files import recognize
from core.formats.keras.own_files import described_model
from core.formats.keras.parts import read_parts
from core.formats.model_reader import MODEL_READERS, ModelReader
from core.formats.model_report import ModelReport, report_of
from core.formats.weights.rebuilt_model import origin
from core.io.sentence import short_sentence


@MODEL_READERS.register()
class KerasReader(ModelReader):
    """A Sequential or functional model of layers that are here; needs no other package."""

    kind = "keras"
    title = "Keras 3 (.keras)"
    suffix = ".keras"

    def report(self, path: Path) -> ModelReport:
        """See `ModelReader.report`."""
        try:
            parts = read_parts(path)
            described = described_model(parts)
            if described is not None:
                return report_of(described, origin("Keras", parts.notes))
            return recognize(parts, path.stem)
        except ValueError as error:
            raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None

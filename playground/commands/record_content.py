"""Tables and reports about a training as the export dialog shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core.io.atomic_write import atomic_write
from core.reports import Report, TrainingRecord
from core.spec import SettingError, Spec
from playground.views.dialogs.export import CodeSample, Fact, FormatContent

_MAX_SAMPLES = 2_000
"""More take too long to predict while the window waits: 4 s for 10,000 images and a CNN."""
_MAX_SHOWN = 20_000


@dataclass(frozen=True)
class RecordContent(FormatContent[Report]):
    """`record` is None where no network can be exported; `message` then says why."""

    record: TrainingRecord | None
    message: str = ""
    texts: dict[Spec, str] = field(default_factory=dict, compare=False)
    """What has been made, by document and settings."""

    def check(self, spec: Report) -> None:
        """Raise a `SettingError` where there is nothing to write."""
        record = self._record
        if self._is_small and spec not in self.texts:
            self.texts[spec] = spec.text(record)

    def code(self, spec: Report, path: Path) -> Sequence[CodeSample]:
        """The beginning of the document, once it is made."""
        if spec not in self.texts:
            raise SettingError("It is being made: there are many samples to predict")
        text = self.texts[spec]
        shown = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}\n…"
        noun = "table" if spec.suffix == ".csv" else "text"
        source = CodeSample(spec.suffix.lstrip(".").upper(), shown, made=lambda: text, noun=noun)
        if spec.suffix != ".html":
            return (source,)
        return (CodeSample("Preview", text, rendered=True, noun=noun), source)

    def facts(self, spec: Report) -> Sequence[Fact]:
        """Samples and epochs."""
        record = self.record
        if record is None:
            return ()
        facts = [Fact("Epochs", f"{record.state.epoch:,}"), Fact("Curves", f"{len(record.history):,} rows")]
        if record.data is not None:
            train, test = len(record.data.train_index), len(record.data.test_index)
            facts.append(Fact("Samples", f"{train:,} for training, {test:,} for testing"))
        return facts

    def maker(self, spec: Report) -> Callable[[], object] | None:
        """Makes a document that takes long."""
        return None if spec in self.texts else partial(self._make, spec)

    def write(self, spec: Report, path: Path) -> None:
        """Write the document. Raises `OSError` and `SettingError`."""
        text = self.texts.get(spec) or self._make(spec)
        with atomic_write(path) as file:
            file.write(text.encode())

    def _make(self, spec: Report) -> str:
        found: str = spec.text(self._record)
        self.texts[spec] = found
        return found

    @property
    def _record(self) -> TrainingRecord:
        if self.record is None:
            raise SettingError(f"There is no trained network. {self.message}".rstrip())
        return self.record

    @property
    def _is_small(self) -> bool:
        data = None if self.record is None else self.record.data
        return data is None or data.data.samples <= _MAX_SAMPLES

"""Import of a text: background reader, preview, and how it is cut into samples and tokens."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget

from core.data.datasets import TextFile
from core.data.texts import shown_text
from core.io.number_text import count_text
from playground.plugin import ChoiceCombo, Document, ThemeSource, set_up, whole_combo
from playground.plugins.imports.import_dialog import ImportDialog, ImportTexts
from playground.plugins.imports.readers import ReadText, load_text

_SIZE_PX = (760, 560)
_SHOWN = 5_000
_SAMPLES = [("lines", "Each line"), ("text", "The text runs on")]
_TOKENS = [("letters", "Letters"), ("words", "Words")]
_TEXTS = ImportTexts(
    "Import text",
    "Other file…",
    "Choose another text.",
    "Use text",
    "Learn to continue this text.",
)


class TextDialog(ImportDialog):
    """Previews a text; "Use text" makes a new document on it, or changes the one that is."""

    table_requested = Signal(object)
    """Carries the path, to be opened as a table."""

    def __init__(self, document: Document, themes: ThemeSource, path: Path, parent: QWidget) -> None:
        super().__init__(_TEXTS, document, path, parent)
        self.resize(*_SIZE_PX)
        self._read: ReadText | None = None
        self.as_table = set_up(QPushButton("As a table…", self), autoDefault=False)
        self.as_table.setToolTip("Read the file as columns of numbers and categories.")
        self.as_table.clicked.connect(self._open_as_table)
        self._make_head(self.as_table)
        self.preview = set_up(QPlainTextEdit(self), readOnly=True, accessibleName="Beginning of the text")
        self.preview.setTabChangesFocus(True)
        self._pages.addWidget(self.preview)
        self._make_choices()
        self._lay_out(self.progress)
        self.loader.finished.connect(self._show_text_file)
        self.load(path)

    def load(self, path: Path) -> None:
        """Read a text. Options are guessed, or those of the dataset if the file is in use."""
        self._show_path(path)
        used = self._document.experiment.dataset
        self._read = None
        self._begin_text(used if isinstance(used, TextFile) and Path(used.path) == path else None)

    def _make_choices(self) -> None:
        self.samples_are = ChoiceCombo(
            _SAMPLES,
            tooltip="Lines, such as names or questions, that have nothing to do with each other; or one text.",
            parent=self,
        )
        self.tokens = ChoiceCombo(
            _TOKENS,
            tooltip="What the network reads and writes, one after another. Of words the 2,000 most frequent are told "
            "apart.",
            parent=self,
        )
        self.context, self.most = (
            whole_combo(item, self) for item in (TextFile.setting("context"), TextFile.setting("most"))
        )
        for chooser in (self.samples_are, self.tokens):
            chooser.chosen.connect(self._read_again)
        for combo in (self.context, self.most):
            combo.value_chosen.connect(self._read_again)
        self._make_form(
            ("Samples", self.samples_are),
            ("Tokens", self.tokens),
            ("Context", self.context),
            ("Characters at most", self.most),
        )

    def _begin_text(self, choice: TextFile | None) -> None:
        self._begin(partial(load_text, self._path, choice), keeps_preview=self._read is not None)

    def _read_again(self) -> None:
        self._begin_text(
            TextFile().replace(
                samples_are=self.samples_are.current,
                tokens=self.tokens.current,
                context=int(self.context.value),
                most=int(self.most.value),
            )
        )

    def _show_failure(self, error: Exception) -> None:
        self._read = None
        super()._show_failure(error)

    def _show_text_file(self, read: ReadText) -> None:
        first, dataset = self._read is None, read.dataset
        self._read = read
        self.progress.hide()
        self.samples_are.set_current(dataset.samples_are)
        self.tokens.set_current(dataset.tokens)
        self.context.set_value(dataset.context)
        self.most.set_value(dataset.most)
        letters = count_text(read.characters, "character")
        self.details.setText(f"the first {letters} of {read.megabytes} MB" if read.is_cut else letters)
        self.preview.setPlainText(shown_text(read.beginning[:_SHOWN]))
        samples = count_text(read.samples, "line" if dataset.samples_are == "lines" else "piece")
        token = "different word" if dataset.tokens == "words" else "different letter"
        tokens = count_text(dataset.vocabulary, token)
        self._show_preview(f"{samples} · {tokens} · {dataset.context} at once", first=first)

    def _open_as_table(self) -> None:
        path = self._path
        self.reject()
        self.table_requested.emit(path)

    def _use(self) -> None:
        if self._read is None or not self.use_button.isEnabled():
            return
        self._use_data(self._read.dataset)

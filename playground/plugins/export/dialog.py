"""Choice of the export format and file; the window writes the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from core.experiment.project_file import SUFFIX
from core.formats.proof import Proof
from core.io.gate import file_name
from core.nn.autoencoder import HALVES
from core.spec import Spec
from playground.plugin import BackgroundJob, Segments, ThemeSource, hairline, icon, push_button
from playground.plugins.export.format_page import FormatPage
from playground.plugins.export.proof_page import ProofPage
from playground.views.dialogs.dialog import SIDE_PX, KeyHints, WideDialog, key_cap
from playground.views.dialogs.export.content import ExportContent
from playground.views.dialogs.export.file_line import (
    FileLine,
    FormatList,
    format_title,
    known_suffixes,
    spec_for,
)
from playground.views.theme.colors import GRID_PX, Theme
from playground.views.widgets.boxes import Gap, hbox, set_up, vbox

_SIZE = QSize(1100, 720)
_PARTS = [
    ("whole", "Network", "The whole network, which gives samples back."),
    ("encoder", "Encoder", "The layers up to the code: samples in, codes out."),
    ("decoder", "Decoder", "The layers behind the code: codes in, samples out."),
]


class ExportDialog(WideDialog):
    """Formats at the left, the chosen one in the middle, its proof and contents at the right. Deleted on close.

    `kinds` are specs with a class variable `suffix` (".npz"), grouped by their `group`. `export_requested(spec, path)`
    requests the export; the window then calls `show_written(paths)` or `show_error(sentence)`. It stays open for more.
    """

    export_requested = Signal(object, object)
    """Carries the format's spec and the Path."""
    part_chosen = Signal(object)
    """Carries the content of the whole network, or of the chosen half."""

    def __init__(
        self,
        kinds: Sequence[type[Spec]],
        content: ExportContent,
        themes: ThemeSource,
        parent: QWidget,
        *,
        kind: str = "",
        name: str = "network",
        folder: Path | None = None,
        reads: Sequence[Path] = (),
    ) -> None:
        """`kind` is the format chosen at first; the file is proposed as `name` in `folder` (or the home folder).

        It is none of `reads`, which are read.
        """
        super().__init__("Export", "Export", _SIZE, parent)
        self.subtitle.setText(content.title)
        self._kinds, self._content, self._themes = tuple(kinds), content, themes
        self._specs: dict[str, Any] = {}
        self.exporter: Any = None
        """The chosen format with its settings."""
        self.search = set_up(QLineEdit(self), placeholderText="Find a format", accessibleName="Find a format")
        self.search.setToolTip("A few letters of a format, a suffix or a purpose; / begins.")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(240)
        slash = hbox(parent=self.search, margins=(0, 0, 6, 0))
        self._slash = key_cap("/", self.search)
        slash.addWidget(self._slash, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.part = Segments(_PARTS, name="What to write", parent=self)
        self.part.setVisible(content.has_halves)
        self.formats = FormatList(self._kinds, themes, self)
        self.page = FormatPage(themes, self)
        self.side = ProofPage(themes, self)
        known = {**known_suffixes(self._kinds), SUFFIX: "the projects of this program"}
        self.file = FileLine((folder or Path.home()) / file_name(name), known, self, reads)
        self.error = set_up(QLabel(self), role="danger", wordWrap=True)
        self.other = push_button("", "Choose the format whose files end like this one.", self, link="true")
        self.close_button = push_button("Close", "", self)
        self.export_button = set_up(QPushButton("Save", self), primary="true", default=True)
        self.export_button.setToolTip("Write the file (Enter).")
        self._job = BackgroundJob("proof", self)
        self._proving: Any = None
        self._proofs: dict[Any, Proof] = {}
        """Proofs, by format and settings."""
        self._saves_when_proved = False
        self._written: dict[Path, int] = {}
        self._lay_out()
        self._connect()
        self._restyle(themes.theme)
        self._fit_screen()
        self.show_error("")
        known_kinds = [each.kind for each in self._kinds]
        self.formats.choose(kind if kind in known_kinds else known_kinds[0])
        self._choose(self.formats.kind)
        self.formats.setFocus()

    @property
    def _action(self) -> str:
        """The text of the button."""
        return str(getattr(self.exporter, "action", "Save"))

    @property
    def path(self) -> QLineEdit:
        """The field with the file's path."""
        return self.file.path

    def show_error(self, sentence: str) -> None:
        """Show why the file was not written; "" hides the message."""
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))
        self.file.set_invalid(bool(sentence))
        other = self._other if sentence and sentence == self.file.suffix_fault else None
        self.other.setVisible(other is not None)
        if other is not None:
            same = other.kind == self.exporter.kind
            self.other.setText(f"Export as {other.suffix[1:].upper() if same else format_title(other)}")

    def show_written(self, paths: Sequence[Path]) -> None:
        """List files that were written."""
        self._written.update((path, path.stat().st_size) for path in paths)
        self.side.show_written(self._written)
        self.file.show_size(self._written[paths[0]])

    @property
    def _other(self) -> Any:
        """The format to whose files the path belongs; None without one."""
        return spec_for(self.file.target, self.exporter, self._kinds)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and Down in the search field move in the list, Enter chooses; Escape empties it first."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.formats.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self.formats.keyPressEvent(event)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _connect(self) -> None:
        self.search.textChanged.connect(self.formats.show_matching)
        self.search.textChanged.connect(lambda text: self._slash.setVisible(not text))
        self.search.installEventFilter(self)
        self.part.chosen.connect(self._choose_part)
        self.formats.chosen.connect(self._choose)
        self.formats.doubleClicked.connect(self._export)
        self.page.form.spec_changed.connect(self._change_spec)
        self.file.edited.connect(self._on_path_edited)
        self.other.clicked.connect(self._choose_other)
        self.side.proof.run_requested.connect(self._prove_again)
        self.close_button.clicked.connect(self.reject)
        self.export_button.clicked.connect(self._export)
        self._job.finished.connect(self._on_proved)
        self._job.failed.connect(self._on_proof_failed)
        self._job.cancelled.connect(self._prove_next)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.activated.connect(self.page.code.copy_all)
        find = QShortcut(QKeySequence("/"), self)
        find.activated.connect(self._find)
        self._themes.theme_changed.connect(self._restyle)

    def _find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _choose(self, kind: str) -> None:
        if self.exporter is not None and kind == self.exporter.kind:
            return
        found = next(each for each in self._kinds if each.kind == kind)
        self.exporter = self._specs.setdefault(kind, found())
        self._show_form()
        self.show_error("")
        self._show_spec()

    def _choose_part(self, key: str) -> None:
        half = next((each for each in HALVES if each == key), None)
        self._content = self._content.of_half(half)
        self.part_chosen.emit(self._content)
        # Also of what is being proven.
        self._proofs.clear()
        self._proving = None
        self.show_error("")
        self._show_spec()

    def _choose_other(self) -> None:
        """Export to the path in the format that its suffix stands for."""
        other = self._other
        if other is None:
            return
        self._specs[other.kind] = other
        if other.kind == self.exporter.kind:
            self._change_spec(other, "")
        else:
            self.search.clear()
            self.formats.choose(other.kind)
        self.show_error("")
        self.export_button.setFocus()

    def _change_spec(self, spec: Spec, _name: str) -> None:
        self.exporter = self._specs[spec.kind] = spec
        self._show_form()
        self._show_spec()

    def _show_form(self) -> None:
        self.page.form.exclude = self._content.about(self.exporter).idle(self.exporter)
        self.page.form.show_spec(self.exporter)

    def _show_spec(self) -> None:
        self.file.set_format(
            str(getattr(self.exporter, "suffix", "")),
            format_title(self.exporter),
            noun=str(getattr(self.exporter, "noun", "")),
            needs_suffix=bool(getattr(self.exporter, "needs_suffix", False)),
        )
        refusal = ""
        try:
            self._content.about(self.exporter).check(self.exporter)
        except ValueError as error:
            refusal = f"{str(error).rstrip('.')}."
        self.export_button.setEnabled(not refusal)
        self.page.show_spec(self.exporter, self._content, self.file.target, refusal)
        self.side.show_facts(() if refusal else self._content.about(self.exporter).facts(self.exporter))
        self.file.show_size(0)
        if refusal:
            self.side.show_proof(False)
            self.formats.set_proven(self.exporter.kind, None)
        else:
            self._prove()

    def _prove(self) -> None:
        """Do what takes long in the background: the proof, or a document. Work under way ends first."""
        self._saves_when_proved = False
        self.export_button.setText(self._action)
        self._job.cancel()
        self.side.show_proof(self._is_proven, holds_data=getattr(self.exporter, "holds_data", False))
        if self.exporter in self._proofs:
            self._show_proof(self._proofs[self.exporter])
        if self._work is None:
            return
        if self._is_proven:
            self.side.proof.show_running()
        if not self._job.busy:
            self._prove_next()

    @property
    def _is_proven(self) -> bool:
        """Whether there is something to prove in the chosen format."""
        return self._content.about(self.exporter).prover(self.exporter) is not None

    @property
    def _work(self) -> Callable[[], object] | None:
        """Missing settings of the chosen format; None if there are none."""
        if self.exporter in self._proofs:
            return None
        content = self._content.about(self.exporter)
        return content.prover(self.exporter) or content.maker(self.exporter)

    def _prove_again(self) -> None:
        self._proofs.pop(self.exporter, None)
        self.export_button.setEnabled(True)
        self._prove()

    def _prove_next(self) -> None:
        if not self.export_button.isEnabled():
            return
        work = self._work
        if work is None:
            # Save may have been pressed while the work for the format before was ending.
            self._end_proof()
            return
        self._proving = self.exporter
        self._job.start(lambda _report: work())

    def _on_proved(self, found: Any) -> None:
        if isinstance(found, Proof):
            self._proofs[self._proving] = found
        if self._proving is not self.exporter:
            self._prove_next()
            return
        if isinstance(found, Proof):
            self._show_proof(found)
        else:
            self.page.show_code(self.exporter, self._content, self.file.target)
        self._end_proof()

    def _show_proof(self, proof: Proof) -> None:
        self.side.proof.show_proof(proof)
        self.file.show_size(proof.size)
        self.formats.set_proven(self.exporter.kind, None if proof.sentence else proof.holds)
        if proof.fault:
            self.export_button.setEnabled(False)

    def _on_proof_failed(self, error: BaseException) -> None:
        if self._proving is not self.exporter:
            self._prove_next()
            return
        self.side.proof.show_none(str(error))
        if not self._is_proven:
            self.page.code.show_samples((), f"{str(error).rstrip('.')}.")
        self._end_proof()

    def _on_path_edited(self) -> None:
        self.show_error(self.file.suffix_fault if self._other is not None else "")
        self.page.show_code(self.exporter, self._content, self.file.target)

    def _export(self) -> None:
        if not self.export_button.isEnabled() or not self.formats.kind:
            return
        if fault := self.file.fault:
            self.show_error(fault)
            self.file.path.setFocus()
            return
        self.show_error("")
        self._saves_when_proved = self._job.busy
        working = "Proving…" if self._is_proven else "Making…"
        self.export_button.setText(working if self._saves_when_proved else self._action)
        if not self._saves_when_proved:
            self.export_requested.emit(self.exporter, self.file.target)

    def _end_proof(self) -> None:
        """Save if that was asked for while the proof was under way."""
        self.export_button.setText(self._action)
        if self._saves_when_proved:
            self._export()

    def _restyle(self, theme: Theme) -> None:
        for action in self.search.actions():
            self.search.removeAction(action)
        self.search.addAction(icon("search", theme, "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.export_button.setIcon(icon("save", theme, "on_accent"))

    def _lay_out(self) -> None:
        titles = vbox(self.heading, self.subtitle, spacing=2)
        head = hbox((titles, 1), self.part, self.search, margins=(SIDE_PX, 14, SIDE_PX, 14))
        body = hbox(
            self.formats, hairline(self, vertical=True), (self.page, 1), self.side, margins=0, spacing=0
        )
        hint = KeyHints((("↑", "↓", "format"), ("Ctrl C", "code")), self)
        hint.setFixedWidth(self.formats.sizeHint().width() - SIDE_PX)
        foot = hbox(
            hint,
            Gap(SIDE_PX - GRID_PX),
            (self.file, 1),
            Gap(2 * GRID_PX),
            self.close_button,
            self.export_button,
            margins=(SIDE_PX, 12, SIDE_PX, 12),
            spacing=GRID_PX,
        )
        message = hbox((self.error, 1), self.other, margins=(SIDE_PX, 0, SIDE_PX, 10))
        self._frame((body, 1), foot, message, head=head)
        self.formats.setFixedWidth(self.formats.sizeHint().width())

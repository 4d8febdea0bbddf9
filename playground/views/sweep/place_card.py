"""Where a sweep runs: processes of this computer, or the workers of a Dask scheduler."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.nn.blas_threads import available_cores
from core.spec import SettingError
from core.sweep.cluster import TlsFiles
from core.sweep.place import SweepPlace
from core.sweep.processes import jobs_beside_window
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.stepper import Stepper

_EXAMPLE: Final = "tcp://127.0.0.1:8786"
_STEPPER_PX: Final = 84
_FILES: Final = (
    ("authority", "Authority", "The certificate of the authority that signed the scheduler's"),
    ("certificate", "Certificate", "This computer's certificate"),
    ("key", "Key", "The key of this computer's certificate"),
)


class PlaceCard(QWidget):
    """`place` reads what is chosen."""

    changed = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.local = QRadioButton("This computer", self)
        self.local.setToolTip("Trials run in processes; the window keeps a core")
        self.local.setChecked(True)
        self.jobs = Stepper(
            jobs_beside_window(), 1, max(1, available_cores()),
            default=jobs_beside_window(), name="Processes", tooltip="How many trials run at once", parent=self,
        )  # fmt: skip
        self.jobs.setFixedWidth(_STEPPER_PX)
        self.cluster = QRadioButton("Dask cluster", self)
        self.cluster.setToolTip(
            "Trials run on the workers of a scheduler, which go on when the window is closed"
        )
        self.scheduler = _field("Scheduler", f"The scheduler's address, such as {_EXAMPLE} or tls://…", self)
        self.scheduler.setPlaceholderText(_EXAMPLE)
        self.trust = QLabel("Use only a scheduler you trust: it can run any program on this computer.", self)
        self.trust.setProperty("role", "caption")
        self.trust.setWordWrap(True)
        self.files = {
            name: _field(title, f"{tip}, for tls:// addresses", self) for name, title, tip in _FILES
        }
        self.browse = {name: self._browser(name, title) for name, title, _ in _FILES}
        self.keeps_runs = QCheckBox("Keep every trial in Runs", self)
        self.keeps_runs.setToolTip("What each trial has learned is among the runs when it is finished")
        self.keeps_runs.setChecked(True)
        self._tls = QWidget(self)
        self._lay_out()
        for button in (self.local, self.cluster):
            button.toggled.connect(self._show_choice)
        for field in (self.scheduler, *self.files.values()):
            field.textChanged.connect(self._show_choice)
        themes.theme_changed.connect(self._restyle)
        self._restyle()
        self._show_choice()

    def place(self) -> SweepPlace:
        """What is chosen. Raises `SettingError` where the address or a file is missing."""
        if self.local.isChecked():
            return SweepPlace(self.jobs.value())
        address = self.scheduler.text().strip()
        if not address:
            raise SettingError(f"Scheduler: the address must be such as {_EXAMPLE}, got none")
        if not address.startswith("tls://"):
            return SweepPlace(scheduler=address)
        paths = []
        for name, title, _ in _FILES:
            path = Path(self.files[name].text().strip())
            if not path.is_file():
                raise SettingError(f"{title}: must be a file, got {self.files[name].text().strip()!r}")
            paths.append(path)
        return SweepPlace(scheduler=address, tls=TlsFiles(*paths))

    def show_place(self, place: SweepPlace, *, keeps_runs: bool) -> None:
        """Show where an earlier sweep runs."""
        self.keeps_runs.setChecked(keeps_runs)
        (self.cluster if place.scheduler else self.local).setChecked(True)
        self.scheduler.setText(place.scheduler)
        if place.jobs is not None:
            self.jobs.set_value(place.jobs)
        if place.tls is not None:
            files = (place.tls.authority, place.tls.certificate, place.tls.key)
            for field, path in zip(self.files.values(), files, strict=True):
                field.setText(str(path))

    def _show_choice(self) -> None:
        is_cluster = self.cluster.isChecked()
        self.jobs.setEnabled(not is_cluster)
        for widget in (self.scheduler, self.trust):
            widget.setVisible(is_cluster)
        self._tls.setVisible(is_cluster and self.scheduler.text().strip().startswith("tls://"))
        self.changed.emit()

    def _browser(self, name: str, title: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("flat", "true")
        button.setToolTip(f"Choose the file: {title.lower()}")
        button.setAccessibleName(f"Choose the {title.lower()}")
        choose: Callable[[], None] = partial(self._choose, name, title)
        button.clicked.connect(choose)
        return button

    def _choose(self, name: str, title: str) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self.window(), title, filter="Certificates (*.pem *.crt *.key);;All (*)"
        )
        if path:
            self.files[name].setText(path)

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.addWidget(self.local, 1)
        first.addWidget(self.jobs)
        grid = QGridLayout(self._tls)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        for row, (name, title, _) in enumerate(_FILES):
            label = QLabel(title, self._tls)
            label.setProperty("role", "muted")
            label.setBuddy(self.files[name])
            grid.addWidget(label, row, 0)
            grid.addWidget(self.files[name], row, 1)
            grid.addWidget(self.browse[name], row, 2, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(first)
        for widget in (self.cluster, self.scheduler, self._tls, self.trust, self.keeps_runs):
            column.addWidget(widget)

    def _restyle(self) -> None:
        for button in self.browse.values():
            button.setIcon(icon("open", self._themes.theme, "muted"))


def _field(name: str, tip: str, parent: QWidget) -> QLineEdit:
    field = QLineEdit(parent)
    field.setAccessibleName(name)
    field.setToolTip(tip)
    field.setMinimumWidth(40)
    return field

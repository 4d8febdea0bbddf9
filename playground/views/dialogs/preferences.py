"""The preferences dialog: appearance, defaults at start, hidden controls, and what is kept on the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QTabWidget,
    QWidget,
)

from core.experiment.experiment import Experiment
from core.io.budget import OnProgress
from core.io.number_text import size_text
from core.io.sentence import error_reason
from core.lessons.language import LANGUAGES, VARIABLE
from core.spec import SettingError, Spec
from playground import translation
from playground.model.background_job import BackgroundJob
from playground.model.disk_storage import STORAGE, Stored
from playground.model.display_scale import SCALES, applied_scale, fitting_scales
from playground.model.hideable_controls import HIDEABLE
from playground.model.preferences import Preferences
from playground.model.training_speed import SPEEDS
from playground.plugins import PLUGINS
from playground.translation import chosen_language
from playground.views.dialogs.dialog import Dialog, box_button
from playground.views.theme.colors import GRID_PX
from playground.views.widgets import ChoiceCombo, SectionTitle
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.controls import Question, push_button
from playground.views.widgets.settings_form.rows import SettingRow, make_row

_WAITING = "…"


def _grid() -> QGridLayout:
    """The rows of a page, whose first column takes the room."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID_PX)
    grid.setVerticalSpacing(GRID_PX)
    grid.setColumnStretch(0, 1)
    return grid


class StoragePage(QWidget):
    """Measures and clears on a thread. What `experiment` uses cannot be cleared."""

    def __init__(self, rows: Sequence[Stored], experiment: Experiment, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows, self._experiment = rows, experiment
        self.sizes: list[QLabel] = []
        self.buttons: list[QPushButton] = []
        self._job = BackgroundJob("storage", self, daemon=True)
        self._job.finished.connect(self._show_sizes)
        self._job.failed.connect(self._on_failed)
        grid = _grid()
        for place, row in enumerate(rows):
            self._add_row(grid, 2 * place, row)
        vbox(grid, STRETCH, parent=self, margins=(0, 12, 0, 0))
        self.measure()

    @property
    def busy(self) -> bool:
        """Whether sizes are being found, or something is being cleared."""
        return self._job.busy

    def measure(self) -> None:
        """Find the sizes again."""
        self._start(lambda report: None)

    def stop(self) -> None:
        """Wait for nothing more; what is being cleared is finished all the same."""
        self._job.abandon()

    def _add_row(self, grid: QGridLayout, line: int, row: Stored) -> None:
        title, size = QLabel(row.title, self), QLabel(_WAITING, self)
        size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        hint = set_up(QLabel(row.help, self), role="caption")
        button = push_button("Clear…" if row.question else "Clear", "", self)
        button.setEnabled(False)
        button.setAccessibleName(f"Clear {row.title}")
        button.clicked.connect(partial(self._on_clicked, row))
        grid.addWidget(title, line, 0)
        grid.addWidget(size, line, 1)
        grid.addWidget(button, line, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(hint, line + 1, 0, 1, 2)
        self.sizes.append(size)
        self.buttons.append(button)

    def _on_clicked(self, row: Stored) -> None:
        if not row.question or self._confirm(row.question):
            self._start(lambda report: row.clear())

    def _confirm(self, question: str) -> bool:
        box = Question(self.window(), question, warns=True)
        clear = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        confirmed = box.clickedButton() is clear
        box.deleteLater()
        return confirmed

    def _start(self, before: OnProgress) -> None:
        """Do something, then measure everything."""
        if self._job.busy:
            return
        rows = self._rows

        def run(report: OnProgress) -> list[int]:
            before(report)
            return [row.size() for row in rows]

        self._job.start(run)

    def _show_sizes(self, sizes: list[int]) -> None:
        for row, label, button, size in zip(self._rows, self.sizes, self.buttons, sizes, strict=True):
            used = row.used_by(self._experiment)
            label.setText(size_text(size))
            label.setAccessibleName(f"{row.title}: {size_text(size)}")
            if size == 0:
                # The focus would pass to "Restore defaults", under the same key.
                button.clearFocus()
            button.setEnabled(size > 0 and not used)
            button.setToolTip("The open experiment learns from it." if used else f"Remove it. {row.help}")

    def _on_failed(self, error: BaseException) -> None:
        """Say it in place of the sizes: asked again at once, what failed would fail for ever."""
        for row, label, button in zip(self._rows, self.sizes, self.buttons, strict=True):
            label.setText("not known")
            label.setToolTip(error_reason(error))
            label.setAccessibleName(f"{row.title}: not known: {error_reason(error)}")
            button.setEnabled(False)


_MODES: Final = (
    ("system", "As the system"),
    ("light", "Light"),
    ("dark", "Dark"),
    ("light_contrast", "Light, high contrast"),
    ("dark_contrast", "Dark, high contrast"),
)
_ENGINES: Final = (("auto", "Fastest"), ("numpy", "NumPy"))
_SWITCHES: Final = (
    ("reduced_motion", "Less motion", "Show changes at once instead of gliding and fading."),
    ("show_test_points", "Show test points", "Draw the points that the network does not learn from."),
    (
        "open_last",
        "Start with the last project",
        "Open the project that was open last, instead of an example.",
    ),
    (
        "looks_for_newer",
        "Look for a newer version",
        "Ask pypi.org at each start whether there is one. Nothing else is ever asked or sent.",
    ),
)
_GROUPS: Final = (("bar", "Top"), ("left", "Left"), ("rest", "Elsewhere"))
_RESTART: Final = "The new scale or language begins at the next start."
_NO_ROOM: Final = "At a larger scale the window would not fit on this screen."
_FIELD_PX = 168
_MEASURE_MS = 500


class PreferencesDialog(Dialog):
    """Choices apply at once and are saved; there is no OK button. Deleted on close."""

    def __init__(self, preferences: Preferences, experiment: Experiment, parent: QWidget) -> None:
        """`experiment` is the open one, whose downloads are in use."""
        super().__init__("Preferences", parent)
        self._preferences = preferences
        self.switches: dict[str, QCheckBox] = {}
        self.hiding: dict[str, QCheckBox] = {}
        self._fields: dict[str, ChoiceCombo] = {}
        choose_theme = partial(setattr, preferences, "theme_mode")
        self.theme = self._combo("Theme", _MODES, "Light or dark colours.", choose_theme)
        scales = self._scales(parent.window())
        self.scale = self._combo(
            "Scale",
            [(str(scale), f"{scale} %") for scale in scales],
            "How large text, controls and pictures are: all sizes at which the window fits on this screen.",
            self._choose_scale,
        )
        self.restart = set_up(QLabel(self), role="caption")
        self.speed = self._combo(
            "Speed at the start",
            [(speed.key, speed.label) for speed in SPEEDS],
            "How fast training goes when the window opens; now, too.",
            partial(setattr, preferences, "speed"),
        )
        self.engine = self._combo(
            "Engine",
            _ENGINES,
            "What trains: machine code where it can, or always NumPy. Their last digits differ.",
            partial(setattr, preferences, "engine"),
        )
        tip = f"Of lessons at once, of all else from the next start on; {VARIABLE} of the environment comes first."
        choose = partial(setattr, preferences, "language")
        self.language = self._combo("Language", tuple(LANGUAGES.items()), tip, choose)
        self.added: dict[str, SettingRow] = {}
        """The rows of plug-ins, by the names of their preferences."""
        self._settings: dict[str, type[Spec]] = {}
        self.notes = {
            give: set_up(QLabel(self), role="caption") for _, give in PLUGINS.all_given("settings_note")
        }
        self._measuring = QTimer(self)
        self._measuring.timeout.connect(self._show_notes)
        self._measuring.start(_MEASURE_MS)
        self.tabs = QTabWidget(self)
        self.tabs.addTab(self._general(), "General")
        self.tabs.addTab(self._hidden(), "Hidden controls")
        self.storage = StoragePage(STORAGE, experiment, self)
        self.tabs.addTab(self.storage, "Storage")
        self.tabs.tabBar().setAccessibleName("Pages")
        self.tabs.tabBar().setToolTip(
            "General preferences, what is hidden from a class, or what is kept on the disk."
        )
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        told = "Put all preferences back to how they were at first."
        self.restore = box_button(self.buttons, "Restore defaults", told, "ResetRole", clicked=self._restore)
        self.buttons.rejected.connect(self.reject)
        self._stack(self.tabs, self.buttons, spacing=2 * GRID_PX)
        preferences.changed.connect(self._show)
        self._show()

    def done(self, result: int) -> None:
        self.storage.stop()
        super().done(result)

    def _combo(
        self, name: str, choices: Sequence[tuple[str, str]], tooltip: str, chosen: Callable[[str], object]
    ) -> ChoiceCombo:
        made = self._fields[name] = ChoiceCombo(choices, name=name, tooltip=tooltip, parent=self)
        made.chosen.connect(chosen)
        return made

    def _general(self) -> QWidget:
        page, grid = QWidget(self), _grid()
        for row, (text, field) in enumerate(self._fields.items()):
            label = QLabel(text, page)
            label.setBuddy(field)
            field.setFixedWidth(_FIELD_PX)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        for plugin in PLUGINS:
            if plugin.settings is not None:
                self._add_settings(plugin.settings(), page, grid)
        for label in (*self.notes.values(), self.restart):
            grid.addWidget(label, grid.rowCount(), 0, 1, 2, Qt.AlignmentFlag.AlignRight)
        column = vbox(grid, parent=page, margins=(0, 12, 0, 0), spacing=GRID_PX)
        for name, text, tooltip in _SWITCHES:
            box = self._box(text, tooltip)
            box.toggled.connect(partial(setattr, self._preferences, name))
            self.switches[name] = box
            column.addWidget(box)
        column.addStretch(1)
        return page

    def _add_settings(self, kept: Spec, page: QWidget, grid: QGridLayout) -> None:
        for rule in filter(lambda each: each.label, kept.settings()):
            name = f"{kept.kind}/{rule.name}"
            row = self.added[name] = make_row(rule, rule.default, page)
            self._settings[name] = type(kept)
            row.edited.connect(partial(self._keep, type(kept), rule.name))
            row.setFixedWidth(_FIELD_PX)
            row.caption.hide()
            line = grid.rowCount()
            grid.addWidget(set_up(QLabel(rule.label, page), toolTip=rule.help), line, 0)
            grid.addWidget(row, line, 1)

    def _keep(self, kind: type[Spec], name: str, value: object) -> None:
        row = self.added[f"{kind.kind}/{name}"]
        try:
            self._preferences.keep(self._preferences.of(kind).replace(**{name: value}))
        except SettingError as error:
            row.show_error(str(error))
        else:
            row.show_error("")

    def _hidden(self) -> QWidget:
        page = QWidget(self)
        told = "Choose what to hide from students. Keys go on working; Ctrl+, opens this page again."
        hint = set_up(QLabel(told, page), role="muted")
        columns = hbox(spacing=4 * GRID_PX)
        for group, title in _GROUPS:
            boxes = vbox(SectionTitle(title, page), spacing=4)
            for item in HIDEABLE:
                if item.group == group:
                    box = self._box(item.label, f"Hide: {item.label}.")
                    box.clicked.connect(self._hide)
                    self.hiding[item.name] = box
                    boxes.addWidget(box)
            boxes.addStretch(1)
            columns.addLayout(boxes)
        self.show_all = push_button("Show all", "Hide nothing.", page, clicked=self._show_everything)
        vbox(
            hint,
            columns,
            (self.show_all, 0, Qt.AlignmentFlag.AlignLeft),
            parent=page,
            margins=(0, 12, 0, 0),
            spacing=12,
        )
        return page

    def _box(self, text: str, tooltip: str) -> QCheckBox:
        return set_up(QCheckBox(text, self), toolTip=tooltip, accessibleDescription=tooltip)

    def _show(self) -> None:
        preferences = self._preferences
        self.theme.set_current(preferences.theme_mode)
        self.scale.set_current(str(preferences.scale_percent))
        changed = preferences.scale_percent != applied_scale() or chosen_language() != translation.spoken
        self.restart.setText(_RESTART if changed else _NO_ROOM)
        self.restart.setVisible(changed or self.scale.count() == 1)
        self.speed.set_current(preferences.speed)
        self.engine.set_current(preferences.engine)
        self.language.set_current(preferences.language)
        for name, row in self.added.items():
            row.show_value(getattr(preferences.of(self._settings[name]), name.partition("/")[2]))
        for name, box in self.switches.items():
            box.setChecked(getattr(preferences, name))
        hidden = preferences.hidden_controls
        for name, box in self.hiding.items():
            box.setChecked(name in hidden)
        self.show_all.setEnabled(bool(hidden))
        self._show_notes()

    def _show_notes(self) -> None:
        for give, label in self.notes.items():
            label.setText(give(self.parent()))

    def _scales(self, window: QWidget) -> tuple[int, ...]:
        screen, least = window.screen().availableGeometry(), window.minimumSizeHint()
        fit = fitting_scales((screen.width(), screen.height()), (least.width(), least.height()))
        # Also what was chosen on a larger screen.
        return tuple(scale for scale in SCALES if scale in fit or scale == self._preferences.scale_percent)

    def _choose_scale(self, key: str) -> None:
        self._preferences.scale_percent = int(key)

    def _hide(self) -> None:
        others = (name for name in self._preferences.hidden_controls if name not in self.hiding)
        shown = (item.name for item in HIDEABLE if self.hiding[item.name].isChecked())
        self._preferences.hidden_controls = (*shown, *others)

    def _show_everything(self) -> None:
        self._preferences.hidden_controls = ()

    def _restore(self) -> None:
        """Restore this dialog's settings only, not recent files and window geometry."""
        for row in self._preferences.table():
            if row.name in (
                *self.switches,
                "theme_mode",
                "scale_percent",
                "speed",
                "engine",
                *self.added,
                "language",
                "hidden_controls",
            ):
                self._preferences.store({row.name: row.default})

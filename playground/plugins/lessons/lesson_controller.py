"""Lessons: between their files, the user's own work and the panel that shows the steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFontDatabase
from PySide6.QtWidgets import QWidget

from core.io.number_text import place_text
from core.lessons.language import chosen_language, lesson_of
from core.lessons.lesson import Lesson
from core.lessons.lesson_file import MAX_STEPS
from core.lessons.shipped import SUFFIX, place_of, shipped_lessons
from core.lessons.translation import read_in
from playground.commands.file_commands import WorkAside
from playground.model.autosave_store import AutosaveNote, AutosaveStore, write_autosave
from playground.model.hideable_controls import control_for, control_for_command
from playground.plugin import PLUGINS, BackgroundJob, PluginWindow, TrainingState, WindowController
from playground.plugins.lessons.needs import looks_here, refused, why_not
from playground.plugins.plugin import ActionRow
from playground.window.panels import DockRow, Panels

if TYPE_CHECKING:
    from playground.plugins.lessons.run import LessonLeft, LessonRun
    from playground.plugins.lessons.views import LessonPanel, Ring

_CHINESE: Final = QFontDatabase.WritingSystem.SimplifiedChinese
_NO_FONT: Final = (
    "This system has no font for Chinese: install one, such as Noto Sans CJK SC, to read the lesson"
)


class LessonController(WindowController):
    """Opens one lesson at a time, beside the user's own document, which comes back with `back_to_work`."""

    stage_shown = Signal(object)
    """See `LessonRun.stage_shown`."""
    speed_asked = Signal(str)
    """See `LessonRun.speed_asked`."""
    lesson_changed = Signal(str)
    """Another lesson is open, whose title it carries; "" for none."""

    def __init__(self, window: PluginWindow) -> None:
        context, actions = window.context, window.actions_by_name
        super().__init__(context)
        self._shell, self._context, self._files, self._actions = window, context, window.files, actions
        self._panel: LessonPanel | None = None
        self._ring: Ring | None = None
        self.run: LessonRun | None = None
        """The open lesson."""
        self._work: WorkAside | None = None
        self.awaited: Path | None = None
        """The lesson that opens when the data of the user's own work are loaded."""
        self._left: dict[Path, tuple[Lesson, LessonLeft]] = {}
        """How lessons were left, with their networks and timelines."""
        self.store = AutosaveStore()
        self._keeping = BackgroundJob("keep_work", self)
        self._replacing = False
        context.document.replaced.connect(self._on_replaced)
        context.session.state_changed.connect(self._on_state_changed)
        for name, action in actions.items():
            action.triggered.connect(partial(self.note_act, f"{name} was used"))
        for name in ("lesson_leave", "lesson_controls"):
            actions[name].setEnabled(False)
        self._preferences.changed.connect(lambda name: self._show_controls() if name == "simple" else None)

    @property
    def has_work_aside(self) -> bool:
        """Whether the user's own work waits."""
        return self._work is not None

    @property
    def language(self) -> str:
        """That of lessons."""
        return chosen_language(self._preferences.language)

    def open_shipped(self, index: int) -> None:
        """Begin or go on with a lesson of `shipped_lessons`."""
        self.open_file(shipped_lessons()[index])

    def choose(self) -> None:
        """Choose a lesson's file and open it."""
        if (path := self._file_to_open("Open a lesson", f"Lesson (*{SUFFIX})")) is not None:
            self.open_file(path)

    def open_file(self, path: Path) -> None:
        """Open a lesson beside the user's own work; a damaged file is a sentence, and changes nothing."""
        path = lesson_of(path) or path
        lesson = self._read(path)
        if lesson is None:
            return
        if self._work is None:
            self._work = self._files.put_aside()
            if self._work is None:
                if self._session.state is TrainingState.LOADING:
                    self.awaited = path
                    self.message_requested.emit("The lesson opens when your own data are loaded")
                else:
                    self.message_requested.emit("A file is still being saved; open the lesson in a moment")
                return
            self._keep(self._work)
        self._end()
        self._actions["page_build"].trigger()
        before, left = self._left.pop(path, (None, None))
        if left is None or before is None or (before.start, before.steps) != (lesson.start, lesson.steps):
            left = None
            self._replace(partial(self._files.show_beside, lesson.start, lesson.checkpoint))
        else:
            shown = left.revision.experiment, left.checkpoint, left.revision
            self._replace(partial(self._files.show_beside, *shown))
        self._actions["lesson_leave"].setEnabled(True)
        self._begin(lesson, left=left)

    def _read(self, path: Path) -> Lesson | None:
        """The lesson in a file; None after a sentence, also where it cannot be finished."""

        def read(_: object) -> Lesson:
            lesson = read_in(path, self.language)
            if reason := why_not(lesson, self._actions):
                raise ValueError(reason)
            return lesson

        return self._files.read_aside(path, read)

    @cached_property
    def refused(self) -> dict[int, str]:
        """Why lessons of the program cannot be finished here, by their numbers."""
        return refused(self._actions, self.language)

    def _on_state_changed(self, state: TrainingState) -> None:
        path = self.awaited
        if path is not None and state is not TrainingState.LOADING:
            self.awaited = None
            self.open_file(path)

    def _begin(
        self, lesson: Lesson, index: int = MAX_STEPS, left: LessonLeft | None = None, *, waits: bool = True
    ) -> None:
        from playground.plugins.lessons.run import LessonRun

        if self._panel is None:
            self._panel = _make_panel(self._shell.panels)
            self._panel.acts.close_requested.connect(self.back_to_work)
            self._panel.sheet.clicked.connect(self._actions["lesson_sheet"].trigger)
            self._panel.follow_controls(self._actions["lesson_controls"])
        self._panel.show_lesson(lesson, place_of(lesson.path))
        if lesson.language == "zh" and not QFontDatabase.families(_CHINESE):
            self.message_requested.emit(_NO_FONT)
        find_runs, show_guess = PLUGINS.given("run_library"), self._shell.panels.results.show_guess
        run = self.run = LessonRun(
            self._context, lesson, self._panel, self._actions, self._show_ring, show_guess,
            find_runs and find_runs(self._shell), looks_here(self._shell), left,
        )  # fmt: skip
        run.message_requested.connect(self.message_requested)
        run.stage_shown.connect(self.stage_shown)
        run.speed_asked.connect(self.speed_asked)
        run.finished.connect(self._go_on)
        run.waiting = waits
        self._show_controls()
        self._actions["lesson_controls"].setEnabled(bool(lesson.show) and not lesson.only_shown)
        self.lesson_changed.emit(lesson.title)
        run.go_to(min(run.progress.first_open, index))
        self._panel.open()

    def reload(self) -> None:
        """Read the open lesson again, and go on at its step; a fault is a sentence, and the old one stays."""
        if self.run is None:
            return
        old, index = self.run.lesson, self.run.index
        lesson = self._read(old.path)
        if lesson is None:
            return
        self.run.end()
        if lesson.start != old.start:
            self._replace(partial(self._files.show_beside, lesson.start, lesson.checkpoint))
        self._begin(lesson, min(index, len(lesson.steps) - 1), waits=lesson.start != old.start)

    def back_to_work(self) -> bool:
        """Close the lesson, whose progress is kept, and return to the user's own work as it was left.

        Returns whether a lesson was open.
        """
        lesson = None if self.run is None else self.run.lesson
        self._end()
        self.awaited = None
        work, self._work = self._work, None
        if work is not None:
            self._replace(partial(self._files.take_back, work))
            self._keeping.cancel()
            self.store.remove_own()
            self.store.release_own()
        self._actions["lesson_leave"].setEnabled(False)
        if lesson is not None:
            self.message_requested.emit(f"The lesson is closed. {_way_back(lesson)}")
        return lesson is not None

    def show_all_controls(self, shown: bool) -> None:
        """Show what the lesson hides, too, or hide it again."""
        if self.run is not None:
            self._show_controls()
            if self._panel is not None:
                self._panel.open()

    def _show_controls(self) -> None:
        """Show what the open lesson offers; without one, and with all controls, hide nothing."""
        all_shown = self.run is None or self._actions["lesson_controls"].isChecked()
        self._shell.hidden.show_only(() if all_shown else self._offered)

    @property
    def _offered(self) -> tuple[str, ...]:
        """The controls that the open lesson shows; () for all. The few menus of the simple view stay in it."""
        lesson = self.run.lesson if self.run is not None else None
        if lesson is None or not lesson.show:
            return ()
        stays = self._preferences.simple and not lesson.only_shown
        return (*lesson.show, "menus") if stays else lesson.show

    def refuses(self, row: ActionRow) -> bool:
        """Whether the open lesson hides what offers a command, and no step asks for it; that is said, then."""
        if self.run is None or not self.run.lesson.show or self._actions["lesson_controls"].isChecked():
            return False
        control, lesson = control_for_command(row), self.run.lesson
        looks = looks_here(self._shell)
        asked = {
            name for step in lesson.steps for name in (step.ring, *(each.way(looks) for each in step.until))
        }
        if not control or control in self._offered or row.name in asked:
            return False
        way = "" if lesson.only_shown else "; All controls, below the lesson, offers it"
        self.message_requested.emit(
            f"{row.text.replace('&', '').rstrip('…')} is not part of this lesson{way}"
        )
        return True

    def escape(self) -> bool:
        """Leave the lesson, unless something lies above it: a page, or a step in slow motion."""
        window = self._shell
        return window.slow.moment is None and window.pages.shown is None and self.back_to_work()

    def yield_document(self) -> None:
        """What may be unsaved is the user's own work, not the lesson."""
        if self.has_work_aside:
            self.back_to_work()

    def close(self) -> None:
        """End with the window."""
        self.awaited = None
        self._end()
        self._keeping.cancel()
        self.store.release_own()

    def note_act(self, act: str, *_: object) -> None:
        """Note what was done, for conditions such as "export was used"."""
        if self.run is not None:
            self.run.note_act(act)

    def note_look(self, what: str, which: object) -> None:
        """Note what was looked at, for conditions such as "2 mistakes were looked at"."""
        if self.run is not None:
            self.run.note_look(what, which)

    def _go_on(self) -> None:
        """With the next lesson after this one."""
        assert self.run is not None
        number, count = place_of(self.run.lesson.path)
        if 0 < number < count:
            self.open_shipped(number)
        else:
            self.back_to_work()

    def _end(self) -> None:
        if self.run is not None:
            self._left[self.run.lesson.path] = self.run.lesson, self.run.left
            self.run.end()
            self.run = None
            self._actions["lesson_controls"].setChecked(False)
            self._actions["lesson_controls"].setEnabled(False)
            self._show_controls()
            self.speed_asked.emit("")
            self.lesson_changed.emit("")
        if self._panel is not None:
            self._panel.shut()

    def _keep(self, work: WorkAside) -> None:
        """Write unsaved work to the folder of autosaves: after a crash it is offered with them."""
        if not work.unsaved:
            return
        experiment, checkpoint, document = work.document.revision.experiment, work.checkpoint, work.document
        place = place_text(0) if checkpoint is None else checkpoint.place_text
        note = AutosaveNote(
            experiment.name, experiment.dataset.label, place, time.time(), document.path, document.stamp
        )
        try:
            file = self.store.own
        except OSError:  # the autosave of the document says so
            return
        self._keeping.start(lambda report: write_autosave(file, experiment, checkpoint, note, report))

    def _replace(self, load: Callable[[], object]) -> None:
        self._replacing = True
        try:
            load()
        finally:
            self._replacing = False

    def _on_replaced(self) -> None:
        """Another document was opened: the lesson ends, and the user's own work waits on."""
        self.awaited = None
        if not self._replacing and self.run is not None:
            lesson = self.run.lesson
            self._end()
            self.message_requested.emit(
                f"The lesson is closed; Lessons, Back to my work returns to what was open. {_way_back(lesson)}"
            )

    # --- the ring -------------------------------------------------------------------------------------------------

    def _show_ring(self, name: str, number: int) -> None:
        if self._ring is None:
            from playground.plugins.lessons.views import Ring

            self._ring = Ring(self._themes, self._window)
        self._ring.mark(self.control(name) if name else None, number)

    def control(self, name: str) -> QWidget | QAction | None:
        """The widget of a control, a setting or a command's button; a command without one, which is in the menus."""
        controls = self._shell.hidden
        # The form of a layer is empty until one is chosen.
        is_empty = control_for(name) == "layer" and self._document.selected is None
        widgets = controls.layer_cards if is_empty else controls.places.get(control_for(name) or "", [])
        return next(iter(widgets), None) or self._actions.get(name)


def _way_back(lesson: Lesson) -> str:
    """Where a lesson is that was closed."""
    number, _ = place_of(lesson.path)
    entry = f"{number} · {lesson.title}" if number else f"Open a lesson…, {lesson.path.name}"
    return f"It goes on where you left it: Lessons, {entry}"


def _make_panel(panels: Panels) -> LessonPanel:
    """The panel of a lesson, in a dock at the far left that is hidden without one."""
    from playground.plugins.lessons.views import LessonPanel

    left = Qt.DockWidgetArea.LeftDockWidgetArea
    # Not one of `DOCKS`: without a lesson there is nothing that the menu of panels could show.
    dock = panels.make_dock(DockRow("lesson", "Lesson", left, 0, make=lambda panels, dock: dock))
    panel = LessonPanel(panels.themes, dock)
    dock.setWidget(panel)
    panels.host.splitDockWidget(dock, panels.side_dock, Qt.Orientation.Horizontal)
    return panel

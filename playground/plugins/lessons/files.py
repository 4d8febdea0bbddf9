"""Files of lessons: worksheets, new ones, a class's folder, and the open one, which is read again when it is saved."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QFileSystemWatcher, QLocale, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu

from core.io.budget import OnProgress
from core.io.number_text import count_text
from core.io.sentence import short_sentence
from core.lessons.language import ENGLISH, lessons_in, words_file
from core.lessons.shipped import SUFFIX, shipped_lessons, title_of
from playground.plugin import BackgroundJob, WindowContext, WritingController
from playground.plugins.lessons.progress import with_tick
from playground.plugins.lessons.settings import LessonSettings

if TYPE_CHECKING:
    from core.lessons.lesson import Lesson
    from playground.plugins.lessons.lesson_controller import LessonController
    from playground.plugins.lessons.views.codes import CodesDialog

_SETTLED_MS: Final = 150
"""Editors write in several steps, or put a new file in the place of the old one."""


class LessonFiles(WritingController):
    """Writes files about lessons, and watches the one that is open."""

    def __init__(
        self, context: WindowContext, lessons: LessonController, actions: Mapping[str, QAction]
    ) -> None:
        super().__init__(context)
        self._lessons, self._actions = lessons, actions
        self.folder = ""
        """The class's folder of lessons, in place of that of the preferences."""
        self._sheet = Path()
        self._job = BackgroundJob("worksheet", self)
        self._job.finished.connect(self._write_sheet)
        self._job.failed.connect(lambda error: self.message_requested.emit(short_sentence(str(error))))
        self._watcher = QFileSystemWatcher(self)
        self._settled = QTimer(self, interval=_SETTLED_MS, singleShot=True)
        self._watcher.fileChanged.connect(lambda _: self._settled.start())
        self._settled.timeout.connect(self._read_again)
        self._codes: CodesDialog | None = None
        self._grading, self._reading = BackgroundJob("grade", self), BackgroundJob("codes", self)
        self._for_lesson = [actions[name] for name in ("lesson_sheet", "lesson_key")]
        lessons.lesson_changed.connect(self._follow)
        self._preferences.changed.connect(lambda name: self._read_again() if name == "language" else None)
        context.reads.append(lambda: map(Path, self._watcher.files()))
        self._follow()

    @property
    def listed(self) -> list[tuple[Path, str]]:
        """The lessons of the class's folder and their titles, with a tick if they are finished."""
        folder = self.folder or self._preferences.of(LessonSettings).folder
        files = lessons_in(Path(folder)) if folder else []
        return [(path, with_tick(path, title_of(path, self._lessons.language))) for path in files]

    def list_in(self, menus: Mapping[str, QMenu]) -> None:
        """Fill the menus of lessons when they open."""
        for name in ("lessons", "lessons.todays_networks"):
            menus[name].setToolTipsVisible(True)
        menus["lessons"].aboutToShow.connect(self.show_lessons)
        # Reading all takes longer than a start may: whoever looks for a lesson waits for it.
        self._actions["commands"].triggered.connect(self.show_lessons)
        self._listing = menus["class_lessons"]
        self._listing.setToolTipsVisible(True)
        self._listing.aboutToShow.connect(lambda: self._list(self.listed))
        self._list(())

    def _list(self, files: Iterable[tuple[Path, str]]) -> None:
        menu = self._listing
        menu.clear()
        for path, title in files:
            # "&" would mark a mnemonic.
            action = menu.addAction(title.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, path=path: self._lessons.open_file(path))
        menu.addSeparator()
        menu.addAction("Choose their folder…").triggered.connect(self._choose_folder)
        if self._preferences.of(LessonSettings).folder:
            menu.addAction("Leave their folder").triggered.connect(
                lambda: self._preferences.keep(LessonSettings())
            )

    def _choose_folder(self) -> None:
        kept = self._preferences.of(LessonSettings).folder or self._preferences.dialog_folder
        if folder := QFileDialog.getExistingDirectory(self._window, "Folder of lessons", kept):
            self._preferences.keep(LessonSettings(folder=folder))

    def show_lessons(self) -> None:
        """Tick the lessons that are finished, and grey those that cannot be, with the reason."""
        for number, path in enumerate(shipped_lessons(), 1):
            title, action = title_of(path, self._lessons.language), self._actions[f"lesson_{number}"]
            action.setText(with_tick(path, f"{number} · {title}"))
            if reason := self._lessons.refused.get(number):
                action.setEnabled(False)
                for tell in (action.setToolTip, action.setStatusTip):
                    tell(reason)

    def new(self) -> None:
        """Write a lesson that starts with the open experiment, and open it."""
        from core.lessons.new_lesson import lesson_files, write_lesson

        path = self._ask_path("New lesson from this project", f"my-lesson{SUFFIX}", f"Lesson (*{SUFFIX})")
        if path is None or not self._may_write(*lesson_files(path, self._document.experiment)[1:]):
            return
        try:
            write_lesson(path, self._document.experiment)
        except (OSError, ValueError) as error:
            self.message_requested.emit(short_sentence(f"{path.name} cannot be written: {error}"))
            return
        self._lessons.open_file(path)
        self.message_requested.emit(
            f"Change {path.name} in any editor; it is read again whenever you save it"
        )

    def write_sheet(self, is_key: bool) -> None:
        """Write the open lesson as a worksheet, with the pupil's runs, or its key."""
        from core.lessons.worksheet import key_sheet, pupils_sheet
        from playground.views.dialogs.saving import SavingDialog

        run = self._lessons.run
        if run is None or self._job.busy:
            return
        lesson, runs, code = run.lesson, run.progress.runs, ""
        name = f"{lesson.id}-{'key' if is_key else 'sheet'}.pdf"
        if run.progress.done == len(lesson.steps):
            code = run.progress.code
        path = self._ask_path("Worksheet", name, "PDF (*.pdf);;Page (*.html)")
        if path is None:
            return
        self._sheet, decimal = path, QLocale.system().decimalPoint()
        if lesson.language != ENGLISH:
            decimal = lesson.say(".")

        def make(report: OnProgress) -> str:
            return key_sheet(lesson, decimal, report) if is_key else pupils_sheet(lesson, runs, code, decimal)

        dialog = SavingDialog(path.name, self._window)
        self._job.start(make)
        self._job.progressed.connect(dialog.progress.show_share)
        for signal in (self._job.finished, self._job.failed, self._job.cancelled):
            signal.connect(dialog.accept)
        dialog.rejected.connect(self._job.cancel)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write_sheet(self, page: str) -> None:
        from playground.plugins.lessons.views.sheet_pdf import sheet_pdf

        is_page = self._sheet.suffix.lower() == ".html"
        self._write(self._sheet, page.encode() if is_page else sheet_pdf(page), "is written")

    def read_codes(self) -> None:
        """Open the table of result codes, or come back to it."""
        from core.lessons.result_code import PASSWORD
        from playground.plugins.lessons.views.codes import CodesDialog

        if self._codes is None:
            dialog = self._codes = CodesDialog(self._themes, self._window, os.environ.get(PASSWORD, ""))
            dialog.changed.connect(self._grade)
            dialog.open_requested.connect(self._open_codes)
            dialog.save_requested.connect(self._save_codes)
            dialog.finished.connect(self._forget_codes)
            # Nothing of a job that is abandoned comes back: the dialog is there.
            self._grading.finished.connect(dialog.show_results)
            self._reading.finished.connect(dialog.text.setPlainText)
            for job in (self._grading, self._reading):
                job.failed.connect(dialog.tell_fault)
        self._codes.show()
        self._codes.raise_()
        self._codes.activateWindow()

    def _forget_codes(self) -> None:
        self._codes = None
        self._grading.abandon()
        self._reading.abandon()

    def _grade(self) -> None:
        from core.lessons.grading import graded

        assert self._codes is not None
        text, password = self._codes.text.toPlainText(), self._codes.password.text()
        files = [*(path for path, _ in self.listed), *shipped_lessons()]

        def work(report: OnProgress) -> list[dict[str, Any]]:
            return list(graded(text, list(_readable(files)), password, report))

        # What was typed meanwhile counts.
        self._grading.abandon()
        self._grading.start(work)

    def _open_codes(self) -> None:
        from core.lessons.grading import text_of_codes

        path = self._file_to_open("Open result codes", "Texts (*.txt *.csv);;All files (*)")
        if path is not None:
            self._reading.abandon()
            self._reading.start(lambda _: text_of_codes(path))

    def _save_codes(self) -> None:
        from core.lessons.grading import table_text

        assert self._codes is not None
        rows, kinds = self._codes.rows, "Table (*.csv)"
        path = self._ask_path("Save results", "results.csv", kinds, parent=self._codes, tell=self._codes.say)
        if path is not None:
            # With its mark Excel reads UTF-8 as such, and an umlaut in a name stays one.
            self._write(path, table_text(rows).encode("utf-8-sig"), "is written")
            self._codes.say(f"{path.name}: {count_text(len(rows), 'line')}")

    def _follow(self) -> None:
        run = self._lessons.run
        for action in self._for_lesson:
            action.setEnabled(run is not None)
        if watched := self._watcher.files():
            self._watcher.removePaths(watched)
        if run is not None:
            path = run.lesson.path
            words = words_file(path, run.lesson.language)
            self._watcher.addPaths([str(each) for each in (path, words) if each.is_file()])

    def _read_again(self) -> None:
        self._lessons.reload()
        self._follow()


def _readable(files: Sequence[Path]) -> Iterator[Lesson]:
    """The lessons of these files, without those that are damaged."""
    from core.lessons.lesson_file import read_lesson

    for file in files:
        with suppress(OSError, ValueError):
            yield read_lesson(file)

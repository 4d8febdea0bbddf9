"""Confirms a download, and runs it on a thread: title, size, license, folder, progress and cancel."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.data.datasets import DownloadedImages
from core.data.downloads.archive_cache import ArchiveError, ImageStore
from core.data.downloads.archives import Archive
from core.data.downloads.download import DownloadError, DownloadProgress, download
from core.data.downloads.http_transfer import CancelToken, DownloadCancelledError
from core.io.budget import OnProgress
from playground.model.background_job import BackgroundJob, JobCancelledError
from playground.views.dialogs.dialog import Dialog
from playground.views.theme.colors import GRID_PX
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.controls import ProgressBar, push_button
from playground.views.widgets.dataset_thumbnails import make_thumbnail, paint_thumbnail

log = logging.getLogger(__name__)


class Fetcher(BackgroundJob):
    """`progressed` carries the DownloadProgress; at `finished` all files are complete and verified."""

    def __init__(
        self, archive: Archive, parent: QObject | None = None, *, mirrors: Sequence[str] | None = None
    ) -> None:
        # A daemon thread: an unresponsive mirror must not block the exit.
        super().__init__("download", parent, daemon=True)
        self.store = ImageStore(archive)
        self.mirrors = archive.mirrors if mirrors is None else tuple(mirrors)

    def download(self) -> None:
        """Download missing files and verify all."""
        cancel_token = CancelToken()
        self.start(partial(_download, self.store, self.mirrors, cancel_token), on_cancel=cancel_token.cancel)

    def take(self, paths: Sequence[Path]) -> None:
        """Verify and use the user's files."""
        self.start(partial(_take, self.store, tuple(paths)))


def failure_sentence(error: Exception) -> str:
    """The error as a sentence; unexpected errors are logged too."""
    if isinstance(error, (DownloadError, ArchiveError)):
        return str(error)
    log.error("A download failed", exc_info=error)
    return f"The download failed: {error}"


def _download(
    store: ImageStore, mirrors: Sequence[str], cancel_token: CancelToken, report: OnProgress
) -> None:
    def tell(progress: DownloadProgress) -> None:
        try:
            report(progress)
        except JobCancelledError:
            # The download removes its parts for an error of its own.
            raise DownloadCancelledError from None

    download(store.archive, folder=store.folder, mirrors=mirrors, report=tell, cancel_token=cancel_token)
    # Files placed there by hand are verified here first.
    store.load()


def _take(store: ImageStore, paths: tuple[Path, ...], report: OnProgress) -> None:
    missing = store.take(paths)
    if missing:
        names = ", ".join(file.name for file in missing)
        raise ArchiveError(f"These files are good; still missing are {names}")


_WIDTH_PX = 520
_PICTURE_PX = 72


class DownloadDialog(Dialog):
    """Deleted on close, which cancels the download. `mirrors` defaults to the archive's own."""

    fetched = Signal(object)
    """Carries the dataset, whose files are complete now."""
    files_requested = Signal()
    """Requests a file dialog; its result is passed to `take`."""

    def __init__(
        self,
        dataset: DownloadedImages,
        themes: ThemeSource,
        parent: QWidget,
        *,
        mirrors: Sequence[str] | None = None,
    ) -> None:
        super().__init__(f"Download {dataset.archive.title}", parent)
        self._dataset, self._archive, self._themes = dataset, dataset.archive, themes
        self.setFixedWidth(_WIDTH_PX)
        self.fetcher = Fetcher(self._archive, self, mirrors=mirrors)
        self.fetcher.progressed.connect(self._show_progress)
        self.fetcher.finished.connect(self._finish)
        self.fetcher.failed.connect(self._show_failure)
        self._make_head()
        self._make_facts()
        self._make_progress()
        self._make_buttons()
        self._lay_out()
        themes.theme_changed.connect(self._show_picture)
        self._show_picture()
        self._show_idle()

    def take(self, paths: Sequence[Path]) -> None:
        """Verify the user's files and use them."""
        self._show_busy("Checking the files…")
        self.fetcher.take(paths)

    def done(self, result: int) -> None:
        self.fetcher.abandon()
        super().done(result)

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _make_head(self) -> None:
        self._picture = QLabel(self)
        self._picture.setFixedSize(_PICTURE_PX, _PICTURE_PX)
        self._title = set_up(QLabel(self._archive.title, self), role="value")
        self._what = self._text(f"{self._archive.what}. It does not come with the program.")

    def _make_facts(self) -> None:
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(2 * GRID_PX)
        self._facts.setVerticalSpacing(4)
        self._facts.setColumnStretch(1, 1)
        self.folder = self._text(_breakable(str(self.fetcher.store.folder)))
        self.folder.setToolTip(
            "Files from elsewhere can be put here by hand: .gz, unpacked, or Keras's mnist.npz."
        )
        rows = (
            ("Download", self._text(self._archive.size)),
            ("Licence", self._text(self._archive.licence)),
            ("Kept in", self.folder),
        )
        for row, (name, label) in enumerate(rows):
            caption = set_up(QLabel(name, self), role="muted")
            self._facts.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(label, row, 1)

    def _make_progress(self) -> None:
        self.progress = ProgressBar("Progress of the download", self)
        self.amount = QLabel(self)
        self.mirror = set_up(QLabel(self), role="muted")
        self.note = self._text("")
        self.note.setProperty("role", "muted")
        self.error = self._text("")
        self.error.setProperty("role", "danger")

    def _make_buttons(self) -> None:
        self.use_files = self._button(
            "Use files…",
            "Choose files that you have already: .gz, unpacked, or an .npz. They are checked first.",
        )
        self.open_folder = self._button(
            "Open folder…", "Show the folder. Files that you put there are used as well."
        )
        self.cancel_button = self._button(
            "Cancel", "Go back without these data. Nothing is left on the disk."
        )
        self.download_button = self._button("Download", "Fetch it, check it, and learn from it.")
        self.download_button.setProperty("primary", "true")
        self.download_button.setDefault(True)
        self.use_files.clicked.connect(self.files_requested)
        self.open_folder.clicked.connect(self._open_folder)
        self.cancel_button.clicked.connect(self.reject)
        self.download_button.clicked.connect(self._download)

    def _text(self, text: str) -> QLabel:
        return set_up(QLabel(text, self), wordWrap=True)

    def _button(self, text: str, tip: str) -> QPushButton:
        return push_button(text, tip, self, accessibleDescription=tip)

    def _lay_out(self) -> None:
        texts = vbox(self._title, self._what, STRETCH, spacing=4)
        head = hbox(spacing=2 * GRID_PX)
        frame = set_up(QFrame(self), role="tile")
        vbox(self._picture, parent=frame, margins=0)
        head.addWidget(frame, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(texts, 1)
        line = hbox(self.amount, STRETCH, self.mirror)
        self._running = QWidget(self)
        vbox(self.progress, line, self.note, parent=self._running, margins=0, spacing=6)
        buttons = hbox(
            self.use_files,
            self.open_folder,
            STRETCH,
            self.cancel_button,
            self.download_button,
            spacing=GRID_PX,
        )
        column = vbox(
            parent=self, margins=(3 * GRID_PX, 3 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX), spacing=2 * GRID_PX
        )
        # Follow the height of the text.
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetMinimumSize)
        column.addLayout(head)
        column.addLayout(self._facts)
        column.addWidget(self._running)
        column.addWidget(self.error)
        column.addLayout(buttons)

    # -- what happens ---------------------------------------------------------------------------------------------

    def _download(self) -> None:
        self._show_busy("Connecting…")
        self.fetcher.download()

    def _finish(self) -> None:
        self.accept()
        self.fetched.emit(self._dataset)

    def _open_folder(self) -> None:
        folder = self.fetcher.store.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._show_error(self.fetcher.store.unwritable(error))
            return
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._show_error(f"No file manager could be opened; the folder is {folder}")

    # -- what is shown --------------------------------------------------------------------------------------------

    def _show_picture(self) -> None:
        ratio = self.devicePixelRatioF()
        image = paint_thumbnail(
            make_thumbnail(self._dataset, 0), self._themes.theme, _PICTURE_PX, _PICTURE_PX, ratio
        )
        self._picture.setPixmap(QPixmap.fromImage(image))

    def _show_idle(self) -> None:
        self._running.hide()
        self.error.setVisible(bool(self.error.text()))
        for button in (self.download_button, self.use_files, self.open_folder):
            button.setEnabled(True)
        self._fit()

    def _show_busy(self, text: str) -> None:
        self.error.setText("")
        self.error.hide()
        self.progress.show_share(None)
        self.amount.setText(text)
        self.mirror.setText("")
        self._show_note("")
        self._running.show()
        for button in (self.download_button, self.use_files, self.open_folder):
            button.setEnabled(False)
        self.cancel_button.setFocus()
        self._fit()

    def _show_progress(self, progress: DownloadProgress) -> None:
        received, total = progress.received / 1e6, progress.total / 1e6
        self.progress.show_share(progress.received / max(1, progress.total))
        done = progress.received >= progress.total
        self.amount.setText("Checking…" if done else f"{received:.1f} of {total:.1f} MB")
        self.mirror.setText(progress.mirror)
        self._show_note(f"Before: {progress.note}." if progress.note else "")

    def _show_failure(self, error: Exception) -> None:
        self._show_error(failure_sentence(error))
        self.download_button.setText("Try again")
        self._show_idle()
        self.download_button.setFocus()

    def _show_error(self, sentence: str) -> None:
        self.error.setText(_breakable(f"{sentence}."))
        self.error.show()
        self._fit()

    def _show_note(self, text: str) -> None:
        if text != self.note.text() or not text:
            self.note.setText(text)
            self.note.setVisible(bool(text))
            self._fit()

    def _fit(self) -> None:
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(self.width(), max(layout.totalHeightForWidth(self.width()), 0))


def _breakable(text: str) -> str:
    """The text with line break opportunities in a long path."""
    return text.replace("/", "/\u200b").replace("\\", "\\\u200b")

"""CountingPage: counts how often Space was pressed on it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from playground.commands.window_controller import Driven, Page, WindowContext
from playground.plugins.plugin import PageRow
from playground.window.pages.pages import PAGES, PageWindow


class CountingPage(Page):
    """The bar drives the count."""

    sets_training = False

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context)
        self.count = 0
        self.page = QWidget(context.window)
        self.page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.shown = QLabel("0", self.page)
        self.back = QPushButton("Build", self.page)
        self.back.clicked.connect(self.build_requested)
        column = QVBoxLayout(self.page)
        column.addWidget(self.shown)
        column.addWidget(self.back)

    def enter(self) -> None:
        # Space would press the button.
        self.page.setFocus()

    @property
    def driven(self) -> Driven:
        return self

    @property
    def status(self) -> tuple[str, str]:
        return "paused", f"Counted to {self.count}"

    def toggle(self) -> None:
        self._set(self.count + 1)

    step_batch = step_epoch = toggle

    def step_epochs(self, count: int) -> None:
        self._set(self.count + count)

    def reset(self) -> None:
        self._set(0)

    reset_with_new_seed = reset

    def _set(self, count: int) -> None:
        self.count = count
        self.shown.setText(str(count))
        self.status_changed.emit()


def _make(window: PageWindow) -> Page:
    return CountingPage(window.context)


PAGES.register(PageRow("counting", "Counting", "Count how often Space was pressed.", 60, 8, _make))

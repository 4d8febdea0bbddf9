"""What all controllers of a window are made of."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from playground.model.document import Document
from playground.model.preferences import Preferences
from playground.training.session import TrainingSession
from playground.views.theme.theme import ThemeSource


@dataclass(frozen=True, eq=False)
class WindowContext:
    """A window, and what its commands read and change."""

    document: Document
    session: TrainingSession
    preferences: Preferences
    themes: ThemeSource
    window: QWidget


class WindowController(QObject):
    """Runs commands of a window, which owns it."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._document, self._session = context.document, context.session
        self._preferences, self._themes = context.preferences, context.themes
        self._window = context.window

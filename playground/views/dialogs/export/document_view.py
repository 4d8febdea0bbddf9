"""A document in HTML as its readers see it, in the colors of the theme."""

from __future__ import annotations

import base64
import re
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource

_FIGURE: Final = re.compile(r"<figure[^>]*>(<svg.*?</svg>)</figure>", re.DOTALL)
_STYLE: Final = re.compile(r"<style>.*?</style>", re.DOTALL)


class DocumentView(QTextBrowser):
    """Read-only, without links; its drawings are those of the file, as Qt knows them."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._text = ""
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumSize(280, 96)
        self.setAccessibleName("Preview")
        self.setToolTip("What is written.")
        themes.theme_changed.connect(self._restyle)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing but what the text itself has in it: a blank image keeps Qt from looking for a file."""
        return None if QUrl(name).scheme() == "data" else QImage(1, 1, QImage.Format.Format_ARGB32)

    def show_html(self, text: str) -> None:
        """Show a document of `core.reports`."""
        if text != self._text:
            self._text = text
            self._restyle(self._themes.theme)

    def _restyle(self, theme: Theme) -> None:
        style = (
            f"th {{ color: {theme.text_muted}; }} td, th {{ padding: 2px 14px 2px 0; text-align: left; }} "
            f"pre {{ background: {theme.field}; }} h1 {{ font-size: 20px; }} h2 {{ font-size: 15px; }}"
        )
        # Qt's CSS has no variables, and its HTML no drawings but images.
        body = _FIGURE.sub(lambda found: _image(found[1], theme), _STYLE.sub("", self._text))
        place = self.verticalScrollBar().value()
        self.document().setDefaultStyleSheet(style)
        self.setHtml(body)
        self.verticalScrollBar().setValue(place)


def _image(svg: str, theme: Theme) -> str:
    drawn = svg.replace("currentColor", theme.text).encode()
    return f'<p><img src="data:image/svg+xml;base64,{base64.b64encode(drawn).decode()}"></p>'

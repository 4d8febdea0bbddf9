"""Code with line numbers and colors, in one or several languages, to copy."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, QSignalBlocker, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QGuiApplication,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTabBar, QTextBrowser, QWidget

from playground.views.dialogs.export.content import CodeSample
from playground.views.theme.colors import GRID_PX, Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.controls import push_button

_FIGURE: Final = re.compile(r"<figure[^<>]*>(<svg.*?</svg>)</figure>", re.DOTALL)
_STYLE: Final = re.compile(r"<style>[^<]*</style>")


class DocumentView(QTextBrowser):
    """Read-only, without links; its drawings are those of the file, as Qt knows them."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._text = ""
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumSize(280, 96)
        set_up(self, accessibleName="Preview", toolTip="What is written.")
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


_WORDS: Final = (
    "and|as|assert|async|await|break|class|const|continue|def|del|elif|else|except|False|finally|for|from|function|if|"
    "import|in|is|lambda|let|new|None|not|null|or|pass|raise|return|True|true|false|try|var|while|with|yield"
)
_TOKENS: Final = re.compile(
    r"(?P<docstring>\"\"\")|(?P<comment>#[^\n]*|//[^\n]*)"
    r"|(?P<string>\"(?:\\.|[^\"\\\n])*+\"?|'(?:\\.|[^'\\\n])*+'?|`[^`\n]*+`?)"
    r"|(?P<number>\b\d[\w.]*(?:e[-+]?\d+)?)"
    rf"|(?P<word>\b(?:{_WORDS})\b)"
)
_TRIPLE: Final = '"""'
_OUTSIDE, _INSIDE = 0, 1
"""States of a line: whether it ends within a docstring."""
_NUMBERS_PX = 34


class CodeView(QWidget):
    """Tabs of languages above the code of the chosen one; Ctrl+C without a selection copies all."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._samples: tuple[CodeSample, ...] = ()
        self._noun = "code"
        self.tabs = QTabBar(self)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Languages")
        self.tabs.setToolTip("The language of the program that reads the file.")
        self.text = _CodeEdit(themes, self)
        self.document = DocumentView(themes, self)
        self.copy = push_button(
            "Copy code", "Put the code on the clipboard (Ctrl+C).", self, clicked=self.copy_all
        )
        head = hbox((self.tabs, 1), self.copy, spacing=GRID_PX)
        vbox(head, (self.text, 1), (self.document, 1), parent=self, margins=0, spacing=GRID_PX)
        self.tabs.currentChanged.connect(self._show_current)
        self._restyle(themes.theme)
        themes.theme_changed.connect(self._restyle)

    @property
    def code(self) -> str:
        """The code shown."""
        return self.text.toPlainText()

    def show_samples(self, samples: Sequence[CodeSample], refusal: str = "") -> None:
        """Show programs; without any the sentence `refusal`."""
        language = self._samples[self.tabs.currentIndex()].language if self._samples else ""
        self._samples = tuple(samples)
        with QSignalBlocker(self.tabs):
            while self.tabs.count():
                self.tabs.removeTab(0)
            for sample in self._samples:
                self.tabs.addTab(sample.language)
            names = [sample.language for sample in self._samples]
            if language in names:
                self.tabs.setCurrentIndex(names.index(language))
        self.text.setPlaceholderText(refusal)
        self._show_current()

    def copy_all(self) -> None:
        """Copy the code shown, all of it where it is shown shortened."""
        sample = self._sample
        if sample is not None and sample.text:
            QGuiApplication.clipboard().setText(sample.whole)
            self.copy.setText("Copied")

    @property
    def _sample(self) -> CodeSample | None:
        index = self.tabs.currentIndex()
        return self._samples[index] if 0 <= index < len(self._samples) else None

    def _show_current(self) -> None:
        sample = self._sample
        code = "" if sample is None else sample.text
        rendered = sample is not None and sample.rendered
        self.text.setVisible(not rendered)
        self.document.setVisible(rendered)
        if rendered:
            self.document.show_html(code)
        noun = "code" if sample is None else sample.noun
        if code != self.code or noun != self._noun:
            self._noun = noun
            self.text.show_text(code, is_code=noun == "code")
            self.copy.setText("Copy code" if noun == "code" else f"Copy {noun}")
            self.copy.setToolTip(f"Put the {noun} on the clipboard (Ctrl+C).")
        self.copy.setEnabled(bool(code))

    def _restyle(self, theme: Theme) -> None:
        self.copy.setIcon(icon("duplicate", theme))


class _CodeEdit(QPlainTextEdit):
    """Read-only, with line numbers."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName("Code that reads the file")
        self.setToolTip("A whole program: it reads the file and predicts.")
        family = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        # The family alone: the size is the stylesheet's.
        self.setStyleSheet(f'font-family: "{family}";')
        self.setViewportMargins(_NUMBERS_PX, 0, 0, 0)
        self.setMinimumSize(280, 96)
        self._numbers = _LineNumbers(self)
        self._colors = _Highlighter(self, themes.theme)
        themes.theme_changed.connect(self._colors.set_theme)
        self.updateRequest.connect(self._on_scrolled)

    def show_text(self, text: str, *, is_code: bool) -> None:
        """Show a program in colors, or another text without."""
        self._colors.setDocument(self.document() if is_code else None)
        self.setPlainText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._numbers.setGeometry(QRect(area.left(), area.top(), _NUMBERS_PX, area.height()))

    def paint_numbers(self, painter: QPainter) -> None:
        """Paint the numbers of the visible lines."""
        painter.setFont(self.font())
        painter.setPen(QColor(self._themes.theme.text_faint))
        block, offset = self.firstVisibleBlock(), self.contentOffset()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(offset)
            if place.top() > self.viewport().height():
                break
            line = QRect(0, round(place.top()), _NUMBERS_PX - 10, round(place.height()))
            number = f"{block.blockNumber() + 1}" if self.toPlainText() else ""
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
            block = block.next()

    def _on_scrolled(self) -> None:
        self._numbers.update()


class _LineNumbers(QWidget):
    def __init__(self, edit: _CodeEdit) -> None:
        super().__init__(edit)
        self._edit = edit

    def sizeHint(self) -> QSize:
        return QSize(_NUMBERS_PX, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._edit.paint_numbers(painter)
        painter.end()


class _Highlighter(QSyntaxHighlighter):
    """Comments, strings, numbers and keywords of Python, JavaScript and C-like languages."""

    def __init__(self, view: QPlainTextEdit, theme: Theme) -> None:
        # A child of the view: PySide keeps what is a child of a document, of which the view alone is the owner.
        super().__init__(view)
        self.setDocument(view.document())
        self._formats = _formats(theme)

    def set_theme(self, theme: Theme) -> None:
        """Color the code again."""
        self._formats = _formats(theme)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        start = 0
        if self.previousBlockState() == _INSIDE:
            start = self._show_docstring(text, 0, 0)
        else:
            self.setCurrentBlockState(_OUTSIDE)
        while (found := _TOKENS.search(text, start)) is not None:
            if found.lastgroup == "docstring":
                start = self._show_docstring(text, found.start(), found.end())
            else:
                start = found.end()
                self.setFormat(found.start(), start - found.start(), self._formats[found.lastgroup or ""])

    def _show_docstring(self, text: str, start: int, inside: int) -> int:
        """Color a docstring from `start`, whose text begins at `inside`; returns its end in this line."""
        end = text.find(_TRIPLE, inside)
        self.setCurrentBlockState(_INSIDE if end < 0 else _OUTSIDE)
        stop = len(text) if end < 0 else end + len(_TRIPLE)
        self.setFormat(start, stop - start, self._formats["string"])
        return stop


def _formats(theme: Theme) -> dict[str, QTextCharFormat]:
    colors = {
        "comment": theme.text_muted,
        "string": theme.success,
        "number": theme.warning,
        "word": theme.accent,
        "": theme.text,
    }
    made = {}
    for name, color in colors.items():
        made[name] = QTextCharFormat()
        made[name].setForeground(QColor(color))
    return made

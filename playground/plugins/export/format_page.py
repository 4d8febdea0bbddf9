"""The middle of the export dialog: settings of the format, its graph or picture, and code that reads the file."""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSignalBlocker, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QFontMetrics,
    QGuiApplication,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
)
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QSizePolicy, QTabBar, QTextBrowser, QWidget

from playground.plugin import SettingsForm, ThemeSource, font, hbox, icon, set_up, vbox
from playground.views.dialogs.export.content import CodeSample, ExportContent, ModelGraph
from playground.views.dialogs.export.file_line import format_title
from playground.views.theme.colors import GRID_PX, RADIUS_PX, RADIUS_SMALL_PX, Theme
from playground.views.widgets.controls import ScrollArea, push_button
from playground.views.widgets.painted import PaintedWidget, draw_box, use_colors

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


_HEIGHT_PX = 96
_MARGIN_PX = 10
_PILL_PX = 18
_STEP_PX = 28
_GAP_PX = 12
_MIN_GAP_PX = 6.0
_LINK_PX = 18
_MAX_ENDS = 4
_MAX_END_SHARE = 0.27


class ModelGraphView(PaintedWidget):
    """Draws a `ModelGraph`; middle steps that find no room are counted instead."""

    size_px = 480, _HEIGHT_PX

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self._graph = ModelGraph((), (), ())
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_graph(self, graph: ModelGraph) -> None:
        self._graph = graph
        chain = [", ".join(graph.inputs), *graph.steps, ", ".join(graph.outputs)]
        self.setAccessibleName(f"Exported model: {' → '.join(chain)}")
        self.setToolTip("\n".join(chain))
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        draw_box(painter, frame, RADIUS_PX, theme.window, theme.border)
        painter.setFont(font("small"))
        inner = frame.adjusted(_MARGIN_PX, 0, -_MARGIN_PX, 0)
        inputs = _ends(_shortened(self._graph.inputs), inner, left=True)
        outputs = _ends(_shortened(self._graph.outputs), inner, left=False)
        left = max((place.right() for _, place in inputs), default=inner.left())
        right = min((place.left() for _, place in outputs), default=inner.right())
        room = QRectF(left + _LINK_PX, inner.top(), right - left - 2 * _LINK_PX, inner.height())
        steps = _steps(self._graph.steps, room)
        self._paint_links(painter, inputs, steps, outputs, theme)
        for text, place in inputs:
            _paint_box(painter, text, place, theme, fill=theme.surface, edge=theme.border, ink=theme.text)
        for text, place in steps:
            edge = theme.accent if (text, place) == steps[0] else theme.border_strong
            _paint_box(painter, text, place, theme, fill=theme.surface, edge=edge, ink=theme.text)
        for text, place in outputs:
            _paint_box(
                painter, text, place, theme, fill=theme.accent_soft, edge=theme.accent_soft, ink=theme.accent
            )

    def _paint_links(
        self,
        painter: QPainter,
        inputs: list[tuple[str, QRectF]],
        steps: list[tuple[str, QRectF]],
        outputs: list[tuple[str, QRectF]],
        theme: Theme,
    ) -> None:
        use_colors(painter, None, theme.border_strong, 1.2)
        for (_, first), (_, second) in itertools.pairwise(steps):
            painter.drawLine(_right(first), _left(second))
        if steps:
            for _, place in inputs:
                painter.drawPath(_curve(_right(place), _left(steps[0][1])))
            for _, place in outputs:
                painter.drawPath(_curve(_right(steps[-1][1]), _left(place)))


def _shortened(names: Sequence[str]) -> list[str]:
    if len(names) <= _MAX_ENDS:
        return list(names)
    kept = _MAX_ENDS - 1
    return [*names[:kept], f"… {len(names) - kept} more"]


def _ends(names: list[str], inner: QRectF, *, left: bool) -> list[tuple[str, QRectF]]:
    metrics = QFontMetrics(font("small"))
    most = inner.width() * _MAX_END_SHARE
    width = min(most, max((metrics.horizontalAdvance(name) for name in names), default=0) + 2 * _GAP_PX)
    pitch = min(_PILL_PX + 4.0, (inner.height() - 8) / max(1, len(names)))
    top = inner.center().y() - pitch * len(names) / 2
    x = inner.left() if left else inner.right() - width
    return [
        (name, QRectF(x, top + row * pitch + 1, width, min(_PILL_PX, pitch - 2)))
        for row, name in enumerate(names)
    ]


def _steps(names: Sequence[str], room: QRectF) -> list[tuple[str, QRectF]]:
    shown = list(names)
    metrics = QFontMetrics(font("small"))

    def widths() -> list[float]:
        return [metrics.horizontalAdvance(name) + 1.4 * _GAP_PX for name in shown]

    hidden = 0
    while len(shown) > 3 and sum(widths()) + _MIN_GAP_PX * (len(shown) - 1) > room.width():
        middle = len(shown) // 2
        if hidden:
            middle = shown.index(f"+{hidden}")
            # The longer side gives one more.
            shown.pop(middle + 1 if len(shown) - middle - 1 >= middle else middle - 1)
            middle = shown.index(f"+{hidden}")
            hidden += 1
        else:
            hidden = 1
        shown[middle] = f"+{hidden}"
    needed = widths()
    total = sum(needed)
    gap = max(_MIN_GAP_PX, (room.width() - total) / max(1, len(shown) - 1)) if len(shown) > 1 else 0.0
    gap = min(gap, 2.5 * _GAP_PX)
    x = room.left() + max(0.0, (room.width() - total - gap * (len(shown) - 1)) / 2)
    places = []
    for name, width in zip(shown, needed, strict=True):
        places.append((name, QRectF(x, room.center().y() - _STEP_PX / 2, width, _STEP_PX)))
        x += width + gap
    return places


def _paint_box(
    painter: QPainter, text: str, place: QRectF, theme: Theme, *, fill: str, edge: str, ink: str
) -> None:
    radius = place.height() / 2 if place.height() <= _PILL_PX else RADIUS_SMALL_PX
    draw_box(painter, place, radius, fill, edge)
    painter.setPen(QColor(ink))
    room = int(place.width()) - 6
    elided = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideMiddle, room)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, elided)


def _left(place: QRectF) -> QPointF:
    return QPointF(place.left(), place.center().y())


def _right(place: QRectF) -> QPointF:
    return QPointF(place.right(), place.center().y())


def _curve(start: QPointF, end: QPointF) -> QPainterPath:
    path = QPainterPath(start)
    middle = (start.x() + end.x()) / 2
    path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
    return path


_PICTURE_PX = 160
"""The least room of a picture."""


class FormatPage(ScrollArea):
    """One format: scrolls where the window is low."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        page = QWidget(self)
        self.title = set_up(QLabel(page), role="heading")
        self.explanation = set_up(QLabel(page), role="muted", wordWrap=True)
        self.form = SettingsForm(themes, page, across=True)
        self.refusal = set_up(QLabel(page), role="danger", wordWrap=True)
        self.graph = ModelGraphView(themes, page)
        self.picture = _Picture(page)
        self.code = CodeView(themes, page)
        head = vbox(self.title, self.explanation, spacing=4)
        column = vbox(
            head, self.form, self.refusal, self.graph, (self.picture, 1), (self.code, 1),
            parent=page, margins=(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX), spacing=12,
        )  # fmt: skip
        column.addStretch(0)
        self.setWidget(page)

    def show_spec(self, spec: Any, content: ExportContent, path: Path, refusal: str) -> None:
        """Show a format; `refusal` says why it cannot hold the network."""
        self.title.setText(format_title(spec))
        self.explanation.setText(f"{spec.summary.rstrip('.')}.")
        self.form.setVisible(len(spec.settings()) > len(self.form.exclude))
        self.refusal.setText(refusal)
        self.refusal.setVisible(bool(refusal))
        graph = None if refusal else content.about(spec).graph(spec)
        self.graph.setVisible(graph is not None)
        if graph is not None:
            self.graph.show_graph(graph)
        image = None if refusal else content.about(spec).preview(spec)
        self.picture.setVisible(image is not None)
        self.code.setVisible(image is None and not refusal)
        if image is not None:
            self.picture.show_image(image)
        elif refusal:
            self.code.show_samples(())
        else:
            self.show_code(spec, content, path)

    def show_code(self, spec: Any, content: ExportContent, path: Path) -> None:
        """Show the programs that read the file at `path`."""
        try:
            self.code.show_samples(content.about(spec).code(spec, path))
        except ValueError as error:
            self.code.show_samples((), f"{str(error).rstrip('.')}.")


class _Picture(QLabel):
    """An image, scaled down to fit."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_up(self, accessibleName="Preview", toolTip="What is written.")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Not that of the image, which is scaled to the room that there is."""
        return QSize(_PICTURE_PX, _PICTURE_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_image(self, image: QImage) -> None:
        self._image = image
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._image.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = QSize(round(self.width() * ratio), round(self.height() * ratio))
        whole = self._image.size()
        size = whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio) if not _fits(whole, room) else whole
        smooth = Qt.TransformationMode.SmoothTransformation
        shown = QPixmap.fromImage(self._image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        shown.setDevicePixelRatio(ratio)
        self.setPixmap(shown)


def _fits(size: QSize, room: QSize) -> bool:
    return size.width() <= room.width() and size.height() <= room.height()

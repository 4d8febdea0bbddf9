"""The list of formats, which are proven, and the line of the file that is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from core.formats.programs.program import module_name
from core.io.gate import has_suffix, proposed
from core.io.number_text import size_text
from playground.views.dialogs.export.content import group_of
from playground.views.theme.colors import GRID_PX, RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import hbox, restyle, set_up
from playground.views.widgets.controls import push_button
from playground.views.widgets.painted import LEFT, RIGHT, Index, PaintedDelegate, draw_box, draw_text

_KIND: Final = Qt.ItemDataRole.UserRole
_HINT: Final = Qt.ItemDataRole.UserRole + 1
_PROVEN: Final = Qt.ItemDataRole.UserRole + 2
_MOVES: Final = {
    QListView.CursorAction.MoveUp: ("line", -1),
    QListView.CursorAction.MoveDown: ("line", 1),
    QListView.CursorAction.MovePageUp: ("page", -1),
    QListView.CursorAction.MovePageDown: ("page", 1),
    QListView.CursorAction.MoveHome: ("all", -1),
    QListView.CursorAction.MoveEnd: ("all", 1),
}
_ROW_PX = 24
_GROUP_PX = 30
_SIDE_PX = 12
_GAP_PX = 10


class FormatList(QListView):
    """Formats by group, both in the order of their first; headings cannot be chosen.

    `kinds` are classes with a `kind`, `title`, `summary` and `group`, such as the specs of formats.
    """

    chosen = Signal(str)
    """Carries the kind that the user has chosen."""

    def __init__(
        self, kinds: Sequence[Any], themes: ThemeSource, parent: QWidget, *, name: str = "Formats"
    ) -> None:
        super().__init__(parent)
        groups = list(dict.fromkeys(map(group_of, kinds)))
        self._kinds = tuple(sorted(kinds, key=lambda kind: groups.index(group_of(kind))))
        self._proven: dict[str, bool] = {}
        self._filling = False
        self._rows = QStandardItemModel(self)
        self.setModel(self._rows)
        self.setItemDelegate(_Painter(themes, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setProperty("role", "formats")
        self.setAccessibleName(name)
        self.setToolTip("What reads the file afterwards decides.")
        self.show_matching("")
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    @property
    def kinds(self) -> list[str]:
        """The kinds listed, from the top."""
        items = (self._rows.item(row) for row in range(self._rows.rowCount()))
        return [item.data(_KIND) for item in items if item.data(_KIND)]

    @property
    def kind(self) -> str:
        """The chosen kind; "" if none is listed."""
        return str(self.currentIndex().data(_KIND) or "")

    def choose(self, kind: str) -> None:
        """Choose a listed kind."""
        for row in range(self._rows.rowCount()):
            if self._rows.item(row).data(_KIND) == kind:
                self.setCurrentIndex(self._rows.index(row, 0))

    def show_matching(self, text: str) -> None:
        """List the formats whose title, group, suffix or summary has all words of `text`, and choose one.

        The chosen one stays, unless others fit better: those called so, then those with the words in their title.
        """
        words, kind, group = text.lower().split(), self.kind, ""
        # Rows that go hand on the choice, one to the other.
        self._filling = True
        self._rows.clear()
        fits: dict[str, int] = {}
        for each in self._kinds:
            marks = f"{getattr(each, 'suffix', '')} {getattr(each, 'keywords', '')}"
            known = f"{each.title} {group_of(each)} {marks} {each.summary}".lower()
            if not all(word in known for word in words):
                continue
            if group_of(each) != group:
                group = group_of(each)
                self._rows.appendRow(_heading(group))
            self._rows.appendRow(self._item(each))
            title = each.title.lower()
            is_called = title.startswith(text.strip().lower())
            fits[each.kind] = is_called + all(word in title for word in words)
        best = [each for each, fit in fits.items() if fit == max(fits.values())]
        self.choose(kind if kind in best else next(iter(best), ""))
        self._filling = False
        if self.kind != kind:
            self._on_current_changed(self.currentIndex())

    def set_proven(self, kind: str, proven: bool | None) -> None:
        """Mark a format as proven, as failed, or as neither."""
        if proven is None:
            self._proven.pop(kind, None)
        else:
            self._proven[kind] = proven
        for row in range(self._rows.rowCount()):
            item = self._rows.item(row)
            if item.data(_KIND) == kind:
                item.setData(proven, _PROVEN)

    def moveCursor(self, action: QListView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Pass over headings, where Qt would stop."""
        rows = [row for row in range(self._rows.rowCount()) if self._rows.item(row).data(_KIND)]
        current = self.currentIndex().row()
        if action not in _MOVES or current not in rows:
            return QModelIndex(super().moveCursor(action, modifiers))
        page = max(1, self.viewport().height() // _ROW_PX - 1)
        step = {"line": 1, "page": page, "all": len(rows)}
        unit, sign = _MOVES[action]
        place = rows.index(current) + sign * step[unit]
        return self._rows.index(rows[min(max(place, 0), len(rows) - 1)], 0)

    def sizeHint(self) -> QSize:
        return QSize(236, 400)

    def _item(self, kind: Any) -> QStandardItem:
        item = QStandardItem(format_title(kind))
        item.setData(kind.kind, _KIND)
        item.setData(getattr(kind, "hint", "") or getattr(kind, "suffix", ""), _HINT)
        item.setData(self._proven.get(kind.kind), _PROVEN)
        item.setData(kind.summary, Qt.ItemDataRole.ToolTipRole)
        return item

    def _on_current_changed(self, index: QModelIndex) -> None:
        kind = index.data(_KIND)
        if kind and not self._filling:
            self.chosen.emit(kind)


def format_title(kind: Any) -> str:
    """The title without its suffix, which stands beside it."""
    return str(kind.title.removesuffix(f" ({getattr(kind, 'suffix', '')})"))


def _heading(group: str) -> QStandardItem:
    item = QStandardItem(group)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


class _Painter(PaintedDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _ROW_PX if index.data(_KIND) else _GROUP_PX)

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        line = option.rect.adjusted(_SIDE_PX, 0, -_SIDE_PX, 0)
        if not index.data(_KIND):
            self._paint_heading(painter, line.adjusted(0, 0, 0, -5), index, theme)
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            ground = QRectF(option.rect).adjusted(0, 1, 0, -1)
            draw_box(painter, ground, RADIUS_SMALL_PX, theme.accent if selected else theme.field_hover)
        proven = index.data(_PROVEN)
        hint = {True: "✓ proven", False: "differs"}.get(proven, str(index.data(_HINT)))
        ink = theme.accent_text if selected else theme.text_muted
        draw_text(painter, line, hint, ink, font("small"), RIGHT)
        line.setRight(line.right() - QFontMetrics(font("small")).horizontalAdvance(hint) - _GAP_PX)
        ink = theme.accent_text if selected else theme.text
        draw_text(painter, line, str(index.data()), ink, font(bold=selected), LEFT, cut=True)


class FileLine(QFrame):
    """The path of the file to write, with its size; its end follows the format, and programs can be imported.

    The end is the format's suffix, and before it the word that tells its files from others of that suffix. A suffix
    that no format has stays as the user wrote it, unless the format's readers need theirs.
    """

    edited = Signal()
    """The user has changed the path."""

    def __init__(
        self, path: Path, known: Mapping[str, str], parent: QWidget, reads: Sequence[Path] = ()
    ) -> None:
        """`known` are the titles of formats by their suffixes. The first `set_format` adds one to `path`.

        None of the files `reads` is proposed.
        """
        super().__init__(parent)
        self.setProperty("role", "file")
        self._known, self._suffix, self._title, self._filter = dict(known), "", "", ""
        self._end, self._reads = "", tuple(reads)
        self._needs_suffix = False
        self._plain: dict[str, str] = {}
        """The name that is proposed, and what it was before: of a program one that can be imported."""
        self.path = set_up(QLineEdit(str(path), self), accessibleName="File")
        self.path.setToolTip("Where the file is written.")
        self.size_label = set_up(QLabel(self), role="caption")
        self.browse = push_button(
            "Change…", "Choose a folder and a name.", self, clicked=self._browse, link="true"
        )
        hbox(
            (self.path, 1),
            self.size_label,
            self.browse,
            parent=self,
            margins=(0, 0, GRID_PX // 2, 0),
            spacing=GRID_PX,
        )
        self.setFocusProxy(self.path)
        self.path.textEdited.connect(self.edited)

    @property
    def target(self) -> Path:
        """The path, with the format's suffix added if it has none."""
        path = Path(self.path.text().strip())
        try:
            path = path.expanduser()
        except RuntimeError:  # unknown user in "~name"
            return path
        return path if has_suffix(path) or not path.name else Path(_importable(f"{path}{self._suffix}"))

    @property
    def fault(self) -> str:
        """The reason why the format cannot be written there; "" if it can. See `path_fault`."""
        return path_fault(self.path.text().strip()) or self.suffix_fault

    @property
    def suffix_fault(self) -> str:
        """A sentence if the file has the suffix of another format, or one by which it could not be opened."""
        path, wanted = self.target, Path(f"x{self._suffix}").suffix
        if not path.name or path.suffix.lower() == wanted:
            return ""
        rule = f"{self._title}: the name of the file must end in {wanted}, got {path.name}"
        if (other := self._of_known(path)) is not None:
            return f"{rule}, which is one of {other}."
        return f"{rule}." if self._needs_suffix else ""

    def set_format(self, suffix: str, title: str, *, noun: str = "", needs_suffix: bool = False) -> None:
        """Replace the end of another format; a suffix that no format has stays.

        `needs_suffix` says that the format is read from files with this suffix alone.
        """
        text = self._plain.get(self.path.text(), self.path.text())
        end = f" {noun}{suffix}" if noun else suffix
        # The longest first: "net_torch.py" ends in ".py" too.
        endings = sorted({self._end, *self._known}, key=len, reverse=True)
        former = next((each for each in endings if each and text.lower().endswith(each)), "")
        if not self._end:
            text += end
        elif former and end != self._end and len(former) < len(Path(text).name):
            # Of another suffix of the same format, a name that the user wrote stays without the word.
            is_own = noun and former != self._end and self._end.startswith(f" {noun}.")
            text = text[: len(text) - len(former)] + (suffix if is_own else end)
        if end != self._end:
            named = str(proposed(Path(_importable(text)), self._reads)) if text else ""
            self._plain = {named: text}
            self.path.setText(named)
        self._end, self._suffix, self._title, self._needs_suffix = end, suffix, title, needs_suffix
        self._filter = f"{title} (*{suffix});;All files (*)"

    def _of_known(self, path: Path) -> str | None:
        """The title of the format to whose files a path belongs."""
        ends = {Path(f"x{suffix}").suffix: title for suffix, title in self._known.items()}
        return ends.get(path.suffix.lower())

    def show_size(self, size: int) -> None:
        """Show the size of the file in bytes; 0 if it is not known."""
        self.size_label.setText(size_text(size) if size else "")

    def set_invalid(self, invalid: bool) -> None:
        restyle(self.path, invalid="true" if invalid else "false")

    def _browse(self) -> None:
        # It is asked when the file is written, of which this may not yet be the whole name.
        options = QFileDialog.Option.DontConfirmOverwrite
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Export to", self.path.text(), self._filter, "", options
        )
        if chosen:
            self.path.setText(chosen)
            self.edited.emit()


def _importable(path: str) -> str:
    """A path whose name, if it is that of a program, can be imported."""
    if not path.endswith(".py"):
        return path
    folder, name = os.path.split(path.removesuffix(".py"))
    return str(Path(folder, f"{module_name(name)}.py"))


def path_fault(text: str) -> str:
    """The reason why no file can be written at the path `text`, as a sentence; "" if one can."""
    if not text.strip():
        return "The file needs a name."
    if "\0" in text:
        return "The name of a file has no zero byte."
    try:
        path = Path(text.strip()).expanduser()
        if path.is_dir():
            return f"{path} is a folder; the file needs a name in it."
        if not path.parent.is_dir():
            return f"There is no folder {path.parent}."
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            return f"You may not write to {path}."
    except (OSError, RuntimeError):  # name too long, or unknown user in "~name"
        return f"{text.strip()} cannot be the name of a file."
    return ""


def known_suffixes(kinds: Iterable[Any]) -> dict[str, str]:
    """Names of the files of every suffix: by their format, or by the group of several."""
    titles: dict[str, set[str]] = {}
    groups: dict[str, str] = {}
    for kind in kinds:
        for spec in _variants(kind()):
            titles.setdefault(spec.suffix, set()).add(format_title(spec))
            groups[spec.suffix] = group_of(spec).lower()
    return {suffix: min(names) if len(names) == 1 else groups[suffix] for suffix, names in titles.items()}


def spec_for(path: Path, current: Any, kinds: Iterable[Any]) -> Any:
    """The format to whose files `path` belongs: `current` with another setting, or another kind.

    None if there is no such format, or if there are several.
    """
    own = [spec for spec in _variants(current) if _ends(path, spec)]
    if own:
        return own[0]
    others = [kind for kind in kinds if any(_ends(path, spec) for spec in _variants(kind()))]
    # "net_torch.py" is one of PyTorch, though NumPy's programs end in .py too.
    exact = [kind for kind in others if path.name.lower().endswith(kind().suffix)]
    longest = max((len(kind().suffix) for kind in exact), default=0)
    found = [kind for kind in exact if len(kind().suffix) == longest] or others
    return next(spec for spec in _variants(found[0]()) if _ends(path, spec)) if len(found) == 1 else None


def _variants(spec: Any) -> Iterator[Any]:
    """The format as it is, then with those settings that change its suffix."""
    yield spec
    for item in spec.settings():
        for choice in item.choices:
            other = spec.replace(**{item.name: choice})
            if other.suffix != spec.suffix:
                yield other


def _ends(path: Path, spec: Any) -> bool:
    return path.suffix.lower() == Path(f"x{spec.suffix}").suffix

"""Reads a window as a person does: what is spoken, what is painted, where texts stand, which figures are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget

Text = QAccessible.Text
_NUMBER = re.compile(r"[\d.,%–−\s]+")
_MARKUP = re.compile(r"<[^>]+>")
_PART = r"(?: (of [\d,]+|samples unknown))?"
_TILE = re.compile(rf"Test ([^:]+?){_PART}(, epoch [^:]+)?: (.+)$")
_MEASURED = re.compile(r"Measured on ([\d,]+)(?: / ([\d,]+))? samples")
_BELOW = re.compile(rf"train (.+?){_PART}$")


@dataclass(frozen=True)
class Node:
    """One thing of the accessible tree; `painted` is the text of a label, else its name."""

    role: str
    name: str
    painted: str
    value: str
    checked: bool
    enabled: bool
    widget: object
    within: tuple[str, ...]
    """The names and classes of what it is in, the window first."""

    @property
    def told(self) -> tuple[str, str, str, bool, bool]:
        """Two nodes that tell the same are equal here."""
        return self.role, f"{self.name} {self.value}", self.painted, self.checked, self.enabled


def read(top: QWidget) -> list[Node]:
    """All that is shown in `top`, in the tree's order; 250 nodes take 7 ms."""
    found: list[Node] = []

    def visit(node: QAccessible.Interface | None, within: tuple[str, ...]) -> None:
        if node is None or not node.isValid() or (state := node.state()).invisible:
            return
        thing = node.object()
        name = node.text(Text.Name)
        painted = _plain(thing) if isinstance(thing, QLabel) else name
        found.append(
            Node(
                node.role().name, name, painted, node.text(Text.Value), bool(state.checked),
                not state.disabled, thing, within,
            )
        )  # fmt: skip
        inner = (*within, name or type(thing).__name__)
        for place in range(node.childCount()):
            visit(node.child(place), inner)

    visit(QAccessible.queryAccessibleInterface(top), ())
    return found


def _plain(label: QLabel) -> str:
    text = label.text()
    rich = label.textFormat() == Qt.TextFormat.RichText or _MARKUP.search(text)
    return (
        _MARKUP.sub("", text.replace("<br>", "\n")).replace("&nbsp;", " ").replace("&amp;", "&")
        if rich
        else text
    )


# -- figures --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A figure as it is shown: `key` says of what, `where` by whom, `samples` of how many, "" where it is not told.

    `part` marks one that is not of all samples, or of an earlier moment.
    """

    key: tuple[str, str]
    text: str
    where: str
    part: str = ""
    samples: str = ""


def tiles(nodes: Sequence[Node]) -> Iterator[Figure]:
    """Of tiles such as "Test loss of 250: 2.2728", below it "train 2.2408 of 1,000"."""
    for at, node in enumerate(nodes):
        match = _TILE.match(node.name) if node.role == "Border" else None
        if match is None:
            continue
        noun, part, moment, text = (each or "" for each in match.groups())
        measured = _MEASURED.search(_tooltip(node.widget if isinstance(node.widget, QWidget) else None))
        train, test = (each.replace(",", "") for each in measured.groups("")) if measured else ("", "")
        yield Figure(("test", noun), text, "tile", part + moment, test)
        for below in nodes[at + 1 : at + 6]:
            if below.painted.startswith("train "):
                found = _BELOW.match(below.painted)
                assert found is not None
                yield Figure(("train", noun), found[1], "tile", (found[2] or "") + moment, train)
                break


def places(nodes: Sequence[Node]) -> dict[str, str]:
    """Where training is, by all that say so: the readout, the timeline's label and slider."""
    found = {}
    for node in nodes:
        if node.role == "StaticText" and "Timeline" in node.within and node.painted.startswith("Epoch "):
            found["timeline"] = node.painted.removeprefix("Epoch ")
        if node.role == "Slider" and node.name == "Timeline" and node.value.startswith("now, epoch "):
            found["slider"] = node.value.removeprefix("now, epoch ")
        if (
            node.role == "StaticText"
            and "Training" in node.within
            and re.match(r"[\d,.]+( \+ .*)?$", node.painted)
        ):
            found.setdefault("readout", node.painted)
    return found


def place_number(text: str) -> str:
    """A place without the zeros before it, which the readout paints."""
    return re.sub(r"^[0,]+(?=\d)", "", text)


# -- settings -------------------------------------------------------------------------------------------

_OF_LAYERS = re.compile(r"(Features|Input|Text|Layer \d+ of \d+)")


def settings(nodes: Sequence[Node]) -> dict[str, str]:
    """What was chosen, by its names: data, task, inputs, layers, training, what is asked of the network."""
    found: dict[str, str] = {}
    for at, node in enumerate(nodes):
        inside = set(node.within)
        if node.role == "ListItem" and _OF_LAYERS.match(node.name):
            found[node.name.split(":")[0].split(" of ")[0]] = node.name
        elif node.role == "ComboBox" and "HyperparameterFields" in inside:
            # The fields are named by what they are in: 'Learning rate', ...
            caption = next((each.painted for each in reversed(nodes[:at]) if each.role == "StaticText"), "")
            found[caption] = node.name
        elif node.role == "CheckBox" and "Data and layer" in inside and node.checked:
            group = next((each for each in reversed(node.within) if each != "QWidget"), "")
            found[f"{group}: {node.name}"] = "on"
        elif node.role == "StaticText" and "LabeledSlider" in type(_parent(node)).__name__:
            caption = node.within[-1]
            if node.painted != caption:
                found[caption] = node.painted
        elif node.role == "EditableText" and node.name == "Prompt":
            found["Prompt"] = node.value
    return found


def _parent(node: Node) -> object:
    widget = node.widget
    return widget.parent() if isinstance(widget, QWidget) else None


# -- texts ----------------------------------------------------------------------------------------------


def unlike(nodes: Sequence[Node]) -> Iterator[str]:
    """Labels that say another number than they paint; a name that was set, such as a caption's, may say more."""
    for node in nodes:
        if node.role != "StaticText" or node.painted == node.name or node.painted in node.name:
            continue
        words = _NUMBER.sub("", node.painted), _NUMBER.sub("", node.name)
        if words[0] == words[1] or not words[0]:
            yield f"{node.name!r} is spoken, {node.painted!r} painted"


def cut(top: QWidget) -> Iterator[str]:
    """Texts that are wider than their room, with no tooltip that has all of them."""
    for widget in _texts(top):
        text = widget.text()  # type: ignore[attr-defined]
        if isinstance(widget, QLabel):
            wraps = widget.wordWrap() or "\n" in text
            if wraps or _MARKUP.search(text) or not text or widget.contentsRect().width() < 2:
                continue
            wide = widget.fontMetrics().horizontalAdvance(text) - widget.contentsRect().width()
        elif type(widget).paintEvent is QPushButton.paintEvent or isinstance(widget, QPushButton):
            wide = widget.fontMetrics().horizontalAdvance(text.replace("&", "")) - widget.width()
        else:
            continue
        if wide > 1 and text.replace("&", "") not in _MARKUP.sub("", _tooltip(widget)):
            yield f"{text!r} of {type(widget).__name__} lacks {wide} pixels, and no tooltip has all of it"


def overlapping(top: QWidget) -> Iterator[str]:
    """Pairs of texts in one layout that stand on each other."""
    placed = [(each, _place(each)) for each in _texts(top)]
    for (one, first), (other, second) in combinations(placed, 2):
        shared = first.intersected(second)
        if shared.width() > 2 and shared.height() > 2 and _side_by_side(one, other):
            yield f"{one.text()!r} stands on {other.text()!r}"  # type: ignore[attr-defined]


def _texts(top: QWidget) -> list[QWidget]:
    found = []
    for widget in QApplication.allWidgets():
        if (
            not isinstance(widget, QLabel | QAbstractButton)
            or widget.window() is not top
            or not widget.isVisible()
        ):
            continue
        if widget.text().strip() and not widget.visibleRegion().isEmpty():
            found.append(widget)
    return found


def _place(widget: QWidget) -> QRect:
    """Where the text itself is, in the window."""
    text = widget.text()  # type: ignore[attr-defined]
    room = widget.contentsRect()
    if isinstance(widget, QLabel) and not widget.wordWrap() and not _MARKUP.search(text):
        bounds = widget.fontMetrics().boundingRect(room, int(widget.alignment()), text)
        room = room.intersected(bounds)
    elif isinstance(widget, QLabel):
        room.setSize(room.size().boundedTo(QSize(room.width(), widget.sizeHint().height())))
    seen = widget.visibleRegion().boundingRect().intersected(room)
    return QRect(widget.mapTo(widget.window(), seen.topLeft()), seen.size())


def _side_by_side(one: QWidget, other: QWidget) -> bool:
    """Whether a layout has placed both: what floats above others may cover them."""
    above = [one]
    while (parent := above[-1].parentWidget()) is not None:
        above.append(parent)
    below = other
    while (parent := below.parentWidget()) is not None and parent not in above:
        below = parent
    if parent is None or other in above:
        return False
    at = above.index(parent)
    layout = parent.layout()
    return at > 0 and layout is not None and all(layout.indexOf(each) >= 0 for each in (above[at - 1], below))


def _tooltip(widget: QWidget | None) -> str:
    while widget is not None and not widget.isWindow():
        if widget.toolTip():
            return widget.toolTip()
        widget = widget.parentWidget()
    return ""


def links(field: QWidget, start: float) -> Iterator[QPoint]:
    """Places of a canvas where a link may be, from a share of its width on."""
    columns = [x / 60 for x in range(4, 57)]
    first = int(start * len(columns))
    for x in columns[first:] + columns[:first]:
        for y in (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65):
            yield QPoint(int(x * field.width()), int(y * field.height()))

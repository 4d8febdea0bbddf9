"""Path of an exported file: size, a button that chooses another, and whose suffix it has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QLabel, QLineEdit, QWidget

from core.formats.programs.program import module_name
from core.io.gate import has_suffix, proposed
from core.io.number_text import size_text
from playground.views.dialogs.export.content import group_of
from playground.views.dialogs.export.format_list import format_title
from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import hbox, restyle, set_up
from playground.views.widgets.controls import push_button


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

"""Result codes of a class as a table, with the help that was taken. Modeless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QDialogButtonBox, QHeaderView, QLabel, QLineEdit, QPlainTextEdit, QWidget

from core.io.number_text import count_text
from core.io.sentence import one_line, short_sentence
from playground.plugin import SIDE_PX, ThemeSource, WideDialog, box_button, hbox, set_up, vbox
from playground.views.widgets.controls import plain_table, push_button, show_rows

_TYPING_MS: Final = 300
_MAX_ROWS: Final = 500
_MAX_NAME: Final = 40
"""Letters: a line that was pasted without its end has several codes."""
_HEADS: Final = (
    ("Line", "The line of the text"),
    ("Name", "What stands beside the code"),
    ("Lesson", "The lesson that the code is of"),
    ("Done", "Steps that are done, of all"),
    ("Right guesses", "Predictions that came true, of all that were made"),
    ("Right at once", "Questions answered without a second try, of all"),
    ("Hints", "Hints that were read; empty where the code does not say"),
    ("Shown", "Steps that the program has shown; empty where the code does not say"),
    ("Signed", "Whether the code was made with the class password"),
    ("Fault", "Why a line cannot be taken as it is"),
)
_FAULT: Final = len(_HEADS) - 1


class CodesDialog(WideDialog):
    """`changed` follows a moment after what is typed."""

    changed = Signal()
    open_requested = Signal()
    save_requested = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget, password: str = "") -> None:
        super().__init__("Result codes", "Result codes", QSize(1120, 640), parent)
        self._themes = themes
        self.rows: list[Mapping[str, Any]] = []
        self.subtitle.setText("A name and a code in each line, as pupils have sent them, in either order.")
        self.text = set_up(QPlainTextEdit(self), accessibleName="Names and codes", tabChangesFocus=True)
        self.text.setPlaceholderText("Ada 01K3-…\nBob 01K3-…")
        self.password = set_up(
            QLineEdit(password, self),
            accessibleName="Class password",
            placeholderText="Class password, if there is one",
            toolTip="With it the table says whether a code was made in a window that had it: "
            "NUMPYNET_CLASS_PASSWORD in its environment. A sentence is better than a word.",
        )
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.choose = push_button("Open a file…", "A text file of names and codes", self)
        self.table = plain_table(_HEADS, "Results", self)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_FAULT, QHeaderView.ResizeMode.Stretch)
        self.count = set_up(QLabel(self), role="caption")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.save = box_button(
            buttons, "Save as CSV…", "All of the table, and what was answered", "ActionRole",
            primary=True, clicked=self.save_requested.emit,
        )  # fmt: skip
        buttons.rejected.connect(self.reject)
        self.choose.clicked.connect(self.open_requested)
        given = vbox((self.text, 1), self.password, self.choose, spacing=8, margins=0)
        body = hbox((given, 2), (self.table, 5), spacing=16, margins=(SIDE_PX, 14, SIDE_PX, 14))
        foot = hbox((self.count, 1), buttons, margins=(SIDE_PX, 10, SIDE_PX, 10))
        self._frame(body, foot)
        self._fit_screen()
        self._typed = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typed.timeout.connect(self.changed)
        self.text.textChanged.connect(self._typed.start)
        self.password.textChanged.connect(lambda _: self._typed.start())
        themes.theme_changed.connect(self._restyle)
        self.show_results([])

    def show_results(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Fill the table with rows of `core.lessons.grading`."""
        self.rows, theme = list(rows), self._themes.theme
        cells = []
        for row in self.rows[:_MAX_ROWS]:
            fault = str(row.get("fault", ""))
            texts = [
                str(row["line"]).removeprefix("line "), one_line(row["name"])[:_MAX_NAME], row.get("lesson", ""),
                _of(row, "steps_done", "steps"), _of(row, "guesses_right", "guesses"),
                _of(row, "right_at_once", "questions"), row.get("hints"), row.get("shown"),
                row.get("signed", ""), fault,
            ]  # fmt: skip
            usual = theme.text_muted if fault else ""
            cells.append([("" if each is None else str(each), usual) for each in texts])
            cells[-1][_FAULT] = fault, theme.danger
        show_rows(self.table, cells)
        faults = sum(bool(row.get("fault")) for row in self.rows)
        more = len(self.rows) - len(cells)
        said = [count_text(len(self.rows), "line")] if self.rows else ["No codes yet"]
        said += [f"{faults:,} with a fault"] if faults else []
        said += [f"the first {_MAX_ROWS} are shown"] if more > 0 else []
        self.say(", ".join(said))
        self.save.setEnabled(bool(self.rows))

    def _restyle(self) -> None:
        self.show_results(self.rows)

    def tell_fault(self, error: Exception) -> None:
        """Write why a file could not be read."""
        self.say(short_sentence(str(error)))

    def say(self, text: str) -> None:
        """Write a sentence at the foot."""
        self.count.setText(text)


def _of(row: Mapping[str, Any], name: str, whole: str) -> str:
    return f"{row[name]} of {row[whole]}" if row.get(name) is not None and row.get(whole) else ""

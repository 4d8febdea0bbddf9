"""Form of any spec, generated from its settings; a kind chosen in a row has a nested form below it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from core.spec import Setting, SettingError, Spec
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import FlowLayout, vbox
from playground.views.widgets.settings_form.disclosure import Disclosure
from playground.views.widgets.settings_form.rows import SettingRow, make_row

_INDENT_PX = 12
_FEW = 3
_ACROSS_PX = 16


class SettingsForm(QWidget):
    """Form of one spec. `spec_changed(new_spec, name)` is emitted for user changes; `name` is the outermost setting.
    With `duplicates`, menus of its rows emit `duplicate_requested` with a spec that is to be tried beside this one.

    `exclude` names settings without a row. With `first`, a kind of more than three settings shows only those named, and
    the others under "More". With `across`, rows stand side by side where there is room. If the spec
    rejects a value, the row shows the error and the old spec stays.
    """

    spec_changed = Signal(object, str)
    duplicate_requested = Signal(object, str)

    def __init__(
        self,
        themes: ThemeSource,
        parent: QWidget | None = None,
        *,
        exclude: Iterable[str] = (),
        first: Iterable[str] = (),
        duplicates: bool = False,
        across: bool = False,
    ) -> None:
        super().__init__(parent)
        self._themes, self._duplicates = themes, duplicates
        self._exclude = frozenset(exclude)
        self._first = frozenset(first)
        self.spec: Spec | None = None
        self._rows: dict[str, SettingRow] = {}
        self._nested: dict[str, SettingsForm] = {}
        self._column: QLayout = FlowLayout(self, spacing_px=_ACROSS_PX) if across else _column(self)
        self.more: Disclosure | None = None
        """The button that shows the secondary settings, if there are any."""
        self._rest: QWidget | None = None
        self._more_open = False

    @property
    def exclude(self) -> frozenset[str]:
        """The settings without a row."""
        return self._exclude

    @exclude.setter
    def exclude(self, names: Iterable[str]) -> None:
        if frozenset(names) != self._exclude:
            self._exclude = frozenset(names)
            self._build()

    def row(self, name: str) -> SettingRow:
        """The row of the setting `name`."""
        return self._rows[name]

    def nested(self, name: str) -> SettingsForm:
        """The nested form of the kind chosen in the row `name`."""
        return self._nested[name]

    def rows(self) -> list[SettingRow]:
        """The rows of this spec's own settings, in order."""
        return list(self._rows.values())

    def show_spec(self, spec: Spec | None) -> None:
        """Set the spec. Rows are rebuilt for another kind only; otherwise changed values are updated."""
        rebuild = type(spec) is not type(self.spec)
        self.spec = spec
        if rebuild:
            self._build()
            return
        for name, row in self._rows.items():
            value = getattr(spec, name)
            row.show_value(value)
            if name in self._nested:
                self._show_nested(name, value)

    def discard_drafts(self) -> None:
        """Discard invalid input and its error messages."""
        for name, row in self._rows.items():
            row.discard_draft(getattr(self.spec, name))
        for form in self._nested.values():
            form.discard_drafts()

    def _build(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._rows, self._nested, self.more, self._rest = {}, {}, None, None
        if self.spec is None:
            return
        settings = [item for item in self.spec.settings() if item.name not in self._exclude]
        named = [item for item in settings if item.name in self._first]
        if len(settings) <= _FEW or not named:
            self._add_rows(settings, self._column, self)
            return
        self._add_rows(named, self._column, self)
        self._add_more([item for item in settings if item.name not in self._first])

    def _add_more(self, settings: list[Setting]) -> None:
        tooltip = "Also: " + ", ".join(item.label for item in settings)
        self.more = Disclosure(self._themes, tooltip=tooltip, parent=self)
        self.more.set_open(self._more_open)
        self.more.toggled_open.connect(self._open_more)
        self._rest = QWidget(self)
        self._add_rows(settings, _column(self._rest), self._rest)
        self._rest.setVisible(self._more_open)
        self._column.addWidget(self.more)
        self._column.addWidget(self._rest)

    def _open_more(self, is_open: bool) -> None:
        self._more_open = is_open
        if self._rest is not None:
            self._rest.setVisible(is_open)

    def _add_rows(self, settings: list[Setting], column: QLayout, parent: QWidget) -> None:
        for item in settings:
            value = getattr(self.spec, item.name)
            row = make_row(item, value, parent)
            row.edited.connect(partial(self._edited, item.name))
            row.offers_duplicates = self._duplicates
            row.duplicated.connect(partial(self._duplicate, item.name))
            self._rows[item.name] = row
            column.addWidget(row)
            if item.type == "kind":
                form = SettingsForm(self._themes, parent, duplicates=self._duplicates)
                form._column.setContentsMargins(_INDENT_PX, 0, 0, 0)
                form.spec_changed.connect(lambda inner, _, name=item.name: self._edited(name, inner))
                form.duplicate_requested.connect(
                    lambda inner, _, name=item.name: self._duplicate(name, inner)
                )
                self._nested[item.name] = form
                column.addWidget(form)
                self._show_nested(item.name, value)

    def _show_nested(self, name: str, value: Spec) -> None:
        form = self._nested[name]
        form.show_spec(value)
        form.setVisible(bool(value.settings()))

    def _changed(self, name: str, value: Any) -> Spec | None:
        """The spec with another value; None if it rejects it, which the row then says."""
        if self.spec is None:
            return None
        try:
            return self.spec.replace(**{name: value})
        except SettingError as error:
            self._rows[name].show_error(str(error))
            return None

    def _edited(self, name: str, value: Any) -> None:
        if (changed := self._changed(name, value)) is None:
            return
        row = self._rows[name]
        row.show_error("")
        different = changed != self.spec
        self.show_spec(changed)
        row.discard_draft(getattr(changed, name))
        if different:
            self.spec_changed.emit(changed, name)

    def _duplicate(self, name: str, value: Any) -> None:
        if (changed := self._changed(name, value)) is not None:
            self.duplicate_requested.emit(changed, name)


def _column(parent: QWidget) -> QVBoxLayout:
    return vbox(parent=parent, margins=0, spacing=6)

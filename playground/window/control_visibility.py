"""Hide the controls that the preferences list, so that a class sees only what it works with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDockWidget, QToolButton, QWidget

from playground.model.hideable_controls import HIDEABLE
from playground.model.preferences import Preferences
from playground.views.widgets import Captioned
from playground.window.panels import Panels


class HiddenControls(QObject):
    """Applies the preference `hidden_controls` to changed controls only, so panels that the user closed stay closed."""

    def __init__(
        self,
        places: Mapping[str, Sequence[QWidget]],
        left: QDockWidget,
        preferences: Preferences,
        parent: QObject,
    ) -> None:
        """`left` contains the group "Left", and is hidden with the last of them."""
        super().__init__(parent)
        self._places, self._left, self._preferences = places, left, preferences
        self._hidden: frozenset[str] = frozenset()
        preferences.changed.connect(self._follow)
        self.apply()

    def apply(self) -> None:
        """Hide and show the controls that changed."""
        wanted = frozenset(self._preferences.hidden_controls)
        for name in sorted(wanted ^ self._hidden):
            for widget in self._places[name]:
                _show(widget, name not in wanted)
        left = {item.name for item in HIDEABLE if item.group == "Left"}
        if (left <= wanted) != (left <= self._hidden):
            _show(self._left, not left <= wanted)
        self._hidden = wanted

    def _follow(self, name: str) -> None:
        if name == "hidden_controls":
            self.apply()


def _show(widget: QWidget, shown: bool) -> None:
    widget.setVisible(shown)
    if isinstance(widget, QDockWidget):
        # Otherwise the menu of panels could show it again.
        widget.toggleViewAction().setEnabled(shown)


def hideable_widgets(panels: Panels, menu_bar: QWidget, status_bar: QWidget) -> dict[str, list[QWidget]]:
    """The widgets for every name in `HIDEABLE`."""
    bar, side, output = panels.training_bar, panels.side, panels.output

    def button(name: str) -> QWidget:
        found = bar.findChild(QToolButton, f"{name}_button")
        assert isinstance(found, QToolButton)
        return found

    fields = bar.fields
    return {
        "menus": [menu_bar],
        "reset": [button("reset")],
        "play": [bar.play_button],
        "step_batch": [button("step_batch")],
        "step_epoch": [button("step_epoch")],
        "speed": [_with_caption(bar.speed)],
        "learning_rate": [_with_caption(fields.learning_rate)],
        "optimizer": [_with_caption(fields.optimizer)],
        "batch_size": [_with_caption(fields.batch_size)],
        "loss": [_with_caption(fields.loss)],
        "regularizer": [_with_caption(fields.regularizer)],
        "undo": [button("undo"), button("redo")],
        "theme": [button("theme")],
        "export": [bar.export_button],
        "gallery": [side.data.gallery, side.data.gallery.more],
        "data_sliders": [side.data.numbers],
        "share": [side.data.division],
        "data_buttons": [side.data.paint, side.data.new_seed, side.data.open_table],
        "features": [side.inputs],
        "layer": [side.layer],
        "palette": [panels.palette],
        "output": [panels.output_dock],
        "output_options": [output.test_points, output.discretize, output.follow_live],
        "results": [panels.results_dock],
        "status": [status_bar],
    }


def _with_caption(widget: QWidget) -> QWidget:
    found: QWidget | None = widget
    while found is not None and not isinstance(found, Captioned):
        found = found.parentWidget()
    return widget if found is None else found

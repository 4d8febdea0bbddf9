"""Properties that the stylesheet selects by, changed on a widget that is already shown."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

__all__ = ["restyle"]


def restyle(widget: QWidget, **properties: str) -> None:
    """Set properties such as `role="danger"`. Qt reads a widget's style once, so a change has it read again."""
    changed = {name: value for name, value in properties.items() if widget.property(name) != value}
    for name, value in changed.items():
        widget.setProperty(name, value)
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)

"""The output panel: decision boundary and their controls."""

from __future__ import annotations

from playground.views.output.paint_controller import PaintController
from playground.views.output.panel import OutputPanel

__all__ = ["OutputPanel", "PaintController"]

"""The panel that shows what the network thinks: its answers over the plane, their colours, and how to draw them."""

from __future__ import annotations

from playground.views.output.paint_controller import PaintController
from playground.views.output.panel import OutputPanel

__all__ = ["OutputPanel", "PaintController"]

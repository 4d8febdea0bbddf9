"""The output panel: decision boundary, samples that are made, texts, series and codes, and their controls."""

from __future__ import annotations

from playground.views.output.paint_controller import PaintController
from playground.views.output.panel import OutputPanel

__all__ = ["OutputPanel", "PaintController"]

"""The drawing panel: a pad and the predictions for it."""

from playground.views.draw.panel import DrawPanel

__all__ = ["DrawPanel"]

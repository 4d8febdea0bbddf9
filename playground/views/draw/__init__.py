"""The panel to draw in, and what the network takes the drawing for."""

from playground.views.draw.panel import DrawPanel

__all__ = ["DrawPanel"]

"""Colours, palettes, the stylesheet and the icons, in light and dark."""

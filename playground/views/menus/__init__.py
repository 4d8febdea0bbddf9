"""Menus that are filled when they open: presets, recent files, templates."""

"""Menus filled on opening: presets, recent files, templates."""

"""Plug-ins and kinds of other packages, by their entry points; what fails is left out, with a sentence.

An entry point of `numpynet.plugins` is a `Plugin` with the `api` that it is written for; one of `numpynet.kinds` is a
module that registers layers, losses, datasets, exporters or tasks when it is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from playground.plugins.plugin import API, PLUGINS, Plugin


def load_plugins() -> None:
    """Register the plug-ins of other packages."""
    _load("numpynet.plugins", _register)


def load_kinds() -> None:
    """Import the kinds of other packages. They import the engine: `--help` does not wait for it."""
    _load("numpynet.kinds", lambda loaded: None)


def _load(group: str, take: Callable[[Any], None]) -> None:
    if group in PLUGINS.loaded:
        return
    PLUGINS.loaded.add(group)
    # 10 ms, which --version does not need.
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group=group)):
        found = entry.dist
        origin = f"{found.name} {found.version}, {found.locate_file('')}" if found else ""
        PLUGINS.packages.add(entry.module.partition(".")[0])
        try:
            take(entry.load())
            PLUGINS.others.append(f"Plug-in {entry.name} ({origin})")
        except (Exception, SystemExit) as error:
            PLUGINS.leave_out(f"{entry.name} ({origin})", error)


def _register(plugin: Any) -> None:
    if not isinstance(plugin, Plugin):
        raise TypeError(f"it must be a Plugin, got {type(plugin).__name__}")
    if plugin.api != API:
        raise ValueError(f"it must be written for api={API} of plug-ins, got api={plugin.api}")
    guarded, docks, make = partial(_guarded, plugin.title), plugin.docks, plugin.controller
    PLUGINS.register(
        plugin._replace(
            docks=docks and (lambda: [_guarded_dock(plugin.title, row) for row in docks()]),
            controller=make and partial(_Controller, plugin.title, guarded(make)),
        )
    )


def _guarded(title: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose error is told and leaves the window alone; it returns None then."""

    def call(*given: Any) -> Any:
        try:
            return function(*given)
        except Exception as error:
            PLUGINS.leave_out(title, error)
            return None

    return call


def _guarded_dock(title: str, row: Any) -> Any:
    guarded = partial(_guarded, title)

    def make(panels: Any, dock: Any) -> Any:
        from PySide6.QtWidgets import QLabel

        made = guarded(row.make)(panels, dock) or QLabel(f"{title} cannot be shown", dock)
        # One that raises would keep the other panels from their picture.
        for name in {"show_snapshot", "show_data", "show_inspection"}.intersection(dir(made)):
            setattr(made, name, guarded(getattr(made, name)))
        return made

    return replace(row, make=make, connect=row.connect and guarded(row.connect))


class _Controller:
    """A plug-in's own, or what says for each of its commands that there is none."""

    def __init__(self, title: str, make: Callable[[Any], Any], window: Any) -> None:
        self._made = make(window)
        self._say = partial(window.show_message, f"The plug-in {title} cannot do this")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name, lambda *_: self._say())

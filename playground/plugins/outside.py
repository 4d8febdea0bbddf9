"""Plug-ins and kinds of other packages, by their entry points; what fails is left out, with a sentence.

An entry point of `numpynet.plugins` is a `Plugin` with the `api` that it is written for; one of `numpynet.kinds` is a
module that registers layers, losses, datasets, exporters or tasks when it is imported.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from threading import Event, Thread, current_thread, main_thread
from typing import Any, Final

from playground.plugins.plugin import API, API_CHANGES, PLUGINS, ActionRow, PageRow, PictureRow, Plugin

MAX_SECONDS: Final = 5.0
"""That loading one may take."""
_ROWS: Final = {"pages": PageRow, "commands": ActionRow, "command_line": object, "pictures": PictureRow}


class _TooLongError(BaseException):
    """No `Exception`, which a plug-in may catch."""


def load_plugins() -> None:
    """Register the plug-ins of other packages."""
    _load("numpynet.plugins", _register)


def load_kinds() -> None:
    """Import the kinds of other packages. They import the engine: `--help` does not wait for it."""
    _load("numpynet.kinds", lambda loaded: None)
    if PLUGINS.absent:
        from core.spec import Registry

        Registry.absent = PLUGINS.absent


def _load(group: str, take: Callable[[Any], None]) -> None:
    if PLUGINS.are_off or group in PLUGINS.loaded:
        return
    PLUGINS.loaded.add(group)
    for entry in sorted(_entries(group)):
        name = entry.name
        try:
            if (found := entry.dist) is not None:
                name = f"{name} ({found.name} {found.version}, {found.locate_file('')})"
            with _in_time(name):
                PLUGINS.packages.add(entry.module.partition(".")[0])
                take(entry.load())
            # One that has rows and kinds is one.
            if (line := f"Plug-in {name}") not in PLUGINS.others:
                PLUGINS.others.append(line)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            PLUGINS.leave_out(name, error)


def _entries(group: str) -> Iterator[Any]:
    """The entry points of a group; a package whose list of them cannot be read is left out."""
    # 10 ms, which --version does not need.
    from importlib.metadata import distributions

    seen = set[str]()
    for package in distributions():
        try:
            if group in (package.read_text("entry_points.txt") or "") and package.name not in seen:
                seen.add(package.name)
                yield from package.entry_points.select(group=group)
        except Exception as error:
            PLUGINS.leave_out(str(package.locate_file("")), error)


@contextmanager
def _in_time(name: str) -> Iterator[None]:
    """Raise an error within this block when it takes too long; where that does not end it, end the program.

    An import in a thread could just be left, but Qt and others take the thread that imports them for the main one. So
    it stays here, and is interrupted as by Ctrl+C, which reaches sleeping and waiting, too; on Windows not all of it.
    """
    if current_thread() is not main_thread():  # where no signal arrives
        yield
        return
    is_over, is_late = Event(), Event()

    def watch() -> None:
        if is_over.wait(MAX_SECONDS):
            return
        is_late.set()
        if sys.platform == "win32":
            signal.raise_signal(signal.SIGINT)
        else:
            signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)
        if not is_over.wait(MAX_SECONDS):
            sys.stderr.write(f"numpynet: The plug-in {name} does not end; try again with --no-plugins\n")
            sys.stderr.flush()
            os._exit(1)

    def interrupt(number: int, frame: Any) -> None:
        if not is_late.is_set():
            signal.default_int_handler(number, frame)
        if not is_over.is_set():
            raise _TooLongError(f"it takes more than {MAX_SECONDS:g} seconds to load")

    watcher, before = Thread(target=watch, daemon=True), signal.signal(signal.SIGINT, interrupt)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
        signal.signal(signal.SIGINT, before)


def _register(plugin: Any) -> None:
    if not isinstance(plugin, Plugin):
        raise TypeError(f"it must be a Plugin, got {type(plugin).__name__}")
    if plugin.api != API:
        since = "; ".join(text for api, text in API_CHANGES.items() if api > plugin.api > 0)
        rule = f"it must be written for api={API} of plug-ins, got api={plugin.api}"
        raise ValueError(f"{rule}; since then {since}" if since else rule)
    for part, row in _ROWS.items():
        rows = getattr(plugin, part)
        if not isinstance(rows, tuple) or not all(isinstance(each, row) for each in rows):
            raise TypeError(f"its {part} must be a tuple of {row.__name__}, got {rows!r}")
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

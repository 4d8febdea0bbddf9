"""What a plug-in is: one folder, and what it adds to the window and to the command line.

Neither Qt nor `core` is imported: the command line reads all plug-ins at each start. A row's functions import what they
need when they are called.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, NamedTuple

API: Final = 2
"""Raised when what a plug-in uses changes: one that is written for another is left out, with what changed since."""
API_CHANGES: Final = {2: "a plug-in imports from playground.plugin alone, and gets a PluginWindow"}
"""For each API since the second, what a plug-in that was written for the one before has to change."""


def late(package: str, name: str, module: str = "controller") -> Callable[..., Any]:
    """A class or function of a module of the plug-in, which is imported when it is called."""
    return lambda *given: getattr(import_module(f"{package}.{module}"), name)(*given)


class ActionRow(NamedTuple):
    """One command of the window.

    `shortcut` may list several keys, separated by "; ". `menu` is the menu's name, "" for what Ctrl+K alone finds; a
    `submenu` row is a menu filled elsewhere. `starts_group` puts a separator above. `tip` is a sentence. `also` are
    other words by which Ctrl+K finds it, "run, learn, fit". `run` names the callee as a controller and its method,
    "files.save"; it gets `arguments`, or for a `checkable` row whether it is checked. A plug-in's row comes `after`
    another one. Who hides the control `control` (a name of a `Hideable`) hides the command; "" for one that is always
    offered, None: as its name and menu say.
    """

    name: str
    text: str
    icon: str
    shortcut: str
    menu: str
    tip: str
    run: str = ""
    arguments: tuple[object, ...] = ()
    checkable: bool = False
    submenu: bool = False
    starts_group: bool = False
    also: str = ""
    after: str = ""
    control: str | None = None


class MenuRow(NamedTuple):
    """A menu: its name in rows of commands, and its title. `is_free`: with the simple view, and in each lesson."""

    name: str
    title: str
    is_free: bool = False


class Hideable(NamedTuple):
    """A control that a teacher may hide: its name in preferences and lessons, and the text and group of its check box.

    `widgets` are paths of attributes and keys from the main window, "plugins.doctor.tab". `is_simple`: it is a part of
    the simple view.
    """

    name: str
    label: str
    group: str
    widgets: tuple[str, ...]
    is_simple: bool = False
    after: str = ""


class PageRow(NamedTuple):
    """A page: its name, title, tooltip and position, and its digit, which brings it by Ctrl; 0 for none.

    `make` makes it when it is first shown; None for the page "Build".

    `make` gets the window, a `playground.plugin.PluginWindow`, and imports what only the page needs: it would take
    an eighth of the start. `commands` are further ways to the page, behind those of all pages.
    """

    kind: str
    title: str
    tip: str
    position: int
    digit: int
    make: Callable[[Any], Any] | None = None
    commands: tuple[ActionRow, ...] = ()


class PictureRow(NamedTuple):
    """A picture that can be exported, see `playground.views.pictures.Picture`; a plug-in's is `after` another."""

    name: str
    title: str
    summary: str
    widgets: tuple[str, ...]
    hidden: str = ""
    after: str = ""


def ordered(rows: Iterable[Any], added: Iterable[Any]) -> tuple[Any, ...]:
    """`rows`, and each one that is `added` behind the one that it comes `after`; at the end where that is not there.

    One whose name or key is taken is left out.
    """
    found, taken, waiting = list(rows), set[str](), list[Any]()
    for row in found:
        taken |= _taken(row)
    for row in added:
        if _taken(row) & taken:
            PLUGINS.leave_out(row.name, ValueError("its name or key is taken"))
            continue
        taken |= _taken(row)
        waiting.append(row)
    while waiting:
        places = {each.name: place for place, each in enumerate(found, 1)}
        row = next((each for each in waiting if each.after in places), waiting[0])
        waiting.remove(row)
        found.insert(places.get(row.after, len(found)), row)
    return tuple(found)


def _taken(row: Any) -> set[str]:
    return {row.name, *getattr(row, "shortcut", "").split("; ")} - {""}


class Plugin(NamedTuple):
    """One thing that a user sees, and all that it adds."""

    kind: str
    title: str
    pages: tuple[PageRow, ...] = ()
    docks: Callable[[], Iterable[Any]] | None = None
    """Returns rows of `playground.window.panels.DockRow`, which need Qt."""
    commands: tuple[ActionRow, ...] = ()
    command_line: tuple[Any, ...] = ()
    """Of `playground.cli.command.Command`, which must not import this in turn."""
    pictures: tuple[PictureRow, ...] = ()
    menus: tuple[MenuRow, ...] = ()
    hideable: tuple[Hideable, ...] = ()
    looks_back: bool = False
    """Whether it needs earlier moments of the training: without any such, none are recorded."""
    controller: Callable[[Any], Any] | None = None
    """Gets the window when that has its panels; rows of `commands` name it by `kind`."""
    settings: Callable[[], Any] | None = None
    """Makes the `Spec` of its preferences, of the same `kind`, for `Preferences.of`. They are kept as "kind/name", or
    as its `keys` say; those with a label are in the dialog.
    """
    gives: Mapping[str, Callable[..., Any]] = MappingProxyType({})
    """What the shell and others may ask of it by name, and do without: functions that get the window first."""
    api: int = 0
    """Of a plug-in of another package: the `API` that it is written for. Ours are of this one."""


_GIVEN_BY_MANY: Final = frozenset({"exports", "looks", "settings_note"})
"""All else that is given by a name is given by one plug-in."""


class Plugins(list[Plugin]):
    """All plug-ins: those of this folder, then those of other packages."""

    def __init__(self, plugins: Iterable[Plugin] = ()) -> None:
        super().__init__(plugins)
        self.others: list[str] = []
        """A line for each that other packages add."""
        self.left_out: list[str] = []
        """A sentence for each that failed."""
        self.packages = {"playground"}
        self.loaded: set[str] = set()
        """Groups of entry points that were read."""
        self.are_off = False
        """Whether all of other packages are left out."""

    @property
    def absent(self) -> str:
        """What may have a thing that is not there, for the message that says so; "" where nothing is left out."""
        return "a plug-in that is left out may have it" if self.are_off or self.left_out else ""

    def leave_out(self, name: str, error: BaseException) -> None:
        """Keep a sentence on a plug-in that failed, and say it once on standard error."""
        # Here, since the import takes 0.3 s.
        from core.io.sentence import printable

        try:
            reason = " ".join(str(error).split())[:300]
        except Exception:
            reason = ""
        sentence = printable(f"The plug-in {name} is left out: {reason or type(error).__name__}")
        if sentence not in self.left_out:
            self.left_out.append(sentence)
            sys.stderr.write(f"numpynet: {sentence}\n")

    def register(self, plugin: Plugin) -> None:
        """Take a plug-in in. Raises `ValueError` where one of its kind, or one that gives the same, is there."""
        for each in self:
            if each.kind == plugin.kind:
                raise ValueError(f"the plug-in {plugin.kind!r} is registered twice")
            for name in plugin.gives:
                if name in each.gives and name not in _GIVEN_BY_MANY:
                    raise ValueError(f"{plugin.kind!r} gives {name!r}, as {each.kind!r} does")
        self.append(plugin)

    def rows(self, name: str) -> Iterator[Any]:
        """The rows of all plug-ins: "commands", "command_line", "pictures", "menus" or "hideable"."""
        return (row for plugin in self for row in getattr(plugin, name))

    def each(self, name: str, take: Callable[[Any], object]) -> None:
        """Take each "pages" or "docks" row; one of another package that is refused is left out."""
        for plugin in self:
            rows = getattr(plugin, name) or ()
            try:
                for row in rows() if callable(rows) else rows:
                    take(row)
            except Exception as error:
                if not plugin.api:
                    raise
                self.leave_out(plugin.title, error)

    def given(self, name: str) -> Callable[..., Any] | None:
        """What a plug-in gives by this name; None where nobody does."""
        return next((give for _, give in self.all_given(name)), None)

    def all_given(self, name: str) -> Iterator[tuple[str, Callable[..., Any]]]:
        """The titles of all plug-ins that give something by this name, and what they give."""
        return ((plugin.title, plugin.gives[name]) for plugin in self if name in plugin.gives)


PLUGINS: Final = Plugins()

"""What the application remembers of its user between two starts, in one table over QSettings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, overload

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from playground.model.hideable import hideable_names
from playground.model.speed import DEFAULT_SPEED, SPEEDS

__all__ = ["APPLICATION", "MAX_RECENT_FILES", "ORGANIZATION", "Preference", "Preferences"]

ORGANIZATION: Final = "NumpyNet"
APPLICATION: Final = "Playground"
MAX_RECENT_FILES: Final = 10

T = TypeVar("T")


class Preference(Generic[T]):
    """One row of the table: where it is kept, its type, what it is at first, and what a good value is.

    A stored value that is not allowed, from an edited file or another version, reads as the default. Writing one raises
    `ValueError`.
    """

    def __init__(
        self, key: str, type_: type[T], default: T, allowed: Callable[[T], bool] = lambda value: True
    ) -> None:
        self.key, self.type, self.default, self.allowed = key, type_, default, allowed
        self.name = ""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, preferences: None, owner: type[Any]) -> Preference[T]: ...
    @overload
    def __get__(self, preferences: Preferences, owner: type[Any]) -> T: ...

    def __get__(self, preferences: Preferences | None, owner: type[Any]) -> T | Preference[T]:
        return self if preferences is None else self.read(preferences.settings)

    def __set__(self, preferences: Preferences, value: T) -> None:
        if not self.allowed(value):
            raise ValueError(f"The preference {self.name} cannot be {value!r}")
        if value != self.read(preferences.settings):
            stored = QByteArray(value) if isinstance(value, bytes) else value
            preferences.settings.setValue(self.key, stored)
            preferences.changed.emit(self.name)

    def read(self, settings: QSettings) -> T:
        if not settings.contains(self.key):
            return self.default
        value: Any
        if self.type is bytes:
            stored = settings.value(self.key, QByteArray(), type=QByteArray)
            value = bytes(stored.data()) if isinstance(stored, QByteArray) else self.default
        elif self.type is tuple:
            # An INI file writes a list of one as a text, an empty one as nothing.
            stored = settings.value(self.key)
            value = (stored,) if isinstance(stored, str) else tuple(map(str, stored or ()))
        else:
            # Without `type` an INI file gives texts: "false" would be true.
            value = settings.value(self.key, self.default, type=self.type)
        return value if isinstance(value, self.type) and self.allowed(value) else self.default


class Preferences(QObject):
    """Reading gives the stored value or the default; writing stores it and says so by `changed(name)`."""

    changed = Signal(str)
    """The name of the preference that has another value now."""

    theme_mode = Preference(
        "view/theme_mode", str, "system", lambda mode: mode in ("system", "light", "dark")
    )
    reduced_motion = Preference("view/reduced_motion", bool, False)
    show_test_points = Preference("view/show_test_points", bool, True)
    discretize = Preference("view/discretize", bool, False)
    speed = Preference("training/speed", str, DEFAULT_SPEED, lambda key: any(key == s.key for s in SPEEDS))
    run_until = Preference("training/run_until", str, "")
    """The stop condition that was used last, as JSON; "" for none."""
    hidden_controls: Preference[tuple[str, ...]] = Preference(
        "view/hidden_controls", tuple, (), lambda names: hideable_names().issuperset(names)
    )
    window_geometry = Preference("window/geometry", bytes, b"")
    window_state = Preference("window/state", bytes, b"")
    recent_files: Preference[tuple[str, ...]] = Preference("files/recent", tuple, ())
    last_folder = Preference("files/last_folder", str, "")

    def __init__(self, settings: QSettings | None = None, parent: QObject | None = None) -> None:
        """`settings` is the user's own store where it is not given."""
        super().__init__(parent)
        self.settings = settings if settings is not None else QSettings(ORGANIZATION, APPLICATION)

    @classmethod
    def table(cls) -> tuple[Preference[Any], ...]:
        """All rows, in the order of their definition."""
        return tuple(item for item in vars(cls).values() if isinstance(item, Preference))

    def remember_file(self, path: Path) -> None:
        """Put `path` at the head of the recent files, and its folder where file dialogs open."""
        others = [name for name in self.recent_files if name != str(path)]
        self.recent_files = (str(path), *others)[:MAX_RECENT_FILES]
        self.last_folder = str(path.parent)

    def forget_file(self, path: Path) -> None:
        """Take a file that is gone off the recent files."""
        self.recent_files = tuple(name for name in self.recent_files if name != str(path))

    def restore_defaults(self) -> None:
        """Forget everything that was stored."""
        for row in self.table():
            before = row.read(self.settings)
            self.settings.remove(row.key)
            if before != row.default:
                self.changed.emit(row.name)

"""Preferences stored between sessions, as one table over a JSON file."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, cast, overload

from PySide6.QtCore import QObject, Signal

from core.lessons.language import ENGLISH, LANGUAGES
from core.spec import Setting, SettingError, Spec
from playground.model.display_scale import SCALES
from playground.model.preferences_file import DamagedPreferencesError, Edit, Plain, PreferencesFile
from playground.model.training_speed import DEFAULT_SPEED, SPEEDS
from playground.plugins import PLUGINS
from playground.translation import KEY, preferences_path

MAX_RECENT_COMMANDS: Final = 5
MAX_RECENT_FILES: Final = 10
_MAX_LISTED_FILES: Final = 100

T = TypeVar("T")
log = logging.getLogger(__name__)


_THEME_MODES = ("system", "light", "dark", "light_contrast", "dark_contrast")


class Preference(Generic[T]):
    """One preference: its key, type, default and validation.

    Types are str, bool, int, float, tuple of str, and bytes (base64 in the file). Invalid stored values read as the
    default; writing one raises `ValueError`.
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
        return self if preferences is None else self.read(preferences.values)

    def __set__(self, preferences: Preferences, value: T) -> None:
        preferences.store({self.name: value})

    def read(self, values: dict[str, object]) -> T:
        """The stored value, or the default."""
        value = self.decode(values.get(self.key))
        return self.default if value is None else value

    def decode(self, stored: object) -> T | None:
        """The value of its stored form; None if invalid."""
        value: object = stored
        if self.type is bytes and isinstance(stored, str):
            value = _bytes_of(stored)
        elif self.type is tuple and isinstance(stored, list) and all(isinstance(i, str) for i in stored):
            value = tuple(stored)
        # isinstance accepts a bool as int.
        if type(value) is not self.type:
            return None
        return value if self.allowed(value) else None

    def encode(self, value: T) -> Plain:
        """The stored form of a value. Raises `ValueError` if it could not be read back."""
        stored: object = value
        if isinstance(value, bytes):
            stored = base64.b64encode(value).decode("ascii")
        elif isinstance(value, tuple):
            stored = list(value)
        if type(value) is not self.type or self.decode(stored) is None:
            raise ValueError(f"The preference {self.name} cannot be {value!r}")
        return cast(Plain, stored)


S = TypeVar("S", bound=Spec)


def _rows_of(kind: type[Spec]) -> dict[str, Preference[Any]]:
    """The preferences of a plug-in by the names of its settings."""
    keys = dict(getattr(kind, "keys", ()))
    found = {}
    for rule in kind.settings():
        name = f"{kind.kind}/{rule.name}"
        row = found[rule.name] = Preference(
            keys.get(rule.name, name), type(rule.default), rule.default, partial(_fits, rule)
        )
        row.name = name
    return found


def _fits(rule: Setting, value: object) -> bool:
    with suppress(SettingError):
        return rule.check("", value) == value and "\0" not in str(value)
    return False


class Preferences(QObject):
    """Typed preferences; writing one stores it at once and emits `changed(name)`.

    Values that other programs write are not read here, except that their recent files are kept. File errors never
    raise: an unsaved preference is valid until exit, saving is retried with the next, and the user gets one message.
    """

    changed = Signal(str)
    """Name of the changed preference."""
    message_requested = Signal(str)
    """A message about the file for the user."""

    theme_mode = Preference("view/theme_mode", str, "system", lambda mode: mode in _THEME_MODES)
    scale_percent = Preference("view/scale_percent", int, 100, lambda percent: percent in SCALES)
    """Scale of everything that the window draws, from the next start on."""
    reduced_motion = Preference("view/reduced_motion", bool, False)
    simple = Preference("view/simple", bool, False)
    """Whether the window shows only what a beginner needs."""
    show_test_points = Preference("view/show_test_points", bool, True)
    discretize = Preference("view/discretize", bool, False)
    speed = Preference("training/speed", str, DEFAULT_SPEED, lambda key: any(key == s.key for s in SPEEDS))
    engine = Preference("training/engine", str, "auto", lambda name: name in ("auto", "numpy"))
    run_until = Preference("training/run_until", str, "")
    """The last stop condition as JSON; "" for none."""
    hidden_controls: Preference[tuple[str, ...]] = Preference("view/hidden_controls", tuple, ())
    """Names of controls; those of plug-ins that are missing are kept."""
    window_geometry = Preference("window/geometry", bytes, b"")
    window_state = Preference("window/state", bytes, b"")
    moved_dividers: Preference[tuple[str, ...]] = Preference(
        "window/moved_dividers", tuple, (), lambda names: {"width", "height"}.issuperset(names)
    )
    """The output's size as set by the user; the rest follows the window."""
    recent_files: Preference[tuple[str, ...]] = Preference(
        "files/recent",
        tuple,
        (),
        lambda names: len(names) <= _MAX_LISTED_FILES and all(map(_is_file_name, names)),
    )
    recent_commands: Preference[tuple[str, ...]] = Preference(
        "help/recent_commands", tuple, (), lambda keys: len(keys) <= MAX_RECENT_COMMANDS
    )
    """Commands chosen from Ctrl+K, the newest first."""
    open_last = Preference("files/open_last", bool, False)
    """Whether the program starts with the project that was open last."""
    looks_for_newer = Preference("help/looks_for_newer", bool, False)
    """Whether the program asks at its start for a newer version."""
    last_folder = Preference("files/last_folder", str, "", lambda name: not name or _is_file_name(name))
    language = Preference(KEY, str, ENGLISH, LANGUAGES.__contains__)
    """Of lessons, and of the window from the next start on, where the environment names none."""
    painted: Preference[bytes] = Preference("data/painted", bytes, b"")
    """The points that were painted last and left for other data, see `Painted.to_bytes`; b"" for none."""
    unusable: Preference[tuple[str, ...]] = Preference("told/unusable", tuple, ())
    """Keys of invalid stored values that were reported to the user."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        """`path` is by default the user's."""
        super().__init__(parent)
        self._file = PreferencesFile(path or preferences_path())
        self.values: dict[str, object] = {}
        """Stored values by key."""
        self._unsaved: list[Edit] = []
        self._pending_messages: list[str] | None = []
        self._save_failed = False
        self._load()
        self._report_unusable()

    @classmethod
    def table(cls) -> tuple[Preference[Any], ...]:
        """All preferences, in the order of their definition."""
        own = (item for item in vars(cls).values() if isinstance(item, Preference))
        added = (type(plugin.settings()) for plugin in PLUGINS if plugin.settings is not None)
        return (*own, *(row for kind in added for row in _rows_of(kind).values()))

    def of(self, kind: type[S]) -> S:
        """What is kept of a plug-in."""
        return kind(**{name: row.read(self.values) for name, row in _rows_of(kind).items()})

    def keep(self, settings: Spec) -> None:
        """Keep it."""
        self.store({row.name: getattr(settings, name) for name, row in _rows_of(type(settings)).items()})

    def flush_messages(self) -> None:
        """Emit the messages since the start; later ones are emitted at once."""
        sentences, self._pending_messages = self._pending_messages, None
        if sentences:
            self.message_requested.emit(" ".join(sentences))

    def store(self, values: dict[str, Any]) -> None:
        """Set preferences by name in one write. Raises `ValueError` if one is invalid, and then sets none."""
        rows = {row.name: row for row in self.table()}
        stored = {rows[name].key: rows[name].encode(value) for name, value in values.items()}
        new = {rows[name].key for name, value in values.items() if value != rows[name].read(self.values)}
        if new:
            self._change(lambda all_values: all_values.update({key: stored[key] for key in new}))

    @property
    def dialog_folder(self) -> str:
        """Start of file dialogs: the last folder, at first the user's home."""
        return self.last_folder or str(Path.home())

    @property
    def presets_folder(self) -> Path:
        """Where the user's own presets are."""
        return self._file.path.parent / "presets"

    @property
    def file_to_open(self) -> Path | None:
        """The project to start with; None if none is wished, or it is gone."""
        recent = Path(self.recent_files[0]) if self.open_last and self.recent_files else None
        return recent if recent is not None and recent.is_file() else None

    def add_recent_file(self, path: Path) -> None:
        """Add `path` to the head of the recent files, and make its folder the default of file dialogs."""
        folder = str(path.parent)

        def change(values: dict[str, object]) -> None:
            others = [name for name in Preferences.recent_files.read(values) if name != str(path)]
            values[Preferences.recent_files.key] = [str(path), *others][:MAX_RECENT_FILES]
            values[Preferences.last_folder.key] = folder

        self._change(change)

    def add_recent_command(self, key: str) -> None:
        """Add a command of the palette to the head of the recent ones."""
        others = [each for each in self.recent_commands if each != key]
        self.recent_commands = (key, *others)[:MAX_RECENT_COMMANDS]

    def remove_recent_file(self, path: Path) -> None:
        """Remove a missing file from the recent files."""

        def change(values: dict[str, object]) -> None:
            names = Preferences.recent_files.read(values)
            values[Preferences.recent_files.key] = [name for name in names if name != str(path)]

        self._change(change)

    def _change(self, change: Edit) -> None:
        """Apply `change` to the values here and in the file, and emit the changed preferences."""
        before = {row.name: row.read(self.values) for row in self.table()}
        change(self.values)
        self._unsaved.append(change)
        self._save()
        for row in self.table():
            if row.read(self.values) != before[row.name]:
                self.changed.emit(row.name)

    def _save(self) -> bool:
        """Write all unsaved changes to the file; returns whether that succeeded."""
        waiting = list(self._unsaved)

        def change(values: dict[str, object]) -> None:
            for each in waiting:
                each(values)

        try:
            saved = self._file.update(change, instead=self.values)
        except OSError as error:
            log.warning("The preferences are not saved: %s", error)
            if not self._save_failed:
                reason = error.strerror or str(error)
                self._report(f"Preferences cannot be saved, and hold until the end: {reason}.")
            self._save_failed = True
            return False
        self._unsaved.clear()
        self._save_failed = False
        recent = Preferences.recent_files.key
        if recent in saved:
            self.values[recent] = saved[recent]
        return True

    def _load(self) -> None:
        try:
            values = self._file.read()
        except DamagedPreferencesError as error:
            log.warning("The preferences in %s are damaged: %s", self._file.path, error)
            sentence = "The file of preferences is damaged; defaults are used."
            if self._save():
                sentence += f" The old one is kept as {self._file.damaged_path.name}."
            self._pending_messages = [sentence, *(self._pending_messages or ())]
        except OSError as error:
            log.warning("The preferences in %s cannot be read: %s", self._file.path, error)
            self._report(f"Preferences cannot be read, defaults are used: {error.strerror or error}.")
        else:
            self.values = values or {}

    def _report_unusable(self) -> None:
        """Report once which invalid values, from an edited file or another version, read as the default."""
        found = [row for row in self.table() if row.key in self.values]
        bad = {row.key: row for row in found if row.decode(self.values[row.key]) is None}
        new = [_readable(row.name) for key, row in bad.items() if key not in self.unusable]
        if new:
            self._report(
                f"Preferences with a value that cannot be used are at their default: {', '.join(new)}."
            )
        if set(bad) != set(self.unusable):
            self.unusable = tuple(bad)

    def _report(self, sentence: str) -> None:
        if self._pending_messages is None:
            self.message_requested.emit(sentence)
        else:
            self._pending_messages.append(sentence)


def _bytes_of(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None


def _is_file_name(name: str) -> bool:
    return bool(name) and "\0" not in name


def _readable(name: str) -> str:
    return name.replace("_", " ").replace("/", " ")

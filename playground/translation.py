"""The program in another language: texts of its modules are replaced while they are compiled, by those of a catalogue.

Sources hold plain English sentences. A catalogue, `resources/languages/de.po`, has for each its place, such as
`playground.views.menus:Menus.build`, and its translation. Slots `{0}`, `{1}` are the expressions of the f-string
itself: a catalogue holds no code. In English nothing is replaced, nor for a program that uses the library alone.
Compiled modules are kept in the folder of caches, for each state of a catalogue.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache, cached_property
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from platformdirs import user_cache_path, user_config_path

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

VARIABLE: Final = "NUMPYNET_LANGUAGE"
KEY: Final = "lessons/language"
"""Of the window's preference; the language of lessons was there first."""
PACKAGES: Final = ("core", "numpynet", "playground")
spoken = "en"
"""The language of the modules that are imported; another one is chosen for the next start."""
_ROOT: Final = Path(__file__).resolve().parents[1]
_SLOT: Final = re.compile(r"\{(\d+)\}")
_LINE: Final = re.compile(r'(?:(msgid|msgstr) )?"((?:[^"\\]|\\.)*)"')
_ESCAPED: Final = re.compile(r"\\(.)")
_KEPT: Final = re.compile(rf'"{KEY}"\s*:\s*"([a-z]{{2}})"')
_MAX_BYTES: Final = 1 << 20
"""Of the preferences, as they are read later: their own reader, and all of `core`, have texts to be translated."""


class Message(NamedTuple):
    """A text that people read: its place, `module:Class.function`, and its words with numbered slots."""

    place: str
    text: str


Said = Callable[[Message], str | None]
"""The translation of a message; None for one that stays."""


class Catalogue:
    """The translations in a .po file. One that is missing or damaged has none, so the program stays English."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def texts(self) -> dict[Message, str]:
        """Translations by message, without those that are empty or whose slots are not the message's."""
        return self._read("")

    def _read(self, part: str) -> dict[Message, str]:
        """The texts of the blocks that have `part`: all take 35 ms."""
        try:
            blocks = self.path.read_text(encoding="utf-8").split("\n\n")
            found = dict(read_catalogue("\n\n".join(block for block in blocks if part in block)))
        except (OSError, ValueError, KeyError):
            return {}
        return {
            message: text for message, text in found.items() if text and slots(text) == slots(message.text)
        }

    def said(self, message: Message) -> str | None:
        """The translation of a message."""
        return self.texts.get(message)

    def texts_of(self, folder: str) -> dict[str, str]:
        """Translations of what is no Python, by the English texts: `resources/presets`, `argparse`."""
        found = self._read(f"#: {folder}:").items()
        return {each.text: said for each, said in found if each.place == f"{folder}:"}


def slots(text: str) -> set[str]:
    """A text's slots: {"{0}", "{1}"} of "{0} of {1}"."""
    return set(re.findall(r"\{\d+\}|%(?:\(\w+\))?[rs]", text))


def read_catalogue(text: str) -> Iterator[tuple[Message, str]]:
    """The messages of a .po file, each place for itself, with their translations.

    Raises `KeyError` for a string of neither message nor translation.
    """
    for block in text.split("\n\n"):
        places: list[str] = []
        parts = {"msgid": "", "msgstr": ""}
        at = ""
        for line in block.splitlines():
            if line.startswith("#:"):
                places += line[2:].split()
            elif found := _LINE.fullmatch(line):
                at = found[1] or at
                parts[at] += _ESCAPED.sub(lambda mark: "\n" if mark[1] == "n" else mark[1], found[2])
        yield from ((Message(place, parts["msgid"]), parts["msgstr"]) for place in places)


class Translator(ast.NodeTransformer):
    """Gives the messages of a module other words, by a function that says which."""

    def __init__(self, module: str, said: Said) -> None:
        self._module, self._said, self._names = module, said, []  # type: ignore[var-annotated]

    def _of_scope(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self._names.append(node.name)
        changed = self._without_docstring(node)
        self._names.pop()
        return changed

    visit_ClassDef = visit_FunctionDef = visit_AsyncFunctionDef = _of_scope

    def _without_docstring(self, node: ast.AST) -> ast.AST:
        body: list[ast.stmt] = node.body  # type: ignore[attr-defined]
        first = body[0] if body else None
        is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        node.body = body[is_text:]  # type: ignore[attr-defined]
        self.generic_visit(node)
        node.body = [*body[:is_text], *node.body]  # type: ignore[attr-defined]
        return node

    visit_Module = _without_docstring

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        return node if ast.unparse(node.targets[0]) == "__all__" else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        return node if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return node

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.AST:
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, str) or (text := self._other(node.value)) is None:
            return node
        return ast.copy_location(ast.Constant(text), node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        expressions = [each for each in node.values if isinstance(each, ast.FormattedValue)]
        for each in expressions:
            each.value = self.visit(each.value)
        text = self._other(template(node))
        if text is None:
            return node
        parts: list[ast.expr] = []
        for at, part in enumerate(_SLOT.split(text)):
            if at % 2:
                parts.append(expressions[int(part)])
            elif part:
                parts.append(ast.Constant(part))
        return ast.copy_location(ast.JoinedStr(parts), node)

    def _other(self, text: str) -> str | None:
        return self._said(Message(f"{self._module}:{'.'.join(self._names)}", text))


def template(node: ast.JoinedStr) -> str:
    """An f-string with numbered slots: "{0} of {1}". Braces that are text stay as they are."""
    slot = iter(range(len(node.values)))
    return "".join(
        str(each.value) if isinstance(each, ast.Constant) else f"{{{next(slot)}}}" for each in node.values
    )


class _Loader(SourceFileLoader):
    """Compiles a module with the texts of a catalogue, and keeps it in a folder of its own."""

    def __init__(self, name: str, path: str, catalogue: Catalogue, cache: Path) -> None:
        super().__init__(name, path)
        self._catalogue, self._cache = catalogue, cache

    def source_to_code(  # type: ignore[override]
        self, data: bytes, path: str, *, _optimize: int = -1
    ) -> CodeType:
        # A wheel has the library as `numpynet`; places are those of a checkout.
        module = re.sub(r"^numpynet\b", "core", self.name)
        tree = Translator(module, self._catalogue.said).visit(ast.parse(data, path))
        code: CodeType = compile(
            ast.fix_missing_locations(tree), path, "exec", dont_inherit=True, optimize=_optimize
        )
        return code

    def get_data(self, path: str) -> bytes:
        return super().get_data(self._kept(path))

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        super().set_data(self._kept(path), data, _mode=0o600)

    def _kept(self, path: str) -> str:
        return str(self._cache / f"{self.name}.pyc") if path.endswith(".pyc") else path


class _Finder:
    """Finds the modules of the program, to be loaded in its language."""

    def __init__(self, catalogue: Catalogue, cache: Path) -> None:
        self._catalogue, self._cache = catalogue, cache
        self._finders: dict[str, FileFinder] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] not in PACKAGES:
            return None
        # Not by `PathFinder`: in a bundle that would find the modules that are compiled already.
        folder = str(_ROOT) if path is None else path[0]
        if folder not in self._finders:
            self._finders[folder] = FileFinder(folder, (SourceFileLoader, [".py"]))
        spec = self._finders[folder].find_spec(name, target)
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        spec.loader = _Loader(name, spec.loader.path, self._catalogue, self._cache)
        return spec


def install() -> None:
    """Let all modules that are imported from here on speak the chosen language, where there is a catalogue of it."""
    file = _catalogues() / f"{chosen_language()}.po"
    if file.is_file():
        speak(file)


def speak(file: Path) -> None:
    """Let all modules that are imported from here on have the texts of a catalogue, in worker processes too."""
    global spoken
    spoken = file.stem
    catalogue = Catalogue(file)
    sys.meta_path.insert(0, _Finder(catalogue, _cache_folder(file)))
    from core.io import resources
    from core.io.worker_pool import WorkerPool

    WorkerPool.begin = staticmethod(begin_worker)
    texts_of = cache(catalogue.texts_of)
    resources.speaks = lambda folder: texts_of(f"resources/{folder}")
    argparse._ = lambda text: texts_of("argparse").get(text, text)  # type: ignore[attr-defined]


def begin_worker(parent: int) -> None:
    """Start of a worker process, which imports this program, and so its language, before the library."""
    from core.io.worker_pool import begin_process

    begin_process(parent)


def chosen_language() -> str:
    """That of the environment, "de" of "de_AT.UTF-8", too, or that which the window has kept; else "en"."""
    found = re.match(r"([a-z]{2})(?![a-z])", os.environ.get(VARIABLE, "").lower())
    if found is not None:
        return found[1]
    path, kept = preferences_path(), None
    with suppress(OSError):
        if path.is_file():  # reading a pipe blocks
            with path.open("rb") as file:
                kept = _KEPT.search(file.read(_MAX_BYTES).decode("latin-1"))
    return kept[1] if kept is not None else "en"


def preferences_path() -> Path:
    """The preferences file in the platform's configuration folder."""
    return user_config_path("numpynet-playground", appauthor=False) / "preferences.json"


def translate_qt(app: QApplication) -> None:
    """Give the buttons and menus of Qt itself, such as those of a text field, the words of the language."""
    from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator

    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    translator = QTranslator(app)
    if chosen_language() != "en" and translator.load(QLocale(chosen_language()), "qtbase", "_", folder):
        app.installTranslator(translator)


def missing_letters() -> list[str]:
    """A sentence, in English, where no font here has the letters of the language that is spoken."""
    from PySide6.QtGui import QFontDatabase

    if spoken != "zh" or QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        return []
    return ["No font here has Chinese letters: install one, such as Noto Sans CJK, and start again."]


def _catalogues() -> Path:
    places = (_ROOT / "numpynet_resources", _ROOT / "resources")
    return next((each for each in places if (each / "presets").is_dir()), places[-1]) / "languages"


def _cache_folder(file: Path) -> Path:
    """Where modules are kept in the present state of a catalogue; those of others go."""
    state = file.stat()
    language = user_cache_path("numpynet-playground", appauthor=False) / "languages" / file.stem
    tag = sys.implementation.cache_tag or "none"
    folder = language / f"{tag}-{state.st_mtime_ns:x}-{state.st_size:x}"
    for other in language.glob(f"{tag}-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return folder

"""Allowed imports between packages, checked in the source: top-level, under TYPE_CHECKING and inside functions."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from typing import NamedTuple

import pytest

import playground.plugins
from core.compiled import readiness
from playground import plugin
from tests.left_out_plugins import WITHOUT
from tests.optional_packages import OPTIONAL
from tests.sources import PACKAGES, ROOT, SOURCES, Sources, trees

# A package may import itself and those it names. A module belongs to its longest matching prefix.
_SPEC = {"core.io", "core.spec"}
_COMPILED = _SPEC | {"core.nn", "core.optim", "core.data"}
_TRAIN = _COMPILED | {"core.compiled", "core.data.pipeline"}
_EXPERIMENT = _TRAIN | {"core.train"}
_DIAGNOSE = _EXPERIMENT | {"core.experiment"}
_INSPECT = _DIAGNOSE | {"core.diagnose", "core.explain"}
_MODEL = _DIAGNOSE | {"core.formats", "core.reports", "core.predict"}
_SWEEP = _INSPECT | {"core.inspect"}
_CORE = _SWEEP | _MODEL | {"core.model", "core.runs", "core.seeds", "core.sweep", "core"}
_CORE |= {"core.explain", "core.probes", "core.lessons", "core.notebook"}
_RUN = _CORE | {"playground.model", "playground.translation"}
_VIEWS = _RUN | {"playground.views.theme", "playground.views.widgets", "playground.plugins"}
_PANELS = {
    f"playground.views.{name}"
    for name in (
        "canvas", "dialogs", "menus", "output",
        "pictures", "results", "sample_strip", "sidebar", "status_bar", "training_bar",
    )
}  # fmt: skip
_COMMANDS = _VIEWS | _PANELS | {"playground.training"}
_WINDOW = _COMMANDS | {"playground.commands"}
_WARMUPS = {"playground.startup.engine_warmup"}
_APP = _WINDOW | _WARMUPS | {"playground.startup", "playground.window"}
# What they declare goes into `PLUGINS`: no room lists one, so neither the shell nor another plug-in imports it.
PLUGINS = sorted(
    f"playground.plugins.{path.parent.name}" for path in (ROOT / "playground/plugins").glob("*/__init__.py")
)
MAY_IMPORT: dict[str, set[str]] = {
    "core.io": set(),
    "core.spec": {"core.io"},
    "core.nn": _SPEC,
    "core.optim": _SPEC,
    "core.data": _SPEC,
    "core.data.pipeline": _SPEC | {"core.data"},
    "core.compiled": _COMPILED,
    "core.train": _TRAIN,
    "core.experiment": _EXPERIMENT,
    "core.runs": _DIAGNOSE,
    "core.seeds": _SWEEP | {"core.runs", "core.sweep"},
    "core.diagnose": _DIAGNOSE,
    "core.explain": _DIAGNOSE,
    "core.inspect": _INSPECT,
    "core.probes": _DIAGNOSE,
    "core.sweep": _SWEEP | {"core.runs"},
    "core.lessons": _SWEEP | {"core.runs", "core.seeds", "core.sweep"},
    "core.formats": _DIAGNOSE,
    "core.reports": _DIAGNOSE | {"core.explain", "core.formats"},
    "core.predict": _DIAGNOSE | {"core.formats"},
    "core.model": _MODEL,
    "core.model.estimators": _MODEL | {"core.model"},
    "core.notebook": _MODEL | {"core.model"},
    "core": _MODEL | {"core.explain", "core.model", "core.model.estimators", "core.notebook"},
    "playground.model": _CORE | {"playground.plugins", "playground.translation"},
    "playground.translation": {"core.io"},
    "playground.training": _RUN,
    "playground.views.theme": _RUN,
    "playground.views.widgets": _RUN | {"playground.views.theme"},
    **dict.fromkeys(_PANELS, _VIEWS),
    "playground.views.results": _VIEWS | {"playground.views.output"},
    "playground.commands": _COMMANDS,
    "playground.window": _WINDOW,
    "playground.startup": _RUN | {"playground.plugins"},
    **dict.fromkeys(_WARMUPS, _RUN | {"playground.training"}),
    "playground.headless": _RUN | {"playground.views.theme"},
    "playground.plugins": {"core.io", "core.spec"},
    "playground.plugin": _APP | {"playground.cli", "playground.headless"},
    **dict.fromkeys(PLUGINS, _APP | {"playground.cli", "playground.headless", "playground.plugin"}),
    "playground.app": _APP,
    "playground.cli": _APP | {"playground.app", "playground.headless"},
    "playground.__main__": {"playground.cli"},
    "playground.watched_window": _APP,
    "playground.watching": _APP | {"playground.app", "playground.watched_window"},
    "playground": {"playground.translation", "playground.watching"},
}
QT_MODULES = {
    "core": set(),
    "playground.plugins.plugin": set(),
    "playground.model": {"PySide6.QtCore", "PySide6.QtGui"},
    "playground.training": {"PySide6.QtCore"},
    **{
        f"playground.plugins.film.{name}": set()
        for name in ("composer", "film", "footage", "settings", "writer")
    },
    "playground.headless": set(),
}
VAGUE_NAMES = {"utils", "helpers", "common", "base", "manager"}


def there(modules: Iterable[str]) -> set[str]:
    """Without those of plug-ins whose folders are gone."""
    return {name for name in modules if name in SOURCES or not name.startswith("playground.plugins.")}


class Import(NamedTuple):
    module: str
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.module} line {self.line} imports {self.target}"


HOMES = plugin._homes()


def imports_of(module: str, sources: Sources, packages: Iterable[str] = PACKAGES) -> list[Import]:
    """All imports of a module; `from a import b` counts as a.b if that is one of our modules.

    What `playground.plugin` passes on counts as the module that it is from.
    """
    package = module if module in packages else module.rpartition(".")[0]
    found = []
    for source, names, level, line in _written_imports(sources[module]):
        if source is None:
            found += [Import(module, name, line) for name in names]
            continue
        if level:
            above = package.split(".")[: len(package.split(".")) - level + 1]
            source = ".".join([*above, *([source] if source else [])])
        for name in names:
            if source == "playground.plugin" and name in HOMES:
                found.append(Import(module, HOMES[name], line))
                continue
            full = f"{source}.{name}"
            is_module = full in sources or source == "PySide6"
            found.append(Import(module, full if is_module else source, line))
    return found


@cache  # a module's text is parsed once, though seven tests look at all modules
def _written_imports(text: str) -> list[tuple[str | None, list[str], int, int]]:
    """(source, names, level, line) of each import; the source is None for `import name`."""
    found: list[tuple[str | None, list[str], int, int]] = []
    for node in _statements(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            if isinstance(node, ast.Import):
                found.append((None, names, 0, node.lineno))
            else:
                found.append((node.module or "", names, node.level, node.lineno))
    return found


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """All statements, those inside others too. An import is one; expressions are nine tenths of the nodes."""
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        for node in getattr(tree, field, ()):
            yield node
            yield from _statements(node)


def all_imports(sources: Sources) -> list[Import]:
    return [item for module in sources for item in imports_of(module, sources)]


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    """The program's imports. Not made when tests are collected: each of the processes would parse all modules."""
    return all_imports(SOURCES)


def room_of(module: str, rooms: Iterable[str] = tuple(MAY_IMPORT)) -> str | None:
    fitting = [room for room in rooms if module == room or module.startswith(f"{room}.")]
    return max(fitting, key=len, default=None)


def forbidden(imports: Iterable[Import]) -> list[str]:
    """The imports that are not allowed."""
    return [
        str(item)
        for item in imports
        if (target := room_of(item.target)) is not None
        and target != (own := room_of(item.module))
        and (own is None or target not in MAY_IMPORT[own])
        # `import playground` alone is name and version, none of its subpackages.
        and item.target != "playground"
    ]


def cycles(imports: Iterable[Import], sources: Sources) -> list[list[str]]:
    """Groups of modules that import each other, by Tarjan's algorithm (SIAM J. Comput. 1, 1972)."""
    edges: dict[str, set[str]] = {module: set() for module in sources}
    for item in imports:
        if item.target in edges and item.target != item.module:
            edges[item.module].add(item.target)
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []

    def visit(module: str) -> Iterator[list[str]]:
        order[module] = lowest[module] = len(order)
        stack.append(module)
        for target in sorted(edges[module]):
            if target not in order:
                yield from visit(target)
                lowest[module] = min(lowest[module], lowest[target])
            elif target in stack:
                lowest[module] = min(lowest[module], order[target])
        if lowest[module] == order[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1:
                yield sorted(group)

    return [group for module in sorted(edges) if module not in order for group in visit(module)]


def test_the_sources_were_found(imports: list[Import]) -> None:
    assert "core.spec.spec" in SOURCES
    assert any(item[:2] == ("core.spec.spec", "core.spec.setting") for item in imports)


def test_every_module_has_a_room() -> None:
    assert [module for module in SOURCES if room_of(module) is None] == []
    assert [path.name for path in (ROOT / "core").glob("*.py")] == ["__init__.py"]


def test_imports_follow_the_table(imports: list[Import]) -> None:
    assert forbidden(imports) == []


def test_no_modules_import_each_other(imports: list[Import]) -> None:
    assert cycles(imports, SOURCES) == []


@pytest.mark.parametrize(
    "line",
    [
        "from core.train.trainer import Trainer",
        "if TYPE_CHECKING:\n    from core.train import trainer",
        "def late():\n    import core.train.trainer",
        "from ..train.trainer import Trainer",
    ],
)
def test_an_import_against_the_table_is_found_wherever_it_stands(line: str) -> None:
    sources = {**SOURCES, "core.nn.dense": f"{SOURCES['core.nn.dense']}\n{line}\n"}
    assert [text.split(" line ")[0] for text in forbidden(all_imports(sources))] == ["core.nn.dense"]


@pytest.mark.parametrize(
    "line", ["if TYPE_CHECKING:\n    import core.spec.spec", "def late():\n    from . import spec"]
)
def test_a_cycle_is_found_wherever_it_closes(line: str) -> None:
    sources = {**SOURCES, "core.spec.setting": f"{SOURCES['core.spec.setting']}\n{line}\n"}
    assert cycles(all_imports(sources), sources) == [["core.spec.setting", "core.spec.spec"]]


def test_the_table_itself_goes_one_way() -> None:
    # Raises CycleError, which names the rooms.
    TopologicalSorter(MAY_IMPORT).prepare()


_KINDS = {plugin.kind for plugin in playground.plugins.PLUGINS}
_ROWS = {
    getattr(row, "name", "") or row.kind
    for rows in ("commands", "pages", "pictures", "menus", "hideable")
    for row in playground.plugins.PLUGINS.rows(rows)
}
_ROWS |= {
    name
    for row in playground.plugins.PLUGINS.rows("pages")
    for name in (f"page_{row.kind}", *(way.name for way in row.commands))
}
_IN_PLUGINS = re.compile(r"playground[./]plugins[./](?!(?:plugin|outside)\b)(\w+)")
_ATTRIBUTE = re.compile(r"(?:plugins\.)?(\w+)(?:\.\w+)+")


def named_plugins(text: str) -> Iterator[str]:
    """Where a source names a plug-in: in an import or a path, by a text that is its kind or the name of one of its rows
    (commands, pages, pictures, menus, controls), or by one that begins at its controller, "film.open".

    What is asked of `PLUGINS.given` is a question of the shell's, which nobody may have to answer.
    """
    tree = ast.parse(text)
    asked = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith(("PLUGINS.given", "PLUGINS.all_given"))
    }
    for named in _IN_PLUGINS.finditer(text):
        yield f"line {text.count(chr(10), 0, named.start()) + 1}: {named[0]}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in asked:
            path = _ATTRIBUTE.fullmatch(node.value)
            if node.value in _KINDS | _ROWS or (path and path[1] in _KINDS):
                yield f"line {node.lineno}: {node.value!r}"


def test_the_shell_names_no_plugin() -> None:
    """`rm -r` of a folder leaves nothing that asks for it. `core` knows no window: its words are its own."""
    found = [
        f"{module} {where}"
        for module, text in SOURCES.items()
        if module.startswith("playground") and not module.startswith("playground.plugins")
        for where in named_plugins(text)
    ]
    assert found == []


def test_no_test_of_the_shell_names_a_plugin() -> None:
    """They pass with every folder gone. What needs plug-ins is tested in their folders, or beside them."""
    found = [
        f"{path.relative_to(ROOT)} {where}"
        for path in (ROOT / "tests/playground").rglob("*.py")
        if "plugins" not in path.parts
        for where in named_plugins(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_plugin_imports_another() -> None:
    found = [
        f"{module} names {named[0]}"
        for module, text in SOURCES.items()
        for named in _IN_PLUGINS.finditer(text)
        if not module.startswith(f"playground.plugins.{named[1]}")
    ]
    assert found == []


@pytest.mark.skipif(bool(WITHOUT), reason="the names of what is left out are not known")
@pytest.mark.parametrize(
    "line",
    [
        "from playground.plugins.film import film", "import playground.plugins.why.page as page",
        "late('playground.plugins.film.dialog')", "x['doctor']", "'draw' in actions", "run = 'film.open'",
        "at(window, 'plugins.doctor.tab')", "actions.get('look_back')", "given('export')",
    ],
)  # fmt: skip
def test_what_names_a_plugin_is_found_wherever_it_stands(line: str) -> None:
    assert len(list(named_plugins(f"def late():\n    {line}\n"))) == 1
    assert not list(named_plugins("PLUGINS.given('class_lessons')\n'a film'\n'Export'\nself.doctor.draw"))


def test_the_plugins_and_the_command_line_load_neither_qt_nor_the_engine() -> None:
    code = (
        "import sys, playground.cli.entry, playground.plugins; "
        "print([name for name in ('PySide6', 'core', 'numpy') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_each_room_uses_only_its_share_of_qt(imports: list[Import]) -> None:
    wrong = [
        str(item)
        for item in imports
        if item.target.split(".")[0] in {"PySide6", "shiboken6", "pyqtgraph"}
        and (own := room_of(item.module, QT_MODULES)) is not None
        and item.target not in QT_MODULES[own]
    ]
    assert wrong == []


def test_nothing_has_a_vague_name() -> None:
    assert [name for name in SOURCES if set(name.split(".")) & VAGUE_NAMES] == []


_UNPICKLERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "runpy"}
_ALLOWED = {
    # It makes processes, and reads no file.
    ("core.io.worker_pool", "joblib"),
    ("playground.startup.unpickling", "pickle"),
}
_EVALUATORS = {"eval", "exec", "compile", "__import__"}
_STRICT = {
    # Of records it keeps numbers as they are written.
    "json": {"core.io.strict_json", "core.data.tables.json_reader"},
    "tomllib": {"core.io.strict_toml"},
}


def evaluated(sources: Sources) -> list[str]:
    """Where something is unpickled or evaluated that may come from a file, or read by no strict reader."""
    found = [
        f"{item.module} imports {item.target}"
        for item in all_imports(sources)
        if (root := item.target.split(".")[0]) in _UNPICKLERS and (item.module, root) not in _ALLOWED
    ]
    for module, tree in trees(rf"\b({'|'.join(_EVALUATORS)})\(|allow_pickle|json|tomllib", "", sources):
        for node in ast.walk(tree):
            package = node.module if isinstance(node, ast.ImportFrom) else ""
            if isinstance(node, ast.Attribute) and node.attr in ("load", "loads", "JSONDecoder"):
                package = ast.unparse(node.value)
            if module not in _STRICT.get(package or "", {module}):
                found.append(f"{module} line {node.lineno} reads by {package}")
            if isinstance(node, ast.Call):
                named = isinstance(node.func, ast.Name) and node.func.id in _EVALUATORS
                allowed = {ast.unparse(word.value) for word in node.keywords if word.arg == "allow_pickle"}
                if (named and module != "playground.translation") or allowed - {"False"}:
                    found.append(f"{module} line {node.lineno} evaluates")
    return found


def test_nothing_is_unpickled_or_evaluated_or_read_loosely() -> None:
    assert evaluated(SOURCES) == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "def late():\n    from joblib import load",
        "eval('1')",
        "x(1, allow_pickle=True)",
        "json.loads(x)",
        "from tomllib import load",
    ],
)
def test_what_unpickles_or_evaluates_is_found_wherever_it_stands(line: str) -> None:
    assert len(evaluated({"core.nn.dense": f"{SOURCES['core.nn.dense']}\n{line}\n"})) == 1


_WRITERS = {"atomic_write", "save_project", "write_archive", "write_autosave", "write_film", "write_lesson"}
_WRITING = {"write_file", "write_bytes", "write_text"}
_BEHIND_THE_GATE = {
    # They ask `core.io.gate` before, in the window and for commands.
    "playground.commands.window_controller": "_may_write",
    "playground.plugins.export.controller": "_may_write",
    "playground.plugins.film.controller": "_may_write",
    "playground.plugins.lessons.files": "_may_write",
    "playground.plugins.predict.controller": "_ask_path",
    "playground.commands.file_commands": "_ask_path",
    "playground.headless.destinations": "check_destination",
    "playground.plugins.film.command_line": "check_destination",
    "playground.cli.generate": "check_destination",
    "playground.cli.new_plugin": "check_destination",
    "playground.plugins.lessons.command_line": "check_destination",
    "playground.plugins.predict.command_line": "check_destination",
    "playground.cli.report": "check_destination",
    "playground.plugins.runs.command_line.runs": "check_destination",
    "playground.plugins.runs.command_line.seeds": "check_destination",
    "playground.plugins.runs.command_line.sweep": "check_destination",
    # What those call.
    "playground.plugins.export.window_content": "",
    "playground.commands.project_saver": "",
    "playground.plugins.film.film": "",
    "playground.plugins.film.writer": "",
    # Files of the program's own.
    "playground.commands.autosave_commands": "",
    "playground.plugins.lessons.lesson_controller": "",
    "playground.model.autosave_store": "",
    "playground.plugins.lessons.progress": "",
    "playground.model.preferences_file": "",
}


def writing(sources: Sources) -> dict[str, list[int]]:
    """The lines of modules of the window and the commands in which files are written."""
    found: dict[str, list[int]] = {}
    for module, tree in trees("|".join((*_WRITERS, r"write\w*\(")), "playground", sources):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            # `write(spec, path)` of a format; the streams' own takes one text.
            if name in _WRITERS | _WRITING or (name == "write" and _takes_path(node)):
                found.setdefault(module, []).append(node.lineno)
    return found


def _takes_path(call: ast.Call) -> bool:
    return any(re.search(r"\b(path|output)\b", ast.unparse(given)) for given in call.args)


def test_files_are_written_behind_the_gate_alone() -> None:
    found = writing(SOURCES)
    assert found.keys() - _BEHIND_THE_GATE.keys() == set()
    assert [
        module
        for module in there(_BEHIND_THE_GATE)
        if (asked := _BEHIND_THE_GATE[module]) and f"{asked}(" not in SOURCES[module]
    ] == []
    # Without a list that outlives what it names.
    assert there(_BEHIND_THE_GATE) - found.keys() == {"playground.commands.file_commands"}


@pytest.mark.parametrize(
    "line",
    ["atomic_write(path)", "x.save_project(path, 1)", "exporter.write(model, path)", "p.write_text('')"],
)
def test_what_writes_past_the_gate_is_found(line: str) -> None:
    assert writing({"playground.views.pad": f"def late():\n    {line}\n"})


def test_searching_for_children_keeps_none_of_them() -> None:
    """See `playground.views.widgets.descendants`."""
    assert [module for module, text in SOURCES.items() if ".findChildren(" in text] == []


ENGINE = sorted(name for name in SOURCES if name.startswith("core") and not name.endswith("__main__"))


def test_importing_the_engine_does_not_wait_for_what_few_need() -> None:
    names = (
        "('PIL', 'sklearn', 'openpyxl', 'ssl', 'numba', 'importlib.metadata', "
        "'core.data.tables.csv_reader', 'core.data.tables.excel_reader')"
    )
    code = f"import sys, core; print([name for name in {names} if name in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_the_window_imports_its_dialogs_and_pages_when_they_open() -> None:
    later = (
        "playground.views.dialogs.",
        *(f"playground.plugins.runs.{part}" for part in ("page_controller", "views", "sweep")),
        *(f"playground.plugins.{name}." for name in ("compare", "microscope", "mistakes", "why")),
    )
    code = (
        "import sys, playground.window.main_window\n"
        f"print([name for name in sys.modules if name.startswith({later!r}) or name == 'PIL'])"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")


NEEDS_AN_EXTRA = {f"core.compiled.{name}" for name in readiness._COMPILED}


@pytest.mark.parametrize(
    "modules", [["core"], sorted(set(ENGINE) - NEEDS_AN_EXTRA)], ids=["import core", "all of core"]
)
def test_the_engine_needs_no_extra_and_leaves_qt_unloaded(modules: list[str]) -> None:
    heavy = {"PySide6", "shiboken6", "pyqtgraph", "playground"}
    if modules == ["core"]:
        # Some of its modules need them; a program that trains a network does not wait for them.
        heavy |= {"scipy", "sklearn", "numba", "joblib", "tqdm", "PIL", "matplotlib"}
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(name, *_):\n"
        f"        if name.split('.')[0] in {OPTIONAL}:\n"
        "            raise ModuleNotFoundError(f'No module named {name}')\n"
        "sys.meta_path.insert(0, Absent)\n"
        f"import {', '.join(modules)}\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        f"print(sorted(loaded & {heavy}))"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")


_SHOWN = (
    "playground.views.",
    "playground.commands.",
    "playground.window.",
    "playground.plugins.",
    "core.reports.",
)
SAYS_TEST = {
    "playground.plugins.export.command_line": "what a written model is proven on",
    "playground.views.dialogs.preferences": "what is shown of all data",
    "playground.plugins.predict": "words that a command is searched by",
    "playground.plugins.predict.command_line": "a table that nobody learned from",
    "playground.plugins.probes": "the range test",
    "playground.plugins.probes.views.folds_page": "what a fold does",
    "playground.plugins.probes.views.rate_page": "the range test",
    "playground.views.results.confusion_tab": "what its `ScoreTiles` say otherwise",
    "playground.views.results.sealed_bar": "the sealed test itself",
    "playground.views.widgets.stepper": "before there are data",
}
"""The modules that say it without `held_text`, and why."""


_TEST = re.compile(r"\b[Tt]est(ing)?\b")


def _says_test(source: str) -> bool:
    """Whether a text that is no docstring has the word, alone: "test" by itself is the name of a split."""
    if not _TEST.search(source):
        return False
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said)
    return any(
        isinstance(text.value, str) and text.value != "test" and _TEST.search(text.value) for text in texts
    )


def test_where_a_test_is_sealed_no_score_is_said_to_be_of_it() -> None:
    found = {name for name, source in SOURCES.items() if name.startswith(_SHOWN) and _says_test(source)}
    unaware = {name for name in found if "held_text" not in SOURCES[name]}
    assert unaware == there(SAYS_TEST)
    assert _says_test('show(f"Test {name}")')
    assert not _says_test('"""A test."""\nshow(split == "test", "tested")')


_FIXED = re.compile(
    r"\.[1-9]f(?=[\"'}])|\.[0-9]%\}|\{[^{}]*100(\.0)? \*[^{}]*:\.0f\} %|number_text\(100[^{}]*\} %"
)
_DIGITS = re.compile(r"\{[^{}]*:[-+,<>^]*[0-9]*(\.[0-9]+)?[%efg]\}")
FIXED_DIGITS = {
    "core.data.downloads.archives": "megabytes",
    "core.experiment.stack_problems": "gigabytes, of which 4 are too many",
    "core.formats.programs.experiment_code": "a program of its own, which has no formatter",
    "core.io.number_text": "the formatter, and sizes of files",
    "core.lessons.worksheet": "places in a drawing",
    "core.model.callbacks": "the name of a file, as Keras has it",
    "core.model.reporting": "lines of a fit, as Keras prints them: programs read those",
    "core.nn.summary": "kilobytes and more",
    "core.reports.curve_drawing": "places in a drawing",
    "core.train.metrics": "shares, as scikit-learn's report has them",
    "core.train.opening": "tenths of a percentage that is above 0",
    "playground.cli.generate": "pixels in a table",
    "playground.headless.sources": "whole percents of what was loaded",
    "playground.plugins.predict.command_line": "a number as the name of a class",
    "playground.plugins.runs.seeds_controller": "seconds of a clock",
    "playground.plugins.export.proof_page": "seconds of a clock",
    "playground.plugins.film.dialog": "seconds of a film",
    "playground.plugins.film.exports": "seconds of a film",
    "playground.views.canvas.slow_marks": "used from 0.01 on alone",
    "playground.views.dialogs.download.dialog": "megabytes",
    "playground.views.output.flow_bar": "settings in steps of 0.05 and 0.1",
    "playground.views.output.token_page": "a setting in steps of 0.1",
    "playground.views.results.curves_plot": "a setting in steps of 0.01",
    "playground.views.sidebar.input_section": "a setting in steps of 0.05",
    "playground.views.status_bar": "a rate of at least one",
    "playground.views.widgets.charts.overlay_chart": "seconds of a clock",
}
"""The modules that write numbers with fixed digits, and why none of them is a small number that becomes "0.0000"."""


def test_values_are_written_by_one_formatter() -> None:
    """Else a report says 0.8429, 84.3% or 0.0000 where the window says 84.3 % or 1.23 × 10⁻⁵."""
    commands = ("playground.cli", "playground.headless")
    found = {
        name
        for name, source in SOURCES.items()
        if _FIXED.search(source)
        or ((name.startswith(commands) or name.endswith(".command_line")) and _DIGITS.search(source))
    }
    assert found == there(FIXED_DIGITS)
    assert _FIXED.search('f"loss {loss:.4f}"')

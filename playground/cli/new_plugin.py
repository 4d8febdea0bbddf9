"""`numpynet plugin new` writes a plug-in of one's own, which works as it is."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from playground.cli.command import Command, exit_code, make_parser, option
from playground.headless.destinations import check_destination, write_file
from playground.headless.failure import HeadlessError, sentences
from playground.headless.reports import print_line

MAX_NAME = 40


def command(names: Callable[[], Iterable[str]]) -> Command:
    """The command; `names` are those of all commands, none of which is a plug-in's."""

    def run(arguments: Sequence[str]) -> int:
        options = _parser().parse_args(arguments)
        return exit_code(lambda: write_plugin(options.name, Path(options.name), names()))

    return Command("plugin", "new NAME", "write a plug-in of your own, to begin with", run)


def _parser() -> argparse.ArgumentParser:
    parser = make_parser(
        "plugin",
        "Write a plug-in of your own into a new folder: an activation, a page that plots it, a line in Ctrl+K, a\n"
        "command and a test. It works as it is; docs/contributing/plug-ins.md goes on from there.",
        """examples:
  numpynet plugin new ripple && pip install -e ripple && numpynet
""",
    )
    parser.add_argument("new", choices=("new",), help="write one")
    option(
        parser,
        "NAME",
        "small letters, digits and _: that of the folder, the activation, the page, the command",
    )
    return parser


def write_plugin(name: str, folder: Path, commands: Iterable[str] = ()) -> None:
    """Write a plug-in of this name into a folder. Raises `HeadlessError` where the name or the folder is taken."""
    from core.io.resources import resource

    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or len(name) > MAX_NAME:
        rule = f"at most {MAX_NAME} small letters, digits and _, the first one a letter"
        raise HeadlessError(f"A plug-in's name has {rule}, got {name!r}")
    if (taken := next(_taken(name, commands), None)) is not None:
        raise HeadlessError(f"The name {name!r} is taken by {taken}; choose another one")
    if folder.exists():
        raise HeadlessError(f"There is a folder or a file called {folder} already; choose another name")
    words = {"wobble": name, "Wobble": name.replace("_", " ").capitalize()}
    words["WobbleX"] = name.title().replace("_", "")

    def named(text: str) -> str:
        """A text of the template: "Wobble" stands for the title, before a capital letter for the class."""
        text = re.sub(r"Wobble(?=[A-Z])", words["WobbleX"], text)
        return re.sub(r"[Ww]obble", lambda found: words[found[0]], text)

    template = resource("plug-in")
    for source in sorted(path for path in template.rglob("*") if path.suffix in {".md", ".py", ".toml"}):
        target = folder / named(str(source.relative_to(template)))
        with sentences(f"{target.parent} cannot be made"):
            target.parent.mkdir(parents=True, exist_ok=True)
        check_destination(target, ())
        write_file(target, named(source.read_text(encoding="utf-8")))
    print_line(f"Next: pip install -e {folder} pytest && pytest {folder}")


def _taken(name: str, commands: Iterable[str]) -> Iterator[str]:
    """What has this name already."""
    from core.data.datasets import DATASETS
    from core.nn import LAYERS
    from playground.commands.action_table import TABLE
    from playground.plugins import PLUGINS

    for kinds, what in ((LAYERS, "a layer"), (DATASETS, "a dataset")):
        if any(kind.kind == name for kind in kinds):
            yield what
    if name in commands:
        yield "a command"
    if any(each.kind == name for each in PLUGINS):
        yield "a plug-in"
    # The window's own controllers, which rows name.
    if name in {"build", *(row.run.partition(".")[0] for row in TABLE)}:
        yield "a part of the window"
    if find_spec(f"numpynet_{name}") is not None:
        yield f"the package numpynet_{name}"

"""The command `numpynet`: opens the window, or runs a command without one."""

from __future__ import annotations

import argparse
import difflib
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from playground.cli import (
    compile,
    download,
    generate,
    listings,
    new_plugin,
    report,
    train,
)
from playground.cli.command import Command, make_parser
from playground.plugins import PLUGINS
from playground.plugins.outside import load_plugins
from playground.plugins.plugin import ordered

_DESCRIPTION = "Build a neural network, watch it learn, take it home."
_COMMANDS = (
    train.COMMAND, generate.COMMAND, report.COMMAND,
    listings.DATASETS, listings.PRESETS, download.COMMAND, compile.COMMAND,
    new_plugin.command(lambda: all_commands()),
)  # fmt: skip


def all_commands() -> dict[str, Command]:
    """All commands by name, in the order of the list."""
    return {command.name: command for command in ordered(_COMMANDS, PLUGINS.rows("command_line"))}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code, as `--help` lists them."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _prepare_streams()
    if "--no-plugins" in given:
        given.remove("--no-plugins")
        PLUGINS.are_off = True
    else:
        load_plugins()
    commands = all_commands()
    if given and given[0] in commands:
        code = 1
        try:
            code = commands[given[0]].run(given[1:])
            sys.stdout.flush()
        except BrokenPipeError:
            from playground.headless.reports import drop_output

            drop_output()
        return code
    parser = make_parser("", _DESCRIPTION, _listed())
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        help="a project (.nnplay), an experiment (.json), a table (.csv, .xlsx, ...) or a lesson (.md)",
    )
    parser.add_argument(
        "--lessons", type=Path, metavar="DIR", help="a folder of lessons, for the menu Lessons"
    )
    parser.add_argument(
        "--no-plugins",
        action="store_true",
        help="without what other packages add, here and before each command",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    options, rest = parser.parse_known_args(given)
    if options.lessons is not None and not options.lessons.is_dir():
        sys.stderr.write(f"numpynet: There is no folder {options.lessons}\n")
        return 1
    if options.file is not None and not _exists(options.file):
        return _no_such_file(parser, options.file)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    # The window's libraries are imported only when needed.
    from playground.app import run

    lessons = None if options.lessons is None else options.lessons.absolute()
    return run(None if options.file is None else options.file.absolute(), lessons=lessons)


class _Version(argparse.Action):
    """As argparse's own "version", but asks `core`, whose import takes 0.2 s, only when it is wanted."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from core import __version__

        print(f"NumpyNet Playground {__version__}")
        parser.exit()


def _prepare_streams() -> None:
    """Let a terminal that lacks a letter, such as "→", show a question mark instead of an error; write lines at once.

    Of lines that are held back a command would learn only at its end that nobody reads them.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace", line_buffering=True)


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # a name that is too long
        return False


def _no_such_file(parser: argparse.ArgumentParser, file: Path) -> int:
    """Say what was meant by a word that is neither a command nor a file."""
    from core.io.sentence import short_sentence
    from playground.headless.sources import preset_names

    word, commands = str(file), all_commands()
    if word in commands:
        parser.error(f"the command {word} comes first, its options behind it")
    presets, absent = preset_names(), PLUGINS.absent
    near = difflib.get_close_matches(word.lower(), [*commands, *presets], 1, 0.7)
    if near:
        command = f"numpynet {near[0]}" if near[0] in commands else f"numpynet train {near[0]}"
        hint = f"did you mean `{command}`?"
    else:
        hint = (
            f"commands are {', '.join(commands)}. One that is missing comes with a plug-in: install the package that "
            "has it, or NumpyNet Playground again"
        )
    if near or not file.suffix:
        hint = f"{absent}; {hint}" if absent else hint
        parser.error(f"there is no command or file called {word!r}; {hint}")
    sys.stderr.write(f"numpynet: There is no file {short_sentence(word)}\n")
    return 1


def _listed() -> str:
    """A line for every command."""
    rows = [("[FILE]", "open the window, with a project, an experiment or a table")]
    rows += [(f"{each.name} {each.arguments}".rstrip(), each.summary) for each in all_commands().values()]
    lines = "".join(f"  numpynet {call:<24} {summary}\n" for call, summary in rows)
    return f"commands:\n{lines}\nEach has a --help of its own.\n"

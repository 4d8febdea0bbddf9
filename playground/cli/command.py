"""Base of a command of the command line: parser and exit codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_EXIT_CODES = """exit codes:
  0    done
  1    it failed, as where there is no such file, preset, column or optimizer; standard error says why, in one
       line that begins with "numpynet: "; `predict` has written all other predictions where some rows or images
       cannot be read
  2    the call is wrong: an unknown command or option, or no screen for the window
  130  stopped by Ctrl+C (143: by SIGTERM); what a training had learned by then is written first
"""
MODEL_HELP = "a trained project (.nnplay), or a model that was exported from one (.npz, .safetensors)"


@dataclass(frozen=True)
class Command:
    """One command: `arguments` and `summary` are its line in the list; `run` takes its words, returns the exit code."""

    name: str
    arguments: str
    summary: str
    run: Callable[[Sequence[str]], int]
    after: str = ""
    """For a plug-in's: the command behind which it is listed."""


def make_parser(command: str, description: str, more: str = "") -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        f"numpynet {command}".strip(),
        description=description,
        epilog=f"{more}\n{_EXIT_CODES}" if more else _EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def option(parser: argparse._ActionsContainer, words: str, help_: str, **more: Any) -> None:
    """Add an option, or a place for a file or a name, by its words in the help: "-o, --output OUT", "--dark", "MODEL".

    `dest` names the value of a place too; it is its own word in small letters otherwise.
    """
    parts = words.split()
    names = [part.rstrip(",") for part in parts if part.startswith("-")]
    if not parts[-1].startswith("-"):
        more["metavar"] = parts[-1]
    parser.add_argument(*names or [more.pop("dest", words.lower())], help=help_, **more)


def exit_code(work: Callable[[], None]) -> int:
    """Run a command; errors become one line on stderr."""
    from core.io.sentence import one_line, short_sentence
    from playground.headless.failure import HeadlessError, StoppedError
    from playground.plugins.outside import load_kinds

    load_kinds()
    try:
        work()
    except HeadlessError as error:
        print(f"numpynet: {one_line(str(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:  # as of a name that is too long to be looked for
        reason = f"{error.filename} cannot be used: {error.strerror}" if error.filename else str(error)
        print(f"numpynet: {one_line(short_sentence(reason))}", file=sys.stderr)
        return 1
    except StoppedError as error:
        print("numpynet: stopped", file=sys.stderr)
        return 128 + error.signal
    except KeyboardInterrupt:
        print("numpynet: stopped", file=sys.stderr)
        return 130
    return 0

"""`numpynet compile` makes the machine code of the compiled engine, once for a machine."""

from __future__ import annotations

from collections.abc import Sequence

from playground.cli.command import Command, exit_code, make_parser

_LOOK_SECONDS = 0.2


def _run(arguments: Sequence[str]) -> int:
    summary = "Make the machine code of the compiled engine; programs then load it in half a second."
    make_parser("compile", summary).parse_args(arguments)
    return exit_code(_compile)


def _compile() -> None:
    import sys
    from time import perf_counter, sleep

    from core.compiled.readiness import (
        EngineError,
        compiled_share,
        is_compiled,
        is_installed,
        load,
        start_compiling,
    )
    from core.io.number_text import number_text, percent_text
    from playground.headless.failure import HeadlessError
    from playground.headless.reports import print_line

    start, was_ready = perf_counter(), is_compiled()
    if is_installed() and not was_ready and not hasattr(sys, "frozen"):
        print_line("Compiling, which takes about half a minute of one core ...")
        process, quarter = start_compiling(niceness=0), 1
        try:
            while process.poll() is None:
                if quarter / 4 <= (share := compiled_share()) < 1.0:
                    print_line(percent_text(share))
                    quarter = int(4 * share) + 1
                sleep(_LOOK_SECONDS)
        finally:
            process.terminate()
    try:
        load()
    except EngineError as error:
        raise HeadlessError(str(error)) from None
    after = "" if was_ready else f", after {number_text(perf_counter() - start, 0)} s"
    print_line(f"The compiled engine is ready{after}")


COMMAND = Command("compile", "", "make the compiled engine ready, once for this machine", _run)

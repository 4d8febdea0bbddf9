"""The command line: a command is a file here, and a word in `entry`.

Each imports what it runs only then, so that `--help` and a typing error answer at once.
"""

from playground.cli.entry import main

__all__ = ["main"]

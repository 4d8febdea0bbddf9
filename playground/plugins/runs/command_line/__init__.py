"""`numpynet seeds`, `sweep` and `runs`."""

from playground.plugins.runs.command_line import runs, seeds, sweep

COMMANDS = (seeds.COMMAND, sweep.COMMAND, runs.COMMAND)

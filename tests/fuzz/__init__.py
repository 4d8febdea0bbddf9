"""Files that nobody would write, for every reader: `make fuzz` at length, a few of each in `make test`."""

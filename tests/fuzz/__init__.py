"""Fuzzing of every file reader: `make fuzz` at length, a few cases each in `make test`."""

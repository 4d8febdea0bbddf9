"""Soak test of the real window: `make soak` at length, a few seconds in `make test`."""

"""Benchmarks, too slow or too machine-dependent to be tests: `make bench`."""

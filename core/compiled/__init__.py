"""The compiled engine: the same training as numpy's, many steps at a time in machine code, if numba is installed."""

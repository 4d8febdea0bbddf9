"""Compile the engine for this machine, so that programs load it in half a second: `python -m core.compiled`."""

from core.compiled.readiness import load

if __name__ == "__main__":
    load()

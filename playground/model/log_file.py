"""The file that uncaught errors are written to."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_log_path


def log_path() -> Path:
    """The log, in the platform's folder for logs."""
    return user_log_path("numpynet-playground", appauthor=False) / "playground.log"

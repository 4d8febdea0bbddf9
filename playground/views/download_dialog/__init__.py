"""Fetches an image archive that does not come with the program: asks, shows how far it is, and can be given up."""

from __future__ import annotations

from playground.views.download_dialog.dialog import DownloadDialog
from playground.views.download_dialog.fetcher import Fetcher

__all__ = ["DownloadDialog", "Fetcher"]

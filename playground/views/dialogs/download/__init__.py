"""The download dialog of image archives."""

from __future__ import annotations

from playground.views.dialogs.download.dialog import DownloadDialog, Fetcher

__all__ = ["DownloadDialog", "Fetcher"]

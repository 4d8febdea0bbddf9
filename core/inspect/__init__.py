"""Read-only probes of a network in training; `SnapshotTaker` collects their results into a `Snapshot`."""

from ..spec import import_modules

import_modules(__name__)

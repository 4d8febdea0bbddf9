"""Read-only probes of a network in training; `SnapshotTaker` collects their results into a `Snapshot`."""

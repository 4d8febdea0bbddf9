"""Train a document: the worker on its thread, the session on the GUI thread, and mailboxes between them.

QtCore only. The worker trains in slices of some milliseconds and publishes snapshots.
"""

"""How a document is trained: the worker on its thread, the session in front of it, and the mailbox between them.

QtCore only. The window asks the session; the worker trains in slices of some milliseconds and publishes snapshots.
"""

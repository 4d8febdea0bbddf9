"""Explanations of a network's predictions, and their uncertainty: at one moment, on the data of its run.

Nothing here changes a training; `core.inspect.explanations` takes these as parts of snapshots.
"""

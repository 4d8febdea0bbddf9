"""Why a network answers as it does, and how sure its answers are: of a network at one moment and the data of its run.

Nothing here changes a training; `core.inspect.explanations` takes these as parts of snapshots.
"""

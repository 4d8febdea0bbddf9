"""Settings of the process that `app` makes before and beside the window: how Qt and PySide treat errors, garbage and
pickles, and what is loaded while nobody waits."""

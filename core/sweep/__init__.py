"""Many trainings of one experiment with other settings, on this computer or a cluster; no Qt.

`Sweep` says what is tried, `SweepRun` tries it, `Journal` keeps what is finished.
"""

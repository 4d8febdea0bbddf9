"""Views, a package or module per panel: they draw documents and snapshots, and emit requests.

None imports another but `widgets` and `theme`, and `results`, which shows points as `output` does.
"""

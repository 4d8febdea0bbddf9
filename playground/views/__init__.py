"""Views, one package per panel: they draw documents and snapshots, and emit requests.

No package imports another but `widgets` and `theme`; only `compare` shows what others draw.
"""

"""The views, one package per panel. A panel draws documents and snapshots, emits requests, and imports no other panel.

`theme/` has colors, icons and the stylesheet, `widgets/` the shared widgets.
"""

"""Views, one package per panel: they draw documents and snapshots, emit requests, and never import each other."""

"""Image archives that are fetched on request: where they are, the transfer, the cache, the IDX format."""

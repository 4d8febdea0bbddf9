"""Image archives downloaded on request: files and mirrors, transfer, cache, IDX format."""

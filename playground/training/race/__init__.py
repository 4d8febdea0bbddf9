"""Several configurations trained side by side: same data, same start, equal epochs or equal seconds."""

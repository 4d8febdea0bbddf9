"""Several networks of one shape, each from a seed of its own, trained at once along a leading axis."""

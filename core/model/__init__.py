"""The public model API: `Sequence`, callbacks, and model files."""

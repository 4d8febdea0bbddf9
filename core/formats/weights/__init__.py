"""Files of weights by name, with layers and pipeline as text."""

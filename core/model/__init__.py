"""The programmer's face: `Sequence`, its callbacks, and the file that a model is saved to."""

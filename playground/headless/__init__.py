"""What the command line does without a window: train, predict, evaluate, export, download."""

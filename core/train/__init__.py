"""Training: steps, epochs, evaluation, history, metrics, and warm starts after an edit."""

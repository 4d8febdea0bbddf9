"""Training: one step, one epoch, evaluation, history, metrics, and what carries weights over to an edited network."""

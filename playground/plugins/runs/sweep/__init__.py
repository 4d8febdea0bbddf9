"""What belongs to sweeps alone: the form of one, the grid of its combinations, its trials as lines, importance."""

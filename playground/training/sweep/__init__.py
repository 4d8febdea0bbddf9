"""A sweep over the open experiment: its trials run in processes, seen from a thread of their own."""

"""Many seeds of the open experiment, trained on a thread of their own."""

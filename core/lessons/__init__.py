"""Lessons: a file of steps about an experiment, its conditions, and the check that its own key solves it."""

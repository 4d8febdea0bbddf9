"""Runs and sets of them: their file, what was measured of each, and the columns in which many are shown; no Qt."""

"""Runs: one training as it is listed, what was measured of it, and the columns in which many are shown; no Qt."""

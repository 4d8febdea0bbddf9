"""The experiment: all that the user chose, its problems, its fit to other data, and project files.

`prepare` turns an experiment into arrays and a trainer; templates and presets are ready-made experiments.
"""

"""The experiment: everything the user chose, its problems, its adaptation to other data, and project files.

`prepare` turns an experiment into arrays and a trainer; templates and presets are ready-made.
"""

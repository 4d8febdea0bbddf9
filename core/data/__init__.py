"""Data: what a dataset is, how it is split, scaled, turned into features and batches, and augmented.

`datasets/` holds the kinds that can be chosen; `tables/` and `images/` read the user's files; `downloads/` fetches
image archives. Nothing here knows of networks or training.
"""

"""Data: datasets, splits, scaling, features, batches and augmentation. Independent of networks and training.

`datasets/` holds the kinds; `tables/` and `images/` read user files; `downloads/` fetches image archives.
"""

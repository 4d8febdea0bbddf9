"""Datasets: point patterns, tables and images, and how they are divided and scaled.

The order of the imports is the order in which the kinds are listed.
"""

from __future__ import annotations

# isort: off
from core.datasets.facts import DataFacts, Task
from core.datasets.dataset import DATASETS, Data, Dataset
from core.datasets.points import Blobs, Circles, GaussianQuantiles, Moons
from core.datasets.playground_points import Circle, Gauss, Spirals, Xor
from core.datasets.regression_points import MultiGauss, Plane
from core.datasets.painted import MOST_CLASSES, MOST_PAINTED, Painted, PaintedPoints
from core.datasets.tables import BreastCancer, Iris, Wine
from core.datasets.images import Digits, Mnist
from core.datasets.whole_images import FashionMnist, WholeImages, WholeMnist
from core.datasets.own_table import TableFile
from core.datasets.own_images import ImageFolder
from core.datasets.data_error import DataError
from core.datasets.faults import fault_of, remember_fault
from core.datasets.scaling import SCALINGS, Fitted, MinMax, NoScaling, Scaling, Standardize
from core.datasets.split import split
# isort: on

__all__ = [
    "DATASETS",
    "MOST_CLASSES",
    "MOST_PAINTED",
    "SCALINGS",
    "Blobs",
    "BreastCancer",
    "Circle",
    "Circles",
    "Data",
    "DataError",
    "DataFacts",
    "Dataset",
    "Digits",
    "FashionMnist",
    "Fitted",
    "Gauss",
    "GaussianQuantiles",
    "ImageFolder",
    "Iris",
    "MinMax",
    "Mnist",
    "Moons",
    "MultiGauss",
    "NoScaling",
    "Painted",
    "PaintedPoints",
    "Plane",
    "Scaling",
    "Spirals",
    "Standardize",
    "TableFile",
    "Task",
    "WholeImages",
    "WholeMnist",
    "Wine",
    "Xor",
    "fault_of",
    "remember_fault",
    "split",
]

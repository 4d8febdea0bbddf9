"""Kinds of datasets: points, tables and images. Imports are in the order of lists; other modules follow."""

from __future__ import annotations

# isort: off
from core.data.dataset import DatasetInfo
from core.data.dataset import DATASETS, Data, Dataset
from core.data.datasets.sklearn_points import Blobs, Circles, GaussianQuantiles, Moons
from core.data.datasets.playground_points import Circle, Gauss, MultiGauss, Plane, Spirals, Xor
from core.data.datasets.painted_points import MAX_CLASSES, MAX_PAINTED, Painted, PaintedPoints
from core.data.datasets.sklearn_tables import BreastCancer, Iris, Wine
from core.data.datasets.builtin_digits import Digits, MnistSubset
from core.data.datasets.mnist import FashionMnist, DownloadedImages, Mnist
from core.data.datasets.table_file_dataset import TableFile
from core.data.datasets.image_folder_dataset import ImageFolder
from core.data.datasets.text_datasets import Names, TextFile
from core.data.datasets.series_file_dataset import SeriesFile, Sunspots
from core.data.datasets.toy_sequences import ToySequence
from core.data.datasets.file_dataset import FileDataset
from core.data.dataset import DataError
from core.data.load_errors import load_error, remember_load_error
from core.data.scalers import SCALINGS, FittedScaler, GivenScaling, MinMax, NoScaling, Scaling, Standardize
from core.data.train_test_split import train_test_split
from core.spec import import_modules
# isort: on

__all__ = [
    "DATASETS",
    "MAX_CLASSES",
    "MAX_PAINTED",
    "SCALINGS",
    "Blobs",
    "BreastCancer",
    "Circle",
    "Circles",
    "Data",
    "DataError",
    "Dataset",
    "DatasetInfo",
    "Digits",
    "DownloadedImages",
    "FashionMnist",
    "FileDataset",
    "FittedScaler",
    "Gauss",
    "GaussianQuantiles",
    "GivenScaling",
    "ImageFolder",
    "Iris",
    "MinMax",
    "Mnist",
    "MnistSubset",
    "Moons",
    "MultiGauss",
    "Names",
    "NoScaling",
    "Painted",
    "PaintedPoints",
    "Plane",
    "Scaling",
    "SeriesFile",
    "Spirals",
    "Standardize",
    "Sunspots",
    "TableFile",
    "TextFile",
    "ToySequence",
    "Wine",
    "Xor",
    "load_error",
    "remember_load_error",
    "train_test_split",
]

import_modules(__name__)

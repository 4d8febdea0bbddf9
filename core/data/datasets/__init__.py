"""Kinds of datasets: points, tables, images, texts, series. Imports are in the order of lists; other modules follow."""

from __future__ import annotations

# isort: off
from ..dataset import DatasetInfo
from ..dataset import DATASETS, Data, Dataset
from .sklearn_points import Blobs, Circles, GaussianQuantiles, Moons
from .playground_points import Circle, Plane, Spirals, Xor
from .painted_points import MAX_CLASSES, MAX_PAINTED, Painted, PaintedPoints
from .sklearn_tables import BreastCancer, Iris, Wine
from .mnist import Digits, FashionMnist, DownloadedImages
from .table_file_dataset import TableFile
from .image_folder_dataset import ImageFolder
from .text_datasets import Names, TextFile
from .series_file_dataset import SeriesFile, Sunspots
from .toy_sequences import ToySequence
from .classic_tables import Bits, Monks, OneOf, TwoSpirals
from .file_dataset import FileDataset
from ..dataset import DataError
from ..load_errors import load_error, remember_load_error
from ..scalers import SCALINGS, FittedScaler, GivenScaling, MinMax, NoScaling, Scaling, Standardize
from ..train_test_split import train_test_split
from ...spec import import_modules
# isort: on

__all__ = [
    "DATASETS", "MAX_CLASSES", "MAX_PAINTED", "SCALINGS", "Bits", "Blobs", "BreastCancer", "Circle", "Circles",
    "Data", "DataError", "Dataset", "DatasetInfo", "Digits", "DownloadedImages", "FashionMnist", "FileDataset",
    "FittedScaler", "GaussianQuantiles", "GivenScaling", "ImageFolder", "Iris", "MinMax", "Monks", "Moons", "Names",
    "NoScaling", "OneOf", "Painted", "PaintedPoints", "Plane", "Scaling", "SeriesFile", "Spirals", "Standardize",
    "Sunspots", "TableFile", "TextFile", "ToySequence", "TwoSpirals", "Wine", "Xor", "load_error",
    "remember_load_error", "train_test_split",
]  # fmt: skip

import_modules(__name__)

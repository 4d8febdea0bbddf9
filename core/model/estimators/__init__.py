"""Estimators of scikit-learn, which is imported with them and not by `import core`."""

from .classifier import NetworkClassifier
from .regressor import NetworkRegressor

__all__ = ["NetworkClassifier", "NetworkRegressor"]

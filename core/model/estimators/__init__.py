"""Estimators of scikit-learn, which is imported with them and not by `import core`."""

from core.model.estimators.classifier import NetworkClassifier
from core.model.estimators.regressor import NetworkRegressor

__all__ = ["NetworkClassifier", "NetworkRegressor"]

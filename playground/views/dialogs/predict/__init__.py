"""The dialog in which new rows and images are predicted, while the network learns."""

from playground.views.dialogs.predict.dialog import PredictDialog

__all__ = ["PredictDialog"]

"""The gallery of misclassified samples."""

from playground.views.mistakes.gallery import MistakesGallery

__all__ = ["MistakesGallery"]

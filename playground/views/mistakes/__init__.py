"""The gallery of the samples that a network gets wrong."""

from playground.views.mistakes.gallery import MistakesGallery

__all__ = ["MistakesGallery"]

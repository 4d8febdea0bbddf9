"""The strip of test samples below the network."""

from playground.views.sample_strip.strip import SampleStrip

__all__ = ["SampleStrip"]

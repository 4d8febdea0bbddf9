"""The microscope: one neuron and one sample, with all numbers of a training step."""

from playground.views.microscope.dialog import MicroscopeDialog

__all__ = ["MicroscopeDialog"]

"""One neuron and one sample, with all the numbers of one step of learning."""

from playground.views.microscope.dialog import MicroscopeDialog

__all__ = ["MicroscopeDialog"]

"""Weight initializers."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..spec import NamedSetting, Registry, Spec, setting


class Initializer(Spec):
    """Base of all initializers. `fan_in` and `fan_out` count the inputs and outputs of one unit."""

    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        """Fill `out`, of any shape, in place."""
        raise NotImplementedError


INITIALIZERS: Registry[Initializer] = Registry("initializer")
InitializerName = Literal[
    "constant", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "lecun_normal", "lecun_uniform", "normal",
    "one", "ones", "orthogonal", "playground_uniform", "random_normal", "random_uniform", "tf_playground", "uniform",
    "zero", "zeros",
]  # fmt: skip
InitializerSetting = NamedSetting[Initializer, InitializerName]


def initializer_setting(usual: Initializer, label: str = "Initializer", of: str = "weights") -> Any:
    """The setting for the first numbers of an array of a layer."""
    return setting(usual, label, f"How the {of} start before learning.", registry=INITIALIZERS)


class Scaled(Initializer):
    """Zero mean and a variance of `gain / fan`."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        raise NotImplementedError


class ScaledUniform(Scaled):
    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        limit = math.sqrt(3.0 * self.variance(fan_in, fan_out))
        out[...] = rng.uniform(-limit, limit, out.shape)


class ScaledNormal(Scaled):
    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        out[...] = rng.normal(0.0, math.sqrt(self.variance(fan_in, fan_out)), out.shape)


class Glorot(Scaled):
    """Var = 2 / (fan_in + fan_out). Glorot and Bengio, 2010: Understanding the difficulty of training deep nets."""

    summary = "Good for tanh and sigmoid"
    equations = ("Var(w) = 2 / (fan_in + fan_out)",)

    def variance(self, fan_in: int, fan_out: int) -> float:
        return 2.0 / (fan_in + fan_out)


class He(Scaled):
    """Var = 2 / fan_in. He et al., 2015: Delving deep into rectifiers."""

    summary = "Good for ReLU and its relatives"
    equations = ("Var(w) = 2 / fan_in",)

    def variance(self, fan_in: int, fan_out: int) -> float:
        return 2.0 / fan_in


class LeCun(Scaled):
    """Var = 1 / fan_in. LeCun et al., 1998: Efficient BackProp."""

    summary = "Keeps the variance of the inputs"
    equations = ("Var(w) = 1 / fan_in",)

    def variance(self, fan_in: int, fan_out: int) -> float:
        return 1.0 / fan_in


@INITIALIZERS.register()
class GlorotUniform(Glorot, ScaledUniform):
    kind = "glorot_uniform"
    title = "Glorot uniform"


@INITIALIZERS.register()
class GlorotNormal(Glorot, ScaledNormal):
    kind = "glorot_normal"
    title = "Glorot normal"


@INITIALIZERS.register()
class HeUniform(He, ScaledUniform):
    kind = "he_uniform"
    title = "He uniform"


@INITIALIZERS.register()
class HeNormal(He, ScaledNormal):
    kind = "he_normal"
    title = "He normal"


@INITIALIZERS.register()
class LeCunUniform(LeCun, ScaledUniform):
    kind = "lecun_uniform"
    title = "LeCun uniform"


@INITIALIZERS.register()
class LeCunNormal(LeCun, ScaledNormal):
    kind = "lecun_normal"
    title = "LeCun normal"


@INITIALIZERS.register("zero")
class Zeros(Initializer):
    kind = "zeros"
    title = "Zeros"
    summary = "Usual for biases; kernels of zeros never learn to differ"
    equations = ("w = 0",)

    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        out[...] = 0.0


@INITIALIZERS.register("one")
class Ones(Initializer):
    kind = "ones"
    title = "Ones"
    summary = "Usual for factors; kernels of ones never learn to differ"
    equations = ("w = 1",)

    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        out[...] = 1.0


@INITIALIZERS.register()
class Constant(Initializer):
    """All weights start at `value`."""

    kind = "constant"
    title = "Constant"
    summary = "Every weight the same"
    equations = ("w = value",)

    value: float = setting(0.1, "Value", "The value that every weight starts with.", low=-100.0, high=100.0)

    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        out[...] = self.value


@INITIALIZERS.register("normal")
class RandomNormal(Initializer):
    """Normal with `mean` and standard deviation `stddev`, for any layer size."""

    kind = "random_normal"
    title = "Random normal"
    summary = "One spread for any layer size"
    equations = ("w ~ N(mean, stddev^2)",)

    mean: float = setting(0.0, "Mean", "The middle of the weights.", low=-100.0, high=100.0)
    stddev: float = setting(0.05, "Deviation", "The standard deviation of the weights.", low=0.0, high=100.0)

    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        out[...] = rng.normal(self.mean, self.stddev, out.shape)


@INITIALIZERS.register("uniform")
class RandomUniform(Initializer):
    """Uniform between `minval` and `maxval`, whichever is larger, for any layer size."""

    kind = "random_uniform"
    title = "Random uniform"
    summary = "One range for any layer size"
    equations = ("w ~ U(minval, maxval)",)

    minval: float = setting(-0.05, "From", "One end of the range.", low=-100.0, high=100.0)
    maxval: float = setting(0.05, "To", "The other end.", low=-100.0, high=100.0)

    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        low, high = sorted((self.minval, self.maxval))
        out[...] = rng.uniform(low, high, out.shape)


@INITIALIZERS.register()
class Orthogonal(Initializer):
    """W Wᵀ = `gain`² I or Wᵀ W = `gain`² I, whichever is smaller: W is Q of a normal matrix's QR.

    The rows of W are all axes but the last, so that each unit or filter is a column; a bias is one row. Saxe et al.,
    2014: Exact solutions to the nonlinear dynamics of learning in deep linear neural networks.
    """

    kind = "orthogonal"
    title = "Orthogonal"
    summary = "Keeps lengths through many layers"
    equations = ("W^T W = gain^2 I, or W W^T = gain^2 I if W is broad",)

    gain: float = setting(1.0, "Gain", "The length of what had the length 1.", low=0.0, high=100.0)

    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        columns = out.shape[-1]
        rows = out.size // columns
        q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
        # With a positive diagonal R is unique, and Q uniform over all such matrices.
        q *= np.copysign(self.gain, np.diag(r))
        out[...] = (q if rows >= columns else q.T).reshape(out.shape)


@INITIALIZERS.register("tf_playground")
class PlaygroundUniform(Initializer):
    """Uniform in (-0.5, 0.5) for any layer size, as in TensorFlow Playground."""

    kind = "playground_uniform"
    title = "TF Playground uniform"
    summary = "Uniform in -0.5 … 0.5, as TensorFlow Playground starts"
    equations = ("w ~ U(-0.5, 0.5)",)

    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        out[...] = rng.uniform(-0.5, 0.5, out.shape)

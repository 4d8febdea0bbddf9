"""Codes of the numbers in a program, for the compiler that writes it and the loops that read it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

LANES: Final = 16
"""Numbers that one instruction takes: a batch is rounded up to a multiple of them."""
NARROW: Final = 256
"""Weights of a convolution up to which its gradient may have 16 lanes of each: 16 KB, in the nearest cache."""

# fmt: off
# Operations, and the columns of their whole numbers. Rows count units in the workspace, offsets numbers in the vectors.
DENSE, ACTIVATION, DROPOUT, BATCH_NORM, LAYER_NORM, OVERRIDE, CONVOLUTION, MAX_POOL, MEAN_POOL, RECUR, EMBED = range(11)
# Of a convolution also its activation, or -1; of a normalization how many groups its units take turns in: channels; of
# a recurrent layer its cell.
OP, INPUTS, OUTPUTS, FROM, TO, FIRST, SECOND, THIRD, FOURTH, KEPT, FUNCTION, COLUMNS = range(12)
GROUPS = FUNCTION
# Of real numbers: a rate, slope or epsilon, and a momentum.
PARAMETER, MOMENTUM, REAL_COLUMNS = range(3)

# Windows on images, in the table of units: of the image, of the output, of the window and its steps and padding, and
# whether the output is pooled by 2 x 2.
(
    HEIGHT, WIDTH, CHANNELS, ROWS, COLS, DOWN, ACROSS, STRIDE_DOWN, STRIDE_RIGHT, DILATION_DOWN, DILATION_RIGHT, ABOVE,
    LEFT, POOLED, SHAPE,
) = range(15)

# Cells of recurrent layers: columns of their kernels, and rows of a step's block behind inputs and ones, each in units.
CELLS: Final = ("simple_rnn", "gru", "lstm")
SIMPLE_RNN, GRU, LSTM = range(3)
GATES, SPANS = (1, 3, 4), (2, 5, 6)

# Kinds, whose codes are their places here.
ACTIVATIONS: Final = (
    "relu", "tanh", "sigmoid", "leaky_relu", "elu", "gelu", "silu", "softplus", "sine", "softmax",
)
LOSSES: Final = (
    "fused binary_cross_entropy", "mean_squared_error", "root_mean_squared_error", "mean_absolute_error", "huber",
    "binary_cross_entropy", "cross_entropy", "fused cross_entropy", "fused cross_entropy of tokens",
)
SAME_LOSSES: Final = {"half_squared_error": "mean_squared_error"}
OPTIMIZERS: Final = (
    "sgd", "momentum", "nesterov", "adam", "rmsprop", "adagrad", "adadelta", "adamax", "nadam", "lion",
)
SAME_OPTIMIZERS: Final = {"adamw": "adam"}
SOFTMAX, ROOT, TOKENS = ACTIVATIONS.index("softmax"), LOSSES.index("root_mean_squared_error"), len(LOSSES) - 1
ADAM, ADAMAX, NADAM = (OPTIMIZERS.index(name) for name in ("adam", "adamax", "nadam"))

CONSTANT, STEPS, EXPONENTIAL, COSINE, ONE_CYCLE, PIECEWISE = range(6)
# With the settings that the loops read, in their order.
SCHEDULES: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "constant": (CONSTANT, ()), "plateau": (CONSTANT, ()), "step": (STEPS, ("epochs", "factor")),
    "exponential": (EXPONENTIAL, ("factor", "factor")),
    "cosine": (COSINE, ("epochs", "warmup_epochs", "warmup_start", "alpha")),
    "one_cycle": (ONE_CYCLE, ("epochs", "pct_start", "div_factor", "final_div_factor")),
    "piecewise": (PIECEWISE, ()),
}
NONE, L1, L2 = range(3)
PENALTIES: Final = {"none": NONE, "l1": L1, "l2": L2}
BY_VALUE, BY_NORM = 1, 2
CLIPPINGS: Final = {"none": NONE, "by_value": BY_VALUE, "by_norm": BY_NORM}

# Whole numbers of a training, then its real ones, behind which are the points of a piecewise schedule.
BATCH, LOSS, OPTIMIZER, SCHEDULE, PENALTY, CLIPPING, LEARNED, GRADIENT, CLASSES, WIDE, STOP, SCRATCH, WHOLES = (
    range(13)
)
(
    LOSS_PARAMETER, SMOOTHING, SMOOTHED, RATE, BETA_1, BETA_2, EPSILON, DECAY, PENALTY_RATE, LIMIT, THRESHOLD,
    SCHEDULE_START, SCHEDULE_A, SCHEDULE_B, SCHEDULE_C, SCHEDULE_D, REALS,
) = range(17)

# What two cores tell each other of a step: a number that is odd once somebody has taken the second part, and the one of
# the last such part that the second core has done; whether the first core has ended; what the parts are, and the step's
# order, first sample, number of samples and how many answers are counted.
TURN, DONE_TURN, ENDED, PHASE, ORDER, FIRST_SAMPLE, SAMPLES, COUNTED, TURNS = range(9)
PASS, SUM, UPDATE, BOTH = range(4)

# What moves while training: optimizer steps, samples taken of the epoch, blocks of dropout; sums of the epoch.
UPDATES, POSITION, BLOCK, COUNTERS = range(4)
TOTAL, SEEN, LAST, USED_RATE, SUMS = range(5)
# A row of an epoch.
EPOCH_LOSS, TRAIN_LOSS, TRAIN_SCORE, TEST_LOSS, TEST_SCORE, EPOCH_RATE, NORM, ROW = range(8)
# Why epochs ended.
DONE, LOSS_DIVERGED, WEIGHTS_DIVERGED, EVALUATION_DIVERGED = range(4)
# fmt: on


class Memory(NamedTuple):
    """Mutable state of a training; workspaces are (rows, lanes), one for steps and one for evaluations.

    Of large steps a second workspace has the other lanes, with gradients of their own: two cores compute them. `turns`
    and the losses of both parts are then shared.
    """

    parameters: Any
    gradients: Any
    first_slot: Any
    second_slot: Any
    state: Any
    other_gradients: Any
    workspace: Any
    other_workspace: Any
    evaluation: Any
    turns: Any
    losses: Any


class Tables(NamedTuple):
    """What a training is: operations, with `units` and `values` of overrides, places of frozen weights, and settings.

    `kept` and `missed` are scratch, for frozen weights and for the squared errors of every output.
    """

    ops: Any
    reals: Any
    units: Any
    values: Any
    frozen: Any
    kept: Any
    key: Any
    whole: Any
    real: Any
    missed: Any


class Data(NamedTuple):
    """Samples; `weights` are empty where all are 1, `spread` are sums of squares around the means of outputs."""

    inputs: Any
    targets: Any
    weights: Any
    labels: Any
    spread: Any

"""What the numbers in a program mean, for the compiler that writes it and the loops that read it."""

from __future__ import annotations

from typing import Final

# Operations, and the columns of their whole numbers. Rows count units in the workspace, offsets numbers in the vectors.
DENSE, ACTIVATION, DROPOUT, BATCH_NORM, LAYER_NORM, OVERRIDE = range(6)
OP, INPUTS, OUTPUTS, FROM, TO, FIRST, SECOND, THIRD, FOURTH, KEPT, COLUMNS = range(11)
# Of real numbers: a rate, slope or epsilon, and a momentum.
PARAMETER, MOMENTUM, REAL_COLUMNS = range(3)

LINEAR, RELU, LEAKY_RELU, ELU, GELU, SILU, TANH, SIGMOID, SOFTPLUS, SINE, SOFTMAX = range(11)
ACTIVATION_CODES: Final = {
    "relu": RELU, "leaky_relu": LEAKY_RELU, "elu": ELU, "gelu": GELU, "silu": SILU, "tanh": TANH,
    "sigmoid": SIGMOID, "softplus": SOFTPLUS, "sine": SINE, "softmax": SOFTMAX,
}  # fmt: skip

SQUARES, ROOT, ABSOLUTE, HUBER, BINARY, BINARY_LOGITS, CATEGORIES, CATEGORIES_LOGITS = range(8)
LOSS_CODES: Final = {
    ("mean_squared_error", False): SQUARES, ("half_squared_error", False): SQUARES,
    ("root_mean_squared_error", False): ROOT, ("mean_absolute_error", False): ABSOLUTE, ("huber", False): HUBER,
    ("binary_cross_entropy", False): BINARY, ("binary_cross_entropy", True): BINARY_LOGITS,
    ("cross_entropy", False): CATEGORIES, ("cross_entropy", True): CATEGORIES_LOGITS,
}  # fmt: skip

SGD, RMSPROP, ADAGRAD, ADADELTA, ADAM, ADAMAX, NADAM, LION = range(8)
OPTIMIZER_CODES: Final = {
    "sgd": SGD, "momentum": SGD, "nesterov": SGD, "rmsprop": RMSPROP, "adagrad": ADAGRAD, "adadelta": ADADELTA,
    "adam": ADAM, "adamw": ADAM, "adamax": ADAMAX, "nadam": NADAM, "lion": LION,
}  # fmt: skip

CONSTANT, STEPS, EXPONENTIAL, COSINE, ONE_CYCLE = range(5)
SCHEDULE_CODES: Final = {
    "constant": CONSTANT, "plateau": CONSTANT, "step": STEPS, "exponential": EXPONENTIAL, "cosine": COSINE,
    "one_cycle": ONE_CYCLE,
}  # fmt: skip

SCHEDULE_SETTINGS: Final = {
    "step": ("epochs", "factor"), "exponential": ("factor", "factor"),
    "cosine": ("epochs", "warmup_epochs", "warmup_start", "alpha"),
    "one_cycle": ("epochs", "pct_start", "div_factor", "final_div_factor"),
}  # fmt: skip

NONE, L1, L2 = range(3)
PENALTY_CODES: Final = {"none": NONE, "l1": L1, "l2": L2}
BY_VALUE, BY_NORM = 1, 2
CLIPPING_CODES: Final = {"none": NONE, "by_value": BY_VALUE, "by_norm": BY_NORM}

# Whole numbers of a training, then its real ones.
BATCH, LOSS, OPTIMIZER, SCHEDULE, PENALTY, CLIPPING, LEARNED, GRADIENT, CLASSES, WIDE, STOP, WHOLES = range(
    12
)
(
    LOSS_PARAMETER, SMOOTHING, SMOOTHED, RATE, BETA_1, BETA_2, EPSILON, DECAY, PENALTY_RATE, LIMIT, THRESHOLD,
    SCHEDULE_START, SCHEDULE_A, SCHEDULE_B, SCHEDULE_C, SCHEDULE_D, REALS,
) = range(17)  # fmt: skip

# What moves while training: optimizer steps, samples taken of the epoch, blocks of dropout; sums of the epoch.
UPDATES, POSITION, BLOCK, COUNTERS = range(4)
TOTAL, SEEN, LAST, USED_RATE, SUMS = range(5)
# A row of an epoch.
EPOCH_LOSS, TRAIN_SCORE, TEST_LOSS, TEST_SCORE, EPOCH_RATE, NORM, ROW = range(7)
# Why epochs ended.
DONE, LOSS_DIVERGED, WEIGHTS_DIVERGED, EVALUATION_DIVERGED = range(4)

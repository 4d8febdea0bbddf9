"""Shared by the tests of core: all registries, and random valid settings of every kind."""

from __future__ import annotations

from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from core.data.augmentation import AUGMENTATIONS
from core.data.datasets import DATASETS, SCALINGS, Dataset
from core.formats import EXPORTERS
from core.nn import ACTIVATIONS, LAYERS
from core.nn.initializers import INITIALIZERS
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS
from core.optim.clipping import CLIPPINGS
from core.optim.schedules import SCHEDULES
from core.spec import Registry, Setting, SettingError, Spec
from core.spec.regularizer import REGULARIZERS
from core.train.class_weights import CLASS_WEIGHTINGS
from core.train.tasks import TASKS

REGISTRIES: tuple[Registry[Any], ...] = (
    LAYERS,
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    REGULARIZERS,
    CLIPPINGS,
    CLASS_WEIGHTINGS,
    SCHEDULES,
    INITIALIZERS,
    DATASETS,
    SCALINGS,
    TASKS,
    AUGMENTATIONS,
    EXPORTERS,
)
KINDS: tuple[tuple[Registry[Any], type[Spec]], ...] = tuple(
    (registry, kind) for registry in REGISTRIES for kind in registry
)


def kind_id(value: Any) -> str | None:
    """A readable test id for a registry or a kind."""
    if isinstance(value, Registry):
        return value.noun.replace(" ", "_")
    return getattr(value, "kind", None)


def valid_values(rule: Setting) -> st.SearchStrategy[Any]:
    """Values that a setting accepts."""
    low, high = rule.low, rule.high
    if rule.type == "bool":
        return st.booleans()
    if rule.type == "int":
        first = int(low if low is not None else -1000) + int(rule.above)
        return st.integers(first, int(high if high is not None else 1000))
    if rule.type == "float":
        return st.floats(low, high, exclude_min=rule.above, allow_nan=False, allow_infinity=False)
    if rule.type == "choice":
        return st.sampled_from(rule.choices)
    if rule.type == "pair":
        one = st.integers(int(low or 1), int(high or 100))
        return st.tuples(one, one)
    if rule.type == "shape":
        return st.lists(st.integers(1, 30), min_size=1, max_size=3).map(tuple)
    if rule.type == "numbers":
        one_float = st.floats(low, high, exclude_min=rule.above, allow_nan=False, allow_infinity=False)
        return st.lists(one_float, min_size=1, max_size=5).map(tuple)
    if rule.type == "kinds":
        assert rule.registry is not None
        simple = [k for k in rule.registry if all(item.type != "kinds" for item in k.settings())]
        return st.lists(st.sampled_from(simple).flatmap(specs), max_size=3).map(tuple)
    if rule.type == "kind":
        assert rule.registry is not None
        return st.sampled_from(list(rule.registry)).flatmap(specs)
    return st.text(max_size=20)


_POINTS = st.dictionaries(
    st.integers(0, 1000), st.floats(0.001, 1.0, allow_nan=False), min_size=1, max_size=5
).map(lambda shares: tuple(float(number) for point in sorted(shares.items()) for number in point))
_TOGETHER: dict[str, dict[str, st.SearchStrategy[Any]]] = {"piecewise": {"points": _POINTS}}
"""Settings whose parts depend on each other, by kind; few values would pass otherwise."""


@st.composite
def specs(draw: st.DrawFn, kind: type[Spec]) -> Spec:
    """A spec of `kind` with random valid settings."""
    together = dict(_TOGETHER.get(kind.kind, {}))
    if issubclass(kind, Dataset) and (names := kind().offered_columns):
        together["features"] = st.lists(st.sampled_from(names), unique=True).map("\n".join)
    values = {
        rule.name: rule.check(kind.title, draw(together.get(rule.name, valid_values(rule))))
        for rule in kind.settings()
    }
    try:
        return kind(**values)
    except SettingError:
        # Valid alone, but contradictory together: a warm-up longer than the whole schedule, say.
        reject()

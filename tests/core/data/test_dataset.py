"""Every dataset has the declared shapes, and equal arrays for equal seeds."""

from __future__ import annotations

import json
import re
import zlib

import numpy as np
import pytest

from core.data.datasets import (
    DATASETS,
    Blobs,
    Data,
    Dataset,
    Digits,
    Names,
    Sunspots,
)
from core.data.datasets.point_dataset import PointKind
from core.data.datasets.toy_sequences import Brackets, Repeat
from core.data.raw_form import RawSeries, RawTokens
from core.experiment.experiment import Experiment
from core.lessons.lesson import with_changes
from core.spec import SettingError
from tests.core.kinds import kind_id

KINDS = list(DATASETS)


POINTS = [kind for kind in KINDS if issubclass(kind, PointKind)]


@pytest.mark.parametrize("kind", KINDS, ids=kind_id)
def test_loads_what_its_facts_promise(kind: type[Dataset]) -> None:
    spec = kind()
    data, info = spec.load(seed=1), spec.info()
    assert (data.shape, data.labels, data.outputs) == (info.shape, info.labels, info.outputs)
    assert data.inputs.dtype == (np.uint8 if info.vocabulary else np.float32)
    assert np.isfinite(data.inputs).all()
    assert data.vocabulary == info.vocabulary
    assert data.inputs.shape == (data.samples, *data.shape)
    if data.labels == "classes":
        assert data.targets.dtype == np.int64
        assert data.targets.shape == (data.samples,)
        assert len(data.class_names) == data.n_classes
        assert set(np.unique(data.targets)) == set(range(data.n_classes))
    elif data.labels == "tokens":
        assert data.targets.dtype == np.int32
        assert data.targets.shape == data.inputs.shape
    else:
        assert data.targets.dtype == np.float32
        assert data.targets.shape == (data.samples, info.outputs)
        assert data.class_names == ()
        assert data.n_classes == 0
    assert len(data.feature_names) == (data.shape[0] if info.form == "row" else 0)


@pytest.mark.parametrize("kind", KINDS, ids=kind_id)
def test_arrays_are_read_only(kind: type[Dataset]) -> None:
    data = kind().load(seed=1)
    with pytest.raises(ValueError, match="read-only"):
        data.inputs[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        data.targets[0] = 0


@pytest.mark.parametrize("kind", KINDS, ids=kind_id)
def test_same_seed_gives_the_same_data(kind: type[Dataset]) -> None:
    first, second = kind().load(seed=7), kind().load(seed=7)
    np.testing.assert_array_equal(first.inputs, second.inputs)
    np.testing.assert_array_equal(first.targets, second.targets)


@pytest.mark.parametrize(
    "spec", [kind(noise=0.2) for kind in POINTS] + [Digits(size="28x28", samples=300)], ids=str
)
def test_another_seed_gives_other_data(spec: Dataset) -> None:
    assert not np.array_equal(spec.load(seed=1).inputs, spec.load(seed=2).inputs)


@pytest.mark.parametrize("kind", KINDS, ids=kind_id)
def test_json_round_trip(kind: type[Dataset]) -> None:
    spec = kind()
    changes = {
        item.name: item.high if item.type == "float" else int(item.high)
        for item in kind.settings()
        if item.high
    }
    for variant in (spec, spec.replace(**changes)):
        assert DATASETS.from_json(json.loads(json.dumps(variant.to_json()))) == variant


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (kind, item.name)
        for kind in KINDS
        for item in kind.settings()
        if item.type not in ("text", "bool", "choice")
    ],
    ids=str,
)
def test_bounds_are_kept_with_a_sentence(kind: type[Dataset], name: str) -> None:
    rule = kind.setting(name)
    assert rule.low is not None
    assert rule.high is not None
    step = 0.01 if rule.type == "float" else 1
    with pytest.raises(
        SettingError,
        match=rf"^{re.escape(kind.title)}: {rule.label.lower()} must be at least {rule.low:g}, got ",
    ):
        kind(**{name: type(rule.default)(rule.low - step)})
    with pytest.raises(
        SettingError,
        match=rf"^{re.escape(kind.title)}: {rule.label.lower()} must be at most {rule.high:g}, got ",
    ):
        kind(**{name: type(rule.default)(rule.high + step)})


@pytest.mark.parametrize("kind", KINDS, ids=kind_id)
def test_says_what_a_menu_needs(kind: type[Dataset]) -> None:
    assert kind.title
    assert kind.summary
    assert kind.family in ("points", "table", "images", "sequences")
    is_taken = kind.family in ("table", "images") and not kind.__module__.endswith("classic_tables")
    assert bool(kind.citation) == (is_taken or kind in (Names, Sunspots))


INPUTS = np.zeros((3, 2), np.float32)


@pytest.mark.parametrize(
    ("inputs", "targets", "more", "sentence"),
    [
        (np.zeros(3), [0, 1, 0], {}, "inputs must be .* got an array of shape \\(3,\\)"),
        (np.zeros((0, 2)), [], {}, "at least one number"),
        ([[0, np.nan]] * 3, [0, 1, 0], {}, "inputs must be finite numbers, got nan in sample 0 at \\(1,\\)"),
        ([[0, 1e39]], [0], {}, "inputs must be finite numbers, got 1e\\+39 in sample 0"),
        (INPUTS, [0, 1], {}, "one class per sample \\(3\\), got an array of shape \\(2,\\)"),
        (INPUTS, [0.0, 1.0, 0.5], {}, "classes must be whole numbers, got an array of float64"),
        (INPUTS, [0, -1, 1], {}, "classes must be at least 0, got -1"),
        (INPUTS, [0, 1, 2], {"class_names": ("a", "b")}, "below the number of class names \\(2\\), got 2"),
        (INPUTS, [0, 1, 1], {"feature_names": ("a",)}, "one per column, got 1 names"),
        (
            INPUTS,
            [0.0, 1.0, 1.0],
            {"labels": "values"},
            "must be \\(3, outputs\\), got an array of shape \\(3,\\)",
        ),
        (INPUTS, [[np.inf], [0], [0]], {"labels": "values"}, "targets must be finite numbers, got inf"),
        (INPUTS, [[0]] * 3, {"labels": "values", "class_names": ("a",)}, "must have no class names"),
        (
            INPUTS,
            [0, 1, 1],
            {"labels": "orders"},
            "labels must be classes, values, tokens or none, got 'orders'",
        ),
    ],
)
def test_data_that_disagree_are_refused(inputs, targets, more, sentence) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=sentence):
        Data(inputs, np.array(targets), **{"labels": "classes", **more})


def test_data_take_keeps_the_classes() -> None:
    data = Data(np.arange(6).reshape(3, 2), np.array([0, 2, 1]), "classes", ("a", "b", "c"), ("p", "q"))
    part = data.take(np.array([2, 0]))
    assert part.inputs.tolist() == [[4, 5], [0, 1]]
    assert part.targets.tolist() == [1, 0]
    assert part.n_classes == 3
    assert part.feature_names == ("p", "q")


def test_data_leave_the_callers_array_writeable() -> None:
    inputs = np.zeros((2, 2), np.float32)
    Data(inputs, np.array([0, 1]), "classes")
    inputs[0] = 1


def test_tokens_take_the_smallest_type_and_must_be_of_the_vocabulary() -> None:
    raw = RawTokens(tuple(map(str, range(300))))
    data = Data(np.array([[0, 299]]), np.array([[299, -1]]), "tokens", raw=raw)
    assert (data.inputs.dtype, data.targets.dtype) == (np.uint16, np.int32)
    assert (data.form, data.vocabulary, data.outputs, data.n_classes) == ("tokens", 300, 300, 0)
    for inputs, targets, sentence in (
        ([[0, 300]], [[1, -1]], "tokens must be from 0 to 299, got 300"),
        ([[0, -1]], [[1, -1]], "tokens must be from 0 to 299, got -1"),
        ([[0.5, 1.0]], [[1, -1]], "tokens must be whole numbers"),
        (
            [[0, 1]],
            [[1, 300]],
            "tokens that follow must be from 0 to 299, or -1 but not all of them, got 300",
        ),
        ([[0, 1]], [[-1, -1]], "tokens that follow must be from 0 to 299, or -1 but not all of them, got -1"),
        ([[0, 1]], [[-2, 1]], "tokens that follow must be from 0 to 299, or -1 but not all of them, got -2"),
        ([[0, 1]], [[1]], r"tokens that follow must be whole numbers of the shape \(1, 2\)"),
    ):
        with pytest.raises(ValueError, match=sentence):
            Data(np.array(inputs), np.array(targets), "tokens", raw=raw)
    with pytest.raises(ValueError, match="of tokens"):
        Data(np.zeros((2, 2)), np.zeros((2, 2), int), "tokens")


def test_a_series_has_a_column_for_each_channel() -> None:
    data = Data(np.zeros((4, 5, 2)), np.zeros(4, int), "classes")
    assert (data.form, data.shape) == ("sequence", (5, 2))
    assert isinstance(data.raw, RawSeries)
    assert [column.name for column in data.raw.columns] == ["x1", "x2"]
    with pytest.raises(ValueError, match="raw must describe samples of shape"):
        Data(np.zeros((4, 5, 2)), np.zeros(4, int), "classes", raw=RawSeries(data.raw.columns[:1]))
    with pytest.raises(ValueError, match="raw must describe samples of shape"):
        Data(np.zeros((4, 5)), np.zeros(4, int), "classes", raw=data.raw)


@pytest.mark.parametrize(
    ("name", "settings", "now", "crc"),
    [
        ("reverse", {"samples": 60, "length": 4}, Repeat(samples=60, half=4, order="backwards"), 47389936),
        ("sort", {"samples": 60}, Repeat(samples=60, order="sorted"), 2720894844),
        ("Induction", {"length": 9}, Repeat(letters=26, half=9, order="followed"), None),
        ("induction", {}, Repeat(letters=26, half=12, order="followed"), 2865671051),
        ("balanced", {"samples": 60, "kinds": 3}, Brackets(samples=60, kinds=3, asked="balanced"), 45831255),
        ("gauss", {"samples": 60, "noise": 0.2}, Blobs(samples=60, noise=0.2, form="pair"), 1544545623),
        ("gaussian", {}, Blobs(noise=0.0, form="pair"), 1294314672),
        (
            "multi_gauss",
            {"samples": 60, "noise": 0.2},
            Blobs(samples=60, noise=0.2, form="hills"),
            1931501856,
        ),
        ("Multigauss", {}, Blobs(samples=1200, noise=0.0, form="hills"), 2831155283),
        ("mnist", {"samples": 100}, Digits(samples=100, size="28x28"), 1507378294),
        ("MNIST", {}, Digits(size="28x28"), 4114906000),
        ("mnist_full", {"samples": 500}, Digits(samples=500, size="70k"), None),
        ("MNIST-70k", {}, Digits(samples=60_000, size="70k"), None),
    ],
)
def test_a_former_name_opens_with_its_choice_and_the_same_samples(
    name: str, settings: dict[str, int], now: Dataset, crc: int | None
) -> None:
    assert DATASETS.make({"kind": name, **settings}) == now
    words = " ".join(f"{key}={value}" for key, value in settings.items())
    assert DATASETS.parse(f"{name} {words}") == (now,)
    assert with_changes(Experiment(), {"dataset": {"kind": name, **settings}}).dataset == now
    if not settings:
        assert DATASETS.make(name) == now
    assert DATASETS.make(now.to_json()) == now
    if crc is not None:
        data = now.load(3)
        assert zlib.crc32(data.inputs.tobytes() + data.targets.tobytes()) == crc


@pytest.mark.parametrize("form", Blobs.setting("form").choices)
def test_a_setting_is_idle_where_it_changes_nothing(form: str) -> None:
    two, more = (Blobs(form=form, centers=centers) for centers in (2, 5))
    same = np.array_equal(two.load(0).inputs, more.load(0).inputs)
    assert (two.idle == {"centers"}) == same


def test_all_former_names_are_tried() -> None:
    (mark,) = test_a_former_name_opens_with_its_choice_and_the_same_samples.pytestmark  # type: ignore[attr-defined]
    assert {name.lower().replace("-", "_") for name, *_ in mark.args[1]} == set(DATASETS._former)

"""The same training in idiomatic PyTorch: eager, or as one compiled function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tests.benchmarks.rivals import AbsentError, Case, Epochs, one_after_the_other


def torch_eager(case: Case, epochs: int, **options: Any) -> Epochs:
    """`options` are passed to the optimizer (foreach, fused). Raises `AbsentError` if PyTorch is not installed."""
    _one_thread(case)
    return one_after_the_other([_eager(case, epochs, **options) for _ in range(case.seeds)])


def torch_compiled(case: Case, epochs: int) -> Epochs:
    """The whole step with its update by `torch.compile`: twice as fast as compiling model and optimizer separately."""
    if case.on_sequences:
        raise AbsentError("compiles for minutes")
    _one_thread(case)
    # Once for all seeds: after eight recompilations of a function PyTorch falls back to eager.
    step = _compiled_step(case)
    return one_after_the_other([_compiled(case, epochs, step) for _ in range(case.seeds)])


def _one_thread(case: Case) -> None:
    if case.is_vae:
        raise AbsentError("not written")
    try:
        import torch
    except ImportError:
        raise AbsentError("not installed") from None
    torch.set_num_threads(1)


def _eager(case: Case, epochs: int, **options: Any) -> Epochs:
    import torch

    model = _model(case)
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    optimizer = kinds[case.optimizer](model.parameters(), lr=case.learning_rate, **options)
    inputs, targets, loss = _data(case)

    def run(count: int = epochs) -> None:
        for _ in range(count):
            order = torch.randperm(case.samples)
            for start in range(0, case.samples, case.batch):
                rows = order[start : start + case.batch]
                x, y = _batch(case, inputs, targets, rows)
                optimizer.zero_grad()
                loss(model(x), y).backward()
                optimizer.step()

    run(1)
    return run


def _compiled_step(case: Case) -> Any:
    import torch

    model = _model(case)
    loss = _data(case)[2]

    def loss_of(weights: dict[str, Any], x: Any, y: Any) -> Any:
        return loss(torch.func.functional_call(model, weights, (x,)), y)

    @torch.compile
    def step(weights: Any, first: Any, second: Any, x: Any, y: Any, rate: Any) -> None:
        gradients = torch.func.grad(loss_of)(weights, x, y)
        for name, gradient in gradients.items():
            if case.optimizer == "sgd":
                weights[name].sub_(rate * gradient)
                continue
            first[name].mul_(0.9).add_(gradient, alpha=0.1)
            second[name].mul_(0.999).addcmul_(gradient, gradient, value=0.001)
            weights[name].sub_(rate * first[name] / (second[name].sqrt() + 1e-7))

    return step


def _compiled(case: Case, epochs: int, step: Any) -> Epochs:
    import torch

    inputs, targets, _ = _data(case)
    weights = {name: array.detach().clone() for name, array in _model(case).named_parameters()}
    first, second = ({name: torch.zeros_like(array) for name, array in weights.items()} for _ in range(2))
    steps = 0

    def run(count: int = epochs) -> None:
        nonlocal steps
        for _ in range(count):
            order = torch.randperm(case.samples)
            for start in range(0, case.samples, case.batch):
                rows = order[start : start + case.batch]
                steps += 1
                rate = torch.tensor(_rate(case, steps))
                step(weights, first, second, *_batch(case, inputs, targets, rows), rate)

    with torch.no_grad():
        run(1)
    return torch.no_grad()(run)


def _batch(case: Case, inputs: Any, targets: Any, rows: Any) -> tuple[Any, Any]:
    """Inputs and targets of a step; of a field between noise and samples, and the velocity there."""
    import torch

    samples = inputs[rows]
    if not case.is_field:
        return samples, targets[rows]
    noise, time = torch.randn_like(samples), torch.rand(len(samples), 1)
    velocity = samples - noise
    return torch.cat([noise + time * velocity, time], dim=1), velocity


def _rate(case: Case, step: int) -> float:
    """Adam's bias correction; none for SGD."""
    if case.optimizer == "sgd":
        return case.learning_rate
    return case.learning_rate * math.sqrt(1.0 - 0.999**step) / (1.0 - 0.9**step)


def _data(case: Case) -> tuple[Any, Any, Any]:
    """Inputs, targets and the loss."""
    import torch

    raw, answers = case.data()
    if case.convolutions:
        raw = np.ascontiguousarray(raw.transpose(0, 3, 1, 2))
    inputs = torch.from_numpy(raw)
    if case.is_field:
        return inputs, inputs, torch.nn.MSELoss()
    if case.on_sequences:
        mean = torch.nn.CrossEntropyLoss()
        return inputs, torch.from_numpy(answers), lambda found, y: mean(found.flatten(0, 1), y.flatten())
    if case.classes == 1:
        return inputs, torch.from_numpy(answers.astype(np.float32)[:, None]), torch.nn.BCEWithLogitsLoss()
    return inputs, torch.from_numpy(answers), torch.nn.CrossEntropyLoss()


def _model(case: Case) -> Any:
    from torch import nn

    if case.on_sequences:
        return _sequence_model(case)
    modules: list[nn.Module] = []
    functions = {"relu": nn.ReLU, "silu": nn.SiLU, "tanh": nn.Tanh}
    width = case.inputs[-1] if case.convolutions else math.prod(case.inputs) + case.is_field
    side = case.inputs[0]
    for filters in case.convolutions:
        modules += [nn.Conv2d(width, filters, 3), functions[case.activation](), nn.MaxPool2d(2)]
        width, side = filters, (side - 2) // 2
    if len(case.inputs) > 1:
        modules.append(nn.Flatten())
        width = width * side * side if case.convolutions else width
    for units in case.units:
        modules += [nn.Linear(width, units), functions[case.activation]()]
        width = units
    return nn.Sequential(*modules, nn.Linear(width, case.classes))


def _sequence_model(case: Case) -> Any:
    import torch
    from torch import nn

    (width,), time, heads = case.units, case.inputs[0], 4

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.taken, self.given = nn.Linear(width, 3 * width), nn.Linear(width, width)

        def forward(self, x: Any) -> Any:
            parts = self.taken(x).view(len(x), time, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
            mixed = nn.functional.scaled_dot_product_attention(*parts, is_causal=True)
            return self.given(mixed.transpose(1, 2).reshape(x.shape))

    class Skip(nn.Module):
        def __init__(self, *layers: nn.Module) -> None:
            super().__init__()
            self.layers = nn.Sequential(nn.LayerNorm(width), *layers)

        def forward(self, x: Any) -> Any:
            return x + self.layers(x)

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last = nn.Linear(width, case.classes)
            if case.cell:
                kind = nn.GRU if case.cell == "gru" else nn.LSTM
                self.cell = kind(case.inputs[1], width, batch_first=True)
                return
            self.vectors, self.places = (
                nn.Embedding(case.classes, width),
                nn.Parameter(torch.zeros(time, width)),
            )
            wide = [
                (nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width))
                for _ in range(case.blocks)
            ]
            blocks = [block for each in wide for block in (Skip(Attention()), Skip(*each))]
            self.blocks = nn.Sequential(*blocks, nn.LayerNorm(width))

        def forward(self, x: Any) -> Any:
            if case.cell:
                return self.last(self.cell(x)[0])
            return self.last(self.blocks(self.vectors(x) + self.places))

    return Model()

"""Call the callbacks of a fit: this library's, functions, and those in Keras's form.

Keras's methods take an epoch or batch index from 0 and logs, and find the model in `self.model`. This library's take
the model, and count epochs from 1 over all fits. A method's parameters tell which it is.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..train.train_step import DivergedError
from .callbacks import HOOKS, Callback, TrainableModel

_OLDER = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}

Logs = dict[str, float]


class CallbackCalls:
    """The callbacks of one fit of `model`. Raises `ValueError` for what is none."""

    def __init__(self, model: TrainableModel, callbacks: Iterable[Any], params: Mapping[str, Any]) -> None:
        self._model = model
        self._each = tuple(_Calls(callback, model, params) for callback in callbacks)
        self.reads_logs = any(not each.is_function for each in self._each)
        """Whether something else than plain functions is there, which takes logs."""
        self.sees_batches = any(
            each.has("on_train_batch_begin") or each.has("on_train_batch_end") for each in self._each
        )
        self._is_aborted = False

    def __len__(self) -> int:
        return len(self._each)

    def train_begin(self) -> None:
        for each in self._each:
            each.train("on_train_begin")

    def train_end(self, logs: Logs) -> None:
        """Call all, but none after an error that one of them raised for a divergence, as in Keras."""
        for each in () if self._is_aborted else self._each:
            each.train("on_train_end", logs)

    def epoch_end(self, epoch: int, index: int, logs: Logs) -> bool:
        """Call all, even after one has ended the training; whether one has."""
        found = [each.epoch_end(epoch, index, logs) for each in self._each]
        return any(found)

    def indexed(self, name: str, index: int, logs: Logs | None = None) -> None:
        """Call the hook `name` of an epoch or a batch, which both count from 0."""
        for each in self._each:
            each.indexed(name, index, logs or {})

    def divergence(self, error: DivergedError) -> bool:
        """Call all; whether one ends the training without the error."""
        self._is_aborted = True
        found = [each.divergence(error) for each in self._each]
        self._is_aborted = False
        return any(found)


class _Calls:
    """One callback with its hooks, each in the form that it has."""

    def __init__(self, callback: Any, model: TrainableModel, params: Mapping[str, Any]) -> None:
        self._callback, self._model = callback, model
        self._hooks = {name: hook for name in HOOKS if (hook := _hook(callback, name)) is not None}
        self.is_function = not isinstance(callback, Callback) and not self._hooks
        if isinstance(callback, type) or (self.is_function and not callable(callback)):
            what = f"the class {callback.__name__}" if isinstance(callback, type) else repr(callback)
            raise ValueError(
                "Sequence: callbacks must be objects with methods such as on_epoch_end, or functions of "
                f"(model, epoch), got {what}"
            )
        for name, value in (("set_params", dict(params)), ("set_model", model)):
            if hasattr(callback, name):
                getattr(callback, name)(value)

    def has(self, name: str) -> bool:
        return name in self._hooks

    def train(self, name: str, logs: Logs | None = None) -> None:
        if (hook := self._hooks.get(name)) is not None:
            parameters = _positional(hook)
            if not parameters:
                hook()
            else:
                keras = parameters[0].name == "logs" or parameters[0].default is not inspect.Parameter.empty
                hook(logs or {}) if keras else hook(self._model)

    def indexed(self, name: str, index: int, logs: Logs) -> None:
        if (hook := self._hooks.get(name)) is not None:
            hook(index, logs)

    def epoch_end(self, epoch: int, index: int, logs: Logs) -> object:
        if self.is_function:
            return self._callback(self._model, epoch)
        hook = self._hooks.get("on_epoch_end")
        if hook is None:
            return False
        if len(_positional(hook)) != 2:
            return hook(self._model, epoch, logs)
        hook(index, logs)
        return False

    def divergence(self, error: DivergedError) -> object:
        hook = getattr(self._callback, "on_divergence", None)
        return False if hook is None else hook(self._model, error)


def _hook(callback: Any, name: str) -> Callable[..., Any] | None:
    """A method that the callback has itself: neither `Callback`'s own nor one that Keras marks as a default."""
    for spelling in (name, _OLDER.get(name, name)):
        method = getattr(callback, spelling, None)
        if method is None or getattr(method, "_is_default", False):
            continue
        if getattr(method, "__func__", None) is not getattr(Callback, spelling, None):
            return method  # type: ignore[no-any-return]
    return None


def _positional(method: Callable[..., Any]) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [each for each in inspect.signature(method).parameters.values() if each.kind in kinds]

"""Open the window on a model of a program or notebook, train it there, and go on with it afterwards."""

from __future__ import annotations

import atexit
import sys
import threading
import warnings
from collections.abc import Sequence as SequenceOf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar, cast

from core.formats.model_import import ModelImport
from core.model.sequence import Sequence
from core.notebook.shown_data import model_on_arrays, take_over
from playground.app import SWITCH_INTERVAL_SECONDS, has_screen

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_Model = TypeVar("_Model")
_open: set[object] = set()
"""Windows that are open, and the application that was made for the first of them."""


def watch(
    model: _Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    class_names: SequenceOf[str] | None = None,
    feature_names: SequenceOf[str] | None = None,
    test_share: float = 0.3,
    block: bool | None = None,
) -> _Model:
    """Open the window on a `Sequence` with samples X (samples, *shape) and targets y, and train it there by hand.

    Returns the same model once the window is closed: with the weights, the layers and the settings as they were left.
    `y` is class numbers, texts, one-hot rows or values (samples,); `class_names` and `feature_names` are shown.
    `test_share` (0.1 to 0.9) of the samples are held out to test on.

    `block=False`, the usual where a QApplication handles events already (in a slot, or in a notebook with `%gui qt`),
    returns at once; the model changes when the window is closed. The end of the program closes it, with a warning.

    Raises `ValueError` for samples that the model cannot take and models that the window cannot show, `TypeError` for
    another model, and `RuntimeError` without a screen and on other threads than the main one, each with a sentence that
    says what to change.
    """
    own = _as_own(model)
    if not has_screen():
        raise RuntimeError(
            "watch: there is no screen to open a window on; model.fit(X, y) trains without one"
        )
    try:
        placed = model_on_arrays(
            own, X, y, class_names=class_names, feature_names=feature_names, test_share=test_share
        )
    except ValueError as error:
        raise ValueError(f"watch: {error}".replace("data: ", "")) from None
    if placed.experiment is None:
        raise ValueError(f"watch: the window cannot show this model on these samples. {placed.fault}")
    _show(own, placed, block, lambda: _give_back(own, model))
    return model


def _as_own(model: object) -> Sequence:
    """The model, or a copy where it is one of `numpynet`, whose classes are others."""
    if isinstance(model, Sequence):
        return model
    if type(model).__name__ != "Sequence" or not hasattr(model, "save"):
        raise TypeError(
            f"watch: the model must be a Sequence of this library, got {type(model).__name__}; "
            "an estimator of scikit-learn's manner has one as model_ once it is fitted"
        )
    theirs = cast(Any, model)
    if not theirs.built:
        raise ValueError("watch: call model.build(input_shape) first, or put an Input in front of the layers")
    with TemporaryDirectory() as folder:
        theirs.save(Path(folder) / "model.nnmodel")
        return Sequence.load(Path(folder) / "model.nnmodel")


def _give_back(own: Sequence, model: object) -> None:
    """Bring what a copy has learned into the model that it is a copy of."""
    if own is model:
        return
    theirs = cast(Any, model)
    with TemporaryDirectory() as folder:
        own.save(Path(folder) / "model.nnmodel")
        loaded = type(theirs).load(Path(folder) / "model.nnmodel")
    kept = ("callbacks", "_metrics", "feedback_steps", "shuffle", "epochs")
    theirs.__setstate__(loaded.__getstate__() | {name: getattr(theirs, name) for name in kept})


def _show(own: Sequence, placed: ModelImport, block: bool | None, finished: Any) -> None:
    from PySide6.QtCore import QCoreApplication, QEventLoop, QThread
    from PySide6.QtWidgets import QApplication

    app = QCoreApplication.instance()
    is_main = threading.current_thread() is threading.main_thread()
    if not (is_main if app is None else QThread.currentThread() == app.thread()):
        raise RuntimeError("watch: windows are opened on the main thread; call it there")
    if app is None:
        from playground.model.display_scale import apply_scale
        from playground.model.preferences import Preferences

        apply_scale(Preferences().scale_percent)
        app = QApplication(sys.argv[:1])
        app.setApplicationName("NumpyNet Playground")
        _open.add(app)
    if not isinstance(app, QApplication):
        raise RuntimeError("watch: a QCoreApplication runs here, which has no windows; make a QApplication")
    from playground.watched_window import WatchedWindow

    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    window = WatchedWindow(app, placed)
    _open.add(window)
    # Once, however many windows there are. Qt aborts a program whose training thread is alive at its end.
    atexit.unregister(_close_all)
    atexit.register(_close_all)
    loop, waits = QEventLoop(), not _handles_events() if block is None else block

    def closed(trained: object) -> None:
        sys.setswitchinterval(before)
        _open.discard(window)
        if trained is None:
            warnings.warn(
                "watch: the window was left with other data or without a network that runs; the model is as it was",
                stacklevel=2,
            )
        else:
            take_over(own, *cast(Any, trained))
            finished()
        loop.quit()

    window.closed.connect(closed)
    window.start()
    if waits:
        loop.exec()


def _handles_events() -> bool:
    """Whether the window lives on by itself: a loop of Qt runs, or IPython runs one whenever no cell does.

    An application alone does not say so: matplotlib's stays behind, idle, when its last figure is closed.
    """
    from PySide6.QtCore import QThread

    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return QThread.currentThread().loopLevel() > 0 or str(
        getattr(shell, "active_eventloop", None)
    ).startswith("qt")


def _close_all() -> None:
    """Close the windows that are open when Python ends: nothing would answer their clicks any more."""
    from playground.watched_window import WatchedWindow

    for window in [each for each in _open if isinstance(each, WatchedWindow)]:
        with warnings.catch_warnings(action="ignore"):
            window.close()
        warnings.warn(
            "watch: the program has ended, and the window with it; block=True waits until it is closed",
            stacklevel=1,
        )

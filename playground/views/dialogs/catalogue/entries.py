"""What one can begin with, in groups, and how it is found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.data.dataset import Dataset
from core.data.datasets import DATASETS
from core.experiment.change import changed
from core.experiment.experiment import Experiment
from core.experiment.presets import CLASSICS, Preset, read_preset
from core.experiment.project_file import SUFFIX, load_experiment
from core.nn import Dense
from core.spec import Setting
from playground.plugins import PLUGINS

_GROUPS = PLUGINS.given("catalogue_groups")
GROUPS: Final = {
    "first": ("Begin here", "first easy start one of each"),
    "points": ("Points", "2d plane dots clouds circle spiral boundary"),
    "tables": ("Tables", "rows columns csv numbers flowers measurements"),
    "images": ("Images", "pictures photos handwriting digits numbers clothes cnn convolution"),
    "text": ("Text", "letters words language names write writing transformer attention sums gpt"),
    "series": ("Series", "time forecast future months curve sun waves"),
    "noise": ("From noise", "generate diffusion make draw new samples"),
    "codes": ("Codes", "autoencoder compress vae squeeze reconstruction latent"),
    "classics": (CLASSICS, "paper famous history result"),
    **(_GROUPS(None) if _GROUPS else {}),
    "recent": ("Recent", "mine lately last saved file project"),
    "saved": ("Saved", "mine own file project"),
    "own": ("Presets of mine", "own kept saved"),
}
"""The groups in their order: a title, and other words for what is in them."""
_FIRST: Final = ("moons", "spirals", "iris", "digits", "names", "repeat", "sunspots")
_FAMILIES: Final = {"points": "points", "table": "tables", "images": "images"}
_DATA_ONLY: Final = frozenset({"painted"})
_MAX_OWN: Final = 40


@dataclass(frozen=True, eq=False)
class Entry:
    """A card. `experiment` is None for a lesson and a file; `path` is None for data without a network of their own.

    One with neither is a lesson that cannot be opened, with the reason as its summary.
    """

    group: str
    title: str
    summary: str
    experiment: Experiment | None = None
    path: Path | None = None
    note: str = ""
    preset: Preset | None = None
    lesson: int = -1
    """Which of those that come with the program."""

    @property
    def opens(self) -> bool:
        return self.path is not None or self.experiment is not None

    @property
    def choice(self) -> Setting | None:
        """What the data can be instead: their size, form or order."""
        if self.experiment is None:
            return None
        return next((each for each in self.experiment.dataset.settings() if each.choices), None)

    def with_choice(self, value: str) -> Entry:
        """With other data of the same kind, and what an edit of them would bring."""
        assert self.experiment is not None
        assert self.choice is not None
        dataset = self.experiment.dataset.replace(**{self.choice.name: value})
        return replace(self, experiment=changed(self.experiment, dataset=dataset).experiment)

    @property
    def words(self) -> str:
        """All that it is found by, in small letters."""
        network = "" if self.path is None or self.experiment is None else described(self.experiment)
        return " ".join((self.title, about(self), *GROUPS[self.group], self.note, network)).lower()


def described(experiment: Experiment) -> str:
    """ "6 · 5 · 3 units", "Conv2D, MaxPool, Flatten, Dense", "no hidden layer"."""
    layers = experiment.layers
    if not layers:
        return "no hidden layer"
    if all(isinstance(layer, Dense) for layer in layers):
        widths = " · ".join(str(layer.units) for layer in layers if isinstance(layer, Dense))
        return f"{widths} units"
    return ", ".join(layer.title for layer in layers)


def group_of(dataset: Dataset, experiment: Experiment | None = None) -> str:
    """The group of data, or of what an experiment does with them."""
    if experiment is not None and experiment.task.has_time:
        return "noise"
    if experiment is not None and experiment.task.kind == "reconstruction":
        return "codes"
    texts = dataset.info().form == "tokens"
    return _FAMILIES.get(dataset.family, "text" if texts else "series")


def read_presets(paths: Iterable[Path]) -> list[Preset]:
    """The presets in order; unreadable files are skipped."""
    found = []
    for path in paths:
        with suppress(OSError, ValueError):
            found.append(read_preset(path))
    return found


def entries_of(
    presets: Sequence[Preset],
    recent: Sequence[str] = (),
    kept: Path | None = None,
    added: Iterable[Entry] = (),
) -> list[Entry]:
    """All cards, in the order of their groups; those to begin with are there twice.

    The user's own are files used `recent`ly, others beside them, and the presets in the folder `kept`. `added`: those
    of plug-ins.
    """
    found = [_of_preset(each, "classics") for each in presets if each.classic is not None]
    # Names, sunspots and grokking are something to begin with, and classics.
    found += [
        _of_preset(each, group_of(each.experiment.dataset, each.experiment))
        for each in presets
        if not each.short.startswith("classic_")
    ]
    by_name = {each.preset.short: each for each in found if each.preset is not None}
    used = {each.experiment.dataset.kind for each in presets}
    found += [
        Entry(group_of(dataset), kind.title, kind.summary, Experiment(dataset=dataset))
        for kind in DATASETS
        if kind.kind not in used | _DATA_ONLY and (dataset := kind())
    ]
    first = [_of_preset(by_name[name].preset, "first") for name in _FIRST if name in by_name]  # type: ignore[arg-type]
    used_files = list(map(Path, recent))
    beside = {file for folder in {each.parent for each in used_files} for file in folder.glob(f"*{SUFFIX}")}
    own = [_of_file(each, "recent") for each in used_files]
    own += [_of_file(each, "saved") for each in sorted(beside - set(used_files))[:_MAX_OWN]]
    own += [_of_preset(each, "own") for each in read_presets(sorted(kept.glob("*.json")) if kept else ())]
    order = list(GROUPS)
    return sorted([*added, *first, *found, *own], key=lambda entry: order.index(entry.group))


def matching(entries: Iterable[Entry], text: str) -> list[Entry]:
    """Those that have all words of `text`, those whose title has one first; each once."""
    words, found, seen = text.lower().split(), list[Entry](), set[tuple[str, Path | None]]()
    for entry in entries:
        key = entry.title, entry.path
        if key not in seen and all(word in entry.words for word in words):
            seen.add(key)
            found.append(entry)
    return sorted(found, key=lambda entry: not any(word in entry.title.lower() for word in words))


def facts(entry: Entry) -> list[tuple[str, str]]:
    """What is said beside the cards: (name, value)."""
    experiment = entry.experiment
    if experiment is None:
        return [("File", str(entry.path))] if entry.lesson < 0 else []
    info, dataset = experiment.dataset.info(), experiment.dataset
    size = " × ".join(map(str, info.shape))
    answers = f"{info.outputs:,} classes" if info.labels == "classes" else "numbers"
    if experiment.task.labels == "tokens":
        answers = "what comes next"
    rows = [("Kind", f"{GROUPS[group_of(dataset)][0]}, {size}"), ("Answers", answers)]
    if entry.path is not None:
        training = experiment.training
        rate = f"{training.optimizer.title}, rate {training.optimizer.learning_rate:g}"
        rows += [
            ("Network", described(experiment)),
            ("Training", f"{rate}, batches of {training.batch_size}"),
        ]
    return rows


def _of_file(path: Path, group: str) -> Entry:
    experiment = None
    with suppress(OSError, ValueError):
        experiment = load_experiment(path)
    return Entry(group, path.name, str(path.parent), experiment, path)


def _of_preset(preset: Preset, group: str) -> Entry:
    classic, experiment = preset.classic, preset.experiment
    if group == "own":
        return Entry(group, preset.path.stem, described(experiment), experiment, preset.path, preset=preset)
    if classic is not None and group == "classics":
        return Entry(group, preset.heading, classic.claim, experiment, preset.path, classic.share, preset)
    # Those of TensorFlow Playground have the names of data that are here, too.
    note = preset.group if classic is None else ""
    return Entry(group, preset.heading, experiment.dataset.summary, experiment, preset.path, note, preset)


def about(entry: Entry) -> str:
    """A paragraph: of a classic what its paper says."""
    classic = None if entry.preset is None else entry.preset.classic
    if classic is None:
        return entry.summary
    parts = (classic.claim, f"The paper: {classic.paper}; {classic.share}.", classic.differs, classic.source)
    return " ".join(filter(None, parts))

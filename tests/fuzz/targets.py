"""The program's file readers, each with valid seed files and its documented errors."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openpyxl
from PIL import Image

from core import Dense, Sequence
from core.data.downloads.archive_cache import content_of
from core.data.downloads.archives import Archive
from core.data.images.read_image import UnreadableImageError, read_image
from core.data.tables.read_table import TableError, read_table
from core.data.tables.table_schema import guess_schema
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.presets import first_preset, preset_files
from core.experiment.project_file import TrainerState, load_project, save_project
from core.nn import LAYERS
from core.train.trainer import Trainer
from playground.model.preferences_file import DamagedPreferencesError, PreferencesFile
from tests.fuzz.mutations import (
    Mutation,
    mutate_bytes,
    mutate_gzip,
    mutate_image,
    mutate_json,
    mutate_text,
    mutate_zip,
)

__all__ = ["TARGETS", "Target"]


@dataclass(frozen=True)
class Target:
    """`read(path)` of a file "x" + `suffix` returns, or raises one of `documented`."""

    name: str
    suffix: str
    seeds: Callable[[], list[bytes]]
    mutate: Mutation
    read: Callable[[Path], object]
    documented: tuple[type[Exception], ...]


def _made(write: Callable[[Path], object], name: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()


# Projects, experiments and models


@cache
def _trainer() -> Trainer:
    trainer = make_trainer(first_preset(), _prepared())
    trainer.run_epoch()
    return trainer


@cache
def _prepared() -> PreparedData:
    return prepare(first_preset())


@cache
def _project_seeds() -> list[bytes]:
    progress = TrainerState.of(_trainer(), _prepared().pipeline)
    return [_made(lambda path: save_project(path, first_preset(), progress), "x.nnplay")]


def _read_project(path: Path) -> None:
    experiment, progress = load_project(path)
    if progress is not None and experiment == first_preset():
        progress.restore(_trainer())


@cache
def _experiment_seeds() -> list[bytes]:
    block = LAYERS.parse("residual")[0]
    many = first_preset().replace(
        layers=(block, *LAYERS.parse("dense 4 relu, dropout 0.1, batch_normalization"))
    )
    return [*(path.read_bytes() for path in preset_files()), json.dumps(many.to_json()).encode()]


def _read_experiment(path: Path) -> Experiment:
    return load_project(path)[0]


@cache
def _model_seeds() -> list[bytes]:
    model = Sequence(["conv2d", "flatten", "layer_normalization", Dense(3)]).build((5, 5, 1))
    return [_made(model.save, "x.model")]


def _read_model(path: Path) -> None:
    model = Sequence.load(path)
    if model.network.parameter_count < 10_000:
        model.predict(np.zeros((1, *model.network.input_shape)))


# Tables


@cache
def _csv_seeds() -> list[bytes]:
    rows = [f"{n},{n / 3:.3f},{'ab'[n % 2]},2024-01-{n % 28 + 1:02d}" for n in range(40)]
    plain = "\n".join(["size,weight,kind,day", *rows]) + "\n"
    german = "Größe;Gewicht;Art\n" + "".join(f"{n};{n},5;{'ja' if n % 2 else 'nein'}\n" for n in range(20))
    written = "# shop\nday;price;share\n" + "".join(
        f"{n % 28 + 1}.1.2024;€ {n}.{100 + n},50;{n} %\n" for n in range(1, 20)
    )
    blanks = "# size weight\n" + "".join(f" {n}   {n},5\n" for n in range(20))
    quoted = 'a,b\n"1, 2","x ""y"""\n3,"lines\nin it"\n'
    return [
        plain.encode(),
        german.encode("cp1252"),
        quoted.encode(),
        written.encode(),
        blanks.encode(),
        plain.replace(",", "\t").encode("utf-16"),
    ]


@cache
def _npz_seeds() -> list[bytes]:
    rng = np.random.default_rng(0)
    vectors, images, texts = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.savez_compressed(vectors, X=rng.normal(size=(30, 3)), y=rng.integers(0, 3, 30))
    np.savez(images, x_train=rng.integers(0, 256, (12, 8, 8), np.uint8), y_train=np.eye(3)[np.arange(12) % 3])
    np.savez(
        texts, data=rng.normal(size=(9, 2)).astype(np.float16), target=np.array(["one", "zwei", "tre"] * 3)
    )
    return [file.getvalue() for file in (vectors, images, texts)]


@cache
def _excel_seeds() -> list[bytes]:
    book = openpyxl.Workbook()
    for row in [["size", "kind", "when"], *([n / 7, "ab"[n % 2], None] for n in range(30))]:
        book.active.append(row)
    book.active["C3"].number_format = "yyyy-mm-dd"
    book.active["C3"] = 45_000
    return [_made(book.save, "x.xlsx")]


@cache
def _record_seeds() -> list[bytes]:
    rows = [
        {"size": n / 3, "kind": "ab"[n % 2], "gap": None, "in": {"x": n, "day": f"2024-01-{n % 28 + 1}"}}
        for n in range(30)
    ]
    return [json.dumps(rows).encode(), "\n".join(map(json.dumps, rows)).encode()]


@cache
def _parquet_seeds() -> list[bytes]:
    import fastparquet
    import pandas

    frame = pandas.DataFrame(
        {
            "size": np.arange(60) / 7,
            "kind": ["a", None, "c"] * 20,
            "day": pandas.date_range("2024-01-01", periods=60),
        }
    )
    return [
        _made(lambda path, kind=kind: fastparquet.write(str(path), frame, compression=kind), "x.parquet")
        for kind in ("SNAPPY", "ZSTD")
    ]


def _read_table(path: Path) -> None:
    table = read_table(path)
    schema = guess_schema(table)
    if not schema.fault(table):
        schema.data(table)


# Images and archives of images


@cache
def _image_seeds() -> list[bytes]:
    pixels = np.random.default_rng(0).integers(0, 256, (24, 20, 4), np.uint8)
    image = Image.fromarray(pixels)
    deep = Image.fromarray(np.arange(400, dtype=np.uint16).reshape(20, 20) * 160)
    found = []
    for made, kind, options in (
        (image, "PNG", {}),
        (image.convert("P"), "PNG", {"transparency": 3}),
        (deep, "PNG", {}),
        (image.convert("RGB"), "JPEG", {}),
        (image.convert("RGB"), "JPEG", {"progressive": True}),
        (image.convert("CMYK"), "JPEG", {}),
        (image.convert("RGB"), "GIF", {}),
        (image.convert("RGB"), "BMP", {}),
        (image, "WEBP", {}),
    ):
        buffer = io.BytesIO()
        made.save(buffer, kind, **options)
        found.append(buffer.getvalue())
    return found


def _read_image(path: Path) -> None:
    for fit, color in (("crop", True), ("pad", False), ("stretch", True)):
        read_image(path, 16, color, fit)


@cache
def _archive() -> tuple[Archive, dict[str, bytes]]:
    from core.data.downloads.archives import ARCHIVES
    from tests.made_images import make_archive

    made = make_archive(ARCHIVES["mnist"])
    return made.archive, made.contents


def _archive_seeds() -> list[bytes]:
    archive, contents = _archive()
    return [gzip.compress(contents[archive.files[1].name], 1)]


def _read_archive(path: Path) -> None:
    archive, _ = _archive()
    content_of(archive, archive.files[1], path)


# Texts


def _read_preferences(path: Path) -> None:
    PreferencesFile(path).read()


def _preference_seeds() -> list[bytes]:
    return [json.dumps({"theme": "dark", "recent_files": ["/a", "/b"], "speed": 3, "motion": True}).encode()]


def _notation_seeds() -> list[bytes]:
    return [
        b"conv2d 8 3x3 relu, max_pooling2d 2x2, flatten, dense 4",
        b"residual, dropout 0.3, dense units=7 activation=tanh use_bias=false, batch_normalization",
        json.dumps([LAYERS.make("residual").to_json()]).encode(),
    ]


def _read_notation(path: Path) -> None:
    LAYERS.parse(path.read_bytes().decode("utf-8", "replace"))


TARGETS = {
    target.name: target
    for target in (
        Target("project", ".nnplay", _project_seeds, mutate_zip, _read_project, (ValueError,)),
        Target("experiment", ".json", _experiment_seeds, mutate_json, _read_experiment, (ValueError,)),
        Target("model", ".model", _model_seeds, mutate_zip, _read_model, (ValueError,)),
        Target("csv", ".csv", _csv_seeds, mutate_text, _read_table, (TableError,)),
        Target("records", ".jsonl", _record_seeds, mutate_text, _read_table, (TableError,)),
        Target("npz", ".npz", _npz_seeds, mutate_zip, _read_table, (TableError,)),
        Target("excel", ".xlsx", _excel_seeds, mutate_zip, _read_table, (TableError,)),
        Target("image", ".png", _image_seeds, mutate_image, _read_image, (UnreadableImageError,)),
        Target("archive", ".gz", _archive_seeds, mutate_gzip, _read_archive, (ValueError,)),
        Target(
            "preferences",
            ".json",
            _preference_seeds,
            mutate_json,
            _read_preferences,
            (DamagedPreferencesError,),
        ),
        Target("notation", ".txt", _notation_seeds, mutate_text, _read_notation, (ValueError,)),
    )
}
if find_spec("fastparquet") is not None:
    TARGETS["parquet"] = Target(
        "parquet", ".parquet", _parquet_seeds, mutate_bytes, _read_table, (TableError,)
    )

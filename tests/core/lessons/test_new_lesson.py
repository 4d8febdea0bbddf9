"""A new lesson from an experiment: it can be read and solved as it is written, but for what is still to be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.datasets import Circles, TableFile
from core.data.datasets.table_file_dataset import forget_tables
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.experiment.experiment import Experiment
from core.lessons.lesson import with_changes
from core.lessons.lesson_file import KINDS, read_lesson
from core.lessons.new_lesson import PLACEHOLDER, write_lesson
from core.lessons.solve import faults
from core.nn import LAYERS

MINE = Experiment(name="Mine", dataset=Circles(noise=0.2), layers=LAYERS.parse("dense 4 tanh"), seed=5)


@pytest.mark.parametrize(
    "experiment", [MINE, with_changes(Experiment(), {"dataset": "iris"})], ids=["points", "table"]
)
def test_a_new_lesson_has_all_kinds_of_steps_and_no_fault_but_its_placeholders(
    experiment: Experiment, tmp_path: Path
) -> None:
    path = tmp_path / "Größe 2.md"
    write_lesson(path, experiment)
    lesson = read_lesson(path)
    assert lesson.start == experiment
    assert lesson.id == "gr-e-2"
    assert tuple(step.kind for step in lesson.steps) == KINDS
    found = list(faults(lesson, {"export"}, {"play"}, lambda _: ""))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert found == [
        f"{path.name} line {number}: a placeholder is left, {text}"
        for number, line in enumerate(lines, 1)
        for text in PLACEHOLDER.findall(line)
    ]
    assert len(found) > 20
    # Once all is written, nothing is left to say.
    path.write_text(PLACEHOLDER.sub("Words", "\n".join(lines)), encoding="utf-8")
    assert list(faults(read_lesson(path), {"export"}, {"play"}, lambda _: "")) == []


def test_a_table_travels_in_a_project_beside_the_lesson(tmp_path: Path) -> None:
    table = tmp_path / "data.csv"
    table.write_text(
        "a,b,kind\n" + "".join(f"{n},{n % 7},{'xy'[n % 2]}\n" for n in range(60)), encoding="utf-8"
    )
    own = tmp_path / "my-lesson.nnplay"
    own.write_bytes(b"the user's own")
    dataset = TableFile.of(read_table(table), TableSchema(("a", "b"), "kind"))
    write_lesson(tmp_path / "my-lesson.md", Experiment(dataset=dataset))
    table.unlink()
    forget_tables()
    lesson = read_lesson(tmp_path / "my-lesson.md")
    assert len(lesson.start.dataset.load(0).targets) == 60
    assert own.read_bytes() == b"the user's own"

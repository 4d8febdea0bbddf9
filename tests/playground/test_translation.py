"""Catalogues are complete and fit; in another language the window has no English and no cut word, files are equal."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from core.experiment.presets import preset_files, read_preset
from playground import translation
from playground.translation import Catalogue, Message, Translator, read_catalogue, slots
from resources import make_catalogues
from tests.sources import ROOT

LANGUAGES = sorted(file.stem for file in make_catalogues.FOLDER.glob("*.po"))
ANY = Callable[..., str]


@pytest.fixture(scope="module")
def messages() -> dict[str, list[str]]:
    return make_catalogues.messages()


class Module(NamedTuple):
    """What a source has as keys and as nouns, and which parts of its sentences it turns to lower case."""

    name: str
    keys: set[str]
    nouns: set[str]
    lowered: list[str]


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    return [
        Module(name, set(make_catalogues.keys_of(tree)), set(make_catalogues.nouns_of(tree)), _lowered(tree))
        for name, tree in make_catalogues.modules()
    ]


def _lowered(tree: ast.Module) -> list[str]:
    return [
        ast.unparse(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and " " in ast.unparse(node)
        for part in node.values
        if isinstance(part, ast.FormattedValue) and ".lower()" in ast.unparse(part)
    ]


def _catalogue(language: str) -> Catalogue:
    return Catalogue(make_catalogues.FOLDER / f"{language}.po")


# -- catalogues ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_sources_is_translated(
    language: str, messages: dict[str, list[str]], request: pytest.FixtureRequest
) -> None:
    """For a release; a day's new texts are counted alone."""
    texts = _catalogue(language).texts
    wanted = [Message(place, text) for text, places in messages.items() for place in places]
    missing = [each for each in wanted if each not in texts]
    if missing and not request.config.getoption("--release"):
        pytest.skip(
            f"{language}: {len(missing)} of {len(wanted)} messages wait for a translation until `make release`"
        )
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_fit_what_they_stand_for(language: str) -> None:
    text = _catalogue(language).path.read_text(encoding="utf-8")
    for message, said in read_catalogue(text):
        if not said:
            continue
        assert slots(said) == slots(message.text), message
        assert said.count("\n") == message.text.count("\n"), message
        assert said[:1].isspace() == message.text[:1].isspace() or said[0] in "，。：；", message
        assert bool(re.search(r"&\w", said)) == bool(re.search(r"&\w", message.text)), message


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_words_for_commands_stay_apart_at_commas(language: str) -> None:
    """The palette divides them there; a comma of another script would make all of them one word."""
    for message, said in _catalogue(language).texts.items():
        if message.place.endswith(("action_table:", "palette_commands:")) and re.fullmatch(
            r"[\w ]+(, [\w -]+)+", message.text
        ):
            assert said.count(", ") >= 1 > said.count("，"), message


# Of other programs, of files and of a lesson's grammar, or only gone through.
KEYS = {
    *("Accept-Encoding", "Range", "User-Agent", "NAType", "Relationship", "Pp", "Mh", "days dmy", "days mdy"),
    *("In the page", "Runs only", "hidden neuron", "typed weights", "wrong labels", "epoch <= 0"),
    *("Momentum", "Network", "Samples", "Trainer", "Sequence", "Wobble"),
    *("Add", "Concatenate", "Layer", "Target", "Type"),
}


def test_no_text_that_people_read_is_a_key(modules: list[Module]) -> None:
    found = {
        (name, key)
        for name, keys, *_ in modules
        if not make_catalogues.WITHOUT.match(name) and name != "playground.training.snapshot_rate"
        for key in keys
        if make_catalogues.is_text(key) and key not in KEYS | set(make_catalogues.left_out()[""])
    }
    assert sorted(found) == []


def test_nouns_that_are_counted_have_both_numbers(
    messages: dict[str, list[str]], modules: list[Module]
) -> None:
    nouns = set().union(*(module.nouns for module in modules))
    for language in LANGUAGES:
        said = _catalogue(language).texts.items()
        translated = {message.text for message, _ in said}
        assert nouns & messages.keys() & translated <= {message.text for message, text in said if "|" in text}


def test_a_damaged_catalogue_leaves_the_program_in_english(tmp_path: Path) -> None:
    file = tmp_path / "de.po"
    for content in (
        b"",
        b'"x"\n',
        b"\xff\xfe",
        b'msgid "open\nmsgstr "x"',
        b'#: a:b\nmsgid "x {0}"\nmsgstr "{1}"\n',
    ):
        file.write_bytes(content)
        assert Catalogue(file).texts == {}
    assert Catalogue(tmp_path / "none.po").texts == {}


# -- replacing ----------------------------------------------------------------------------------------------------


def _ran(source: str, **said: str) -> dict[str, object]:
    names = {text.replace("_", " "): other for text, other in said.items()}
    tree = Translator("m", lambda message: names.get(message.text)).visit(ast.parse(source))
    found: dict[str, object] = {}
    exec(compile(ast.fix_missing_locations(tree), "m", "exec"), found)
    return found


def test_texts_are_replaced_and_docstrings_annotations_and_patterns_are_not() -> None:
    source = '''
"""open"""
__all__ = ["open"]
a = "open"
b: "open" = "open"
def f(x: "open") -> "open":
    """open"""
    match x:
        case "open":
            return f"open {x}"
'''
    found = _ran(source, open="auf")
    assert (found["a"], found["b"], found["__doc__"], found["__all__"]) == ("auf", "auf", "open", ["open"])
    f: ANY = found["f"]  # type: ignore[assignment]
    assert f.__doc__ == "open"
    assert f("open") == "open open", "a template is another message than the words in it"


def test_titles_within_sentences_keep_the_capitals_of_german_nouns(
    modules: list[Module],
) -> None:
    assert [(module.name, part) for module in modules for part in module.lowered] == []


def test_slots_change_places_and_keep_their_formats() -> None:
    found: ANY = _ran("f = lambda a, b: f'{a:.1f} of {b!r}'", **{"{0}_of_{1}": "von {1} die {0}"})["f"]  # type: ignore[assignment]
    assert found(1, "x") == "von 'x' die 1.0"


def test_a_place_names_module_class_and_function() -> None:
    taken: list[Message] = []
    Translator("m", taken.append).visit(ast.parse("class A:\n  def f(self):\n    return 'x'\ny = 'y'"))  # type: ignore[arg-type]
    assert taken == [("m:A.f", "x"), ("m:", "y")]


# -- the program --------------------------------------------------------------------------------------------------

SPOKEN = """
import sys, playground
from core.io.number_text import count_text, epochs_text
from core.io.worker_pool import WorkerPool
from core.experiment.presets import preset_named
if __name__ == "__main__":
    pool = WorkerPool(1)
    print(epochs_text(2), pool.submit(epochs_text, 3).result())
    pool.close()
    sys.stdout.flush()
"""
STORED = """
import hashlib, sys, playground
from core.experiment.presets import preset_files, read_preset
from core.io import strict_json
for file in preset_files():
    preset = read_preset(file)
    # Its name is a title for people.
    text = strict_json.dump(preset.experiment.replace(name=preset.name).to_json())
    print(file.stem, hashlib.sha256(text.encode()).hexdigest())
"""


def _printed(arguments: list[str], language: str, cache: Path, code: int = 0) -> str:
    environment = os.environ | {
        "NUMPYNET_LANGUAGE": language,
        "XDG_CACHE_HOME": str(cache),
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        env=environment,
        text=True,
        cwd=ROOT,
        encoding="utf-8",
    )
    assert done.returncode == code, done.stderr[-3000:]
    return done.stdout + (done.stderr if code else "")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_workers_speak_the_language_of_the_program(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "spoken.py"
    file.write_text(SPOKEN)
    assert _printed([str(file)], "de", cache) == "2 Epochen 3 Epochen\n"
    assert _printed([str(file)], "fr", cache) == "2 epochs 3 epochs\n", "without a catalogue it is English"


HELD = """
import playground
from core.io.number_text import held_text
for text in ("Test", "Testverlust", "Test-R²: 0.9", "zum Testen", "350 zum Testen, Testpunkte", "getestet, Attest"):
    print(held_text(text, "validation"))
"""


def test_what_is_validation_is_never_called_test_in_german(cache: Path) -> None:
    assert _printed(["-c", HELD], "de", cache).splitlines() == [
        "Validierung", "Validierungsverlust", "Validierungs-R²: 0.9", "zum Validieren",
        "350 zum Validieren, Validierungspunkte", "getestet, Attest",
    ]  # fmt: skip


WORKBOOK = """
import sys, playground
from pathlib import Path
from typing import NamedTuple
from core.data.tables.read_table import read_table
print(read_table(Path(sys.argv[1])).rows)
"""


def test_an_excel_file_is_read_in_each_language(tmp_path: Path, cache: Path) -> None:
    # What its entries are called was translated, too: "Target" of a sheet, by which it is found.
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (("a", "b"), (1, 2), (3, 4)):
        book.active.append(row)
    book.save(file := tmp_path / "book.xlsx")
    assert _printed(["-c", WORKBOOK, str(file)], "de", cache) == "2\n"


def test_what_is_stored_is_the_same_in_each_language(cache: Path) -> None:
    assert _printed(["-c", STORED], "de", cache) == _printed(["-c", STORED], "en", cache) != ""


@pytest.mark.slow(reason="10 s each")
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_programs_read_is_the_same_in_each_language(language: str, tmp_path: Path, cache: Path) -> None:
    """Files of every exporter, of presets and of stacks of all layers, and every table; see its module."""
    call = ["-m", "tests.playground.files_of_a_language", str(tmp_path), "14"]
    call += ["moons", "iris", "names", "digits", "sunspots"]
    english, other = (
        [
            line
            for line in _printed(call, each, cache).splitlines()
            if re.search(" ([0-9a-f]{16}|refused)$", line)
        ]
        for each in ("en", language)
    )
    assert len(english) > 200
    assert other == english


ELSEWHERE = """
import playground
from core.experiment.presets import preset_named, presets
from core.formats.page.exporter import texts_of
from playground.cli.entry import main
classic = next(each.classic for each in presets() if each.short == "classic_parity")
print(preset_named("small digits").name, preset_named("digits").name, classic.claim, texts_of("page")["Check again"])
main(["train", "--epochs"])
"""


def test_presets_pages_and_argparse_have_their_words(cache: Path) -> None:
    said = _printed(["-c", ELSEWHERE], "de", cache, code=2)
    assert said.startswith("Kleine Ziffern Kleine Ziffern Ist die Anzahl der Einsen ungerade?")
    assert "Noch einmal prüfen" in said
    assert "Fehler: Argument --epochs: ein Argument erwartet" in said


@pytest.mark.parametrize(
    ("content", "language"),
    [
        (b'{"view/simple": true, "lessons/language": "de"}', "de"),
        (b'{"lessons/language":\n"zh"', "zh"),
        (b'{"lessons/language": "german"}', "en"),
        (b'{"lessons/language": 7}', "en"),
        (b'{"a": "\\"lessons/language\\": \\"de\\""}', "en"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "en"),
        (b'{"a": ' + b"9" * 5_000 + b', "lessons/language": "de"}', "de"),
        (b"\xff\xfe", "en"),
    ],
    ids=range(8),
)
def test_the_language_is_known_whatever_the_preferences_hold(
    content: bytes, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for before anything else is imported: an error here was a traceback at each start."""
    monkeypatch.delenv(translation.VARIABLE, raising=False)
    monkeypatch.setattr(translation, "preferences_path", lambda: tmp_path / "preferences.json")
    assert translation.chosen_language() == "en"
    (tmp_path / "preferences.json").write_bytes(content)
    assert translation.chosen_language() == language


def test_preferences_that_are_no_file_are_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(translation.VARIABLE, raising=False)
    monkeypatch.setattr(translation, "preferences_path", lambda: tmp_path)
    assert translation.chosen_language() == "en"


def test_a_missing_font_is_said_in_english(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    families: list[str] = []
    monkeypatch.setattr(QFontDatabase, "families", lambda *_: families)
    assert translation.missing_letters() == []
    monkeypatch.setattr(translation, "spoken", "zh")
    assert "No font here has Chinese letters" in translation.missing_letters()[0]
    families.append("Noto Sans CJK SC")
    assert translation.missing_letters() == []


def test_the_library_alone_is_english(cache: Path) -> None:
    told = "from core.io.number_text import epochs_text; print(epochs_text(2))"
    assert _printed(["-c", told], "de", cache) == "2 epochs\n"


# What has its words elsewhere, as titles of lessons and Qt's own buttons, and what the test itself writes.
NAMES = {
    *"Auto Cancel Close English Playground a, b, kind number images table label probabilities".replace(
        ",", ""
    ).split()
}
# Keys, units, code and words of files, which every language writes so.
SAME = re.compile(
    r"/\S+|\S+\.csv|^\d+ · .*|(Ctrl|Alt|Shift|Del|Enter|Esc|Space|Left|Right|F\d+)\b|[A-Z]\w*[A-Z]\w*|Linux\S*"
    r"|\b(tanh|sin|cos|softmax|sigmoid|rate|numpy)\b|&\w+;|https?:\S+|\.\w+|\b\w{1,2}\b|~+|\d[\w.,]*"
)


def _window(
    language: str, folder: Path, size: tuple[int, int], cache: Path, *presets: str
) -> dict[str, dict[str, list[str]]]:
    program = ["-m", "tests.playground.translated_window", language, str(folder), *map(str, size), *presets]
    found: dict[str, dict[str, list[str]]] = json.loads(_printed(program, language, cache))
    return found


@pytest.mark.slow(reason="25 s")
def test_every_text_of_the_window_is_a_message(tmp_path: Path, cache: Path) -> None:
    found = _window("xx", tmp_path, (1440, 900), cache, "spirals", "digits")
    names = {
        *NAMES,
        *make_catalogues.left_out()[""],
        *(read_preset(file).experiment.name for file in preset_files()),
    }
    same = re.compile(
        "|".join(rf"\b{re.escape(name)}(?!\w)" for name in sorted(names, key=len, reverse=True))
    )
    plain = set()
    for place, texts in found["texts"].items():
        for text in texts:
            outside = re.sub(r"⟦[^⟦⟧]*⟧", "", re.sub(r"<[^>]+>", " ", text))
            while outside != (outside := re.sub(r"⟦[^⟦⟧]*⟧", "", outside)):
                pass
            if re.search(r"[A-Za-z]{3}", SAME.sub("", same.sub("", outside))):
                plain.add((outside.strip(), place))
    assert not plain, "\n".join(map(str, sorted(plain)))


@pytest.mark.slow(reason="25 s each")
@pytest.mark.parametrize("size", [(1280, 720), (1440, 900)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_cut_and_letters_of_menus_are_their_own(
    language: str, size: tuple[int, int], tmp_path: Path, cache: Path
) -> None:
    found = _window(language, tmp_path, size, cache, "spirals", "digits")
    assert found["menus"] == {}
    assert {place: texts for place, texts in found["cut"].items() if texts} == {}
    assert [text for texts in found["texts"].values() for text in texts if re.search(r"\w\|\w", text)] == []

"""Brings the catalogues in `resources/languages` up to date with the sources: new messages come in, old ones go.

Run it from the root of the project after a change of texts: `python -m resources.make_catalogues`. It prints how much
of each language is there. What nobody reads, or what stays English everywhere, is listed in `left-out.txt`; words in
lower case that people do read are in `words.txt`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from playground.translation import Message, Translator, read_catalogue

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "languages"
WITHOUT = re.compile(
    r"core\.(compiled|formats\.(programs|onnx|keras|page\.program)|io\.version|notebook|reports\.plots"
    r"|lessons\.(conditions|lesson|measuring|result_code|worksheet)$)"
    r"|playground(\.(translation|startup|plugins\.lessons\.views\.(panel|step_card)$)|$)"
)
"""Modules whose texts are programs, formats of others, read by scripts, or in the words of lessons."""
ARGPARSE = (
    "usage: ", "options", "positional arguments", "show this help message and exit", "%(prog)s: error: %(message)s\n",
    "argument %(argument_name)s: %(message)s", "the following arguments are required: %s", "expected one argument",
    "expected at least one argument", "unrecognized arguments: %s", "invalid %(type)s value: %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)", "not allowed with argument %s",
    "ambiguous option: %(option)s could match %(matches)s", "ignored explicit argument %r",
)  # fmt: skip
"""What argparse says to who uses a command; the rest is for programmers."""
_OF_FORMATS = re.compile(r"[.:](onnx|keras|torch|numpy)_\w+")
"""Methods that write an operator or a class of another library; only their sentences are for people."""
_NO_TEXT = re.compile(
    r"(color|font|border|margin|padding|width|height|align|spacing)[-\w]*\s*:|px\b|^Q[A-Z]|::|^#|[_=]\w+[(]|\\|</?\w"
    r"|^--|^\s*$|\w=\w|^[A-Z_ ]+$|^\w+\.\w+$|^[A-Z]?[a-z]+[A-Z]\w*$|SELECT |CREATE |^(Shift|Ctrl|Alt)\+|^Id$"
)
"""Styles, names of Qt, code, options, SQL, keys."""
_WORDS = re.compile(
    r"[A-Za-z]{2,}[,.:;…]? |^An? [a-z]|'s |0 [a-z]{2,}|[a-z]{3,}:? 0\b|[A-Z][a-z]+[…:]?$|^[A-Z][a-z]+[^a-zA-Z_.]*$"
)


def is_text(text: str) -> bool:
    """Whether a string looks like one that people read: with a space between words, or one word with a capital."""
    words = re.sub(r"</?(b|i|sub|sup|br)>|&nbsp;|&(?=\w)", "", re.sub(r"\{\d+\}", "0", text))
    return not _NO_TEXT.search(words) and "{" not in words and bool(_WORDS.search(words))


def keys_of(tree: ast.Module) -> Iterator[str]:
    """Strings that a module looks up by, compares with or takes types from: they are identifiers."""
    for node in ast.walk(tree):
        found: list[ast.expr | None] = []
        match node:
            case ast.Subscript():
                found = [node.slice]
            case ast.Dict():
                found = list(node.keys)
            case ast.Compare():
                found = [node.left, *node.comparators]
            case ast.MatchValue():
                found = [node.value]
            case ast.Call(func=ast.Attribute(attr="get" | "fromkeys"), args=[first, *_]):
                found = [first]
            case ast.ClassDef() if any(
                isinstance(base, ast.Name) and "Enum" in base.id for base in node.bases
            ):
                found = [each.value for each in node.body if isinstance(each, ast.Assign)]
        for each in found:
            for part in getattr(each, "elts", [each]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def nouns_of(tree: ast.Module) -> Iterator[str]:
    """Nouns that are counted, "neuron" of "3 neurons": their translation is both numbers, "Neuron|Neuronen"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "count_text":
            noun = node.args[1]
            for each in (noun.body, noun.orelse) if isinstance(noun, ast.IfExp) else (noun,):
                if isinstance(each, ast.Constant):
                    yield each.value


def modules() -> Iterator[tuple[str, ast.Module]]:
    """All modules that can have messages, by name."""
    for package in ("core", "playground"):
        for file in sorted((ROOT / package).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            yield path[:-3].replace("/", ".").removesuffix(".__init__"), ast.parse(file.read_bytes())


def messages() -> dict[str, list[str]]:
    """What people read, with its places; without the keys of its module and what is left out."""
    found: dict[str, list[str]] = {}
    without, words = left_out(), short_words()
    for name, tree in modules():
        taken = {*nouns_of(tree), *words.get(name, ())}
        passed = {*without.get("", ()), *without.get(name, ()), *keys_of(tree)}
        if WITHOUT.match(name):
            passed.add(name)

        def take(
            message: Message, name: str = name, taken: set[str] = taken, passed: set[str] = passed
        ) -> None:
            place, text = message
            usual = name not in passed and text not in passed and is_text(text)
            if text in without.get(place, ()) or (_OF_FORMATS.search(place) and " " not in text):
                return
            if usual or text in taken or text in words.get(place, ()):
                found.setdefault(text, []).append(place)

        Translator(name, take).visit(tree)
    for place, text in texts_elsewhere():
        found.setdefault(text, []).append(place)
    return {text: sorted(set(places)) for text, places in sorted(found.items())}


def texts_elsewhere() -> Iterator[Message]:
    """Those of the page that runs a network, of the presets' files, and of argparse."""
    for file in sorted((ROOT / "resources" / "page").glob("*.js")):
        for text in re.findall(r'\btr\(("(?:[^"\\]|\\.)*")', file.read_text("utf-8")):
            yield Message("resources/page:", json.loads(text))
    for file in sorted((ROOT / "resources" / "presets").glob("*.json")):
        preset = json.loads(file.read_bytes())
        classic = preset.get("classic", {})
        for text in (
            preset["name"],
            *(classic[key] for key in ("claim", "paper", "differs") if key in classic),
        ):
            yield Message("resources/presets:", text)
    yield from (Message("argparse:", text) for text in ARGPARSE)


def short_words() -> dict[str, list[str]]:
    """By module or place, words that people read though they look like identifiers, or stand in a module without texts.

    A line is "playground.views.results.score_bar: never, always", or has a list: those with a comma, or with braces.
    """
    lines = (FOLDER / "words.txt").read_text(encoding="utf-8").splitlines()
    parts = (line.partition(": ") for line in lines)
    return {name: json.loads(words) if words[0] == "[" else words.split(", ") for name, _, words in parts}


def left_out() -> dict[str, list[str]]:
    """Strings that stay as they are, by module or place; "": everywhere.

    A line is a string, or a place with a list: `core.data.datasets.mnist: ["Bag", "Coat"]`.
    """
    found: dict[str, list[str]] = {"": []}
    for line in (FOLDER / "left-out.txt").read_text(encoding="utf-8").splitlines():
        place, _, texts = line.partition(": [")
        if line.startswith('"'):
            found[""].append(json.loads(line))
        else:
            found[place] = json.loads(f"[{texts}")
    return found


def written(texts: dict[str, list[str]], translations: dict[Message, str]) -> str:
    """A catalogue as a .po file. At a new place a text has its translation of another, best of the same function."""
    quoted = lambda text: json.dumps(text, ensure_ascii=False)  # noqa: E731
    known = {message.text: said for message, said in translations.items()}
    moved = {(place.partition(":")[2], text): said for (place, text), said in translations.items()}
    blocks = ['msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"']
    for text, places in texts.items():
        by_translation: dict[str, list[str]] = {}
        for place in places:
            same = moved.get((place.partition(":")[2], text)) or known.get(text, "")
            said = translations.get(Message(place, text)) or same
            by_translation.setdefault(said, []).append(f"#: {place}")
        for said, lines in by_translation.items():
            blocks.append("\n".join([*lines, f"msgid {quoted(text)}", f"msgstr {quoted(said)}"]))
    return "\n\n".join(blocks) + "\n"


def main() -> None:
    """Write every catalogue anew."""
    texts = messages()
    for file in sorted(FOLDER.glob("*.po")):
        old = {each: said for each, said in read_catalogue(file.read_text(encoding="utf-8")) if said}
        file.write_text(written(texts, old), encoding="utf-8")
        known = {message.text for message in old}
        print(f"{file.stem}: {sum(text in known for text in texts)} of {len(texts)} messages")  # noqa: T201


if __name__ == "__main__":
    main()

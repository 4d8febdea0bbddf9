"""Every regular expression of the project takes time in proportion to the text that it is applied to.

`re` holds the interpreter: a pattern that takes minutes freezes the window, on whichever thread. Each is applied, in
the ways in which it is called, to long runs of what its own parts take, followed by what it does not.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from time import thread_time
from typing import Any, Final

from tests.sources import PATHS, ROOT, trees

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_parse

CALLS: Final = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
COUNT: Final = 3_000
SECONDS: Final = 0.03
"""A linear pattern takes some 0.0001 s of `COUNT` letters, a quadratic one 0.1 s and more."""


@dataclass(frozen=True)
class Pattern:
    """A pattern of a module, at a line, and the functions of `re` that are called with it."""

    place: str
    text: str
    flags: int
    calls: tuple[str, ...]


def _text(node: ast.expr, constants: dict[str, str]) -> str | None:
    """The text of a pattern; what is put into it is a word."""
    if isinstance(node, ast.Constant):
        value = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        return value if isinstance(value, str) else None
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.JoinedStr):
        parts = [each if isinstance(each, ast.Constant) else each.value for each in node.values]  # type: ignore[attr-defined]
        return "".join(_text(part, constants) or "word" for part in parts)
    if isinstance(node, ast.BinOp):
        parts = [_text(side, constants) for side in (node.left, node.right)]
        return None if None in parts else "".join(filter(None, parts))
    return None


def _flags(call: ast.Call) -> int:
    given = [*call.args[1:], *(each.value for each in call.keywords if each.arg == "flags")]
    names = {each.attr for value in given for each in ast.walk(value) if isinstance(each, ast.Attribute)}
    return sum(int(getattr(re, name)) for name in names if name.isupper() and hasattr(re, name))


UNREAD: Final = {
    "core/formats/page/packing.py": "applied to this program's own code",
    "core/data/tables/written_numbers.py": "made of parts that are applied to cells of a few letters",
    "core/formats/programs/pipeline_code.py": "applied to this program's own code",
    "core/lessons/lesson_file.py": "of names, which have at most 200 letters",
}
"""Modules with patterns that stand in no text of the module, and why these are harmless."""
unread: list[str] = []


def patterns() -> Iterator[Pattern]:
    for module, tree in trees(r"\bre\."):
        yield from _of_module(PATHS[module].relative_to(ROOT).as_posix(), tree)


def _of_module(file: str, tree: ast.Module) -> Iterator[Pattern]:
    constants: dict[str, str] = {}
    compiled: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = ast.unparse(target)
            if (text := _text(node.value, constants)) is not None:
                constants[name] = text
            compiled |= {id(each): name for each in ast.walk(node.value) if isinstance(each, ast.Call)}
    source = ast.unparse(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).startswith("re."):
            continue
        call = ast.unparse(node.func).removeprefix("re.")
        if call not in (*CALLS, "compile"):
            continue
        text = _text(node.args[0], constants)
        place = f"{file}:{node.lineno}"
        if text is None:
            unread.append(place)
            continue
        calls = (call,)
        if call == "compile":
            name = compiled.get(id(node), "")
            calls = tuple(
                each for each in CALLS if re.search(rf"\b{re.escape(name)}\b(\[\w+\])?\.{each}\b", source)
            )
        yield Pattern(place, text, _flags(node), calls or ("fullmatch", "search"))


def _letters(parsed: Any) -> Iterator[str]:
    """A letter that each part of a pattern takes."""
    for kind, value in parsed:
        name = str(kind)
        if name in ("LITERAL", "NOT_LITERAL"):
            yield chr(value) if name == "LITERAL" else "x"
        elif name == "IN":
            for inner, given in value:
                if str(inner) == "LITERAL":
                    yield chr(given)
                elif str(inner) == "RANGE":
                    yield chr(given[0])
                else:
                    yield from {"SPACE": " \n", "DIGIT": "1", "WORD": "a"}.get(
                        str(given).removeprefix("CATEGORY_"), "x"
                    )
        elif name == "ANY":
            yield "x"
        elif isinstance(value, tuple | list):
            for part in value:
                if isinstance(part, sre_parse.SubPattern):
                    yield from _letters(part)
                elif isinstance(part, list):
                    for each in part:
                        yield from _letters(each) if isinstance(each, sre_parse.SubPattern) else ()


def attacks(pattern: Pattern) -> Iterator[str]:
    """Long texts of one letter and of two, behind each beginning of the pattern's own letters, with a wrong end."""
    letters = list(dict.fromkeys(_letters(sre_parse.parse(pattern.text, pattern.flags))))[:8]
    begin = "".join(letters)
    units = [
        *letters,
        " ",
        "\n",
        "a",
        "1",
        *(a + b for a in letters[:4] for b in letters[:4]),
        begin,
        begin[:3],
    ]
    for unit in dict.fromkeys(units):
        run = (unit * COUNT)[:COUNT]
        for start in dict.fromkeys(("", begin[:1], begin[:3])):
            yield f"{start}{run}\0"


def slowest(pattern: Pattern) -> tuple[float, str]:
    compiled = re.compile(pattern.text, pattern.flags)
    worst = 0.0, ""
    for text in attacks(pattern):
        for call in pattern.calls:
            apply = getattr(compiled, call)
            begin = thread_time()
            found = apply("", text) if call in ("sub", "subn") else apply(text)
            if call == "finditer":
                list(found)
            worst = max(worst, (thread_time() - begin, f"{call} of {text[:12]!r}"))
            if worst[0] > SECONDS:
                return worst
    return worst


def test_every_pattern_takes_time_in_proportion_to_its_text() -> None:
    found = list(patterns())
    assert len(found) > 60
    assert {place.partition(":")[0] for place in unread} == UNREAD.keys()
    assert [
        f"{each.place}: {text}" for each in found for seconds, text in [slowest(each)] if seconds > SECONDS
    ] == []

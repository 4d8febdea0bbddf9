"""A document of sections, written as Markdown or as one HTML file."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table; an empty `header` is left out."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Code:
    """A program."""

    language: str
    text: str


@dataclass(frozen=True)
class Figure:
    """A drawing as SVG, and what it shows."""

    svg: str
    alt: str


Block = Text | Table | Code | Figure


@dataclass(frozen=True)
class Section:
    """A heading and what follows it."""

    title: str
    blocks: tuple[Block, ...]


_STYLE = """\
:root { color-scheme: light dark; --ink: #1c2430; --muted: #5c6675; --line: #dfe3ea; --ground: #fff; --soft: #f4f6f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --muted: #9aa4b2; --line: #2f3744; --ground: #14181f; --soft: #1c222b; }
}
body { font: 15px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 820px;
  margin: 40px auto; padding: 0 20px; }
h1 { font-size: 28px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 32px 0 8px; }
p { margin: 6px 0; } table { border-collapse: collapse; margin: 8px 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 600; }
pre { background: var(--soft); padding: 12px 14px; border-radius: 8px; overflow-x: auto; font-size: 13px; }
figure { margin: 10px 0; } svg { max-width: 100%; height: auto; color: var(--ink); }
"""


def to_html(title: str, sections: Sequence[Section]) -> str:
    """One file without links to others, in the reader's light or dark."""
    body = "".join(
        f"<section>\n<h2>{html.escape(section.title)}</h2>\n{''.join(map(_html_block, section.blocks))}</section>\n"
        for section in sections
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{html.escape(title)}</h1>\n{body}</body>\n</html>\n"
    )


def to_markdown(title: str, sections: Sequence[Section]) -> str:
    """GitHub's Markdown; figures are inside as data URIs."""
    parts = [f"# {_plain(title)}\n"]
    for section in sections:
        parts.append(f"## {_plain(section.title)}\n")
        parts.extend(map(_markdown_block, section.blocks))
    return "\n".join(parts)


def _html_block(block: Block) -> str:
    if isinstance(block, Text):
        return f"<p>{html.escape(block.text)}</p>\n"
    if isinstance(block, Code):
        return f"<pre><code>{html.escape(block.text)}</code></pre>\n"
    if isinstance(block, Figure):
        return f'<figure role="img" aria-label="{html.escape(block.alt)}">{block.svg}</figure>\n'
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in block.header)
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>\n" for row in block.rows
    )
    return f"<table>\n{f'<tr>{head}</tr>' if head else ''}{rows}</table>\n"


def _markdown_block(block: Block) -> str:
    if isinstance(block, Text):
        return f"{_plain(block.text)}\n"
    if isinstance(block, Code):
        fence = "`" * max(3, block.text.count("```") + 3)
        return f"{fence}{block.language.lower()}\n{block.text.rstrip()}\n{fence}\n"
    if isinstance(block, Figure):
        data = base64.b64encode(block.svg.encode()).decode()
        return f"![{_plain(block.alt)}](data:image/svg+xml;base64,{data})\n"
    width = max([len(block.header), *(len(row) for row in block.rows)])
    header = block.header or ("",) * width
    lines = [header, ("---",) * width, *block.rows]
    return "".join(f"| {' | '.join(map(_plain, line))} |\n" for line in lines)


def _plain(text: str) -> str:
    """Text without meaning to Markdown: names of files and columns may have any signs."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")

"""The narrative of a C-CDA section as readable text: paragraphs, lists and tables keep their lines.

What is rendered follows the CDA R2 narrative block (HL7 CDA Release 2, section 4.3.5).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ehrcoder.adapters.formats.xml_trees import attribute, texts_of

if TYPE_CHECKING:
    from lxml.etree import _Element

CELL_BORDER = " | "

_BLOCKS = frozenset({
    "paragraph", "caption", "footnote", "text", "div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "renderMultiMedia",
})
_HOLD_BLOCKS = _BLOCKS | {"list", "table", "br", "ul", "ol"}
_LISTS = frozenset({"list", "ul", "ol"})
# XML's own white space; a no-break space is a character of the text.
_SPACE = re.compile(r"[ \t\r\n]+")


def narrative_text(text: _Element) -> str:
    """Return what a reader of the section sees: a line a paragraph, item or row, bars between cells."""
    has_blocks = any(element.tag in _HOLD_BLOCKS for element in text.iterdescendants())
    preformatted = not has_blocks and any("\n" in piece.strip() for piece in texts_of(text))
    return "\n".join(_lines_of(text, preformatted=preformatted)).strip("\n")


def _lines_of(element: _Element, *, preformatted: bool = False) -> list[str]:
    page = _Page(preformatted=preformatted)
    page.render_content(element)
    page.end_line()
    return page.lines


class _Page:
    """Collects the lines of one block."""

    def __init__(self, *, preformatted: bool) -> None:
        self.lines: list[str] = []
        self._line = ""
        self._preformatted = preformatted

    def render_content(self, element: _Element) -> None:
        """Write an element's text and children in their order."""
        self._write(element.text or "")
        for inner in element:
            if isinstance(inner.tag, str):
                self._render(inner)
            self._write(inner.tail or "")

    def end_line(self) -> None:
        """Close the line; a blank one stays only in preformatted text."""
        line, self._line = self._line.strip(" \t"), ""
        if line or (self._preformatted and self.lines):
            self.lines.append(line)

    def _render(self, element: _Element) -> None:
        tag = element.tag
        if attribute(element, "revised") == "delete":
            return
        if tag == "br":
            self.end_line()
        elif tag in _LISTS:
            self.end_line()
            self.lines.extend(_list_lines(element))
        elif tag == "table":
            self.end_line()
            self.lines.extend(_table_lines(element))
        elif tag in _BLOCKS:
            self.end_line()
            self.render_content(element)
            self.end_line()
        else:
            self.render_content(element)

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._preformatted:
            first, *rest = re.split(r"\r\n|\n|\r", text)
            self._line += first
            for line in rest:
                self.end_line()
                self._line = line
            return
        collapsed = _SPACE.sub(" ", text)
        self._line += collapsed.lstrip(" ") if not self._line or self._line.endswith(" ") else collapsed


def _list_lines(element: _Element) -> list[str]:
    lines: list[str] = []
    ordered = attribute(element, "listType") == "ordered" or element.tag == "ol"
    number = 0
    for item in element:
        if item.tag == "caption":
            lines.extend(_lines_of(item))
        elif item.tag in ("item", "li") and attribute(item, "revised") != "delete":
            number += 1
            mark = f"{number}. " if ordered else "- "
            inner = _lines_of(item)
            lines.extend((mark if place == 0 else " " * len(mark)) + line for place, line in enumerate(inner))
    return lines


def _table_lines(table: _Element) -> list[str]:
    lines: list[str] = []
    carried: dict[int, int] = {}
    for part in table.iter("caption", "tr"):
        if next(part.iterancestors("table"), None) is not table:
            continue
        if part.tag == "caption":
            if part.getparent() is table:
                lines.extend(_lines_of(part))
        elif attribute(part, "revised") != "delete":
            lines.extend(_row_lines(part, carried))
    return lines


def _row_lines(row: _Element, carried: dict[int, int]) -> list[str]:
    """Render a row; `carried` holds the columns that cells of former rows still reach into."""
    cells: list[list[str]] = []
    for cell in row:
        if cell.tag not in ("td", "th"):
            continue
        _skip_carried(cells, carried)
        column, below = len(cells), _span(cell, "rowspan") - 1
        cells.append(_lines_of(cell))
        cells.extend([] for _ in range(_span(cell, "colspan") - 1))
        if below:
            carried.update(dict.fromkeys(range(column, len(cells)), below))
    _skip_carried(cells, carried)
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) == 1:
        return cells[0]
    return [CELL_BORDER.join("; ".join(cell) for cell in cells)] if cells else []


def _skip_carried(cells: list[list[str]], carried: dict[int, int]) -> None:
    while carried.get(len(cells), 0) > 0:
        carried[len(cells)] -= 1
        cells.append([])


def _span(cell: _Element, name: str) -> int:
    given = attribute(cell, name)
    return min(int(given), 50) if given.isascii() and given.isdigit() and int(given) > 0 else 1

"""HTML of attachments and narratives as readable text: paragraphs, lists and tables keep their lines."""

from __future__ import annotations

from html.parser import HTMLParser

_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "caption", "dd", "div", "dl", "dt", "fieldset", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
})
_UNSHOWN = frozenset({"script", "style", "head", "title", "template"})
_CELLS = frozenset({"td", "th"})


def text_of_html(html: str) -> str:
    """Return what a reader of the page would see: a line a block, tabs between cells, dashes at items."""
    collector = _Collector()
    collector.feed(html)
    collector.close()
    return collector.text()


class _Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._unshown = 0
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self._unshown += 1
        elif tag == "br":
            self._end_line(keep_blank=True)
        elif tag in _BLOCKS:
            self._end_line()
        if tag == "pre":
            self._preformatted += 1
        elif tag == "li":
            self._line.append("- ")
        elif tag in _CELLS and self._line:
            self._line = ["".join(self._line).rstrip(" ") + "\t"]

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN:
            self._unshown = max(0, self._unshown - 1)
        elif tag in _BLOCKS:
            self._end_line()
        if tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)

    def handle_data(self, data: str) -> None:
        if self._unshown:
            return
        if self._preformatted:
            first, *rest = data.split("\n")
            self._line.append(first)
            for line in rest:
                self._end_line(keep_blank=True)
                self._line.append(line)
            return
        words = " ".join(data.split())
        if not words:
            if self._line and not self._line[-1].endswith((" ", "\t")):
                self._line.append(" ")
            return
        before = " " if data[0].isspace() and self._line and not self._line[-1].endswith((" ", "\t")) else ""
        self._line.append(before + words + (" " if data[-1].isspace() else ""))

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _end_line(self, *, keep_blank: bool = False) -> None:
        line = "".join(self._line)
        self._line = []
        if line.strip() and line.strip() != "-":
            self._lines.append(line.rstrip())
        elif keep_blank:
            self._lines.append("")

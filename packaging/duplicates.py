"""Fails when six or more lines of the product stand in two places: `.venv/bin/python packaging/duplicates.py`.

Lines are compared without their indentation; blank lines, comments, imports and closing brackets do not count. A place
that has a reason says so in `ALLOWED`.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
LINES = 6
_SKIPPED = re.compile(r"^(#.*|[\])}\s,:]*|(from [\w.]+ )?import .*|[A-Za-z]\w*,|if TYPE_CHECKING:|else:|try:|@\w+)$")
_PORT = "the signature that the port of writers asks for"
_MODEL = "what Qt asks of every item model"
# Two files, or one with itself → why the same lines may stand there.
ALLOWED: dict[frozenset[str], str] = {
    frozenset({"ehrcoder/adapters/ccda_writer.py", "ehrcoder/adapters/html_summary.py"}): _PORT,
    frozenset({"ehrcoder/adapters/fhir/writer.py"}): _PORT,
    frozenset({"ehrcoder/adapters/csv_writer.py", "ehrcoder/adapters/jsonl_writer.py"}):
        "two public forms; each names its columns itself, so that a change of one is no change of the other",
    frozenset({"ehrcoder/engine/choose.py", "ehrcoder/engine/features.py"}):
        "the columns of two scorers, in the order in which each was fitted",
    frozenset({"ehrcoder/gui/models/record_list.py", "ehrcoder/gui/models/timeline.py"}): _MODEL,
    frozenset({"ehrcoder/gui/models/suggestions.py", "ehrcoder/gui/models/timeline.py"}): _MODEL,
}


def lines_of(path: Path) -> list[tuple[int, str]]:
    """Return (number, line) of the lines that count."""
    found, in_docstring = [], False
    for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
        line = raw.strip()
        marks = line.count('"""')
        if marks == 1:
            in_docstring = not in_docstring
        if marks == 0 and not in_docstring and not _SKIPPED.match(line):
            found.append((number, line))
    return found


def duplicates(files: list[Path]) -> Iterator[tuple[Path, int, Path, int, int]]:
    """Yield (file, line, other file, line, length) of every run of equal lines, the longest of each pair of places."""
    content = {path: lines_of(path) for path in files}
    places: dict[tuple[str, ...], list[tuple[Path, int]]] = defaultdict(list)
    for path, lines in content.items():
        for start in range(len(lines) - LINES + 1):
            places[tuple(line for _, line in lines[start:start + LINES])].append((path, start))
    seen: set[tuple[Path, int, Path, int]] = set()
    for same in places.values():
        for index, (one, at) in enumerate(same):
            for other, there in same[index + 1:]:
                if (one, at - 1, other, there - 1) in seen:
                    seen.add((one, at, other, there))
                    continue
                seen.add((one, at, other, there))
                length = 0
                first, second = content[one], content[other]
                while (at + length < len(first) and there + length < len(second)
                       and first[at + length][1] == second[there + length][1]):
                    length += 1
                yield one, first[at][0], other, second[there][0], length


def main() -> int:
    """Print what stands twice and return the exit code."""
    bad = []
    for one, line, other, there, length in duplicates(sorted((REPOSITORY / "ehrcoder").rglob("*.py"))):
        names = str(one.relative_to(REPOSITORY)), str(other.relative_to(REPOSITORY))
        if frozenset(names) not in ALLOWED:
            bad.append(f"{names[0]}:{line} and {names[1]}:{there}: {length} lines")
    print("\n".join(bad) if bad else f"No {LINES} lines of the product stand twice without a reason.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

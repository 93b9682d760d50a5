"""Where annotated words stand: annotators count characters in different ways, and the words tell in which.

Half-open ranges of code points of the stored text are what counts here. A file of another count is recognised by
its words, all of them, and the record says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ehrcoder.adapters.formats.brat_annotations import Entity

Report = Callable[[str], None]
Placed = dict[str, tuple[tuple[int, int, str], ...]]


def places_in(text: str, entities: Iterable[Entity], *, report: Report) -> tuple[Placed, tuple[str, ...]]:
    """Return each entity's ranges with their words, and a note where the file counts in another way.

    An entity whose words do not stand at its place is named and has no range.
    """
    listed = tuple(entities)
    best: tuple[int, str, Sequence[int] | None] = (-1, "", None)
    for said, places in _counts(text):
        fitting = sum(1 for entity in listed if _fits(text, entity, places))
        if fitting > best[0]:
            best = (fitting, said, places)
        if fitting == len(listed):
            break
    _, said, places = best
    placed: Placed = {}
    for entity in listed:
        if _fits(text, entity, places):
            placed[entity.name] = _joined(text, [_moved(each, places) for each in entity.ranges])
        else:
            report(f"Annotation line {entity.line}: its words do not stand at its place in the text.")
    return placed, (said,) if said and placed else ()


def _counts(text: str) -> Iterable[tuple[str, Sequence[int] | None]]:
    """Yield the ways of counting, the format's own first; each maps a place of the file to one of the text."""
    yield "", None
    if "\r\n" in text:
        yield ("The annotations count a line end as one character; their places were moved.",
               [place for place in range(len(text) + 1) if text[max(place - 1, 0):place + 1] != "\r\n"])
    if not text.isascii():
        yield "The annotations count UTF-16 units; their places were moved.", _by_width(text, "utf-16-le", 2)
        yield "The annotations count bytes; their places were moved.", _by_width(text, "utf-8", 1)
    yield "The annotations count from one; their places were moved.", [0, *range(len(text) + 1)]


def _by_width(text: str, encoding: str, unit: int) -> list[int]:
    places: list[int] = []
    for place, character in enumerate(text):
        places += [place] * (len(character.encode(encoding)) // unit)
    return [*places, len(text)]


def _moved(found: tuple[int, int], places: Sequence[int] | None) -> tuple[int, int]:
    if places is None:
        return found
    start, end = found
    if not 0 <= start <= end < len(places):
        return -1, -1
    return places[start], places[end]


def _fits(text: str, entity: Entity, places: Sequence[int] | None) -> bool:
    moved = [_moved(each, places) for each in entity.ranges]
    if not moved or any(not 0 <= start < end <= len(text) for start, end in moved):
        return False
    if entity.words is None:
        return True
    # brat writes the pieces of a broken span with a blank between them, and a line end as a blank.
    return " ".join(" ".join(text[start:end] for start, end in moved).split()) == " ".join(entity.words.split())


def _joined(text: str, ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int, str], ...]:
    """Join pieces between which only a line ends: they are one quote."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start >= joined[-1][1] and not text[joined[-1][1]:start].strip("\r\n"):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple((start, end, text[start:end]) for start, end in joined)

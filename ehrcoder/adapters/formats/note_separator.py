"""Many notes in one file: lines that match a pattern stand between them.

`separator` in the reader's options is a regular expression that is looked for in each line. The line itself belongs
to no note, unless `separator.stays` is `yes`; then it is the first of the note that follows. A group named `title`
names that note. Every other character stays as it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ehrcoder.core.errors import InputError

SEPARATOR = "separator"
SEPARATOR_STAYS = "separator.stays"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
# A longer line is prose, and a careless pattern would search it for minutes.
_LONGEST_LINE = 400
_MOST_NOTES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitNote:
    """One note of a file: its place among them, from one, its title where the pattern gave one, and its text."""

    number: int
    title: str
    text: str


def notes_of(
    text: str, options: Mapping[str, str], *, report: Callable[[str], None]
) -> tuple[SplitNote, ...] | None:
    """Return the notes of a text, or None where no separator is named.

    Raises InputError for a pattern that is none, and where no line matches: the file would come in as one note
    that nobody meant.
    """
    given = options.get(SEPARATOR, "")
    if not given:
        return None
    pattern = _compiled(given)
    notes = [note for note in _parts(text, pattern, stays=options.get(SEPARATOR_STAYS) == "yes") if note.number]
    if not notes:
        raise InputError("No line of it matches the separator between notes, so it was not taken as one note.",
                         next_step="Correct the pattern, or import the file without one.")
    filled = tuple(note for note in notes if note.text.strip())
    if len(filled) < len(notes):
        report(f"Notes without text between two separators: {len(notes) - len(filled)}.")
    if not filled:
        raise InputError("The separators have no text between them.", next_step="Correct the pattern.")
    return filled


def _compiled(given: str) -> re.Pattern[str]:
    try:
        return re.compile(given)
    except (re.error, RecursionError, OverflowError) as error:
        raise InputError(f"The separator between notes is no regular expression: {error}.",
                         next_step="Correct the pattern, for example ^=====$ or ^Record \\d+.") from error


def _parts(text: str, pattern: re.Pattern[str], *, stays: bool) -> Iterator[SplitNote]:
    """Yield the notes; one of number 0 means that no separator was found."""
    number, start, title, found_any = 1, 0, "", False
    for line in _LINE.finditer(text):
        if not line[0]:
            break  # the end of the text is no line
        bare = line[0].rstrip("\r\n")
        if len(bare) > _LONGEST_LINE or (match := pattern.search(bare)) is None:
            continue
        before = text[start:line.start()]
        # What stands before the first separator is a note only where it holds something.
        if found_any or before.strip():
            yield SplitNote(number=number, title=title, text=before)
            number += 1
        if number > _MOST_NOTES:
            raise InputError(f"The separator cuts the file into more than {_MOST_NOTES} notes.",
                             next_step="Correct the pattern.")
        found_any = True
        title = (match.groupdict().get("title") or "").strip()
        start = line.start() if stays else line.end()
    rest = text[start:]
    if not found_any:
        yield SplitNote(number=0, title="", text="")
    elif rest.strip():
        yield SplitNote(number=number, title=title, text=rest)

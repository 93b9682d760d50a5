"""The one place where offsets of stored text and positions in a Qt document are converted.

Stored text counts Unicode code points. A QTextDocument counts UTF-16 units, and takes CR LF together as one
block separator (lone CR, lone LF and U+2029 are one each, as in the stored text; U+2028, form feed and the
like stay characters).
"""

from __future__ import annotations

import re
from bisect import bisect_right

_UNEQUAL = re.compile("\r\n|[\U00010000-\U0010ffff]")
_BYTE_ORDER_MARKS = ("\ufeff", "\ufffe")


def for_qt(text: str) -> str:
    """Return what to hand to Qt so that its document holds the whole text.

    Qt takes a mark at the beginning of a string for its byte order: it drops it, or swaps every character.
    """
    return "\ufeff" + text if text.startswith(_BYTE_ORDER_MARKS) else text


class TextOffsets:
    """Converts positions between one stored text and the Qt document that shows it."""

    __slots__ = ("_length", "_qt", "_stored")

    def __init__(self, text: str) -> None:
        """Note the places where the two ways of counting part: an astral character or a CR LF."""
        self._stored = [0]
        self._qt = [0]
        self._length = len(text)
        shift = 0
        for match in _UNEQUAL.finditer(text):
            end = match.end()
            shift += -1 if end - match.start() == 2 else 1
            self._stored.append(end)
            self._qt.append(end + shift)

    def to_qt(self, offset: int) -> int:
        """Return the document position of a code-point offset; between CR and LF counts as behind both."""
        bounded = min(max(offset, 0), self._length)
        place = bisect_right(self._stored, bounded) - 1
        return self._qt[place] + bounded - self._stored[place]

    def to_stored(self, position: int) -> int:
        """Return the code-point offset of a document position; inside a surrogate pair counts as behind it."""
        bounded = max(position, 0)
        place = bisect_right(self._qt, bounded) - 1
        return min(self._stored[place] + bounded - self._qt[place], self._length)

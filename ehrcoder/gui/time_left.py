"""How long a job still takes, estimated from what is done of it; nothing is said before that is fair."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

FAIR_AFTER_SECONDS = 4.0
"""How long a job has to run before its speed says anything."""
FAIR_AFTER_PIECES = 2
"""How many pieces have to be done; the first one often loads what the others use."""
_MINUTE, _HOUR = 60, 3600


class TimeLeft:
    """Watches the pieces of one job. Times are seconds of a clock that only goes forward."""

    def __init__(self) -> None:
        self._marks: list[tuple[int, float]] = []
        self._total = 0

    def report(self, *, done: int, total: int, at: float) -> None:
        """Take note that this many pieces are done; another total begins anew, since its pieces are others."""
        if total != self._total and not (0 < self._total < total and self._marks):
            self._marks = []
        self._total = total
        if not self._marks or done > self._marks[-1][0]:
            self._marks.append((done, at))

    def seconds(self, *, at: float) -> float | None:
        """Return how long the rest takes at the speed so far, in seconds; None while that cannot be said.

        The first piece is left out of the speed once three are done. A piece that takes longer than the others did
        never counts down those behind it; where it is the last one, nothing is said any more.
        """
        if not self._marks or self._total < 2:
            return None
        (first, began), (done, reached) = self._marks[0], self._marks[-1]
        if done - first < FAIR_AFTER_PIECES or at - began < FAIR_AFTER_SECONDS:
            return None
        if done - first > FAIR_AFTER_PIECES:
            first, began = self._marks[1]
        a_piece = (reached - began) / (done - first)
        behind = max(self._total - done - 1, 0)
        current = a_piece - (at - reached) if self._total > done else 0.0
        if current < 0 and behind == 0:
            return None
        return max(current, 0.0) + a_piece * behind


def left_words(seconds: float | None) -> str:
    """Return about how long is left, as coarse as an estimate is; empty where none is fair."""
    if seconds is None:
        return ""
    if seconds < 10:
        return _tr("a few seconds left")
    if seconds < 55:
        return _tr("about {0} s left").format(round(seconds / 10) * 10)
    minutes = round(seconds / _MINUTE)
    if minutes < 60:
        return _tr("about {0} min left").format(max(minutes, 1))
    hours, rest = divmod(round(seconds / (5 * _MINUTE)) * 5, 60)
    return _tr("about {0} h {1} min left").format(hours, rest)


def _tr(text: str) -> str:
    return QCoreApplication.translate("time_left", text)

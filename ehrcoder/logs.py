"""Log files that rotate and never hold clinical text.

What is logged is chosen by the caller: ids, lengths, hashes, durations, names of errors. As a second fence every
line is cut short, and of an exception only its type and the places in the code are written: messages of foreign
libraries may quote what they were given.
"""

from __future__ import annotations

import logging
import logging.handlers
import traceback
from pathlib import Path
from types import TracebackType

_FILE = "ehrcoder.log"
_BYTES, _FILES_KEPT = 1_000_000, 5
_LINE_LENGTH = 300
_ROOT = "ehrcoder"

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PlacesOnlyFormatter(logging.Formatter):
    """Writes one short line an entry; of exceptions the type and the places, never the message or the source."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (logging's name)
        """Return the entry on one line, cut at 300 characters."""
        line = " ".join(super().formatMessage(record).split())
        return line if len(line) <= _LINE_LENGTH else line[: _LINE_LENGTH - 1] + "…"

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  (logging's name)
        """Return the exception's type and the places it came through."""
        kind, _, trace = ei
        places = [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        return "\n".join([kind.__name__ if kind else "no exception", *places])


def start_logging(folder: Path, *, level: int = logging.INFO) -> logging.Logger:
    """Write the product's log into `folder`, five files of 1 MB at most, and return its logger.

    A folder that cannot be written costs the log, not the work. Called again, it replaces the former handler.
    """
    logger = logging.getLogger(_ROOT)
    stop_logging()
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / _FILE, maxBytes=_BYTES, backupCount=_FILES_KEPT - 1, encoding="utf-8", errors="replace"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(PlacesOnlyFormatter())
    logger.addHandler(handler)
    logger.setLevel(level)
    # Handlers of other libraries print messages whole.
    logger.propagate = False
    return logger


def stop_logging() -> None:
    """Close the log."""
    logger = logging.getLogger(_ROOT)
    for handler in tuple(logger.handlers):
        logger.removeHandler(handler)
        handler.close()

"""The process that reads PDF documents: takes one after the other from its input and answers with their pages.

A document comes as its length in eight bytes and then its bytes. The answer is one line of JSON: a list with the
text of each page, or one of the words below for why there is none.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys

OPTION = "--pdf-reader"
"""By which an installed program becomes this process."""
LENGTH_BYTES = 8
MOST_PAGES = 3000
LOCKED, TOO_MANY_PAGES, TOO_LARGE, DAMAGED = "locked", "too many pages", "too large", "damaged"

_MOST_MEMORY = 2 * 1024**3
_READY = b"ready\n"


class _RefusedError(Exception):
    """The document cannot be read; its argument is the word for why."""


def main() -> None:
    """Answer until the input ends, which it does when the program that started this ends, however it ends."""
    import pypdf  # noqa: F401 - before anybody's time counts

    # Its remarks on broken files are of no use to a person and may quote the text.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    _limit_memory()
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    # What the parser prints must not stand among the answers.
    sys.stdout = sys.stderr
    answers.write(_READY)
    answers.flush()
    while len(length := given.read(LENGTH_BYTES)) == LENGTH_BYTES:
        try:
            answer: list[str] | str = _pages(given.read(int.from_bytes(length, "big")))
        except _RefusedError as error:
            answer = str(error)
        answers.write(json.dumps(answer).encode("ascii") + b"\n")
        answers.flush()


def _pages(data: bytes) -> list[str]:
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _RefusedError(LOCKED)
        if len(reader.pages) > MOST_PAGES:
            raise _RefusedError(TOO_MANY_PAGES)
        return [page.extract_text() for page in reader.pages]
    except _RefusedError:
        raise
    except MemoryError:
        raise _RefusedError(TOO_LARGE) from None
    except Exception:  # noqa: BLE001 - a damaged file makes the parser fail in every way there is
        raise _RefusedError(DAMAGED) from None


def _limit_memory() -> None:
    """Let a file that unpacks to more than there is end here, not in the program or the computer."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


if __name__ == "__main__":
    main()

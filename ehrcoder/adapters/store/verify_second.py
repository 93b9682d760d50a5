"""The second process of a verification: checks the end of the records, and says so where it found nothing wrong."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

from ehrcoder.adapters.passwords import Argon2Passwords
from ehrcoder.adapters.store.cipher import CipherKey
from ehrcoder.adapters.store.people import PeopleTables
from ehrcoder.adapters.store.record_tables import RecordTables
from ehrcoder.adapters.store.session import Session
from ehrcoder.adapters.store.verify_helper import sound
from ehrcoder.adapters.store.verify_histories import HistoriesCheck, Part
from ehrcoder.adapters.store.verify_people import PeopleCheck
from ehrcoder.adapters.store.workspace import connect_session
from ehrcoder.adapters.system import SystemClock, UuidSource

_RECORDS = "SELECT record_id, content_sha256, number FROM records WHERE record_id >= ? AND record_id < ?"
_PROFILE_LINES = "SELECT position, subject, content_sha256 FROM ledger WHERE kind = 'profile' ORDER BY position"


def main() -> None:
    """Read the order from standard input, check, and say that it is sound, or nothing."""
    order = json.loads(sys.stdin.buffer.read())
    key = CipherKey(raw=bytes.fromhex(order["key"][0]), salt=bytes.fromhex(order["key"][1])) if order["key"] else None
    session = connect_session(Path(order["path"]), clock=SystemClock(), ids=UuidSource(), read_only=True,
                              anchors=None, key=key)
    with closing(session):
        head_hash = head_if_sound(session, Part(first=order["first"]))
    if head_hash is not None:
        sys.stdout.buffer.write(sound(head_hash))


def head_if_sound(session: Session, part: Part) -> str | None:
    """Check a part of the records and return the end of the ledger, or None where something is wrong."""
    problems: list[str] = []
    with session.reading():
        rows = session.all(_RECORDS, part.bounds)
        # The first process tells what is wrong with the profiles themselves.
        people = PeopleCheck(session=session, note=lambda _: None)
        for position, subject, content in session.all(_PROFILE_LINES):
            people.line(position, subject, content)
        HistoriesCheck(
            session=session, note=problems.append, content={row[0]: row[1] for row in rows},
            numbers={row[0]: row[2] for row in rows}, refusal=people.refusal if people.has_profiles else None,
        ).everything(part, RecordTables(session, PeopleTables(session, Argon2Passwords)))
        return None if problems else session.ledger_head()[1]


if __name__ == "__main__":
    main()

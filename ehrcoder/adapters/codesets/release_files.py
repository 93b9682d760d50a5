"""Opens what a person names for an import: files, folders and archives, within limits that a bomb cannot pass."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ehrcoder.core.errors import EnvironmentFault, InputError

UNCHANGED = "The installed code sets are unchanged."

# The largest file of any official release has 15 MB; these leave room and stop what only unpacks to fill a disk.
_LARGEST_FILE = 48 << 20
_LARGEST_ARCHIVE = 96 << 20
_MOST_MEMBERS = 500
_YEAR = re.compile(r"(?<!\d)(20[12]\d)(?!\d)")
_SHORT_YEAR = re.compile(r"FY(\d\d)(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """One file of a release: its own name, where it lay, its bytes, and the month it was packed (year, month)."""

    name: str
    shown: str
    data: bytes
    packed: tuple[int, int] | None = None

    @property
    def edition(self) -> str:
        """The edition that the names tell: fiscal year, with `-04` for an April update; empty where they do not.

        Publishers give April updates the name of the October release; the month in which they were packed tells
        them apart.
        """
        for text in (self.name, self.shown):
            found = _YEAR.search(text) or _SHORT_YEAR.search(text)
            if found:
                year = int(found.group(1)) if len(found.group(1)) == 4 else 2000 + int(found.group(1))
                is_update = "april" in text.lower() or (
                    self.packed is not None and (year - 1, 10) <= self.packed <= (year, 3)
                )
                return f"{year}-04" if is_update else str(year)
        return ""


def release_files(paths: Sequence[Path]) -> Iterator[ReleaseFile]:
    """Yield every file that the paths name, archives opened, in a stable order. Raises InputError."""
    for path in paths:
        if path.is_dir():
            for each in sorted(each for each in path.rglob("*") if each.is_file()):
                yield from _opened(each)
        elif path.is_file():
            yield from _opened(path)
        else:
            raise InputError(f"There is no file {path}.", kept=UNCHANGED)


def _opened(path: Path) -> Iterator[ReleaseFile]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InputError(f"{path.name} is larger than any release: {_LARGEST_FILE >> 20} MB.", kept=UNCHANGED)
        data = path.read_bytes()
    except OSError as error:
        raise EnvironmentFault(f"{path.name} cannot be read: {error}.", kept=UNCHANGED) from error
    if not data.startswith(b"PK") or path.suffix.lower() == ".xlsx":
        if path.suffix.lower() == ".zip":
            raise InputError(f"{path.name} is not a zip archive.", kept=UNCHANGED, next_step="Fetch it again.")
        yield ReleaseFile(name=path.name, shown=path.name, data=data)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _members(archive, path.name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(
            f"{path.name} is damaged or cut off: {error}.", kept=UNCHANGED, next_step="Fetch the archive again."
        ) from error


def _members(archive: zipfile.ZipFile, name: str) -> Iterator[ReleaseFile]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > _MOST_MEMBERS:
        raise InputError(f"{name} holds {len(members):,} files, which no release does.", kept=UNCHANGED)
    left = _LARGEST_ARCHIVE
    for member in members:
        data = bounded(archive, member, min(left, _LARGEST_FILE), name)
        left -= len(data)
        if data.startswith(b"PK") and member.filename.lower().endswith(".zip"):
            raise InputError(f"{name} holds another archive.", kept=UNCHANGED, next_step="Unpack it first.")
        yield ReleaseFile(
            name=PurePosixPath(member.filename).name, shown=f"{name}/{member.filename}", data=data,
            packed=member.date_time[:2],
        )


def bounded(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int, name: str) -> bytes:
    """Return a member's bytes. Raises InputError when there are more than the limit, whatever its header says."""
    with archive.open(member) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise InputError(
            f"{name} unpacks to more than any release does; it was not unpacked further.", kept=UNCHANGED
        )
    return data

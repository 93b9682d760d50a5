"""Zip archives of unknown origin: sizes and ratio are looked at before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass

from ehrcoder.core.errors import InputError

_MOST_MEMBERS = 20_000
_LARGEST_TOTAL = 512 * 1024 * 1024
# Text packs to a tenth at best; what packs a hundred times better was made to fill the memory.
_HIGHEST_RATIO = 100
_UNSUSPECTED = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose declared sizes were found sane."""

    zip_file: zipfile.ZipFile
    name: str

    def names(self) -> list[str]:
        """Return the members that are files, in the archive's order."""
        # `is_dir` fails on a member without a name, which damage can leave.
        named = (info.filename for info in self.zip_file.infolist())
        return [name for name in named if name and not name.endswith("/")]

    def read(self, member: str) -> bytes:
        """Return a member's bytes. Raises InputError when it is missing, encrypted, damaged or lies on its size."""
        try:
            info = self.zip_file.getinfo(member)
            if info.flag_bits & 0x1:
                raise InputError(f"{self.name} is protected by a password.", next_step="Unlock it first.")
            with self.zip_file.open(info) as stream:
                data = stream.read(info.file_size + 1)
        except KeyError as error:
            raise InputError(f"{self.name} lacks its part {member[:64]}.", next_step="Save it again.") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise _damaged(self.name) from error
        if len(data) > info.file_size:
            raise InputError(f"{self.name} holds more than it declares.", next_step="Check where it comes from.")
        return data


def open_archive(data: bytes, *, name: str) -> Archive:
    """Open a zip archive held in memory. Raises InputError for damaged archives and for zip bombs."""
    try:
        zip_file = zipfile.ZipFile(io.BytesIO(data))
        members = zip_file.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError, IndexError) as error:
        raise _damaged(name) from error
    total = sum(info.file_size for info in members)
    if total > _LARGEST_TOTAL or len(members) > _MOST_MEMBERS:
        raise InputError(f"{name} would unpack to {total // 2**20} MB in {len(members)} parts, which is too much.",
                         next_step="Split it.")
    if total > _UNSUSPECTED and total > _HIGHEST_RATIO * len(data):
        raise InputError(f"{name} would unpack to {total // max(len(data), 1)} times its size, as no record does.",
                         next_step="Check where it comes from.")
    return Archive(zip_file, name)


def _damaged(name: str) -> InputError:
    return InputError(f"{name} is damaged or was cut off.", next_step="Copy or save it again.")

"""Reader of zip archives with any mixture of files; nothing is unpacked to the disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ehrcoder.adapters.formats.zip_archives import open_archive
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import ReadContext, RecordReader

_HEAD_BYTES = 65_536
_DEEPEST = 1
# What an exchange of documents on media (IHE XDM) packs around its documents.
_AROUND_XDM = frozenset({"index.htm", "index.html", "readme.txt", "metadata.xml"})
_UNREAD = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class ZipReader:
    """Gives each file of an archive to the reader that recognises it; archives within are opened once more."""

    readers: Sequence[RecordReader]
    depth: int = 0
    format_name: str = "zip"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take what begins as a zip archive; Office files were taken before."""
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield the records of every file; a file that cannot be read is named and costs only itself.

        Raises InputError for damaged archives and for those that would unpack to too much.
        """
        archive = open_archive(data, name="The archive")
        is_xdm = any("ihe_xdm/" in member.lower() for member in archive.names())
        for member in archive.names():
            shown = _shown(member)
            if any(part in member.lower() for part in _UNREAD):
                continue
            if is_xdm and PurePosixPath(member).name.lower() in _AROUND_XDM:
                continue
            inner = replace(
                context, source_name=f"{context.source_name}/{shown}",
                on_left_out=lambda message, shown=shown: context.on_left_out(f"{shown}: {message}"),
            )
            try:
                content = archive.read(member)
                yield from self._reader_of(content, member).read(content, inner)
            except InputError as error:
                context.on_left_out(f"{shown}: {error}")

    def _reader_of(self, content: bytes, member: str) -> RecordReader:
        if not content:
            raise InputError("It is empty.")
        head, name = content[:_HEAD_BYTES], PurePosixPath(member).name
        for reader in self.readers:
            if reader.recognises(head, name):
                return reader
        if self.recognises(head, name):
            if self.depth >= _DEEPEST:
                raise InputError("An archive within an archive within an archive is not read.")
            return ZipReader(self.readers, depth=self.depth + 1)
        raise InputError("No reader recognises it.")


def _shown(member: str) -> str:
    """Return a member's name without what would lead out of the archive, in characters that can be stored."""
    parts = [part for part in member.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)[:200].encode("utf-8", errors="replace").decode("utf-8").replace("\x00", "?") or "?"

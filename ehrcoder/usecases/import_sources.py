"""Finds the files behind the paths a person gave: folders walked, corpora recognised, no file twice."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.core.errors import EnvironmentFault, InputError
from ehrcoder.ports import FolderReader, RecordReader

# What file managers and offices leave behind in folders; given by its own path, such a file is still tried.
_LEFT_BY_OTHERS = frozenset({"thumbs.db", "desktop.ini", "__macosx"})

# Reading a workspace that is open in this very program would take its locks away.
_WORKSPACE = ".ehrw"
_BESIDE_WORKSPACES = (".ehrw-wal", ".ehrw-shm", ".ehrw-lock")

# A reader holds one file in memory, with its text and records beside it.
LARGEST_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSource:
    """One file to be imported; `reader` is set where its folder decides, `problem` where it is no use."""

    path: Path
    name: str
    reader: RecordReader | None = None
    problem: str = ""


def find_sources(
    paths: Sequence[Path], *, readers: Sequence[RecordReader], format_name: str | None = None
) -> tuple[ImportSource, ...]:
    """Return the files behind these paths in a stable order, each once.

    A folder that cannot be listed comes as a source with a problem. Raises InputError for a format that no
    reader has.
    """
    chosen = readers_for(readers, format_name)
    found: list[ImportSource] = []
    seen: set[Path] = set()
    for path in paths:
        for source in _sources_of(path, chosen):
            identity = Path(os.path.realpath(source.path))
            if identity not in seen:
                seen.add(identity)
                found.append(source)
    return tuple(found)


def readers_for(readers: Sequence[RecordReader], format_name: str | None) -> tuple[RecordReader, ...]:
    """Return the readers that may take part. Raises InputError naming the formats when none has this name."""
    if format_name is None:
        return tuple(readers)
    chosen = tuple(reader for reader in readers if reader.format_name == format_name)
    if not chosen:
        names = ", ".join(sorted(reader.format_name for reader in readers))
        raise InputError(f"There is no input format '{format_name}'.", next_step=f"Choose one of: {names}.")
    return chosen


def read_source(path: Path) -> bytes:
    """Return a file's bytes. Raises InputError when it is no plain file, a workspace, too large, locked or gone."""
    if is_of_workspace(path):
        raise InputError("It is a workspace, not a record.",
                         next_step="Open it with `--workspace`, or export its records and import those.")
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise InputError("It is not a plain file.", next_step="Give a file or a folder.")
        if state.st_size > LARGEST_FILE:
            raise InputError(
                f"It is larger than {LARGEST_FILE // 2**20} MB.", next_step="Split it into smaller files.",
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"It cannot be read: {error.strerror or 'the system gave no reason'}.",
            next_step="Check that it is there and that you may read it.",
        ) from error


def is_of_workspace(path: Path) -> bool:
    """Tell by its name whether a file is a workspace or lies beside one."""
    return path.name.lower().endswith((_WORKSPACE, *_BESIDE_WORKSPACES))


def shown_name(path: Path | str) -> str:
    """Return a path as text that can be stored and printed, whatever bytes its name is made of."""
    return os.fsencode(os.fspath(path)).decode("utf-8", errors="replace").replace(os.sep, "/")


def _sources_of(path: Path, readers: Sequence[RecordReader]) -> Iterator[ImportSource]:
    if not os.path.isdir(path):  # Path.is_dir raises where a parent may not be entered
        yield ImportSource(path=path, name=shown_name(path.name))
        return
    yield from _walk(path, root_name=path.resolve().name, readers=readers)


def _walk(root: Path, *, root_name: str, readers: Sequence[RecordReader]) -> Iterator[ImportSource]:
    failures: list[OSError] = []
    claimed: set[Path] = set()
    for folder_name, folders, files in os.walk(root, onerror=failures.append):
        folder = Path(folder_name)
        taken, problem = _take_folder(folder, root, root_name=root_name, readers=readers, claimed=claimed)
        yield from taken
        folders[:] = sorted(
            name for name in folders if not _is_left_by_others(name) and folder / name not in claimed
        )
        if problem:
            folders.clear()
            continue
        for name in sorted(files):
            path = folder / name
            if not _is_left_by_others(name) and path not in claimed:
                yield ImportSource(path=path, name=_name_in(root, root_name, path))
    for failure in failures:
        path = Path(os.fsdecode(failure.filename))
        reason = f"The folder cannot be listed: {failure.strerror}."
        yield ImportSource(path=path, name=_name_in(root, root_name, path), problem=reason)


def _take_folder(
    folder: Path, root: Path, *, root_name: str, readers: Sequence[RecordReader], claimed: set[Path]
) -> tuple[tuple[ImportSource, ...], bool]:
    """Let folder readers look first; the second value says that the folder is theirs but damaged."""
    for reader in readers:
        if not isinstance(reader, FolderReader):
            continue
        try:
            sources = reader.open_folder(folder)
        except (InputError, EnvironmentFault) as error:
            name = _name_in(root, root_name, folder)
            return (ImportSource(path=folder, name=name, problem=str(error)),), True
        if sources is not None:
            claimed.update(sources.claimed)
            claimed.update(sources.files)
            return tuple(
                ImportSource(path=path, name=_name_in(root, root_name, path), reader=sources.reader)
                for path in sources.files
            ), False
    return (), False


def _name_in(root: Path, root_name: str, path: Path) -> str:
    return shown_name(Path(root_name) / path.relative_to(root))


def _is_left_by_others(name: str) -> bool:
    lowered = name.lower()
    return lowered.startswith((".", "~$")) or lowered in _LEFT_BY_OTHERS or lowered.endswith(_BESIDE_WORKSPACES)

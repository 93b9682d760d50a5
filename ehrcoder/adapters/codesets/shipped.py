"""Puts the code sets that an installed program brings, built and packed, beside those that its user imports.

They are unpacked into the user's folder, not read in place: an import stages new files next to them and rebuilds the
shared vocabulary, and the folder of an installed program cannot be written by its user.
"""

from __future__ import annotations

import io
import lzma
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from ehrcoder.adapters.codesets.build import BuildOutcome
from ehrcoder.adapters.codesets.edition import IMPORTED
from ehrcoder.adapters.codesets.manifest import Manifest, read_manifests
from ehrcoder.adapters.codesets.schema import SCHEMA_VERSION
from ehrcoder.adapters.codesets.vocabulary import VOCABULARY_FILE, build_vocabulary
from ehrcoder.core.errors import EnvironmentFault


def ensure_shipped(
    shipped: Path | None, target: Path, sources: Path, *, force: bool = False
) -> tuple[BuildOutcome, ...]:
    """Unpack what the program brought into `target` unless it is there; imported sets stay. Raises EnvironmentFault.

    `shipped` is None in a checkout, where nothing is done. A set counts as being there when its file is there beside
    the shipped manifest; `force` unpacks all the same. Former editions stay, for the records of their time, unless
    this version of the program can no longer read them.
    """
    if shipped is None:
        return ()
    _remove_unreadable(target)
    outcomes = [_ensure(manifest, shipped, target, force=force) for manifest in read_manifests(shipped)]
    if any(outcome.built for outcome in outcomes) or not (target / VOCABULARY_FILE).is_file():
        names = {outcome.manifest.file_name for outcome in outcomes}
        imported = [each for each in _installed(target) if each.file_name not in names]
        _unpack(shipped, target, VOCABULARY_FILE)
        if imported:
            build_vocabulary(
                target, sources, files=[*(outcome.manifest for outcome in outcomes), *imported], force=True
            )
    return tuple(outcomes)


def _ensure(manifest: Manifest, shipped: Path, target: Path, *, force: bool) -> BuildOutcome:
    note = Path(manifest.file_name).with_suffix(".json").name
    there = (target / note).is_file() and (target / note).read_bytes() == (shipped / note).read_bytes()
    if there and not force and (target / manifest.file_name).is_file():
        return BuildOutcome(manifest=manifest, built=False)
    _unpack(shipped, target, manifest.file_name)
    # The manifest last: a set without one does not count as installed.
    _write(target / note, io.BytesIO((shipped / note).read_bytes()))
    return BuildOutcome(manifest=manifest, built=True)


def _remove_unreadable(target: Path) -> None:
    for manifest in _installed(target):
        if manifest.schema_version != SCHEMA_VERSION and not manifest.file_name.startswith(IMPORTED):
            (target / manifest.file_name).with_suffix(".json").unlink(missing_ok=True)
            (target / manifest.file_name).unlink(missing_ok=True)


def _installed(target: Path) -> tuple[Manifest, ...]:
    try:
        return read_manifests(target)
    except EnvironmentFault:
        # A damaged manifest is replaced by the shipped one, or named when the sets are opened.
        return ()


def _unpack(shipped: Path, target: Path, name: str) -> None:
    with lzma.open(shipped / f"{name}.xz") as packed:
        _write(target / name, packed)


def _write(target: Path, content: BinaryIO | lzma.LZMAFile) -> None:
    """Write a file so that it appears whole or not at all. Raises EnvironmentFault."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
        unfinished.replace(target)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise EnvironmentFault(
            f"The code sets of the program could not be put into {target.parent}: {error}.",
            kept="What was installed before is unchanged.",
            next_step="Make room on the disk (about 200 MB), name another folder with EHRCODER_HOME, or install the "
                      "program again.",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)

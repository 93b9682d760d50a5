"""Imports official releases and a site's own sets: everything is built aside, then put in place in one go."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ehrcoder.adapters.codesets.builder import build_edition, text_sha256
from ehrcoder.adapters.codesets.compose import Neighbour, differences, read_neighbour
from ehrcoder.adapters.codesets.likelihood import check_likely
from ehrcoder.adapters.codesets.lists import LISTS_FOLDER, ListManifest, build_list
from ehrcoder.adapters.codesets.manifest import Manifest, read_manifests
from ehrcoder.adapters.codesets.recognise import read_release_file
from ehrcoder.adapters.codesets.release_files import UNCHANGED, release_files
from ehrcoder.adapters.codesets.release_parts import ListPart, OwnSet, Part
from ehrcoder.adapters.codesets.release_tables import Named
from ehrcoder.adapters.codesets.releases import Pieces, edition_source, own_source, pieces_of
from ehrcoder.adapters.codesets.rows import ConceptRow, EditionSource
from ehrcoder.adapters.codesets.schema import SCHEMA_VERSION
from ehrcoder.adapters.codesets.sources import PCS_SECTIONS
from ehrcoder.adapters.codesets.staging import finish_interrupted, new_stage, put_in_place
from ehrcoder.adapters.codesets.synonyms import code_synonyms
from ehrcoder.adapters.codesets.vocabulary import build_vocabulary
from ehrcoder.core.code_releases import Differences, ImportedEdition, LeftOut, ReleaseImport
from ehrcoder.core.codes import ICD_10_CM, edition_start
from ehrcoder.core.errors import EnvironmentFault, InputError
from ehrcoder.ports import CancelToken, Progress

_ROWS_BETWEEN_CHECKS = 500


def import_releases(
    paths: Sequence[Path], target: Path, sources: Path, *, named: Named | None = None,
    progress: Progress | None = None, cancel: CancelToken | None = None,
) -> ReleaseImport:
    """Import files, folders and archives into the code-set folder, all of them or nothing.

    Raises InputError for what cannot be used, EnvironmentFault when the disk refuses, CancelledError; the code
    sets that were installed before stay as they were then.
    """
    named = named or Named()
    parts: list[Part] = []
    for file in release_files(paths):
        if cancel is not None:
            cancel.raise_if_cancelled()
        if progress is not None:
            progress(0, 0, file.shown)
        parts.extend(read_release_file(file, named))
    left_out = tuple(part for part in parts if isinstance(part, LeftOut))
    if len(left_out) == len(parts):
        reasons = "; ".join(f"{part.shown}: {part.reason}" for part in left_out[:3])
        raise InputError(f"There is no code set to import. {reasons}.", kept=UNCHANGED)
    folder: Path | None = None
    try:
        target.mkdir(parents=True, exist_ok=True)
        finish_interrupted(target)
        folder = new_stage(target)
        stage = _Stage(target, sources, folder, progress, cancel)
        return stage.run(parts, pieces_of(parts, named), left_out)
    except (OSError, sqlite3.Error) as error:
        raise EnvironmentFault(
            f"The code sets could not be written: {error}.", kept=UNCHANGED,
            next_step="Free disk space or check the folder's permissions, then import again.",
        ) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class _Stage:
    """The folder in which an import is built before any of it counts."""

    target: Path
    sources: Path
    folder: Path
    progress: Progress | None
    cancel: CancelToken | None
    built: dict[str, Manifest] = field(default_factory=dict[str, Manifest])

    def run(
        self, parts: Sequence[Part], pieces: Sequence[Pieces], left_out: tuple[LeftOut, ...]
    ) -> ReleaseImport:
        (self.folder / LISTS_FOLDER).mkdir()
        todo = (*pieces, *(part for part in parts if isinstance(part, OwnSet)))
        editions: list[ImportedEdition] = []
        for number, each in enumerate(todo):
            self._tell(number, len(todo) + 2, each.label if isinstance(each, Pieces) else each.name)
            editions.append(self._edition(each))
        self._tell(len(todo), len(todo) + 2, "Indexes and lists")
        lists = self._lists([part for part in parts if isinstance(part, ListPart)])
        self._tell(len(todo) + 1, len(todo) + 2, "Search words")
        everything = {m.file_name: m for m in (*self._installed(), *self.built.values())}
        self._vocabulary(tuple(everything.values()))
        if self.cancel is not None:
            self.cancel.raise_if_cancelled()
        put_in_place(self.folder, self.target)
        if self.progress is not None:
            # It counts now: who cancels from here on is told that it is done.
            self.progress(len(todo) + 2, len(todo) + 2, "Done")
        return ReleaseImport(
            editions=tuple(editions), lists=tuple(each.listed for each in lists), left_out=left_out,
        )

    def _tell(self, done: int, total: int, message: str) -> None:
        if self.cancel is not None:
            self.cancel.raise_if_cancelled()
        if self.progress is not None:
            self.progress(done, total, message)

    def _installed(self) -> tuple[Manifest, ...]:
        return tuple(m for m in read_manifests(self.target) if m.schema_version == SCHEMA_VERSION)

    def _edition(self, part: Pieces | OwnSet) -> ImportedEdition:
        former, following = self._around(part)
        neighbour = read_neighbour(self._path(former), former.edition.name) if former else Neighbour()
        source = self._source(part, neighbour)
        digest = text_sha256(source.source.encode(), source.version.encode())
        watched = replace(source, concepts=self._watched(source.concepts))
        manifest = build_edition(watched, self.folder, input_sha256=digest)
        changes = self._changes(former, manifest)
        if isinstance(part, Pieces):
            after = self._changes(manifest, following) if following else None
            check_likely(source, former=former, changes=changes, following=following, after=after)
        self.built[manifest.file_name] = manifest
        return ImportedEdition(edition=manifest.edition, changes=changes, caveat=source.caveat)

    def _watched(self, rows: Iterable[ConceptRow]) -> Iterator[ConceptRow]:
        for number, row in enumerate(rows):
            if self.cancel is not None and number % _ROWS_BETWEEN_CHECKS == 0:
                self.cancel.raise_if_cancelled()
            yield row

    def _changes(self, older: Manifest | None, newer: Manifest) -> Differences | None:
        return differences(self._path(older), self._path(newer), older.edition.name) if older is not None else None

    def _source(self, part: Pieces | OwnSet, neighbour: Neighbour) -> EditionSource:
        if isinstance(part, OwnSet):
            return own_source(part, neighbour)
        short = "ICD-10-CM" if part.system == ICD_10_CM else "ICD-10-PCS"
        return edition_source(
            part, neighbour=neighbour, synonyms=code_synonyms(self.sources, short)[0],
            sections=json.loads((self.sources / PCS_SECTIONS).read_bytes()),
        )

    def _around(self, part: Pieces | OwnSet) -> tuple[Manifest | None, Manifest | None]:
        """The editions of the system before and after this one; of a set that came whole, the last one."""
        of_system = [m for m in (*self._installed(), *self.built.values()) if m.edition.system == part.system]
        start = edition_start(part.edition)
        if isinstance(part, OwnSet):
            return max(of_system, key=lambda m: edition_start(m.edition.version), default=None), None
        others = [m for m in of_system if m.edition.version != part.edition]
        earlier = [m for m in others if edition_start(m.edition.version) <= start]
        later = [m for m in others if edition_start(m.edition.version) > start]
        return (
            max(earlier, key=lambda m: edition_start(m.edition.version), default=None),
            min(later, key=lambda m: edition_start(m.edition.version), default=None),
        )

    def _path(self, manifest: Manifest) -> Path:
        staged = self.folder / manifest.file_name
        return staged if staged.exists() else self.target / manifest.file_name

    def _lists(self, parts: Sequence[ListPart]) -> tuple[ListManifest, ...]:
        merged: dict[tuple[str, str, str], ListPart] = {}
        for part in parts:
            key = (part.kind, part.system, part.edition)
            if part.kind == "addenda" and key in merged:
                part = ListPart(
                    kind=part.kind, edition=part.edition, system=part.system,
                    shown=f"{merged[key].shown}, {part.shown}",
                    facts=tuple(dict.fromkeys((*merged[key].facts, *part.facts))),
                    passages=tuple(dict.fromkeys((*merged[key].passages, *part.passages))),
                )
            merged[key] = part
        return tuple(build_list(part, self.folder / LISTS_FOLDER) for part in merged.values())

    def _vocabulary(self, manifests: Sequence[Manifest]) -> None:
        current = [m for m in manifests if self._path(m).is_file()]
        build_vocabulary(self.target, self.sources, files=current, force=False, stage=self.folder)

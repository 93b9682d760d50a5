"""Imports official releases and a site's own sets: everything is built aside, then put in place in one go."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ehrcoder.adapters.codesets.builder import build_edition, text_sha256
from ehrcoder.adapters.codesets.compose import Neighbour, differences, read_neighbour
from ehrcoder.adapters.codesets.lists import LISTS_FOLDER, ListManifest, build_list, edition_start
from ehrcoder.adapters.codesets.manifest import Manifest, read_manifests
from ehrcoder.adapters.codesets.recognise import read_release_file
from ehrcoder.adapters.codesets.release_files import UNCHANGED, release_files
from ehrcoder.adapters.codesets.release_parts import ListPart, OwnSet, Part
from ehrcoder.adapters.codesets.release_tables import Named
from ehrcoder.adapters.codesets.releases import Pieces, edition_source, own_source, pieces_of
from ehrcoder.adapters.codesets.rows import EditionSource
from ehrcoder.adapters.codesets.schema import SCHEMA_VERSION
from ehrcoder.adapters.codesets.sources import PCS_SECTIONS, code_synonyms
from ehrcoder.adapters.codesets.vocabulary import VOCABULARY_FILE, build_vocabulary
from ehrcoder.core.code_releases import ImportedEdition, LeftOut, ReleaseImport
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import EnvironmentFault, InputError
from ehrcoder.ports import Progress

_STAGE = ".import"
# No year has changed so much: a file that would is of something else.
_MOST_RETIRED = 0.2


def import_releases(
    paths: Sequence[Path], target: Path, sources: Path, *, named: Named | None = None,
    progress: Progress | None = None,
) -> ReleaseImport:
    """Import files, folders and archives into the code-set folder, all of them or nothing.

    Raises InputError for what cannot be used, EnvironmentFault when the disk refuses; the code sets that were
    installed before stay as they were then.
    """
    named = named or Named()
    parts: list[Part] = []
    for file in release_files(paths):
        if progress is not None:
            progress(0, 0, file.shown)
        parts.append(read_release_file(file, named))
    left_out = tuple(part for part in parts if isinstance(part, LeftOut))
    if len(left_out) == len(parts):
        reasons = "; ".join(f"{part.shown}: {part.reason}" for part in left_out[:3])
        raise InputError(f"There is no code set to import. {reasons}.", kept=UNCHANGED)
    stage = _Stage(target, sources)
    try:
        return stage.run(parts, pieces_of(parts, named), left_out, progress)
    except (OSError, sqlite3.Error) as error:
        raise EnvironmentFault(
            f"The code sets could not be written: {error}.", kept=UNCHANGED,
            next_step="Free disk space or check the folder's permissions, then import again.",
        ) from error
    finally:
        shutil.rmtree(target / _STAGE, ignore_errors=True)


@dataclass(slots=True)
class _Stage:
    """The folder in which an import is built before any of it counts."""

    target: Path
    sources: Path
    built: dict[str, Manifest] = field(default_factory=dict[str, Manifest])

    def run(
        self, parts: Sequence[Part], pieces: Sequence[Pieces], left_out: tuple[LeftOut, ...],
        progress: Progress | None,
    ) -> ReleaseImport:
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / LISTS_FOLDER).mkdir(parents=True)
        own = [part for part in parts if isinstance(part, OwnSet)]
        editions: list[ImportedEdition] = []
        for number, each in enumerate((*pieces, *own)):
            if progress is not None:
                progress(number, len(pieces) + len(own), each.label if isinstance(each, Pieces) else each.name)
            editions.append(self._edition(each))
        lists = self._lists([part for part in parts if isinstance(part, ListPart)])
        everything = {m.file_name: m for m in (*self._installed(), *self.built.values())}
        self._vocabulary(tuple(everything.values()))
        self._put_in_place()
        return ReleaseImport(
            editions=tuple(editions), lists=tuple(each.listed for each in lists), left_out=left_out,
        )

    @property
    def folder(self) -> Path:
        return self.target / _STAGE

    def _installed(self) -> tuple[Manifest, ...]:
        return tuple(m for m in read_manifests(self.target) if m.schema_version == SCHEMA_VERSION)

    def _edition(self, part: Pieces | OwnSet) -> ImportedEdition:
        former = self._former(part)
        neighbour = read_neighbour(self._path(former), former.edition.name) if former else Neighbour()
        source = self._source(part, neighbour)
        digest = text_sha256(source.source.encode(), source.version.encode())
        manifest = build_edition(source, self.folder, input_sha256=digest)
        changes = None
        if former is not None:
            changes = differences(self._path(former), self.folder / manifest.file_name, former.edition.name)
            if len(changes.retired) > _MOST_RETIRED * former.edition.billable_count and isinstance(part, Pieces):
                raise InputError(
                    f"{source.name} would retire {len(changes.retired):,} of the "
                    f"{former.edition.billable_count:,} codes of {former.edition.name}: the file is of something else "
                    "or cut off.", kept=UNCHANGED,
                )
        self.built[manifest.file_name] = manifest
        return ImportedEdition(edition=manifest.edition, changes=changes, caveat=source.caveat)

    def _source(self, part: Pieces | OwnSet, neighbour: Neighbour) -> EditionSource:
        if isinstance(part, OwnSet):
            return own_source(part, neighbour)
        short = "ICD-10-CM" if part.system == ICD_10_CM else "ICD-10-PCS"
        return edition_source(
            part, neighbour=neighbour, synonyms=code_synonyms(self.sources, short)[0],
            sections=json.loads((self.sources / PCS_SECTIONS).read_bytes()),
        )

    def _former(self, part: Pieces | OwnSet) -> Manifest | None:
        """The edition of the system that was in force before this one; of a set that came whole, any."""
        of_system = [m for m in (*self._installed(), *self.built.values()) if m.edition.system == part.system]
        start = edition_start(part.edition)
        earlier = of_system if isinstance(part, OwnSet) else [
            m for m in of_system
            if m.edition.version != part.edition and edition_start(m.edition.version) <= start
        ]
        return max(earlier, key=lambda m: edition_start(m.edition.version), default=None)

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

    def _put_in_place(self) -> None:
        """Move everything built to where it counts; where that fails half-way, put back what was there."""
        (self.target / LISTS_FOLDER).mkdir(exist_ok=True)
        new = sorted(each.relative_to(self.folder) for each in self.folder.rglob("*") if each.is_file())
        # Manifests come last, since a file counts from when its manifest names it.
        new.sort(key=lambda each: (each.suffix == ".json", each.name == VOCABULARY_FILE))
        former = self.folder / "former"
        done: list[Path] = []
        try:
            for each in new:
                kept = former / each
                kept.parent.mkdir(parents=True, exist_ok=True)
                if (self.target / each).exists():
                    # Not moved away: a program that is killed now must find either file in its place.
                    _keep(self.target / each, kept)
                done.append(each)
                (self.folder / each).replace(self.target / each)
        except OSError:
            for each in reversed(done):
                (self.target / each).unlink(missing_ok=True)
                if (former / each).exists():
                    (former / each).replace(self.target / each)
            raise


def _keep(path: Path, kept: Path) -> None:
    """Let a file stand at a second place as well; by a link where the file system has them."""
    try:
        os.link(path, kept)
    except OSError:
        shutil.copy2(path, kept)

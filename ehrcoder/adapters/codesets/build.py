"""Builds every default code set that is missing or out of date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ehrcoder import __version__
from ehrcoder.adapters.codesets.builder import build_edition, text_sha256
from ehrcoder.adapters.codesets.edition import IMPORTED
from ehrcoder.adapters.codesets.manifest import Manifest, read_manifests
from ehrcoder.adapters.codesets.schema import SCHEMA_VERSION
from ehrcoder.adapters.codesets.sources import DefaultSource, default_sources
from ehrcoder.adapters.codesets.vocabulary import VOCABULARY_FILE, build_vocabulary
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.ports import Progress

# Raised when the readers make other rows of the same input, so that what was built before counts as out of date.
_REVISION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOutcome:
    """One edition after a build: its manifest, and whether it had to be built."""

    manifest: Manifest
    built: bool


def build_all(
    target: Path, sources: Path, *, force: bool = False, progress: Progress | None = None
) -> tuple[BuildOutcome, ...]:
    """Build the default editions into `target`; those whose inputs did not change are left as they are.

    `sources` is the folder of the project's own sets and synonyms. Raises EnvironmentFault and InputError; what
    was installed before stays installed then.
    """
    openers = default_sources(sources)
    installed = _installed(target)
    outcomes: list[BuildOutcome] = []
    for number, opener in enumerate(openers):
        source = opener()
        digest = _digest(source)
        present = installed.get(digest)
        if progress is not None:
            progress(number, len(openers) + 1, source.label)
        if present is not None and not force and (target / present.file_name).is_file():
            outcomes.append(BuildOutcome(manifest=present, built=False))
            continue
        manifest = build_edition(source.read(), target, input_sha256=digest)
        outcomes.append(BuildOutcome(manifest=manifest, built=True))
    remove_unreadable(target)
    if progress is not None:
        progress(len(openers), len(openers) + 1, "Vocabulary")
    build_vocabulary(
        target, sources, files=_all_of(target, outcomes),
        force=force or any(outcome.built for outcome in outcomes),
    )
    if progress is not None:
        progress(len(openers) + 1, len(openers) + 1, "Done")
    return tuple(outcomes)


def is_up_to_date(target: Path, sources: Path) -> bool:
    """Tell whether every default edition is built from the inputs that are here now. Raises EnvironmentFault."""
    installed = _installed(target)
    openers = default_sources(sources)
    return (target / VOCABULARY_FILE).is_file() and all(_digest(opener()) in installed for opener in openers)


def _digest(source: DefaultSource) -> str:
    return text_sha256(f"{__version__} {SCHEMA_VERSION} {_REVISION}".encode(), *source.inputs)


def remove_unreadable(target: Path) -> None:
    """Remove former default editions that this version cannot read; what was imported is left for its owner."""
    try:
        manifests = read_manifests(target)
    except EnvironmentFault:
        # Nobody knows what a damaged manifest describes, so that is left for `doctor` to tell of.
        return
    for manifest in manifests:
        if manifest.schema_version != SCHEMA_VERSION and not manifest.file_name.startswith(IMPORTED):
            path = target / manifest.file_name
            path.with_suffix(".json").unlink(missing_ok=True)
            path.unlink(missing_ok=True)


def _all_of(target: Path, outcomes: Sequence[BuildOutcome]) -> list[Manifest]:
    """The default editions and, behind them, what was imported."""
    default = [outcome.manifest for outcome in outcomes]
    names = {manifest.file_name for manifest in default}
    imported = [m for m in _installed(target).values() if m.file_name.startswith(IMPORTED)]
    return [*default, *(m for m in imported if m.file_name not in names and (target / m.file_name).is_file())]


def _installed(target: Path) -> dict[str, Manifest]:
    try:
        manifests = read_manifests(target)
    except EnvironmentFault:
        # A damaged manifest is mended by building again.
        return {}
    return {m.input_sha256: m for m in manifests if m.schema_version == SCHEMA_VERSION}

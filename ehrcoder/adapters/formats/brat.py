"""Reader of brat standoff: a folder of notes (`.txt`), each with its annotations (`.ann`) beside it.

Format: brat rapid annotation tool, "brat standoff format". Codes are taken from normalisations (`N`), from what
this program writes into notes (`#`), and from bare codes in notes, as the CodiEsp corpus has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from ehrcoder.adapters.formats.brat_annotations import BratCode, codes_of, parsed
from ehrcoder.adapters.formats.brat_offsets import places_in
from ehrcoder.adapters.formats.decoding import decode, refuse_unstorable, sha256_of
from ehrcoder.adapters.formats.own_tables import label_of, verification_of
from ehrcoder.core.errors import InputError
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, ImportedCode, Patient
from ehrcoder.ports import FolderSources, ReadContext

_LARGEST_ANNOTATIONS = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BratReader:
    """Takes the annotated notes of a folder; notes without an `.ann` are left to other readers."""

    folder: Path | None = None

    @property
    def format_name(self) -> str:
        return "brat"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take annotations that were given without their text, so that they can be named."""
        return PurePath(file_name).suffix.lower() == ".ann"

    def open_folder(self, folder: Path) -> FolderSources | None:
        """Return the folder's annotated notes, or None where it has none."""
        annotated = tuple(sorted(
            path.with_suffix(".txt") for path in folder.glob("*.ann")
            if not path.name.startswith(".") and path.with_suffix(".txt").is_file()
        ))
        if not annotated:
            return None
        return FolderSources(
            files=annotated, claimed=tuple(path.with_suffix(".ann") for path in annotated),
            reader=BratReader(folder=folder),
        )

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield one record: the text with its codes and their words. Raises InputError.

        An annotation that is no such line, or whose words do not stand in the text, is left out and named.
        """
        name = PurePath(context.source_name).stem
        if self.folder is None:
            raise InputError("These are annotations (brat standoff) without their text.",
                             next_step=f"Import the folder that holds {name}.txt and {name}.ann.")
        annotations = _annotations_of(self.folder / f"{name}.ann")
        decoded = decode(data, name="The file")
        if not decoded.text.strip():
            raise InputError("The file holds nothing but white space.", next_step="Check the file at its source.")
        refuse_unstorable(decoded.text, place="The file")
        marked = decode(annotations, name=f"{name}.ann").text if annotations.strip() else ""
        found = parsed(marked, report=context.on_left_out)
        placed, notes = places_in(decoded.text, found.entities.values(), report=context.on_left_out)
        codes = tuple(
            _imported(code, placed) for code in codes_of(found, report=context.on_left_out)
        )
        yield EncounterRecord(
            record_id=RecordId(context.ids.new_id()),
            source_format=self.format_name,
            source_name=context.source_name,
            # The same text with other annotations is not the same content.
            source_sha256=sha256_of(data + b"\x00" + annotations),
            imported_at=context.clock.now(),
            patient=Patient(pseudonym=name),
            documents=(
                ClinicalDocument(document_id=DocumentId("d1"), type="Clinical note", title=name, text=decoded.text,
                                 language=context.options.get("language", "en")),
            ),
            imported_codes=tuple(dict.fromkeys(codes)),
            import_notes=(*decoded.notes, *notes),
        )


def _annotations_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_ANNOTATIONS:
            raise InputError(f"{path.name} is larger than {_LARGEST_ANNOTATIONS // 2**20} MB.",
                             next_step="Split it with its text.")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or 'the system gave no reason'}.",
                         next_step="Check that it is there and that you may read it.") from error


def _imported(code: BratCode, placed: dict[str, tuple[tuple[int, int, str], ...]]) -> ImportedCode:
    evidence = tuple(
        Evidence(span=TextSpan(document_id=DocumentId("d1"), start=start, end=end), quote=quote,
                 assertion=code.assertion)
        for start, end, quote in placed.get(code.entity, ())
    )
    # Nobody but this program's own export says who decided; its ranks stand in no annotation.
    verification = verification_of(code.told, evidence)
    return ImportedCode(
        coding=code.coding, kind=code.kind, evidence=evidence, verification=verification,
        source_label=label_of(verification) if verification else re.sub(r"\s+", " ", f"brat, {code.label}"),
    )

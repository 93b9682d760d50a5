"""Reader of CodiEsp folders: clinical cases with their gold codes, for import, evaluation and training.

The layout is the corpus's own (Miranda-Escalada and others, CLEF eHealth 2020):
`DIR/{split}/text_files_en/*.txt` or `DIR/{split}/text_files/*.txt`, with `{split}D.tsv` (diagnoses) and
`{split}P.tsv` (procedures) beside them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from ehrcoder.adapters.formats.decoding import decode, sha256_of
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, CodeKind, Coding, with_dot, without_dot
from ehrcoder.core.errors import EnvironmentFault, InputError
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, ImportedCode, Patient
from ehrcoder.ports import FolderSources, ReadContext

SOURCE_LABEL = "CodiEsp gold"
# The corpus was coded with the 2018 editions of ICD-10-CM and ICD-10-PCS.
EDITION = "2018"
_TEXT_FOLDERS = {"en": "text_files_en", "es": "text_files"}

GoldCodes = Mapping[str, tuple[str, ...]]
GoldPlaces = Mapping[tuple[str, str], tuple[tuple[int, int], ...]]
"""Half-open code-point ranges in the Spanish text, by case and code without its dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodiEspRecord:
    """One case of the corpus; codes in upper case, those of diagnoses with their dot, in the file's order."""

    name: str
    text: str
    diagnosis_codes: tuple[str, ...]
    procedure_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodiEspReader:
    """Takes the folder of one split whole; a single text file of it is a plain note to other readers."""

    diagnoses: GoldCodes = field(default_factory=dict[str, tuple[str, ...]])
    procedures: GoldCodes = field(default_factory=dict[str, tuple[str, ...]])
    places: GoldPlaces = field(default_factory=dict[tuple[str, str], tuple[tuple[int, int], ...]])
    """Where the words of a code stand; the corpus gives them for the Spanish texts only."""
    language: str = "en"

    @property
    def format_name(self) -> str:
        return "codiesp"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take no file by itself: what makes it CodiEsp is the folder."""
        return False

    def open_folder(self, folder: Path) -> FolderSources | None:
        """Return the cases of a split's folder, or None where the folder is none such."""
        has_gold = any(os.path.isfile(path) for path in _gold_files(folder))
        english, spanish = folder / _TEXT_FOLDERS["en"], folder / _TEXT_FOLDERS["es"]
        if os.path.isdir(english):
            texts, language = english, "en"
        elif os.path.isdir(spanish) and has_gold:
            texts, language = spanish, "es"
        else:
            return None
        diagnoses, procedures = read_gold_codes(folder)
        return FolderSources(
            files=_text_files(texts),
            claimed=(english, spanish, *sorted(folder.glob(f"{folder.name}?.tsv"))),
            reader=CodiEspReader(
                diagnoses=diagnoses, procedures=procedures, language=language,
                places=_read_places(folder / f"{folder.resolve().name}X.tsv") if language == "es" else {},
            ),
        )

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield the case with its gold codes as imported codes. Raises InputError."""
        decoded = decode(data, name="The file")
        if not decoded.text.strip():
            raise InputError("The case holds nothing but white space.", next_step="Check the file at its source.")
        name = PurePath(context.source_name).stem
        diagnoses, procedures = self.diagnoses.get(name, ()), self.procedures.get(name, ())
        yield EncounterRecord(
            record_id=RecordId(context.ids.new_id()),
            source_format=self.format_name,
            source_name=context.source_name,
            # The same case with and without its gold codes is not the same content.
            source_sha256=sha256_of(data + "\n".join((*diagnoses, *procedures)).encode("utf-8")),
            imported_at=context.clock.now(),
            patient=Patient(pseudonym=name),
            documents=(
                ClinicalDocument(document_id=DocumentId("d1"), type="Clinical case", title=name,
                                 text=decoded.text, language=self.language),
            ),
            imported_codes=(
                *self._imported(name, diagnoses, decoded.text, context, kind=CodeKind.DIAGNOSIS),
                *self._imported(name, procedures, decoded.text, context, kind=CodeKind.PROCEDURE),
            ),
            import_notes=decoded.notes,
        )

    def _imported(
        self, name: str, codes: tuple[str, ...], text: str, context: ReadContext, *, kind: CodeKind
    ) -> Iterator[ImportedCode]:
        system = ICD_10_CM if kind is CodeKind.DIAGNOSIS else ICD_10_PCS
        for code in codes:
            found: list[Evidence] = []
            for start, end in self.places.get((name, without_dot(code)), ()):
                if not 0 <= start < end <= len(text):
                    context.on_left_out(f"Evidence of {code} lies outside the text.")
                    continue
                span = TextSpan(document_id=DocumentId("d1"), start=start, end=end)
                found.append(Evidence(span=span, quote=text[start:end]))
            yield ImportedCode(
                coding=Coding(system=system, version=EDITION, code=code, display=""), kind=kind,
                source_label=SOURCE_LABEL, evidence=tuple(found),
            )


def read_codiesp_split(directory: Path, split: str, *, language: str = "en") -> Iterator[CodiEspRecord]:
    """Yield the cases of `DIR/{split}` in the order of their names, with their gold codes.

    A case that the code files do not name has no codes; codes of cases whose text is absent are left out, so
    that a part of the corpus can be read with the code files of the whole. Raises InputError when the layout
    is not there, naming what was looked for.
    """
    folder = directory / split
    texts = folder / _TEXT_FOLDERS[language]
    if not texts.is_dir():
        raise InputError(
            f"{directory} holds no CodiEsp split '{split}': there is no folder {split}/{texts.name}.",
            next_step=f"Give the folder that holds {split}/{texts.name}/*.txt and {split}/{split}D.tsv.",
        )
    diagnoses, procedures = read_gold_codes(folder, split=split)
    for path in _text_files(texts):
        yield CodiEspRecord(
            name=path.stem,
            text=decode(_bytes_of(path), name=path.name).text,
            diagnosis_codes=diagnoses.get(path.stem, ()),
            procedure_codes=procedures.get(path.stem, ()),
        )


def read_gold_codes(folder: Path, *, split: str = "") -> tuple[GoldCodes, GoldCodes]:
    """Return diagnosis and procedure codes by case; a code file that is absent gives no codes.

    Raises InputError naming file and line of a row without case or code.
    """
    diagnosis_file, procedure_file = _gold_files(folder, split=split)
    return (
        _read_pairs(diagnosis_file, dotted=True) if diagnosis_file.is_file() else {},
        _read_pairs(procedure_file, dotted=False) if procedure_file.is_file() else {},
    )


def _gold_files(folder: Path, *, split: str = "") -> tuple[Path, Path]:
    name = split or folder.resolve().name
    return folder / f"{name}D.tsv", folder / f"{name}P.tsv"


def _text_files(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.glob("*.txt") if not path.name.startswith(".")))


def _read_pairs(path: Path, *, dotted: bool) -> GoldCodes:
    codes: dict[str, list[str]] = {}
    lines = decode(_bytes_of(path), name=path.name).text.splitlines() if path.stat().st_size else []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, _, rest = line.partition("\t")
        code = rest.split("\t")[0].strip()
        if not name.strip() or not code:
            raise InputError(
                f"{path.name}, line {number}: expected a case and a code with a tab between them.",
                next_step="Correct the line or leave the file out.",
            )
        codes.setdefault(name.strip(), []).append(with_dot(code) if dotted else without_dot(code))
    return {name: tuple(values) for name, values in codes.items()}


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EnvironmentFault(f"{path.name} cannot be read: {error.strerror}.",
                               next_step="Check that the file is there and readable.") from error


def _read_places(path: Path) -> GoldPlaces:
    """Return where the corpus says that a code's words stand. Raises InputError naming the line."""
    if not path.is_file():
        return {}
    places: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for number, line in enumerate(decode(_bytes_of(path), name=path.name).text.splitlines(), start=1):
        cells = line.split("\t")
        if not line.strip():
            continue
        try:
            name, _, code, _, given = cells
            ranges = [(int(start), int(end)) for start, end in (each.split() for each in given.split(";"))]
        except ValueError as error:
            raise InputError(
                f"{path.name}, line {number}: expected case, kind, code, words and places between tabs.",
                next_step="Correct the line or leave the file out.",
            ) from error
        places.setdefault((name.strip(), without_dot(code)), []).extend(ranges)
    return {key: tuple(dict.fromkeys(values)) for key, values in places.items()}

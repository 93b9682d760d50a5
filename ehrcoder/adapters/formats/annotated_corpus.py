"""Corpora with gold codes for evaluation: the CodiEsp layout, or a folder of brat standoff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ehrcoder.adapters.formats.brat import BratReader
from ehrcoder.adapters.formats.codiesp import CodiEspRecord, read_codiesp_split
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS
from ehrcoder.ports import ReadContext


def read_annotated_split(directory: Path, split: str, *, language: str = "en") -> Iterator[CodiEspRecord]:
    """Yield the cases of `DIR/{split}`: CodiEsp's, or the annotated notes of a brat folder, in order of name.

    Of brat annotations the ICD-10-CM and ICD-10-PCS codes are gold, each once a note. Raises InputError where the
    folder is neither.
    """
    folder = directory / split
    sources = BratReader().open_folder(folder) if folder.is_dir() else None
    if sources is None:
        yield from read_codiesp_split(directory, split, language=language)
        return
    clock, ids = SystemClock(), UuidSource()
    for path in sources.files:
        context = ReadContext(source_name=path.name, clock=clock, ids=ids)
        for record in sources.reader.read(path.read_bytes(), context):
            codes = [code.coding for code in record.imported_codes]
            yield CodiEspRecord(
                name=path.stem, text=record.documents[0].text,
                diagnosis_codes=tuple(dict.fromkeys(each.code for each in codes if each.system == ICD_10_CM)),
                procedure_codes=tuple(dict.fromkeys(each.code for each in codes if each.system == ICD_10_PCS)),
            )

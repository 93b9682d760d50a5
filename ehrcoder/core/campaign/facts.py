"""What is known of a record besides its codes, in the bands by which samples and rates are split."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import EncounterRecord

UNKNOWN = "unknown"
DIMENSIONS = ("sex", "age band", "language", "source", "length")
SAMPLED_DIMENSIONS = (*DIMENSIONS, "code chapter")
"""By what samples are split: codes too, where some are known. Rates are not: codes are what they measure."""
_CHAPTERS = (
    "A00-B99", "C00-D49", "D50-D89", "E00-E89", "F01-F99", "G00-G99", "H00-H59", "H60-H95", "I00-I99", "J00-J99",
    "K00-K95", "L00-L99", "M00-M99", "N00-N99", "O00-O9A", "P00-P96", "Q00-Q99", "R00-R99", "S00-T88", "U00-U85",
    "V00-Y99", "Z00-Z99",
)
"""The chapters of ICD-10-CM (official tabular list)."""
_AGE_BANDS = ((0, "0-17"), (18, "18-44"), (45, "45-64"), (65, "65-79"), (80, "80 and over"))
_LENGTH_BANDS = ((0, "under 150 words"), (150, "150-349 words"), (350, "350-699 words"), (700, "700 words and more"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """One record's strata; `words` counts the words of all its documents."""

    record_id: RecordId
    content_sha256: str
    sex: str
    age_band: str
    language: str
    source: str
    length: str
    words: int
    chapter: str = UNKNOWN

    def of(self, dimension: str) -> str:
        """Return the record's value in one of SAMPLED_DIMENSIONS."""
        return {"sex": self.sex, "age band": self.age_band, "language": self.language, "source": self.source,
                "length": self.length, "code chapter": self.chapter}[dimension]

    @property
    def stratum(self) -> str:
        """The record's place in all dimensions at once."""
        return " · ".join(self.of(dimension) for dimension in DIMENSIONS)

    @property
    def sampled_stratum(self) -> str:
        """The stratum, with the chapter of the record's codes where some are known."""
        return self.stratum if self.chapter == UNKNOWN else f"{self.stratum} · {self.chapter}"


def facts_of(record: EncounterRecord) -> RecordFacts:
    """Return a record's facts; the age is counted at the encounter, else at the import."""
    words = sum(len(document.text.split()) for document in record.documents)
    day = record.period.start or record.imported_at.date()
    age = None if record.patient.birth_year is None else day.year - record.patient.birth_year
    languages = sorted({document.language for document in record.documents if document.language})
    return RecordFacts(
        record_id=record.record_id, content_sha256=record.source_sha256, sex=record.patient.sex.value,
        age_band=UNKNOWN if age is None or age < 0 else _band(age, _AGE_BANDS),
        language="+".join(languages) or UNKNOWN, source=record.source_format,
        length=_band(words, _LENGTH_BANDS), words=words,
    )


def chapter_of(code: str) -> str:
    """Return the chapter of a diagnosis code, such as "I00-I99"; UNKNOWN where it is in none."""
    category = code[:3].upper()
    return next((c for c in _CHAPTERS if c[:3] <= category <= c[4:]), UNKNOWN)


def _band(value: int, bands: Iterable[tuple[int, str]]) -> str:
    return [name for least, name in bands if value >= least][-1]

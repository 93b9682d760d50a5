"""Which column of a table means what: named by a person, remembered by its header, or known by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ehrcoder.adapters.formats.fhir_systems import ICD_9_CM, SNOMED_CT
from ehrcoder.core.codes import HCPCS_II, ICD_10_CM, ICD_10_PCS
from ehrcoder.core.errors import InputError

# Role → the header names that mean it, best first; compared in lower case with one space between words.
COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "note text", "note", "clinical note", "clinical text", "document text", "full note",
             "notes", "narrative", "report text", "report", "transcription", "section text", "body",
             "content", "document"),
    "record": ("record id", "record", "encounter id", "encounter", "visit id", "case id", "stay id",
               "hadm id", "admission id", "note id", "document id", "id"),
    "patient": ("patient id", "patient", "subject id", "pseudonym", "person id", "pat id", "mrn"),
    "start": ("date", "encounter date", "admission date", "admit date", "visit date", "service date",
              "start date", "start", "note date", "chart date", "chartdate", "charttime"),
    "end": ("discharge date", "end date", "end"),
    "sex": ("sex", "gender", "administrative sex"),
    "birth": ("birth year", "year of birth", "yob", "birth date", "birthdate", "date of birth", "dob"),
    "age": ("age", "age years", "patient age"),
    "class": ("encounter class", "class", "patient class", "encounter type", "visit type", "setting"),
    "type": ("note type", "document type", "type", "category", "section header", "specialty"),
    "title": ("title", "note title", "heading", "subject", "description"),
    "language": ("language", "lang"),
    # A name that does not say which classification is never taken for one.
    "icd10cm": ("icd10cm", "icd 10 cm", "icd10 cm", "icd10cm code", "icd10cm codes", "icd 10 cm code",
                "icd 10 cm codes"),
    "icd10pcs": ("icd10pcs", "icd 10 pcs", "icd10 pcs", "icd10pcs code", "icd10pcs codes", "icd 10 pcs code",
                 "icd 10 pcs codes"),
    "icd9cm": ("icd9cm", "icd 9 cm", "icd9 cm", "icd9cm code", "icd9cm codes", "icd 9 cm code", "icd 9 cm codes"),
    "snomed": ("snomed", "snomed ct", "snomed code", "snomed codes", "snomed ct code", "snomed ct codes"),
    "hcpcs": ("hcpcs", "hcpcs code", "hcpcs codes"),
}
SYSTEM_OF_ROLE: Mapping[str, str] = {
    "icd10cm": ICD_10_CM, "icd10pcs": ICD_10_PCS, "icd9cm": ICD_9_CM, "snomed": SNOMED_CT, "hcpcs": HCPCS_II,
}
ROLES: tuple[str, ...] = tuple(COLUMN_NAMES)
# What a person names for "no column".
NOTHING = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The place of each role's column; a role of codes may have several columns."""

    header: tuple[str, ...]
    places: Mapping[str, int] = field(default_factory=dict[str, int])
    codes: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    missing: tuple[str, ...] = ()
    """What a person named and the table does not have, as `role: name`."""

    @property
    def known(self) -> int:
        return len(self.places) + len(self.codes)

    @property
    def by_role(self) -> Mapping[str, str]:
        """Return the header's name for each role; several columns are listed with commas."""
        named = {role: self.header[place] for role, place in self.places.items()}
        return named | {role: ",".join(self.header[place] for place in places)
                        for role, places in self.codes.items()}


def columns_of(header: Sequence[str], chosen: Mapping[str, str]) -> Columns:
    """Return the columns of a header; what `chosen` names (role → column, '' for none) goes before known names."""
    plain = [plain_name(name) for name in header]
    places: dict[str, int] = {}
    codes: dict[str, tuple[int, ...]] = {}
    missing: list[str] = []
    taken: set[int] = set()
    for role, given in chosen.items():
        if role not in COLUMN_NAMES or given == NOTHING:
            continue
        found = _places_of(given, plain, header) if role in SYSTEM_OF_ROLE else _places_of(given, plain, header)[:1]
        if not found:
            missing.append(f"{role}: {given}")
        elif role in SYSTEM_OF_ROLE:
            codes[role] = found
        else:
            places[role] = found[0]
        taken.update(found)
    for role, known in COLUMN_NAMES.items():
        if role in chosen:
            continue
        for name in known:
            place = plain.index(name) if name in plain else None
            if place is not None and place not in taken:
                taken.add(place)
                if role in SYSTEM_OF_ROLE:
                    codes[role] = (place,)
                else:
                    places[role] = place
                break
    return Columns(header=tuple(header), places=places, codes=codes, missing=tuple(missing))


def plain_name(name: str) -> str:
    """Return a column's name in lower case with one blank between its words."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", parted).lower().split())


def no_text_column(columns: Columns) -> InputError:
    """Return the error for a table in which no column holds texts, naming what was found."""
    names = [name.strip() for name in columns.header]
    # A table without a header has its first row here; nothing of a note may end up in a message.
    shown = ", ".join(names[:12]) if all(len(name) <= 40 for name in names) else ""
    found = f" The columns are: {shown}{' …' if len(names) > 12 else ''}." if shown else ""
    lacking = f" There is no column {', '.join(columns.missing)}." if columns.missing else ""
    known = ", ".join(name.replace(" ", "_") for name in COLUMN_NAMES["text"][:4])
    return InputError(f"No column of the table holds the notes' text.{lacking}{found}",
                      next_step=f"Say which column it is (`--column text=NAME`), or name it one of: {known}.")


def _places_of(given: str, plain: Sequence[str], header: Sequence[str]) -> tuple[int, ...]:
    """Return the places of the columns that a person named: exactly, by words, or by a beginning with a star."""
    found: list[int] = []
    # A header's name may hold commas itself.
    names = [given] if given in header else [part.strip() for part in given.split(",")]
    for name in names:
        if name.endswith("*") and name not in header:
            begin = plain_name(name[:-1])
            found += [place for place, each in enumerate(plain) if begin and each.startswith(begin)]
        elif name in header:
            found.append(list(header).index(name))
        elif plain_name(name) in plain:
            found.append(plain.index(plain_name(name)))
    return tuple(dict.fromkeys(found))

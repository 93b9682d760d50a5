"""Words and codes for sex and class of encounter, as different systems write them."""

from __future__ import annotations

from ehrcoder.core.records import AdministrativeSex, EncounterClass

_SEXES: dict[str, AdministrativeSex] = {
    "f": AdministrativeSex.FEMALE, "female": AdministrativeSex.FEMALE, "woman": AdministrativeSex.FEMALE,
    "m": AdministrativeSex.MALE, "male": AdministrativeSex.MALE, "man": AdministrativeSex.MALE,
    "o": AdministrativeSex.OTHER, "other": AdministrativeSex.OTHER,
}

# HL7 v3 ActCode and v2 table 0004, and the words that spreadsheets use for them.
_CLASSES: dict[str, EncounterClass] = {
    **dict.fromkeys(
        ("imp", "acute", "nonac", "ss", "i", "inpatient", "admission", "hospital", "stationary"),
        EncounterClass.INPATIENT,
    ),
    **dict.fromkeys(
        ("amb", "vr", "hh", "obsenc", "o", "outpatient", "ambulatory", "clinic", "office", "virtual"),
        EncounterClass.AMBULATORY,
    ),
    **dict.fromkeys(("emer", "e", "emergency", "ed", "er"), EncounterClass.EMERGENCY),
}


def sex_named(given: str) -> AdministrativeSex:
    """Return the sex that a word or letter names; unknown where it names none."""
    return _SEXES.get(given.strip().lower(), AdministrativeSex.UNKNOWN)


def encounter_class_named(given: str) -> EncounterClass:
    """Return the class of encounter that a code or word names; unknown where it names none."""
    return _CLASSES.get(given.strip().lower(), EncounterClass.UNKNOWN)

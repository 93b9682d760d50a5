"""The project's own tables of what people call diseases and treatments, beside what the classifications call them.

Two shapes, both tab-separated with a header line: `phrase, meaning, codes, use`, where the use is empty, `search` (not
looked for in notes) or `broader` (for search, and the meaning only holds what the phrase names); and `code, phrases`
with the phrases of one ICD-10-CM code parted by semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.core.matching import content_words, search_words

_BY_CODE = "code\tphrases"
_CODES_OF_TABLE = "ICD-10-CM"
# Stands in the middle of a title; all other denials end one.
_WITHOUT_MORE = re.compile(r"without (?:foreign body|damage to nail|penetration)", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
# What a title says only to fill a place of the code, or to part it from its neighbours.
_FILLING = frozenset("unspecified other specified part nos classified elsewhere encounter initial".split())
# "Unspecified knee" leaves the side open and names the knee all the same.
_BODY = frozenset(
    "arm eye leg hand shoulder foot knee wrist ear hip ankle eyelid thigh elbow forearm humerus femur tibia fibula "
    "ulna radius breast toe finger thumb pelvis ovary orbit".split()
)
_LONGEST_MEANING = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Synonym:
    """What people say, what a classification says for it, and the codes as pairs of set and code.

    `search_only` are phrases that are not looked for in notes. `is_broader` tells that the meaning holds what the
    phrase names without being the same: a toe is part of a foot.
    """

    phrase: str
    meaning: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    search_only: bool = False
    is_broader: bool = False


def read_synonyms(data: bytes) -> Iterator[Synonym]:
    """Yield the synonyms of one table of either shape."""
    head, *lines = data.decode("utf-8").splitlines()
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")] + ["", "", ""]
        if head.strip() == _BY_CODE:
            for phrase in cells[1].split(";"):
                # These are everyday words of every kind: right for a person who looks for a code, too much for notes.
                yield Synonym(phrase=phrase.strip(), codes=((_CODES_OF_TABLE, cells[0]),), search_only=True)
        else:
            codes = tuple((set_name, code) for set_name, _, code in (each.partition(":") for each in cells[2].split()))
            yield Synonym(
                phrase=cells[0], meaning=cells[1], codes=codes, search_only=cells[3] in ("search", "broader"),
                is_broader=cells[3] == "broader",
            )


def synonym_tables(folder: Path) -> tuple[Path, ...]:
    """Return the tables below the folder of the project's own sets, in a fixed order."""
    return tuple(sorted((folder / "synonyms").glob("*.tsv")))


def code_synonyms(folder: Path, set_name: str) -> tuple[dict[str, dict[str, bool]], bytes]:
    """Return the synonyms of a set by code, true where for search only, and the bytes they came from."""
    found: dict[str, dict[str, bool]] = {}
    parts: list[bytes] = []
    for path in synonym_tables(folder):
        data = path.read_bytes()
        parts.append(data)
        for synonym in read_synonyms(data):
            for system, code in synonym.codes:
                if system == set_name:
                    of_code = found.setdefault(code, {})
                    of_code[synonym.phrase] = of_code.get(synonym.phrase, True) and synonym.search_only
    return found, b"\0".join(parts)


def key_of(phrase: str) -> str:
    """Return the words of a phrase as it is looked up: folded, in the order of the alphabet."""
    return " ".join(sorted(content_words(search_words(phrase))))


def meaning_of_title(title: str) -> tuple[str, ...]:
    """Return the telling words of a title: what another entry of the same disease shares with it.

    "Fracture of unspecified part of unspecified clavicle, initial encounter for closed fracture" means "fracture
    clavicle". Empty where a title says too much to stand for a phrase.
    """
    kept: list[str] = []
    for number, segment in enumerate(_BRACKETS.sub(" ", _WITHOUT_MORE.sub(" ", title)).split(",")):
        words = search_words(segment)
        if number and ("unspecified" in words or "encounter" in words or "classified" in words) and not (
            words[0] == "unspecified" and _BODY.intersection(words)
        ):
            continue
        for word in words:
            if word == "without":
                break
            kept.append(word)
    meaning = tuple(word for word in content_words(kept) if word not in _FILLING) if kept else ()
    return meaning if len(meaning) <= _LONGEST_MEANING else ()

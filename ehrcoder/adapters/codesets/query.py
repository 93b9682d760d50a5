"""Reads what a person typed into a query: phrases, spellings and other words for what each word may mean."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ehrcoder.adapters.codesets.spelling import Spelling
from ehrcoder.adapters.codesets.vocabulary import BROADER
from ehrcoder.core.matching import SIDES, content_words, needs_equality, search_words
from ehrcoder.core.ranking import Form, Query, Reading, Slot, Word

_WORDS = "SELECT form, entries, stem FROM word WHERE form IN ({})"
_OF_STEM = "SELECT stem, form FROM word WHERE stem IN ({}) ORDER BY stem, entries DESC, form"
_PHRASES = "SELECT key, meaning, rank FROM phrase WHERE key IN ({}) ORDER BY key, rank, meaning"

_IS_PHRASE = "SELECT 1 FROM phrase WHERE key = ?"

_LONGEST_PHRASE = 5
_MOST_WORDS = 16
_MOST_READINGS = 4
_MOST_FORMS = 6
_REWRITTEN = 0.97
_PHRASE = 0.985
_OTHER_WORD = 0.95
_SAME_STEM = 0.95
_BEGINNING = 0.8
_BROADER = 0.85
_COLLECTION = 150_000
_UNKNOWN_WEIGHT = 0.5
_EQUAL_WEIGHT = 0.9
# Words of sentences rather than of titles; where an entry has them they count, else they are not missed.
_FILLERS = frozenset(
    "i me my he she his her their they patient pt have has had having been be was were am it this that very some any "
    "when since after before during get got getting feel feeling who which there their still really because also "
    "year yo so just feels felt like gets goes going gone go went come comes coming came make makes making thing "
    "things something stuff today yesterday tonight ago lately recently now again always "
    "sometimes often keep keeps keeping kept wont stop stops stopped stopping end day days lot lots bit really quite "
    "doing does do did can could will would should seem seems think thinks said says told noticed need needs want "
    "wants wanted while whenever then what how if but about around every each other them him you your our "
    "we us".split()
)
_LEADS = (("r", "o"), ("c", "o"), ("p", "w"), ("complaining", "of"), ("complain", "of"), ("presenting", "with"))
# What is taken out is not named in the title of a procedure.
_REMOVED = frozenset("mass lump tumor lesion growth nodule neoplasm cancer gallstone cyst".split())
_REMOVING = frozenset("excision resection removal remove biopsy lumpectomy extirpation".split())
# What holds a part that is named beside it goes without saying: the lens is of an eye, the femur is in the leg.
_HOLDS = {
    "eye": frozenset("cornea corneal lens retina retinal iris vitreous sclera conjunctiva cataract macular".split()),
    "ear": frozenset("tympanic cochlear eustachian mastoid".split()),
    "leg": frozenset("femur tibia fibula femoral popliteal saphenous".split()),
    "arm": frozenset("humerus radius ulna brachial radial".split()),
    "knee": frozenset("patella meniscus".split()),
    "belly": frozenset("appendix gallbladder".split()),
    "abdomen": frozenset("appendix gallbladder".split()),
    "spine": frozenset("vertebra vertebral disc".split()),
    "bone": frozenset("femur tibia fibula humerus radius ulna clavicle pelvis rib skull vertebra marrow".split()),
    "joint": frozenset("hip knee shoulder elbow wrist ankle".split()),
    "region": frozenset("cervical thoracic lumbar sacral".split()),
    "cervical": frozenset(f"c{number}" for number in range(1, 8)),
    "thoracic": frozenset(f"t{number}" for number in range(1, 13)),
    "lumbar": frozenset(f"l{number}" for number in range(1, 6)),
    **dict.fromkeys(_REMOVED, _REMOVING),
}
_SHORT_SIDES = {"rt": "right", "lt": "left", "r": "right", "l": "left", "bilat": "bilateral", "both": "bilateral"}


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a word or phrase is called elsewhere, or the part of the body that holds what it names."""

    words: tuple[str, ...]
    is_broader: bool

    def trust(self, plain: float) -> float:
        return _BROADER if self.is_broader else plain


@dataclass(frozen=True, slots=True)
class _Known:
    """A word of the vocabulary: in how many entries it stands, and its stem."""

    entries: int
    stem: str


class QueryReader:
    """Turns typed text into queries. Belongs to the thread of its connection."""

    def __init__(self, vocabulary: sqlite3.Connection) -> None:
        self._vocabulary = vocabulary
        self._spelling = Spelling(vocabulary)

    def read(self, text: str) -> Query | None:
        """Return the query of a text, or None where it has no words. Unknown words are corrected."""
        folded = _with_sides(search_words(text))
        words = content_words(folded)[:_MOST_WORDS]
        return self._query(words, folded, near={}) if words else None

    def corrected(self, text: str) -> Query | None:
        """Return the query of a text with each unknown word replaced by the likeliest known one, else None."""
        folded = _with_sides(search_words(text))
        words = content_words(folded)[:_MOST_WORDS]
        known = self._known(words)
        better = {
            word: near[0] for word in words
            if word not in known and (near := self._spelling.near(word, is_known=False))
        }
        if not better:
            return None
        trust = min(form[1] for form in better.values())
        meant = tuple(better[word][0] if word in better else word for word in words)
        query = self._query(meant, meant, near={})
        slots = tuple(
            Slot(tuple(Reading(r.words, r.trust * trust) for r in slot.readings), slot.weight, slot.is_optional)
            for slot in query.slots
        )
        typed = " ".join(better[word][0] if word in better else word for word in folded)
        return Query(slots, typed=typed, sides=query.sides, asked=query.asked, whole=query.whole, trust=trust)

    def read_again(self, text: str) -> Query | None:
        """Return a query in which every longer word may be misspelled, known or not; None where nothing is near."""
        folded = _with_sides(search_words(text))
        words = content_words(folded)[:_MOST_WORDS]
        near = {word: found for word in words if (found := self._spelling.near(word, is_known=True))}
        return self._query(words, folded, near=near) if near else None

    def read_without(self, text: str, left_out: Collection[str]) -> Query | None:
        """Return the query of a text without some of its words, or None where no others are left."""
        folded = tuple(word for word in _with_sides(search_words(text)) if word not in left_out)
        words = content_words(folded)[:_MOST_WORDS]
        return self._query(words, folded, near={}) if words else None

    def is_phrase(self, text: str) -> bool:
        """Tell whether a text as a whole is a phrase with a meaning, although it may look like a code."""
        return self._vocabulary.execute(_IS_PHRASE, (_key(content_words(search_words(text))),)).fetchone() is not None

    def _query(
        self, words: tuple[str, ...], folded: tuple[str, ...], *, near: dict[str, tuple[Form, ...]]
    ) -> Query:
        known = self._known(words)
        meanings = self._meanings(words)
        singles = {
            word: self._word(word, known.get(word), meanings.get((word,), ()), near.get(word), is_last=place == last)
            for last in (len(words) - 1,) for place, word in enumerate(words)
        }
        parts = _parts(words, meanings)
        slots = [_slot(typed, found, singles, known) for typed, found in parts]
        asked = frozenset(form for slot in slots for r in slot.readings for w in r.words for form, _, _ in w.forms)
        slots = [
            replace(slot, is_optional=True) if _is_held(typed, [each for each in slots if each is not slot]) else slot
            for slot, (typed, _) in zip(slots, parts, strict=True)
        ]
        if slots and all(slot.is_optional for slot in slots):
            slots = [Slot(slot.readings, slot.weight) for slot in slots]
        return Query(
            tuple(slots), typed=" ".join(folded), sides=frozenset(words) & SIDES, asked=asked, whole=_key(words)
        )

    def _known(self, words: Sequence[str]) -> dict[str, _Known]:
        marks = ",".join("?" * len(words))
        rows = self._vocabulary.execute(_WORDS.format(marks), tuple(words))
        return {form: _Known(entries, stem) for form, entries, stem in rows}

    def _meanings(self, words: tuple[str, ...]) -> dict[tuple[str, ...], list[_Meaning]]:
        """Return what windows of the words mean; sides of the body do not part a phrase."""
        bare = [word for word in words if word not in SIDES]
        windows = {
            _key(window): window
            for n in range(1, min(_LONGEST_PHRASE, len(bare)) + 1)
            for window in (tuple(bare[i : i + n]) for i in range(len(bare) - n + 1))
        }
        marks = ",".join("?" * len(windows))
        found: dict[tuple[str, ...], list[_Meaning]] = {}
        for key, meaning, rank in self._vocabulary.execute(_PHRASES.format(marks), tuple(windows)):
            found.setdefault(windows[key], []).append(_Meaning(tuple(meaning.split()), rank == BROADER))
        return found

    def _word(
        self, word: str, known: _Known | None, meanings: Sequence[_Meaning], near: tuple[Form, ...] | None, *,
        is_last: bool,
    ) -> Word:
        if needs_equality(word):
            return Word(_exact_forms(word, meanings, is_last=is_last))
        forms: list[Form] = [(word, 1.0, True)]
        forms.extend(_other_words(meanings))
        if known is not None:
            rows = self._vocabulary.execute(_OF_STEM.format("?"), (known.stem,))
            forms.extend((form, _SAME_STEM, False) for _, form in rows if not form.startswith(word))
        elif near is None and not meanings:
            forms.extend(self._spelling.near(word, is_known=False))
        forms.extend(near or ())
        best: dict[str, Form] = {}
        for form in forms:
            best.setdefault(form[0], form)
        return Word(tuple(best.values())[:_MOST_FORMS])


def _other_words(meanings: Sequence[_Meaning]) -> list[Form]:
    return [(each.words[0], each.trust(_OTHER_WORD), False) for each in meanings if len(each.words) == 1]


def _exact_forms(word: str, meanings: Sequence[_Meaning], *, is_last: bool) -> tuple[Form, ...]:
    """Return the forms of a word that is met exactly or by what it is short for: "fx" is a fracture."""
    begins = is_last and word.isalpha() and word not in SIDES and len(word) < 3
    further: list[Form] = [(word, _BEGINNING, True)] if begins else []
    return ((word, 1.0, False), *further, *_other_words(meanings))[:_MOST_FORMS]


def _is_held(typed: Sequence[str], others: Iterable[Slot]) -> bool:
    """Tell whether a word only names what holds something else that was asked for."""
    held = _HOLDS.get(typed[0]) if len(typed) == 1 else None
    return held is not None and any(not held.isdisjoint(_said(slot)) for slot in others)


def _said(slot: Slot) -> Iterator[str]:
    return (word.forms[0][0] for reading in slot.readings for word in reading.words)


def _with_sides(words: tuple[str, ...]) -> tuple[str, ...]:
    """Write sides out; "r/o" is no side, and what is complained of or ruled out is what is looked for."""
    if words[:2] in _LEADS and len(words) > 2:
        words = words[2:]
    return tuple(_SHORT_SIDES.get(word, word) for word in words)


def _key(words: Sequence[str]) -> str:
    return " ".join(sorted(words))


def _parts(
    words: tuple[str, ...], meanings: dict[tuple[str, ...], list[_Meaning]]
) -> list[tuple[tuple[str, ...], list[_Meaning]]]:
    """Part the words into phrases, the longest first from the left; sides stand by themselves."""
    sides = [((word,), list[_Meaning]()) for word in words if word in SIDES]
    bare = tuple(word for word in words if word not in SIDES)
    parts: list[tuple[tuple[str, ...], list[_Meaning]]] = []
    place = 0
    while place < len(bare):
        lengths = range(min(_LONGEST_PHRASE, len(bare) - place), 0, -1)
        length = next(
            (n for n in lengths if bare[place : place + n] in meanings and _is_one(bare[place : place + n], bare)), 1
        )
        typed = bare[place : place + length]
        parts.append((typed, meanings.get(typed, [])))
        place += length
    return [*parts, *sides]


def _is_one(phrase: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Tell whether a phrase is looked up as one: "breast mass" is none where its excision is asked for."""
    if _REMOVING.isdisjoint(words) or not _REMOVING.isdisjoint(phrase):
        return True
    return len(phrase) == 1 or _REMOVED.isdisjoint(phrase)


def _slot(
    typed: tuple[str, ...], meanings: Sequence[_Meaning], singles: dict[str, Word], known: dict[str, _Known]
) -> Slot:
    readings = [Reading(tuple(singles[word] for word in typed), 1.0)]
    readings.extend(
        Reading(
            tuple(Word(((word, 1.0, False),)) for word in meaning.words),
            meaning.trust(_PHRASE if len(typed) > 1 else _REWRITTEN),
        )
        for meaning in meanings[:_MOST_READINGS] if len(meaning.words) > 1 or len(typed) > 1
    )
    weight = sum(_weight(word, known.get(word)) for word in typed)
    # A number or letter that no entry has is not missed: "fracture 3 weeks ago".
    unknown = not meanings and all(word not in known and needs_equality(word) for word in typed)
    is_optional = unknown or set(typed) <= _FILLERS
    return Slot(tuple(readings), 0.3 * weight if is_optional else weight, is_optional)


def _weight(word: str, known: _Known | None) -> float:
    if known is None:
        return _UNKNOWN_WEIGHT
    weight = math.log1p(_COLLECTION / (1 + known.entries)) / 6
    return max(weight, _EQUAL_WEIGHT) if needs_equality(word) else weight

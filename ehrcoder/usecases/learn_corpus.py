"""A corpus of notes with their translations, as the engine learns from it in either language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.language import ENGLISH
from ehrcoder.core.words import STOP_WORDS
from ehrcoder.engine.learn.corpus import (
    AlignedTexts,
    GoldSpan,
    TrainingRecord,
    marked_training_record,
    translated_training_record,
)
from ehrcoder.engine.learn.translation import WordTable, learn_word_table
from ehrcoder.usecases.learn import LearningData


@dataclass(frozen=True, slots=True, kw_only=True)
class BilingualCase:
    """A Spanish note, its English translation, its codes, and the places in the Spanish text that support them."""

    name: str
    english: str
    spanish: str
    codes: tuple[tuple[CodeKind, str], ...]
    spans: tuple[GoldSpan, ...]


class BilingualCorpus:
    """Cases whose two texts teach which words of the one language stand for which of the other."""

    def __init__(self, cases: Sequence[BilingualCase]) -> None:
        self._cases = tuple(cases)

    @cached_property
    def table(self) -> WordTable:
        """The words of the two languages that stand for each other."""
        aligned = (AlignedTexts(case.name, case.spanish, case.english) for case in self._cases)
        return learn_word_table(segment for texts in aligned for segment in texts.segments())

    def english_records(self) -> list[TrainingRecord]:
        """Return the translations with the evidence that was carried over to them."""
        return [
            translated_training_record(case.name, case.english, case.spanish, case.codes, case.spans, table=self.table)
            for case in self._cases
        ]

    def learning_data(self, language: str, *, description: str) -> LearningData:
        """Return what the engine learns from the texts of one language."""
        is_english = language == ENGLISH
        records = self.english_records() if is_english else [
            # The judge's answers are kept by the record's name, and the two texts are asked about apart.
            marked_training_record(f"{case.name}-{language}", case.spanish, case.codes, case.spans, language=language)
            for case in self._cases
        ]
        return LearningData(
            records=tuple(records),
            texts=tuple(case.english if is_english else case.spanish for case in self._cases),
            description=f"{description}, {len(records)} records in {'English' if is_english else 'Spanish'}",
            licence="CC BY 4.0",
            authors="Miranda-Escalada, Gonzalez-Agirre, Krallinger (Barcelona Supercomputing Center)",
            language=language,
            glossary=None if is_english else self._glossary(),
        )

    def _glossary(self) -> dict[str, tuple[str, ...]]:
        """Return the translations of every Spanish word; none for those that stand for words without content."""
        return {
            word: tuple(meaning for meaning in meanings if meaning not in STOP_WORDS)
            for word, meanings in self.table.glossary().items()
            if not word.isdigit()
        }

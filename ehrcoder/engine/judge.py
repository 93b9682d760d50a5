"""Choice: the language model judges whether a sentence supports a candidate.

The model never writes a code; it is asked about candidates of the code set and answers yes or no.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ehrcoder.ports import CancelToken, JudgeRequest, LanguageModel

PROMPT_ID = "sentence-title-v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Does sentence number `sentence` of the record support the candidate with this title?"""

    sentence: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The margin (logit of yes minus logit of no) for each question, in order, and what each sentence cost."""

    margins: tuple[float, ...]
    tokens_by_sentence: tuple[int, ...]
    seconds: float = 0.0

    @property
    def prompt_tokens(self) -> int:
        """How many tokens were read in all."""
        return sum(self.tokens_by_sentence)


def prefix_of(sentence: str) -> str:
    """Return the part of the question that all candidates of a sentence share; line ends become spaces."""
    return " ".join(sentence.split()) + "\n"


def suffix_of(title: str) -> str:
    """Return the part of the question that names the candidate."""
    return title + ":"


def ask(
    model: LanguageModel,
    sentences: Sequence[str],
    questions: Sequence[Question],
    *,
    cancel: CancelToken | None,
) -> Verdicts:
    """Ask every question, those about one sentence behind one shared prefix."""
    by_sentence: dict[int, list[int]] = {}
    for number, question in enumerate(questions):
        by_sentence.setdefault(question.sentence, []).append(number)
    groups = list(by_sentence.items())
    requests = [
        JudgeRequest(
            prefix=prefix_of(sentences[sentence]),
            suffixes=tuple(suffix_of(questions[n].title) for n in numbers),
        )
        for sentence, numbers in groups
    ]
    answers = model.judge(requests, cancel=cancel)
    margins = [0.0] * len(questions)
    tokens = [0] * len(sentences)
    for (sentence, numbers), answer in zip(groups, answers, strict=True):
        tokens[sentence] = answer.prompt_tokens
        for number, margin in zip(numbers, answer.margins, strict=True):
            margins[number] = margin
    return Verdicts(margins=tuple(margins), tokens_by_sentence=tuple(tokens),
                    seconds=sum(answer.seconds for answer in answers))

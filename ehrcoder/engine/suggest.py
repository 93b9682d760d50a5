"""Last stage: a ranking becomes suggestions with quotes, assertions, alternatives and an explanation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ehrcoder.core.assertion import assertion_of
from ehrcoder.core.codes import CONDITION_CLINICAL, ICD_10_CM, KIND_OF_SYSTEM, CodeKind, Coding
from ehrcoder.core.evidence import Assertion, Evidence, TextSpan
from ehrcoder.core.ids import DocumentId, RunId, SuggestionId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import Alternative, CodeSuggestion, FurtherCode, StageScore
from ehrcoder.core.words import content_forms, words_of
from ehrcoder.engine.artefacts import Artefacts
from ehrcoder.engine.choose import CodeCase, Pair
from ehrcoder.engine.clinical import Assessed, ClinicalStage, confidence_of
from ehrcoder.engine.explain import path_to, sentence_of, why_assessed, why_incomplete, why_ranked
from ehrcoder.engine.ground import SYSTEM_OF_KIND, Candidate
from ehrcoder.engine.outcomes import condition_status, outcome_mentions
from ehrcoder.engine.policy import CodingPolicy
from ehrcoder.engine.problems import assessment_text
from ehrcoder.engine.procedures import is_inpatient, was_done
from ehrcoder.engine.segment import Sentence
from ehrcoder.engine.stems import complete, missing_axes
from ehrcoder.ports import CodeSetIndex

if TYPE_CHECKING:
    from ehrcoder.engine.pipeline import RankedCode, Ranking

MOST_ALTERNATIVES = 5
MOST_EVIDENCE = 4
# A further sentence counts as evidence when its own score comes near the best one's.
EVIDENCE_SHARE = 0.5
# A sentence that the model was not asked about stands behind those it approved of, before those it did not.
UNASKED_MARGIN = 0.0
# Words of a title that stand at most this far apart are quoted in one piece.
LARGEST_GAP = 3
# A code that came with the record and that the text does not support by itself: for the clinician to judge.
STRUCTURED_CONFIDENCE = 0.5
# How many codes below the floor are kept for the search, and how probable each must be at least.
MOST_FURTHER = {CodeKind.DIAGNOSIS: 30, CodeKind.PROCEDURE: 10}
LEAST_FURTHER = 0.004
# What stands in passing (past history, findings) counts for this much where no assessment says what was assessed.
PASSING_WEIGHT = 0.5
STATUS_CONFIDENCE = 0.75
_ANNOTATED_CORPORA = frozenset({"codiesp", "brat"})


class SuggestionBuilder:
    """Builds one record's suggestions from its ranking, its outcome words and its structured codes."""

    def __init__(
        self,
        *,
        record: EncounterRecord,
        run_id: RunId,
        index: CodeSetIndex,
        policy: CodingPolicy,
        artefacts: Artefacts,
        new_id: Callable[[], SuggestionId],
    ) -> None:
        self._record = record
        self._run_id = run_id
        self._index = index
        self._policy = policy
        self._artefacts = artefacts
        self._new_id = new_id

    def build(self, ranking: Ranking) -> tuple[CodeSuggestion, ...]:
        """Return the suggestions at or above the floors, diagnoses first, then procedures, then outcomes."""
        floors = self._artefacts.floors_without_model if ranking.model is None else self._artefacts.floors_with_model
        found = {draft.coding.code: draft for draft in self._assessed(ranking)}
        settled = {CodeKind.DIAGNOSIS} if found else set[CodeKind]()
        if self._policy.by_assessment and not is_inpatient(self._record):
            settled.add(CodeKind.PROCEDURE)
        # An assessment whose words name no code that is found: what the ranking finds in it, not in the whole note.
        within = {} if CodeKind.DIAGNOSIS in settled or not self._policy.by_assessment else self._assessment()
        for ranked in ranking.codes:
            if ranked.case.kind not in settled and ranked.confidence >= floors[ranked.case.kind]:
                suggestion = self._from_ranked(ranked, ranking)
                if suggestion is None or (within and not self._stands_within(suggestion, within)):
                    continue
                if suggestion.confidence >= floors[ranked.case.kind]:
                    found.setdefault(suggestion.coding.code, suggestion)
        drafts = list(found.values())
        drafts.extend(self._outcomes(ranking.sentences))
        drafts.extend(self._statuses([d for d in drafts if d.kind is CodeKind.DIAGNOSIS], ranking.sentences))
        drafts.extend(self._structured({draft.coding.code for draft in drafts}))
        order = {kind: place for place, kind in enumerate(CodeKind)}
        drafts.sort(key=lambda s: (order[s.kind], -s.confidence, s.coding.code))
        return tuple(replace(draft, rank=rank) for rank, draft in enumerate(drafts, start=1))

    def further(self, ranking: Ranking, suggestions: Sequence[CodeSuggestion]) -> tuple[FurtherCode, ...]:
        """Return the assignable codes that were not suggested but that the words may support, best first.

        Where the policy codes by the assessment, those that it names come before all others.
        """
        taken = {suggestion.coding.code for suggestion in suggestions}
        left = dict(MOST_FURTHER)
        found: list[FurtherCode] = []
        for ranked in ranking.codes:
            if ranked.confidence < LEAST_FURTHER:
                break
            case = ranked.case
            if not left[case.kind] or not case.is_billable or case.code in taken:
                continue
            coding = self._coding(SYSTEM_OF_KIND[case.kind], case.code)
            evidence = self._evidence(case, coding.display, ranking.sentences, most=1) if coding is not None else ()
            if coding is not None and evidence:
                left[case.kind] -= 1
                found.append(FurtherCode(coding=coding, confidence=ranked.confidence, evidence=evidence[0]))
        if self._policy.by_assessment:
            # What the record assesses comes before what it mentions in passing.
            places = self._assessment()
            found.sort(key=lambda each: not _lies_within(each.evidence.span, places))
        return tuple(found)

    def _assessment(self) -> dict[DocumentId, tuple[tuple[int, int], ...]]:
        found = {d.document_id: assessment_text(d) for d in self._record.documents}
        return {document_id: places for document_id, places in found.items() if places}

    @staticmethod
    def _stands_within(
        suggestion: CodeSuggestion, places: dict[DocumentId, tuple[tuple[int, int], ...]]
    ) -> bool:
        if suggestion.kind is not CodeKind.DIAGNOSIS:
            return True
        return any(_lies_within(evidence.span, places) for evidence in suggestion.evidence)

    def _assessed(self, ranking: Ranking) -> list[CodeSuggestion]:
        """Return the diagnoses that the record's assessments name, where the policy codes by them."""
        if not self._policy.by_assessment:
            return []
        by_code = {r.case.code: r for r in ranking.codes if r.case.kind is CodeKind.DIAGNOSIS}
        opinions = {code: ranked.confidence for code, ranked in by_code.items()}
        stage = ClinicalStage(self._index, lambda code: opinions.get(code, 0.0))
        found: list[CodeSuggestion] = []
        for assessed in stage.assess(self._record.documents):
            code = assessed.concept.coding.code
            ranked = by_code.get(code)
            scores = [StageScore(stage="assessment", score=round(assessed.score, 4))]
            evidence = (self._named(assessed),)
            if ranked is not None:
                scores.extend(_scores(ranked))
                more = self._evidence(ranked.case, assessed.concept.coding.display, ranking.sentences)
                evidence += tuple(e for e in more if not e.span.overlaps(evidence[0].span))
            suggestion = self._suggestion(
                ICD_10_CM, code, evidence=evidence[:MOST_EVIDENCE], scores=scores,
                confidence=confidence_of(assessed), explanation=why_assessed(assessed),
                alternatives=self._other_terms(assessed, ranked, ranking),
            )
            if suggestion is not None:
                found.append(suggestion)
        return found

    def _named(self, assessed: Assessed) -> Evidence:
        problem = assessed.problem
        span = TextSpan(document_id=problem.document_id, start=problem.start, end=problem.end)
        text = next(d.text for d in self._record.documents if d.document_id == problem.document_id)
        return Evidence(span=span, quote=text[problem.start : problem.end], assertion=Assertion.PRESENT)

    def _other_terms(
        self, assessed: Assessed, ranked: RankedCode | None, ranking: Ranking
    ) -> tuple[Alternative, ...]:
        """Return what else the words of a problem may mean, then what else the ranking has for them."""
        found = {
            other.coding.code: Alternative(coding=other.coding, confidence=round(min(score, assessed.score) * 0.5, 4))
            for other, score in assessed.others
            if other.coding.code != assessed.concept.coding.code
        }
        if ranked is not None:
            for alternative in self._alternatives(ranked, ranking):
                found.setdefault(alternative.coding.code, alternative)
        return tuple(found.values())[:MOST_ALTERNATIVES]

    def _from_ranked(self, ranked: RankedCode, ranking: Ranking) -> CodeSuggestion | None:
        code = self._completed(ranked.case)
        open_axes: tuple[str, ...] = ()
        if ranked.case.kind is CodeKind.PROCEDURE and not ranked.case.is_billable:
            code, open_axes = self._procedure(ranked.case, ranking.sentences)
        coding = self._coding(SYSTEM_OF_KIND[ranked.case.kind], code)
        evidence = self._evidence(ranked.case, coding.display, ranking.sentences) if coding else ()
        if not evidence:
            return None
        return self._suggestion(
            SYSTEM_OF_KIND[ranked.case.kind],
            code,
            evidence=evidence,
            scores=_scores(ranked),
            confidence=round(ranked.confidence * self._weight(evidence, ranking), 4),
            explanation=" ".join(filter(None, (why_ranked(ranked.case.pairs[0]), why_incomplete(open_axes)))),
            alternatives=self._alternatives(ranked, ranking),
        )

    def _weight(self, evidence: tuple[Evidence, ...], ranking: Ranking) -> float:
        """Return how much the best section of a code's quotes counts under the policy."""
        found = (sentence_of(e, ranking.sentences) for e in evidence)
        sections = {s.section for s in found if s is not None}
        return PASSING_WEIGHT if sections and sections <= self._policy.passing else 1.0

    def _completed(self, case: CodeCase) -> str:
        """Return the code, or for a diagnosis header the one unspecified code below it where the policy says so."""
        if case.is_billable or case.kind is not CodeKind.DIAGNOSIS or not self._policy.completes_headers:
            return case.code
        below = self._index.children(SYSTEM_OF_KIND[case.kind], case.code)
        fitting = [c.coding.code for c in below if c.is_billable and "unspecified" in c.coding.display.lower()]
        return fitting[0] if len(fitting) == 1 else case.code

    def _procedure(self, case: CodeCase, sentences: Sequence[Sentence]) -> tuple[str, tuple[str, ...]]:
        """Return the procedure as far as the note says it, and the axes that it leaves open."""
        stem = self._index.concept(SYSTEM_OF_KIND[case.kind], case.code)
        if stem is None or not self._policy.completes_headers:
            return case.code, missing_axes(case.code)
        numbers = dict.fromkeys(pair.sentence for pair in case.pairs[:MOST_EVIDENCE])
        completion = complete(self._index, stem, " ".join(sentences[n].text for n in numbers))
        return completion.code, completion.missing

    def _evidence(
        self, case: CodeCase, title: str, sentences: Sequence[Sentence], *, most: int = MOST_EVIDENCE
    ) -> tuple[Evidence, ...]:
        """Return the quotes that the policy lets support a code, the most telling sentence first.

        A sentence counts only when it speaks about as strongly as the best one: where the best is negated, a
        chance resemblance elsewhere must not stand in for it.
        """
        strong = [pair for pair in case.pairs if pair.score >= EVIDENCE_SHARE * case.pairs[0].score]
        found: list[Evidence] = []
        for pair in sorted(strong, key=_telling):
            sentence = sentences[pair.sentence]
            if self._policy.by_assessment and case.kind is CodeKind.PROCEDURE and not was_done(sentence):
                continue
            start, end = _supporting_words(sentence, pair.candidate, title)
            assertion = assertion_of(sentence.text, start, end, section=sentence.section)
            if self._policy.allows(assertion, sentence.section):
                found.append(_quote(sentence, start, end, assertion))
                if len(found) == most:
                    break
        return tuple(found)

    def _alternatives(self, ranked: RankedCode, ranking: Ranking) -> tuple[Alternative, ...]:
        """Return the next best codes of the same category, then those that rest on the same words."""
        others = [
            other
            for other in ranking.codes
            if other is not ranked and other.case.kind is ranked.case.kind and _competes(other.case, ranked.case)
        ]
        others.sort(key=lambda o: (o.case.code[:3] != ranked.case.code[:3], -o.confidence))
        found: list[Alternative] = []
        for other in others:
            if len(found) == MOST_ALTERNATIVES:
                break
            coding = self._coding(SYSTEM_OF_KIND[other.case.kind], other.case.code)
            if coding is not None and other.case.is_billable:
                found.append(Alternative(coding=coding, confidence=other.confidence))
        return tuple(found)

    def _outcomes(self, sentences: Sequence[Sentence]) -> list[CodeSuggestion]:
        found: list[CodeSuggestion] = []
        for mention in outcome_mentions(sentences):
            sentence = sentences[mention.sentence]
            evidence = (_quote(sentence, mention.start, mention.end, Assertion.PRESENT),)
            suggestion = self._suggestion(
                mention.system,
                mention.code,
                evidence=evidence,
                scores=[StageScore(stage="outcome-rule", score=mention.weight)],
                confidence=mention.weight,
                explanation="The quoted words say this outcome.",
                alternatives=(),
            )
            if suggestion is not None:
                found.append(suggestion)
        return found

    def _statuses(self, diagnoses: Sequence[CodeSuggestion], sentences: Sequence[Sentence]) -> list[CodeSuggestion]:
        """Return what the note says of how its diagnoses stand, one suggestion a status, naming the diagnoses."""
        found: dict[str, list[tuple[CodeSuggestion, Evidence]]] = {}
        for diagnosis in diagnoses:
            for evidence in diagnosis.evidence:
                sentence = sentence_of(evidence, sentences)
                if sentence is None:
                    continue
                offset = evidence.span.start - sentence.span.start
                end = min(len(sentence.text), evidence.span.end - sentence.span.start)
                status = condition_status(sentence.text, offset, end)
                if status is not None:
                    quote = _quote(sentence, status.start, status.end, Assertion.PRESENT)
                    found.setdefault(status.code, []).append((diagnosis, quote))
                    break
        drafts = [
            self._suggestion(
                CONDITION_CLINICAL, code, evidence=tuple(dict.fromkeys(e for _, e in said))[:MOST_EVIDENCE],
                scores=[StageScore(stage="outcome-rule", score=STATUS_CONFIDENCE)], confidence=STATUS_CONFIDENCE,
                explanation="Said of " + ", ".join(d.coding.code for d, _ in said) + ".", alternatives=(),
            )
            for code, said in found.items()
        ]
        return [draft for draft in drafts if draft is not None]

    def _structured(self, already: set[str]) -> list[CodeSuggestion]:
        """Return the codes that came with the record and exist in an installed code set, without a quote."""
        if self._record.source_format in _ANNOTATED_CORPORA:
            return []
        found: list[CodeSuggestion] = []
        for imported in self._record.imported_codes:
            if imported.coding.system not in KIND_OF_SYSTEM or imported.coding.code in already:
                continue
            suggestion = self._suggestion(
                imported.coding.system,
                imported.coding.code,
                evidence=(),
                scores=[StageScore(stage="structured", score=1.0)],
                confidence=STRUCTURED_CONFIDENCE,
                explanation=f"Came with the record ({imported.source_label}); no words of a note support it.",
                alternatives=(),
            )
            if suggestion is not None:
                already.add(imported.coding.code)
                found.append(suggestion)
        return found

    def _suggestion(
        self,
        system: str,
        code: str,
        *,
        evidence: tuple[Evidence, ...],
        scores: Sequence[StageScore],
        confidence: float,
        explanation: str,
        alternatives: tuple[Alternative, ...],
    ) -> CodeSuggestion | None:
        coding = self._coding(system, code)
        if coding is None:
            return None
        return CodeSuggestion(
            suggestion_id=self._new_id(),
            run_id=self._run_id,
            record_id=self._record.record_id,
            coding=coding,
            kind=KIND_OF_SYSTEM[system],
            evidence=evidence,
            scores=tuple(scores),
            confidence=confidence,
            rank=0,
            explanation=" ".join(filter(None, (explanation, path_to(self._index, system, code)))),
            alternatives=alternatives,
        )

    def _coding(self, system: str, code: str) -> Coding | None:
        concept = self._index.concept(system, code)
        return concept.coding if concept else None


def _lies_within(span: TextSpan, places: dict[DocumentId, tuple[tuple[int, int], ...]]) -> bool:
    return any(start <= span.start < end for start, end in places.get(span.document_id, ()))


def _scores(ranked: RankedCode) -> list[StageScore]:
    best = ranked.case.pairs[0]
    scores = [
        StageScore(stage="lexicon", score=round(best.candidate.share, 4)),
        StageScore(stage="terms", score=round(best.candidate.term_score, 3)),
        StageScore(stage="candidate", score=round(best.score, 4)),
    ]
    if (margin := ranked.case.best_margin) is not None:
        scores.append(StageScore(stage="model", score=round(margin, 3)))
    scores.append(StageScore(stage="record", score=ranked.confidence))
    return scores


def _competes(other: CodeCase, case: CodeCase) -> bool:
    """Tell whether two codes are of one category or read the same words of one sentence."""
    theirs, ours = other.pairs[0], case.pairs[0]
    return other.code[:3] == case.code[:3] or (
        theirs.sentence == ours.sentence
        and theirs.candidate.first <= ours.candidate.last
        and ours.candidate.first <= theirs.candidate.last
    )


def _telling(pair: Pair) -> tuple[float, float, int]:
    """Sort key: what the model approved of most, then what it was not asked about, by score."""
    margin = pair.margin if pair.margin is not None else UNASKED_MARGIN
    return (-margin, -pair.score, pair.sentence)


def _supporting_words(sentence: Sentence, candidate: Candidate, title: str) -> tuple[int, int]:
    """Return the character range of the words to quote: those of the code's title or term, else the known phrase."""
    words = words_of(sentence.text)
    wanted = {*content_forms(title), *content_forms(candidate.term)}
    runs: list[list[int]] = []
    for place, word in enumerate(words):
        if word.form in wanted:
            if runs and place - runs[-1][-1] <= LARGEST_GAP:
                runs[-1].append(place)
            else:
                runs.append([place])
    if not any(words[place].form.isalpha() for run in runs for place in run):
        return words[candidate.first].start, words[candidate.last].end
    best = max(runs, key=lambda run: (sum(words[place].form.isalpha() for place in run), -run[0]))
    return words[best[0]].start, words[best[-1]].end


def _quote(sentence: Sentence, start: int, end: int, assertion: Assertion) -> Evidence:
    span = TextSpan(
        document_id=sentence.span.document_id,
        start=sentence.span.start + start,
        end=sentence.span.start + end,
    )
    return Evidence(span=span, quote=sentence.text[start:end], assertion=assertion)

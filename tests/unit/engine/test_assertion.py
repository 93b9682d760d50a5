"""How mentions are asserted; the mention stands in square brackets."""

from __future__ import annotations

import pytest

from ehrcoder.core.assertion import assertion_of
from ehrcoder.core.evidence import Assertion
from ehrcoder.core.sections import SectionKind

CASES = """
absent | No evidence of [pneumonia] on the film.
absent | Patient denies chest pain or [dyspnea].
absent | [Pneumonia] was ruled out.
absent | Extremities without varices or [edema].
absent | CTPA: no [pulmonary embolism].
absent | [Allergies]: none.
absent | No fever, chills or [night sweats].
absent | Negative for [malaria].
absent | The abdomen showed absence of [ascites].
absent | MRI did not show [metastases].
absent | Neither fever nor [rash] was seen.
absent | [Lymphadenopathy] was not palpated.
absent | There were no signs of [deep vein thrombosis].
absent | Pulmonary embolism was excluded and [myocardial infarction] was ruled out.
possible | Possible [pneumonia] in the left lower lobe.
possible | Cannot rule out [pulmonary embolism].
possible | Findings are suggestive of [sarcoidosis].
possible | Concern for [sepsis].
possible | [Appendicitis] is suspected.
possible | Probable [viral gastroenteritis].
possible | The lesion is consistent with [melanoma].
historical | History of [appendectomy].
historical | s/p [cholecystectomy] in 2015.
historical | [Stroke] 5 years ago.
historical | Previous [myocardial infarction].
family | Mother had [breast cancer].
family | Family history of [diabetes].
family | Her father died of [colon cancer].
conditional | Return if [fever] develops.
conditional | He is allergic to [penicillin].
conditional | Screening for [colorectal cancer].
conditional | At risk of [falls].
present | No fever but [cough] is present.
present | Type 2 [diabetes], not well controlled.
present | Treated for non-Hodgkin [lymphoma].
present | No further [chest pain] medication was needed; chest pain persists.
present | [Pneumonia] with no effusion.
present | Denies smoking. [Asthma] is treated with inhalers.
present | Gram negative [bacteremia].
present | She was admitted without difficulty with [hip fracture].
present | The patient has [hypertension].
present | No new [complaints] of the known migraine.
present | Known [atrial fibrillation] without anticoagulation.
present | Not only [anemia] but thrombocytopenia was found.
present | Although afebrile, [pneumonia] was diagnosed.
"""
TABLE = [tuple(part.strip() for part in line.split("|")) for line in CASES.strip().splitlines()]


@pytest.mark.parametrize(("expected", "tagged"), TABLE)
def test_cue_words_decide_the_assertion(expected: str, tagged: str) -> None:
    start = tagged.index("[")
    end = tagged.index("]") - 1
    sentence = tagged.replace("[", "").replace("]", "")
    assert assertion_of(sentence, start, end) is Assertion(expected)


def test_a_family_history_section_speaks_of_the_family() -> None:
    assert assertion_of("Breast cancer.", 0, 13, section=SectionKind.FAMILY_HISTORY) is Assertion.FAMILY


def test_a_mention_outside_its_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        assertion_of("Fever.", 3, 30)

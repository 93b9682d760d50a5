"""Which gold mentions a cue plainly negates: a short list of its own, so that the rules do not judge themselves."""

from __future__ import annotations

import re

# Directly before the words, with at most two words between and no stop: "sin fiebre", "no presenta disnea".
_NEGATED_BEFORE = re.compile(
    r"(?:^|[\s(])(?:no|sin|ni|niega|negaba|negando|ausencia de|descart\w+|se descart\w+|negativ[oa]s? (?:para|a)|"
    r"without|denie[sd]|denying|negative for|absence of|no evidence of|ruled out)\s+(?:[^\s.,;:()]+\s+){0,2}$",
    re.IGNORECASE,
)
_NOT_ABOUT_IT = re.compile(
    r"\b(?:no (?:s[oó]lo|controlad\w+|ha mejorado|cede|mejora|hodgkin|microc\w+)|sin (?:embargo|cambios|mejor\w+))",
    re.IGNORECASE,
)
_LONGEST_CUE = 60


def is_plainly_negated(text: str, start: int) -> bool:
    """Tell whether the words that begin at `start` are negated by a cue right before them."""
    before = text[max(0, start - _LONGEST_CUE) : start]
    before = re.split(r"[.;:\n]", before)[-1]
    return bool(_NEGATED_BEFORE.search(before)) and not _NOT_ABOUT_IT.search(before)

"""Codes that change each other: conventions of ICD-10-CM that follow from which conditions stand together.

Official Guidelines FY2026: "with" (I.A.15), hypertension with heart and kidney disease (I.C.9.a), diabetes (I.C.4.a),
signs and symptoms (I.B.4, I.B.5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A code that takes another's place, and why."""

    before: str
    after: str
    reason: str


_WITH = "ICD-10-CM presumes a causal link between the two (Official Guidelines I.A.15)"
_HYPERTENSION = "hypertension with {} is one combination code (Official Guidelines I.C.9.a)"
_DIABETES = re.compile(r"^(E(?:08|09|10|11|13))\.9$")
# What diabetes becomes beside another condition, and whether that one is then said by the combination alone.
_BESIDE_DIABETES: tuple[tuple[re.Pattern[str], str, bool], ...] = (
    (re.compile(r"^L97\.[45]"), "621", False),
    (re.compile(r"^L97|^L98\.49"), "622", False),
    (re.compile(r"^N18"), "22", False),
    (re.compile(r"^K31\.84$"), "43", False),
    (re.compile(r"^G62\.9$|^G60\.[389]$"), "40", True),
    (re.compile(r"^R73\.9$"), "65", True),
    (re.compile(r"^E16\.2$"), "649", True),
)
SYMPTOM = re.compile(r"^(?:R(?!73\.03)|M25\.5|M54\.(?:[259]|89)|M79\.[16]|G89|N64\.4|H57\.1|H92\.0|K59\.0|J02\.9$)")
"""Codes of signs and of pain, which a diagnosis that explains them makes superfluous."""


_INTEGRAL = tuple(
    (re.compile(own), re.compile(of))
    for own, of in (
        (r"R1[0-9]|R63\.[034]", r"K|C1|C2[0-6]|D1[23]"),
        (r"R0[4-9]", r"J|C3[0-9]|I50|I26"),
        (r"R00|R07|R60|R55", r"I2[0-5]|I4|I50"),
        (r"R2[5-9]|R4[0-7]|R51", r"G|I6|S06"),
        (r"R3[0-9]", r"N|C6"),
        (r"M25\.[456]|M54|M79\.[16]|R26|R52", r"M(?!25\.5|54|79)|S|G5"),
        (r"R2[0-3]|L29", r"L|B0|B3|T78"),
        (r"R50|R68\.83|R53", r"A|B|J|N|L0"),
    )
)


def is_symptom(code: str) -> bool:
    """Tell whether a code stands for a sign or a pain rather than for a disease."""
    return SYMPTOM.match(code) is not None


def combined(codes: Mapping[str, str]) -> tuple[Change, ...]:
    """Return the changes that codes of one record make to each other; the keys count, the values are their titles."""
    return (*_hypertension(codes), *_diabetes(codes), *_nausea(codes))


def is_integral(symptom: str, disease: str) -> bool:
    """Tell whether a sign belongs to a disease of the same system, so that it is not coded beside it (I.B.5)."""
    return any(own.match(symptom) and of.match(disease) for own, of in _INTEGRAL)


def _nausea(codes: Mapping[str, str]) -> tuple[Change, ...]:
    vomiting = next((code for code in ("R11.10", "R11.11") if code in codes), None)
    if "R11.0" not in codes or vomiting is None:
        return ()
    reason = "nausea and vomiting together are one code"
    return (Change(before=vomiting, after="R11.2", reason=reason), Change(before="R11.0", after="R11.2", reason=reason))


def _hypertension(codes: Mapping[str, str]) -> tuple[Change, ...]:
    if "I10" not in codes:
        return ()
    failing = any(code.startswith("I50") for code in codes)
    kidneys = [code for code in codes if code.startswith("N18")]
    late = any(code in ("N18.5", "N18.6") for code in kidneys)
    if failing and kidneys:
        after, what = ("I13.2" if late else "I13.0"), "heart failure and chronic kidney disease"
    elif failing:
        after, what = "I11.0", "heart failure"
    elif kidneys:
        after, what = ("I12.0" if late else "I12.9"), "chronic kidney disease"
    else:
        return ()
    return (Change(before="I10", after=after, reason=_HYPERTENSION.format(what)),)


def _diabetes(codes: Mapping[str, str]) -> tuple[Change, ...]:
    for code in codes:
        match = _DIABETES.match(code)
        if match is None:
            continue
        complicated = next((c for c in codes if c != code and c.startswith(f"{match.group(1)}.")), None)
        if complicated is not None:
            return (Change(before=code, after=complicated, reason="its complication is coded"),)
        for beside, suffix, said in _BESIDE_DIABETES:
            other = next((c for c in codes if beside.match(c)), None)
            if other is not None:
                after = f"{match.group(1)}.{suffix}"
                change = Change(before=code, after=after, reason=_WITH)
                return (change, Change(before=other, after=after, reason=_WITH)) if said else (change,)
    return ()


# Words elsewhere in a note that make a code more specific: the code, what is looked for, the code then.
_SAID_ELSEWHERE: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("N20.0", re.compile(r"\b(?:stone|calculus)\b[^.\n]{0,80}\b(?:ureter|ureterovesical|uvj|ureteropelvic)\b"
                         r"|\b(?:ureter|ureteral|ureteric)\b[^.\n]{0,40}\b(?:stone|calculus)\b", re.IGNORECASE),
     "N20.1"),
    ("I50.9", re.compile(r"\bacute on chronic (?:systolic|hfref)", re.IGNORECASE), "I50.23"),
    ("I50.9", re.compile(r"\bacute on chronic (?:diastolic|hfpef)", re.IGNORECASE), "I50.33"),
    ("I50.9", re.compile(r"\bchronic (?:systolic|hfref)\b", re.IGNORECASE), "I50.22"),
    ("I50.9", re.compile(r"\bchronic (?:diastolic|hfpef)\b", re.IGNORECASE), "I50.32"),
    ("I50.9", re.compile(r"\bhfref\b|\bsystolic (?:congestive )?heart failure", re.IGNORECASE), "I50.20"),
    ("I50.9", re.compile(r"\bhfpef\b|\bdiastolic (?:congestive )?heart failure", re.IGNORECASE), "I50.30"),
    ("F17.200", re.compile(r"\bcigarettes?\b|\bpacks?[ -](?:per|a|/) ?day|\bppd\b", re.IGNORECASE), "F17.210"),
    ("E11.9", re.compile(r"\b(?:type (?:1|i|one)|juvenile)\b[- ](?:diabetes|dm\b)|\bt1dm\b", re.IGNORECASE), "E10.9"),
    ("C56.9", re.compile(r"\bleft (?:ovarian|ovary|adnexal)\b(?![^.\n]*\bbilateral)", re.IGNORECASE), "C56.2"),
    ("C56.9", re.compile(r"\bright (?:ovarian|ovary|adnexal)\b(?![^.\n]*\bbilateral)", re.IGNORECASE), "C56.1"),
)


def said_elsewhere(code: str, text: str) -> str | None:
    """Return the more specific code that words of the note ask for, or None."""
    for before, pattern, after in _SAID_ELSEWHERE:
        if before == code and pattern.search(text):
            return after
    return None


def one_side(title: str, sides_by_site: Callable[[], Mapping[str, frozenset[str]]]) -> str | None:
    """Return a title with its unspecified side said as the note says it, None where it says both or nothing."""
    match = re.search(r"\bunspecified (?=(?:\w+ ){0,2}(\w+))", title)
    if match is None:
        return None
    words = set(re.findall(r"[a-z]+", title.lower()))
    named = [sides for site, sides in sides_by_site().items() if site in words or f"{site}s" in words]
    if len(named) == 1 and len(named[0]) == 1:
        return title.replace("unspecified ", f"{next(iter(named[0]))} ", 1) if title.count("unspecified") == 1 else (
            _last_unspecified(title, next(iter(named[0])))
        )
    return None


def _last_unspecified(title: str, side: str) -> str:
    head, _, tail = title.rpartition("unspecified ")
    return f"{head}{side} {tail}"

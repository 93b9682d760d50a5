"""Ranks code-set entries for what a person typed: folding of words, and one score for one entry."""

from __future__ import annotations

import re

from ehrcoder.core.words import fold, stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s\b")

# American spelling is the classification's; the left side is looked for inside a folded word.
_BRITISH = (
    ("haem", "hem"), ("aemi", "emi"), ("aemo", "emo"), ("oedem", "edem"), ("oesoph", "esoph"), ("oestr", "estr"),
    ("paed", "ped"), ("gynaec", "gynec"), ("rrhoea", "rrhea"), ("foet", "fet"), ("caec", "cec"), ("faec", "fec"),
    ("aetio", "etio"), ("anaest", "anest"), ("caesar", "cesar"), ("coelia", "celia"), ("tumour", "tumor"),
    ("behaviour", "behavior"), ("colour", "color"), ("labour", "labor"), ("odour", "odor"), ("humour", "humor"),
    ("fibre", "fiber"), ("centre", "center"), ("litre", "liter"), ("titre", "titer"), ("leucaem", "leukem"),
    ("leucocyt", "leukocyt"), ("sulph", "sulf"), ("dyspnoea", "dyspnea"), ("pnoea", "pnea"),
    ("orthopaed", "orthoped"), ("ischaem", "ischem"), ("haemat", "hemat"), ("synaes", "synes"), ("bacteraem", "bacterem"),
    ("septicaem", "septicem"), ("hyperglycaem", "hyperglycem"), ("glycaem", "glycem"), ("uraem", "urem"),
    ("anaem", "anem"), ("leukaem", "leukem"), ("manoeuv", "maneuv"), ("homoeo", "homeo"), ("diarrhoe", "diarrhe"),
    ("mould", "mold"), ("plough", "plow"), ("grey", "gray"),
    ("ageing", "aging"),
)
_BRITISH_ENDING = re.compile(r"(?<=[a-z]{4})(?<!erc)(?<!dis)(?<!prec)is(e|ed|ing|ation)$")


def american(word: str) -> str:
    """Return a folded word in American spelling."""
    for british, us in _BRITISH:
        if british in word:
            word = word.replace(british, us)
    return _BRITISH_ENDING.sub(r"iz\1", word)


def search_words(text: str) -> tuple[str, ...]:
    """Return the words of a text as they are indexed and looked up: folded, American, without plural endings."""
    folded = _POSSESSIVE.sub("", fold(text))
    return tuple(stem(american(word)) for word in _WORD.findall(folded))

"""What payers make of a diagnosis: complication classes and risk categories. Information, never a reason for a code.

It is off unless somebody turns it on, it never orders or scores suggestions, and it says nothing of what is right: a
code is chosen by what the record supports (Guidelines I.A.19; AHIMA Standards of Ethical Coding).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWeight:
    """One payer's class of a code: `scheme` MS-DRG or CMS-HCC V28, `value` such as MCC or 226.

    `below` are the categories that this one leaves without weight (the model's hierarchy).
    """

    scheme: str
    value: str
    label: str
    edition: str
    below: tuple[str, ...] = ()


MS_DRG = "MS-DRG"
CMS_HCC = "CMS-HCC V28"

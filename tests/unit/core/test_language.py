"""The language of a note is told by its commonest words."""

from __future__ import annotations

import pytest

from ehrcoder.core.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Varón de 37 años con fiebre que acude a urgencias por dolor en el costado.", "es"),
        ("A 37-year-old man with fever was seen in the emergency department for pain in the flank.", "en"),
        ("Paciente con diabetes. Se pauta insulina y se da el alta.", "es"),
        ("Dx: HTA, DM2, EPOC", "en"),
        ("", "en"),
        ("Patient de novo AML, no prior therapy; con: cost. See the plan for this and that.", "en"),
    ],
)
def test_the_language_of_a_note_is_told(text: str, language: str) -> None:
    assert language_of(text) == language

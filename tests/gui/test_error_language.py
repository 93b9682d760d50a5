"""Errors are shown in the language of the person, and stay English where nobody has translated them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ehrcoder.cli.main import main
from ehrcoder.core.errors import InputError
from ehrcoder.error_language import ErrorTexts

REPOSITORY = Path(__file__).resolve().parents[2]
SPANISH = ErrorTexts(REPOSITORY / "resources", "es")


@pytest.mark.parametrize(("said", "spanish"), [
    ("The file is empty.", "El archivo está vacío."),
    ("note.pdf has more than 3000 pages.", "note.pdf tiene más de 3000 páginas."),
    ("The file is protected by a password. Unlock it first.",
     "El archivo está protegido por contraseña. Desbloquéelo antes."),
    ("The file is UTF-8 with damaged bytes, the first at byte 7 (line 2). "
     "Export the file again; guessing would change letters.",
     "El archivo es UTF-8 con bytes dañados, el primero en el byte 7 (línea 2). "
     "Exporte el archivo otra vez; adivinar cambiaría letras."),
    ("There is no code J99.99 in ICD-10-CM.", "No existe el código J99.99 en ICD-10-CM."),
    ("Record a{1} is not signed. Nothing was written. Sign the record, then export it.",
     "La historia a{1} no está firmada. No se escribió nada. Firme la historia y después expórtela."),
])
def test_what_is_known_is_said_in_spanish(said: str, spanish: str) -> None:
    assert SPANISH.spoken(said) == spanish


@pytest.mark.parametrize("said", ["", "Something that nobody translated.", "The files are emptied.", "x" * 5000])
def test_what_is_not_known_stays_as_it_is(said: str) -> None:
    assert SPANISH.spoken(said) == said
    assert ErrorTexts(REPOSITORY / "resources", "xx").spoken(said) == said


def test_a_known_sentence_before_an_unknown_one_is_translated() -> None:
    assert SPANISH.spoken("Nothing was written. Ask somebody.") == "No se escribió nada. Ask somebody."


def test_every_error_of_import_export_and_window_has_its_translation() -> None:
    done = subprocess.run([sys.executable, "packaging/translations.py", "--check"], cwd=REPOSITORY, capture_output=True,
                          encoding="utf-8", check=False)
    assert [line for line in done.stdout.splitlines() if "error" in line] == []


def test_the_window_shows_an_error_in_its_language(qapp) -> None:
    from ehrcoder.gui.language import install_language
    from ehrcoder.gui.task_runner import problem_of

    try:
        install_language(qapp, "es", REPOSITORY / "resources")
        problem = problem_of(InputError("The file is empty.", kept="Nothing was changed.", next_step="Split it."))
        assert (problem.what, problem.kept, problem.next_step) == (
            "El archivo está vacío.", "No se cambió nada.", "Divídalo.")
        assert problem_of(KeyError("x")).what == "EHRCoder cometió un error propio (KeyError)."
    finally:
        install_language(qapp, "en", REPOSITORY / "resources")
    assert problem_of(InputError("The file is empty.")).what == "The file is empty."


@pytest.mark.parametrize(("locale", "said"), [
    ("es_ES.UTF-8", "ehrcoder: No existe el espacio de trabajo"),
    ("en_GB.UTF-8", "ehrcoder: There is no workspace"),
])
def test_the_command_line_says_errors_in_the_terminals_language(tmp_path, monkeypatch, capsys, locale, said) -> None:
    monkeypatch.setenv("EHRCODER_HOME", str(tmp_path))
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)
    assert main(["export", "verify", str(tmp_path / "nothing.json")]) != 0
    assert said in capsys.readouterr().err

"""Looking at a code with what holds for it, and completing a procedure code from what exists."""

from __future__ import annotations

import json

import pytest

from ehrcoder.cli.main import main
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS
from ehrcoder.core.errors import InputError, NotFoundError
from ehrcoder.core.procedure_labels import axis_name, value_labels
from ehrcoder.paths import find_paths
from ehrcoder.ports import CodeSetIndex
from ehrcoder.usecases.browse_codes import code_page, find_code, top_of
from ehrcoder.usecases.build_procedure_code import builder_step


@pytest.fixture(scope="module")
def index() -> CodeSetIndex:
    from ehrcoder.services import Services

    if not (find_paths().code_sets / "vocabulary.sqlite").is_file():
        pytest.skip("the code sets are not built here: run `ehrcoder codesets build`")
    return Services().code_sets


def test_a_code_is_found_however_it_is_typed(index: CodeSetIndex) -> None:
    for typed in ("e1140", "E11.40", " e11.40 "):
        assert [each.coding.code for each in find_code(index, typed)] == ["E11.40"]
    with pytest.raises(NotFoundError):
        find_code(index, "E14")


def test_a_page_has_the_notes_of_the_code_and_those_that_it_inherits(index: CodeSetIndex) -> None:
    (concept,) = find_code(index, "J44.1")
    page = code_page(index, concept)
    assert [each.coding.code for each in page.ancestors] == ["J00-J99", "J40-J4A", "J44"]
    notes = {(group.at, group.kind): group for group in page.notes}
    assert notes["J44.1", "excludes2"].is_inherited is False
    assert notes["J44", "code_also"].is_inherited
    additional = [group for group in page.notes if group.kind == "use_additional" and group.is_inherited]
    assert any("tobacco" in text for group in additional for text in group.texts)
    assert ("J44", "inclusion_terms") not in notes


def test_seventh_characters_come_from_the_nearest_header_that_defines_them(index: CodeSetIndex) -> None:
    (concept,) = find_code(index, "S72.001A")
    seventh = code_page(index, concept).seventh
    assert seventh is not None
    assert seventh.at == "S72"
    assert dict(seventh.values)["A"].startswith("initial encounter for closed fracture")
    (plain,) = find_code(index, "J44.1")
    assert code_page(index, plain).seventh is None


def test_the_hierarchy_can_be_walked_from_the_top_to_a_code(index: CodeSetIndex) -> None:
    for system, wanted in ((ICD_10_CM, "E11.40"), (ICD_10_PCS, "0DTJ4ZZ")):
        level, steps = top_of(index, system), 0
        while not any(each.coding.code == wanted for each in level):
            (concept,) = find_code(index, wanted)
            path = {each.coding.code for each in code_page(index, concept).ancestors}
            (header,) = [each for each in level if each.coding.code in path]
            level, steps = index.children(system, header.coding.code), steps + 1
        assert steps >= 4


def test_the_builder_offers_only_values_that_lead_to_a_code(index: CodeSetIndex) -> None:
    step = builder_step(index, "")
    while step.finished is None:
        assert step.choices
        for choice in step.choices:
            assert choice.codes == index.count_below(ICD_10_PCS, step.code + choice.value) > 0
            assert choice.label
        step = builder_step(index, step.code + step.choices[-1].value)
    assert step.finished.is_billable
    assert len(step.chosen) == 7


def test_the_builder_says_in_words_what_was_chosen(index: CodeSetIndex) -> None:
    step = builder_step(index, "0sr90j9")
    assert [(each.axis, each.label) for each in step.chosen] == [
        ("Section", "Medical and Surgical"), ("Body system", "Lower Joints"), ("Operation", "Replacement"),
        ("Body part", "Right Hip Joint"), ("Approach", "Open"), ("Device", "Synthetic Substitute"),
        ("Qualifier", "Cemented"),
    ]
    assert step.finished is not None
    assert step.finished.coding.code == "0SR90J9"


def test_a_value_that_does_not_exist_names_those_that_do(index: CodeSetIndex) -> None:
    with pytest.raises(InputError, match="0DTJ3") as caught:
        builder_step(index, "0DTJ3ZZ")
    assert "0 4 7 8" in caught.value.next_step
    with pytest.raises(InputError):
        builder_step(index, "0DTJ4ZZZ")


def test_labels_are_what_the_titles_of_a_value_have_and_others_lack() -> None:
    titles = [
        ("0DTJ0ZZ", "Resection of Appendix, Open Approach"),
        ("0DTN0ZZ", "Resection of Sigmoid Colon, Open Approach"),
        ("0DTN4ZZ", "Resection of Sigmoid Colon, Percutaneous Endoscopic Approach"),
    ]
    assert value_labels("0DT", titles) == {"J": "Appendix", "N": "Sigmoid Colon"}
    assert value_labels("0DTN", titles[1:]) == {"0": "Open", "4": "Percutaneous Endoscopic"}
    assert value_labels("0DTN0", titles[1:2]) == {"Z": "None"}


@pytest.mark.parametrize(
    ("beginning", "name"),
    [("", "Section"), ("0", "Body system"), ("0D", "Operation"), ("0DT", "Body part"), ("0DTJ", "Approach"),
     ("B02", "Body part"), ("B020", "Contrast"), ("3E033", "Substance"), ("5A1", "Body system"), ("5A19", "Duration")],
)
def test_axes_bear_the_name_that_they_have_in_their_section(beginning: str, name: str) -> None:
    assert axis_name(beginning) == name


def test_browse_prints_the_top_and_the_level_below_a_header(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codesets", "browse", "--system", "icd-10-pcs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["display"] == "Medical and Surgical"
    assert main(["codesets", "browse", "E11.4"]) == 0
    assert "E11.42" in capsys.readouterr().out
    assert main(["codesets", "browse", "--system", "ICD-9"]) == 3
    capsys.readouterr()


def test_build_code_follows_what_has_no_choice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codesets", "build-code", "0DTJ0", "--follow", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["finished"]["code"] == "0DTJ0ZZ"
    assert main(["codesets", "build-code", "0DTJ"]) == 0
    shown = capsys.readouterr().out
    assert "Percutaneous Endoscopic" in shown
    assert "read out of the titles" in shown
    assert main(["codesets", "build-code", "0DTJ3"]) == 2
    assert "0 4 7 8" in capsys.readouterr().err


def test_show_tells_what_is_inherited_and_from_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codesets", "show", "j441"]) == 0
    shown = capsys.readouterr().out
    assert "Notes at J44, which hold here too" in shown
    assert main(["codesets", "show", "S72001A", "--json", "--on", "2026-05-01"]) == 0
    (document,) = json.loads(capsys.readouterr().out)
    assert document["seventh_characters"]["at"] == "S72"
    assert main(["codesets", "show", "J44.1", "--on", "yesterday"]) == 2
    assert "YYYY-MM-DD" in capsys.readouterr().err

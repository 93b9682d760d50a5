"""Log files say what happened and where, and never what was in a note."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from ehrcoder.logs import start_logging, stop_logging

CLINICAL = "Mr Example, 63, admitted with crushing chest pain"


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[logging.Logger]:
    yield start_logging(tmp_path / "logs")
    stop_logging()


def written(tmp_path: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted((tmp_path / "logs").iterdir()))


def test_an_entry_is_one_line_with_its_time_and_level(logger: logging.Logger, tmp_path: Path) -> None:
    logger.info("record %s: %d characters\nin two lines", "r-1", 512)

    (line,) = written(tmp_path).splitlines()
    assert line.endswith("INFO ehrcoder record r-1: 512 characters in two lines")


def test_an_exception_leaves_its_type_and_place_but_not_its_message(logger: logging.Logger, tmp_path: Path) -> None:
    def parse(note: str) -> None:
        raise ValueError(f"cannot parse {note!r}")

    try:
        parse(CLINICAL)
    except ValueError:
        logger.exception("import failed")

    text = written(tmp_path)
    assert "ValueError" in text
    assert "test_log_files.py" in text
    assert "parse" in text
    assert "chest pain" not in text
    assert "cannot parse" not in text


def test_causes_of_an_exception_stay_out_as_well(logger: logging.Logger, tmp_path: Path) -> None:
    try:
        try:
            raise KeyError(CLINICAL)
        except KeyError as error:
            raise RuntimeError(CLINICAL) from error
    except RuntimeError:
        logger.exception("propose failed")

    assert "Example" not in written(tmp_path)


def test_a_long_entry_is_cut(logger: logging.Logger, tmp_path: Path) -> None:
    logger.info("x" * 10_000)

    assert len(written(tmp_path)) < 400


def test_files_rotate_and_the_oldest_go(logger: logging.Logger, tmp_path: Path) -> None:
    for number in range(25_000):
        logger.info("%06d %s", number, "y" * 250)

    files = sorted((tmp_path / "logs").iterdir())
    assert len(files) == 5
    assert sum(path.stat().st_size for path in files) <= 5_000_000


def test_entries_of_the_products_modules_arrive_and_others_do_not(logger: logging.Logger, tmp_path: Path) -> None:
    logging.getLogger("ehrcoder.usecases.propose").warning("run cancelled")
    logging.getLogger("somebody.else").warning(CLINICAL)

    assert "run cancelled" in written(tmp_path)
    assert "Example" not in written(tmp_path)


def test_a_folder_that_cannot_be_made_costs_only_the_log(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    logger = start_logging(tmp_path / "file" / "logs")
    logger.info("goes nowhere")
    stop_logging()

    assert (tmp_path / "file").read_text() == "in the way"

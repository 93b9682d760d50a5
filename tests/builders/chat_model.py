"""The default model with a chat template written into it, as instruction models carry one."""

from __future__ import annotations

import struct
from pathlib import Path

_KEY = b"tokenizer.chat_template"
_STRING, _ARRAY = 8, 9
_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_ALIGNMENT = 32


def write_chat_model(source: Path, target: Path, template: str) -> None:
    """Copy a GGUF file with one more key; see the GGUF specification (github.com/ggml-org/ggml/docs/gguf.md)."""
    content = source.read_bytes()
    tensors, keys = struct.unpack_from("<QQ", content, 8)
    after_keys = _after_keys(content, 24, keys)
    after_tensors = _after_tensors(content, after_keys, tensors)
    value = template.encode()
    key = struct.pack("<Q", len(_KEY)) + _KEY + struct.pack("<IQ", _STRING, len(value)) + value
    head = content[:16] + struct.pack("<Q", keys + 1) + content[24:after_keys] + key + content[after_keys:after_tensors]
    with target.open("wb") as file:
        file.write(head + b"\0" * (-len(head) % _ALIGNMENT))
        file.write(memoryview(content)[after_tensors + -after_tensors % _ALIGNMENT :])


def _after_keys(content: bytes, place: int, count: int) -> int:
    for _ in range(count):
        place = _after_string(content, place)
        (kind,) = struct.unpack_from("<I", content, place)
        place = _after_value(content, place + 4, kind)
    return place


def _after_value(content: bytes, place: int, kind: int) -> int:
    if kind == _STRING:
        return _after_string(content, place)
    if kind != _ARRAY:
        return place + _WIDTHS[kind]
    inner, count = struct.unpack_from("<IQ", content, place)
    place += 12
    if inner != _STRING:
        return place + count * _WIDTHS[inner]
    for _ in range(count):
        place = _after_string(content, place)
    return place


def _after_tensors(content: bytes, place: int, count: int) -> int:
    for _ in range(count):
        place = _after_string(content, place)
        (dimensions,) = struct.unpack_from("<I", content, place)
        place += 4 + 8 * dimensions + 4 + 8
    return place


def _after_string(content: bytes, place: int) -> int:
    (length,) = struct.unpack_from("<Q", content, place)
    return place + 8 + length

"""Draws the program's icon at every size and in every form that a system asks for, out of one SVG."""

from __future__ import annotations

import os
import struct
from pathlib import Path

_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
# Apple's names for PNG pictures of a size in an .icns file.
_ICNS = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}


def draw(source: Path, target: Path) -> None:
    """Write ehrcoder-SIZE.png, ehrcoder.ico and ehrcoder.icns into `target`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication.instance() or QGuiApplication([])
    target.mkdir(parents=True, exist_ok=True)
    pictures = {size: _picture(source, target / f"ehrcoder-{size}.png", size) for size in _SIZES}
    (target / "ehrcoder.ico").write_bytes(_ico({size: data for size, data in pictures.items() if size <= 256}))
    (target / "ehrcoder.icns").write_bytes(_icns(pictures))
    del application


def _picture(source: Path, target: Path, size: int) -> bytes:
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(source)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    if not image.save(str(target), "PNG"):
        raise OSError(f"{target} could not be written")
    return target.read_bytes()


def _ico(pictures: dict[int, bytes]) -> bytes:
    """Return a Windows icon: a directory of 16 bytes a picture, then the PNG files."""
    offset = 6 + 16 * len(pictures)
    entries, body = b"", b""
    for size, data in pictures.items():
        side = 0 if size == 256 else size
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(data), offset + len(body))
        body += data
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + body


def _icns(pictures: dict[int, bytes]) -> bytes:
    """Return a macOS icon: blocks of a name, a length and a PNG file."""
    body = b"".join(
        name + struct.pack(">I", len(pictures[size]) + 8) + pictures[size] for size, name in _ICNS.items()
    )
    return b"icns" + struct.pack(">I", len(body) + 8) + body

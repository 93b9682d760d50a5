"""Builds the program that a clinic installs: `python packaging/bundle`, which `make package` runs after the set-up.

    python packaging/bundle                    both variants, with archives, into dist/
    python packaging/bundle --variant slim     one of them
    python packaging/bundle --folder-only      without archives
    python packaging/bundle --this-machine     with the llama.cpp of the set-up, which asks for AVX2: for the smoke test
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys

import folders

sys.path.insert(0, str(folders.SETUP))

import llama_wheel
import parts_list
import stage
import variants
from console import Console, SetupError

_BUILD = folders.REPOSITORY / "build"


def ensure_tools(console: Console) -> str:
    """Install what builds the program, at the locked versions, where it is not there."""
    try:
        import PyInstaller  # noqa: F401
        import sphinx  # noqa: F401
    except ImportError:
        lists = [word for name in ("docs", "package") for word in ("-r", f"requirements/{name}.txt")]
        console.run(
            [folders.PYTHON, "-m", "pip", "--disable-pip-version-check", "install", *lists], "installing PyInstaller",
            folder=folders.REPOSITORY,
        )
        return "installed"
    return ""


def build_guide(console: Console) -> str:
    """Build the documentation that Help opens."""
    console.run([folders.PYTHON, "docs/build.py"], "building the documentation", folder=folders.REPOSITORY)
    return "built"


def build_code_sets(console: Console) -> str:
    """Bring the code sets up to date with this version of the program."""
    console.run(
        [folders.PYTHON, "-m", "ehrcoder", "codesets", "build"], "building code sets", folder=folders.REPOSITORY,
        environment={"PYTHONPATH": str(folders.REPOSITORY), "EHRCODER_HOME": str(folders.HOME)},
    )
    return "up to date"


def freeze(console: Console) -> str:
    """Run PyInstaller over the gathered files."""
    shutil.rmtree(_BUILD / "program", ignore_errors=True)
    console.run(
        [folders.PYTHON, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--distpath", _BUILD / "program",
         "--workpath", _BUILD / "pyinstaller", folders.BUNDLE / "ehrcoder.spec"],
        "freezing", folder=folders.REPOSITORY,
        environment={"EHRCODER_BUNDLE": str(folders.STAGE), "PYTHONPATH": str(folders.REPOSITORY)},
    )
    program = _BUILD / "program" / "ehrcoder"
    if sys.platform != "linux":
        return "built"
    said = variants.slim_down(program)
    missing = variants.missing_libraries(program)
    if missing:
        raise SetupError("the program would not start elsewhere:\n  " + "\n  ".join(missing))
    return said


def finish(console: Console, variant: str, *, folder_only: bool) -> str:
    """Lay out one variant and, unless told otherwise, pack it."""
    version = stage.version()
    program = variants.make_variant(_BUILD / "program" / "ehrcoder", variant, version=version)
    parts = parts_list.write(program)
    size = variants.size_of(program) / 1e6
    said = f"{program.relative_to(folders.REPOSITORY)}: {size:.0f} MB unpacked, {parts} parts listed"
    if folder_only or sys.platform != "linux":
        return said
    made = [variants.make_tar(program), variants.make_app_dir(program), variants.make_deb(program, version=version)]
    for path in made:
        if path is not None and path.is_file():
            console.note(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB")
    return said


def main() -> int:
    """Build and return the exit code."""
    parser = argparse.ArgumentParser(prog="packaging/bundle", description=__doc__)
    parser.add_argument("--variant", choices=("slim", "full", "both"), default="both")
    parser.add_argument("--folder-only", action="store_true", help="no archives")
    parser.add_argument("--this-machine", action="store_true", help="with the llama.cpp that the set-up built")
    options = parser.parse_args()
    wanted = ("slim", "full") if options.variant == "both" else (options.variant,)
    os.chdir(folders.REPOSITORY)
    portable = not options.this_machine
    console = Console(total=6 + len(wanted), log_file=folders.LOG_FILE)
    try:
        console.stage("Tools", lambda: ensure_tools(console))
        console.stage("llama.cpp", lambda: llama_wheel.ensure(console, portable=portable))
        console.stage("Code sets", lambda: build_code_sets(console))
        console.stage("Documentation", lambda: build_guide(console))
        console.stage("Gathering", lambda: stage.gather(
            wheel=llama_wheel.built_wheel(portable=portable), guide=folders.REPOSITORY / "docs" / "_build" / "html",
        ))
        console.stage("Freezing", lambda: freeze(console))
        for variant in wanted:
            name = f"The {variant} variant"
            console.stage(name, lambda v=variant: finish(console, v, folder_only=options.folder_only))
    except (SetupError, stage.MissingAssetError) as failure:
        print(f"\nPackaging stopped: {failure}", file=sys.stderr)
        return 1
    console.close()
    return 0


sys.exit(main())

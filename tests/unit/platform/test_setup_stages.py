"""The set-up does each stage once, does it again when its inputs change, and says what to do when it cannot."""

from __future__ import annotations

import os
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]


def console(load: Load, tmp_path: Path) -> object:
    return load("console").Console(total=1, log_file=tmp_path / "log" / "setup.log")


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


# Stamps


def test_a_stamp_holds_for_the_inputs_it_was_written_for(setup_module: Load, tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("a==1\n")
    stamps = setup_module("stamps")
    assert not stamps.Stamp(tmp_path / "stamp", [wanted, "3.11"]).holds()

    stamps.Stamp(tmp_path / "stamp", [wanted, "3.11"]).write()

    assert stamps.Stamp(tmp_path / "stamp", [wanted, "3.11"]).holds()


@pytest.mark.parametrize(("content", "python"), [("a==2\n", "3.11"), ("a==1\n", "3.12"), ("a==1\n3", ".11")])
def test_a_stamp_falls_with_any_of_its_inputs(
    setup_module: Load, tmp_path: Path, content: str, python: str
) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("a==1\n")
    stamps = setup_module("stamps")
    stamps.Stamp(tmp_path / "stamp", [wanted, "3.11"]).write()

    wanted.write_text(content)

    assert not stamps.Stamp(tmp_path / "stamp", [wanted, python]).holds()


# System libraries


def test_nothing_missing_means_that_nothing_is_called(
    setup_module: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = setup_module("system_libraries")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))

    assert libraries.ensure(console(setup_module, tmp_path), (libraries.Need("g++", lambda: True),)) == ""


def test_without_root_the_one_command_names_all_that_is_missing(
    setup_module: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = setup_module("system_libraries")
    program(tmp_path / "bin", "apt-get", "exit 99")
    program(tmp_path / "bin", "sudo", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    needs = tuple(libraries.Need(name, lambda: False) for name in ("libegl1", "libgl1"))

    with pytest.raises(setup_module("console").SetupError) as failure:
        libraries.ensure(console(setup_module, tmp_path), (*needs, libraries.Need("g++", lambda: True)))

    command = "sudo apt-get update && sudo apt-get install --yes --no-install-recommends libegl1 libgl1\n"
    assert command in str(failure.value)
    assert "g++" not in str(failure.value)


def test_with_root_what_is_missing_is_installed(
    setup_module: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = setup_module("system_libraries")
    program(tmp_path / "bin", "apt-get", f'echo "$@" >> {tmp_path}/calls')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    need = libraries.Need("libegl1", (tmp_path / "calls").exists)

    assert libraries.ensure(console(setup_module, tmp_path), (need,)) == "installed libegl1"

    assert (tmp_path / "calls").read_text().splitlines() == [
        "update", "install --yes --no-install-recommends libegl1"
    ]


def test_an_apt_that_succeeds_without_bringing_the_library_is_told(
    setup_module: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = setup_module("system_libraries")
    program(tmp_path / "bin", "apt-get", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    with pytest.raises(setup_module("console").SetupError, match="still missing: libegl1"):
        libraries.ensure(console(setup_module, tmp_path), (libraries.Need("libegl1", lambda: False),))


def test_a_system_without_apt_is_told_what_is_missing(
    setup_module: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = setup_module("system_libraries")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))

    with pytest.raises(setup_module("console").SetupError, match="libegl1"):
        libraries.ensure(console(setup_module, tmp_path), (libraries.Need("libegl1", lambda: False),))


def test_a_compiler_is_asked_for_only_when_the_wheel_is_to_be_built(setup_module: Load) -> None:
    needs_of = setup_module("system_libraries").needs_of

    with_build = {need.package for need in needs_of(tests=False, builds_wheel=True, window=False)}
    without = {need.package for need in needs_of(tests=False, builds_wheel=False, window=False)}

    assert with_build - without == {"g++"}


# Virtual environments


def environment(folder: Path, first_line: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    program(folder / "bin", "python", "exit 0")
    (folder / "bin" / "pip").write_text(f"{first_line}\n")
    return folder


def test_an_environment_at_its_place_is_usable(setup_module: Load, tmp_path: Path) -> None:
    venv = environment(tmp_path / "venv", f"#!{tmp_path}/venv/bin/python")

    assert setup_module("environment").is_usable(venv)


def test_a_moved_environment_is_not_usable(setup_module: Load, tmp_path: Path) -> None:
    venv = environment(tmp_path / "venv", "#!/somewhere/else/.venv/bin/python")

    assert not setup_module("environment").is_usable(venv)


def test_an_environment_whose_interpreter_is_gone_is_not_usable(setup_module: Load, tmp_path: Path) -> None:
    venv = environment(tmp_path / "venv", f"#!{tmp_path}/venv/bin/python")
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to(tmp_path / "removed")

    assert not setup_module("environment").is_usable(venv)


def test_an_environment_with_a_broken_python_is_not_usable(setup_module: Load, tmp_path: Path) -> None:
    venv = environment(tmp_path / "venv", f"#!{tmp_path}/venv/bin/python")
    program(venv / "bin", "python", "exit 1")

    assert not setup_module("environment").is_usable(venv)


# The llama.cpp wheel


def wheel_in(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"llama_cpp_python-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("llama_cpp/__init__.py", "x = 1\n" * 100)
    return path


@pytest.fixture
def llama_wheel(setup_module: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = setup_module("llama_wheel")
    monkeypatch.setattr(module, "WHEELS", tmp_path / "wheels")
    monkeypatch.delenv("CMAKE_ARGS", raising=False)
    return module


def test_a_wheel_that_was_built_is_used(llama_wheel: ModuleType, tmp_path: Path) -> None:
    wheel = wheel_in(tmp_path / "wheels", llama_wheel.version())

    assert llama_wheel.cached_wheel() == wheel


def test_a_wheel_of_another_version_is_not_used(llama_wheel: ModuleType, tmp_path: Path) -> None:
    wheel_in(tmp_path / "wheels", "0.0.1")

    assert llama_wheel.cached_wheel() is None


def test_a_truncated_wheel_is_not_used_and_goes(llama_wheel: ModuleType, tmp_path: Path) -> None:
    wheel = wheel_in(tmp_path / "wheels", llama_wheel.version())
    wheel.write_bytes(wheel.read_bytes()[:-40])

    assert llama_wheel.cached_wheel() is None
    assert not wheel.exists()


def test_a_wheel_with_other_options_lies_beside_the_plain_one(
    llama_wheel: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = wheel_in(tmp_path / "wheels", llama_wheel.version())

    monkeypatch.setenv("CMAKE_ARGS", "-DGGML_CUDA=on")
    assert llama_wheel.cached_wheel() is None
    assert llama_wheel.cmake_arguments() == "-DGGML_NATIVE=OFF -DGGML_CUDA=on"

    monkeypatch.delenv("CMAKE_ARGS")
    assert llama_wheel.cached_wheel() == plain


# Commands


def test_a_failing_command_shows_its_last_words_and_where_all_of_them_are(
    setup_module: Load, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = "import sys; print('compiling'); sys.exit('no space left')"

    with pytest.raises(setup_module("console").SetupError) as failure:
        console(setup_module, tmp_path).run([sys.executable, "-c", script], "building", next_step="Free some space.")

    assert "building failed (exit code 1)" in str(failure.value)
    assert "setup.log" in str(failure.value)
    assert "Free some space." in str(failure.value)
    assert "| no space left" in capsys.readouterr().err


def test_a_long_command_says_that_it_still_works(
    setup_module: Load, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = setup_module("console")
    monkeypatch.setattr(module, "_HEARTBEAT_SECONDS", 0.05)

    script = "import time; print('[7/231] Building CXX object', flush=True); time.sleep(0.5)"
    console(setup_module, tmp_path).run([sys.executable, "-c", script], "building")

    assert "… building, step 7/231: 0 s" in capsys.readouterr().out


# Hashes


class Asked:
    """Notes what pip was asked to do, in place of pip."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def __call__(self, console: object, venv: Path, arguments: list[object], what: str, **more: str) -> None:
        self.words.append(" ".join(map(str, arguments)))


@pytest.fixture
def asked(setup_module: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Have the packages installed on a Linux machine with Python 3.11, and return what pip was asked to do."""
    environment, hashed, made = setup_module("environment"), setup_module("hashed"), Asked()
    monkeypatch.setattr(environment, "pip", made)
    monkeypatch.setattr(environment, "VENV", tmp_path / "venv")
    monkeypatch.setattr(hashed.sys, "platform", "linux")
    monkeypatch.setattr(hashed.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(hashed.sys, "version_info", (3, 11, 7))
    monkeypatch.delenv("EHRCODER_ANY_FILE", raising=False)
    return made


def install(setup_module: Load, tmp_path: Path) -> None:
    wheel = tmp_path / "llama.whl"
    wheel.write_bytes(b"x")
    setup_module("environment").install_packages(console(setup_module, tmp_path), wheel=wheel, tests=True)


def test_what_ships_is_installed_from_files_with_known_hashes(setup_module: Load, asked: Asked, tmp_path: Path) -> None:
    install(setup_module, tmp_path)

    ships = [each for each in asked.words if "--require-hashes" in each]
    assert [each.rpartition("/")[2] for each in ships] == ["linux-x86_64-cp311.txt"]
    assert not any("run.txt" in each or "assets.txt" in each for each in asked.words)
    assert any("test.txt" in each for each in asked.words)


@pytest.mark.parametrize("why", ["another Python", "another system", "asked for"])
def test_without_a_list_of_hashes_versions_are_pinned_and_that_is_said(
    setup_module: Load, asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hashed = setup_module("hashed")
    match why:
        case "another Python":
            monkeypatch.setattr(hashed.sys, "version_info", (3, 14, 0))
        case "another system":
            monkeypatch.setattr(hashed.platform, "machine", lambda: "riscv64")
        case _:
            monkeypatch.setenv("EHRCODER_ANY_FILE", "1")
    install(setup_module, tmp_path)

    assert not any("--require-hashes" in each for each in asked.words)
    assert any("run.txt" in each and "assets.txt" in each for each in asked.words)
    assert "versions are pinned" in capsys.readouterr().out


def test_the_source_that_is_built_is_fetched_by_its_hash(
    setup_module: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel, made, lines = setup_module("llama_wheel"), Asked(), []

    def download(console: object, venv: Path, arguments: list[object], what: str, **more: str) -> None:
        made(console, venv, arguments, what)
        if arguments[0] == "download":
            lines.extend(Path(str(arguments[-1])).read_text("utf-8").splitlines())
            raise setup_module("console").SetupError("stop here")

    (tmp_path / "setup").mkdir()
    monkeypatch.setattr(wheel, "CACHE", tmp_path)
    monkeypatch.setattr(wheel, "WHEELS", tmp_path / "wheels")
    monkeypatch.setattr(wheel.environment, "ensure_venv", lambda *_: "")
    monkeypatch.setattr(wheel.environment, "pip", download)
    with pytest.raises(setup_module("console").SetupError, match="stop here"):
        wheel.ensure(console(setup_module, tmp_path))
    assert len(lines) == 1
    assert lines[0].startswith(f"llama-cpp-python=={wheel.version()} --hash=sha256:")


# What is left out of llama.cpp


def source_of(folder: Path, *, processors: str, common: str = "set(LLAMA_BUILD_COMMON ON CACHE BOOL)") -> Path:
    file = folder / "vendor" / "llama.cpp" / "ggml" / "src" / "CMakeLists.txt"
    file.parent.mkdir(parents=True)
    file.write_text(processors)
    (folder / "CMakeLists.txt").write_text(common)
    return file


def test_processors_that_do_not_ship_and_the_programs_part_are_not_built(setup_module: Load, tmp_path: Path) -> None:
    module = setup_module("llama_source")
    names = (*module.LEFT_OUT, "haswell", "zen4")
    lines = [f"        ggml_add_cpu_backend_variant({name}   SSE42 AVX)\n" for name in names]
    file = source_of(tmp_path / "source", processors="".join(lines))

    module.trim(tmp_path / "source")

    assert file.read_text() == "".join(lines[-2:])
    assert "LLAMA_BUILD_COMMON OFF" in (tmp_path / "source" / "CMakeLists.txt").read_text()


def test_a_source_that_builds_otherwise_is_named_and_not_built(setup_module: Load, tmp_path: Path) -> None:
    module = setup_module("llama_source")
    source_of(tmp_path / "source", processors="ggml_add_cpu_backend_variant(haswell  AVX2)\n")

    with pytest.raises(setup_module("console").SetupError, match=r"bring packaging/setup/llama_source\.py up to it"):
        module.trim(tmp_path / "source")


def test_a_source_archive_gives_its_one_folder(setup_module: Load, tmp_path: Path) -> None:
    (tmp_path / "llama-1").mkdir()
    (tmp_path / "llama-1" / "a.txt").write_text("a")
    with tarfile.open(tmp_path / "llama-1.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "llama-1", "llama-1")

    found = setup_module("llama_source").unpack(tmp_path / "llama-1.tar.gz", tmp_path / "out")

    assert (found / "a.txt").read_text() == "a"

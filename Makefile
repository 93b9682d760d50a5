# Two commands: `make run` (set up, then the demo) and `make test` (set up, then every check and test).
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV_PYTHON := .venv/bin/python
QT_FOR_TESTS := QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen}

.PHONY: run test test-slow test-package package docs setup setup-tests lint clean help sbom

help:
	@echo "make run        set up, then open the demo (without a display: run it and write demo-output/)"
	@echo "make test       set up, then lint, types, architecture and tests"
	@echo "make test-slow  set up, then the tests that take minutes"
	@echo "make package    build the program to install: folder, tar.gz, AppDir, .deb, slim and full, into dist/"
	@echo "make test-package  build it for this machine and try it elsewhere, without Python, home or network"
	@echo "make docs       build the guide into docs/_build/html"
	@echo "make lint       lint, types and architecture only"
	@echo "make setup      set up only"
	@echo "make sbom       write the software bill of materials, dist/ehrcoder.cdx.json (CycloneDX)"
	@echo "make clean      remove what was built; wheels, models, settings and workspaces are kept"

run: setup
	@if [ "$$(uname)" != Linux ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		$(VENV_PYTHON) -m ehrcoder demo --window; \
	else \
		$(VENV_PYTHON) -m ehrcoder demo --output demo-output; \
	fi

setup setup-tests:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed. On Debian or Ubuntu: sudo apt-get install python3 python3-venv" >&2; exit 1; fi
	@$(PYTHON) packaging/setup $(if $(filter setup-tests,$@),--tests)

lint:
	.venv/bin/ruff check
	.venv/bin/pyright
	.venv/bin/lint-imports
	$(VENV_PYTHON) packaging/module_length.py

test: setup-tests
	@$(MAKE) --no-print-directory lint
	$(QT_FOR_TESTS) $(VENV_PYTHON) -m pytest -n 2 --dist loadfile --max-worker-restart 0 -m "not slow and not package"
	@$(MAKE) --no-print-directory test-package

test-slow: setup-tests
	$(QT_FOR_TESTS) $(VENV_PYTHON) -m pytest -m "slow and not package"

package: setup
	$(VENV_PYTHON) packaging/bundle

test-package: setup-tests
	$(VENV_PYTHON) packaging/bundle --variant full --folder-only --this-machine
	EHRCODER_PROGRAM="$$(ls -d dist/ehrcoder-*-full)" $(VENV_PYTHON) -m pytest -m package tests/package

docs: setup-tests
	$(VENV_PYTHON) docs/build.py

sbom: setup
	$(VENV_PYTHON) packaging/sbom.py

clean:
	rm -rf .venv .cache/setup .cache/checkers build dist *.egg-info demo-output .pytest_cache .ruff_cache .import_linter_cache
	@echo "Kept: .cache/wheels (takes minutes to build) and .cache/home (model, code sets, settings, workspaces)."

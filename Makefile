# Everything a developer does here, in one word each; `make help` lists them.
# Needs Python 3.11 or newer and make; everything else comes into .venv and var.

SHELL := /bin/sh
PORT ?= 8000
UV_VERSION := 0.13.9
PYTHON := .venv/bin/python
SERVERS := $(PYTHON) -m basispoort.demo.servers exec --var var/test --
# Settings as on a real portal, for the checks that only read them.
SETTINGS := $(PYTHON) -m basispoort.demo.keys exec --

.DEFAULT_GOAL := help
.PHONY: help run reset setup test e2e check bench format \
	check-style check-types check-imports check-migrations check-translations check-deploy check-security

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-8s %s\n' "$$name" "$$text"; done

setup: .venv/ready ## make the virtual environment with the locked packages
	@:

# The first Python that is new enough makes the environment; PYTHON3=… chooses another.
.venv/ready: uv.lock pyproject.toml Makefile
	@found=; for candidate in $(PYTHON3) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			found="$$candidate"; break; fi; done; \
	if [ -z "$$found" ]; then \
		echo "Python 3.11 or newer is needed and was not found: install it, or name it with PYTHON3=/path/to/python3." >&2; \
		exit 1; fi; \
	if ! "$$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$$found cannot make virtual environments: install its venv module (on Debian: apt install python3-venv)." >&2; \
		exit 1; fi; \
	if [ -x .venv/bin/uv ] && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then :; \
	else echo "Making .venv with $$($$found --version)"; "$$found" -m venv .venv; fi
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) || \
		{ echo "The package index cannot be reached: look at the connection and run it again." >&2; exit 1; }
	@echo "Installing the locked packages"; .venv/bin/uv sync --locked --quiet
	@touch $@

run: .venv/ready ## run the whole portal with demo data (PORT=8000)
	@exec $(PYTHON) -m basispoort.demo.run --port $(PORT) --end-with-parent

reset: .venv/ready ## throw the demo's data away (asks first; YES=1 does not)
	@exec $(PYTHON) -m basispoort.demo.reset $(if $(filter 1 y yes,$(YES)),--yes)

test: .venv/ready ## run every test, the browser's last
	@echo "== tests"
	@$(SERVERS) $(PYTHON) -m pytest -n 2 $(PYTEST)
	@$(MAKE) --no-print-directory e2e

e2e: .venv/ready ## run the browser tests
	@echo "== browser tests"
	@if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then \
		$(SERVERS) $(PYTHON) -m pytest -m e2e $(PYTEST); \
	elif [ -n "$(CI)" ]; then echo "No Chromium here: the browser tests cannot run." >&2; exit 1; \
	else echo "NOT RUN: no Chromium here (on Debian: apt install chromium)." >&2; fi

check: check-style check-types check-imports check-migrations check-translations check-deploy check-security ## run every other check
	@echo "== all checks passed"

check-style: .venv/ready
	@echo "== style"
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

check-types: .venv/ready
	@echo "== types"
	@$(SETTINGS) .venv/bin/mypy .

check-imports: .venv/ready
	@echo "== direction of imports"
	@.venv/bin/lint-imports

check-migrations: .venv/ready
	@echo "== migrations"
	@$(SERVERS) $(PYTHON) manage.py makemigrations --check --dry-run

check-translations: .venv/ready
	@echo "== translations"
	@$(SETTINGS) $(PYTHON) manage.py translations --check

check-deploy: .venv/ready
	@echo "== settings for a public host"
	@$(SETTINGS) $(PYTHON) manage.py check --deploy --fail-level WARNING

check-security: .venv/ready
	@echo "== security"
	@.venv/bin/bandit --quiet --recursive --configfile .bandit.yaml manage.py basispoort schools accounts dpa licences

bench: .venv/ready ## run the benchmarks
	@$(PYTHON) -m basispoort.demo.servers exec --var var/bench -- $(PYTHON) -m basispoort.bench

format: .venv/ready ## put the code in shape
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

# The commands of this project. `make help` lists them; nothing but Python and make is needed.
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench compile plain stop clean

FITS := -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
VENV := -c 'import ensurepip, venv' 2>/dev/null
PYTHONS := /usr/bin/python3 python3 python3.13 python3.12 python3.11
# The system's own first: distributions build theirs with a profile of its use, and it decides claims faster for that.
first = $(shell for name in $(PYTHONS); do $1 && echo $$name && break; done)
PYTHON ?= $(or $(call first,$$name $(FITS) && $$name $(VENV)),$(call first,$$name $(FITS)))
PY := .venv/bin/python
SERVERS := $(PY) -m tpa.infra.embedded
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input --require-hashes --no-deps
TEST_PROCESSES ?= 2
TOGETHER := $(MAKE) --no-print-directory --jobs=2 --output-sync

# Every process that a test starts would compile the whole platform again.
unexport PYTHONDONTWRITEBYTECODE

help: ## Explain the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.runtime ## Run the demo TPA: servers, demo employers, worker, web; ONCE=1 ends after the table
	@$(SERVERS) run sh -c '$(PY) manage.py migrate -v 0 && exec $(PY) manage.py demo $(if $(ONCE),--once)'

test: plain .venv/.dev ## Check everything: lint, then all tests against the embedded servers
	@$(SERVERS) run $(TOGETHER) types style template
	@$(SERVERS) run $(PY) -m pytest -n $(TEST_PROCESSES) --dist worksteal $(ARGS)

lint: .venv/.dev ## Check style, types, imports and migrations
	@$(TOGETHER) types style

# Steps of the two above: types take one processor for a minute, and what else comes before the tests is done beside them.
.PHONY: types style template
types:
	@$(PY) -m mypy

style:
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet . || { echo "Not formatted: run '$(PY) -m ruff format .'"; exit 1; }
	@.venv/bin/lint-imports --no-logo --cache-dir var/import_linter
	@$(SERVERS) run $(PY) manage.py makemigrations --check --dry-run

template:
	@$(SERVERS) run $(PY) manage.py shell -v 0 -c 'from tests.databases import make_template; make_template()'

bench: .venv/.dev ## Measure, print a table, write var/bench.json; PART=batch measures one part
	@$(MAKE) --no-print-directory compile || echo "Measured without."
	@$(SERVERS) run $(PY) -m bench $(PART)

compile: plain .venv/.dev ## Make machine code of what every claim passes through: decides twice as fast; needs a C compiler
	@$(PY) -m tpa.infra.compiling

plain: ## Take the machine code away
	@find tpa -name '*.so' -delete
	@rm -f *__mypyc.*.so tpa/.compiled

stop: ## Stop the embedded servers
	@if [ -x $(PY) ]; then $(SERVERS) stop; else echo "Nothing was running."; fi

clean: stop plain ## Remove the environment, the embedded servers' data and every cache
	@rm -rf .venv var .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(or $(PYTHON),false) $(FITS) || { echo "Python 3.11, 3.12 or 3.13 is needed: install it, or say where it is with 'make PYTHON=/its/place/python3.11'."; exit 1; }
	@$(PYTHON) $(VENV) || { echo "$(PYTHON) has no venv module: install it (Debian, Ubuntu: 'apt-get install python3-venv')."; exit 1; }
	@$(PYTHON) -m venv --clear .venv

.venv/.runtime: requirements/runtime.txt requirements/embedded.txt | .venv/bin/python
	@echo "Installing the packages ..."
	@$(PIP) $(addprefix -r ,$^) || { echo "The packages could not be installed: pip says why above; behind a mirror, set PIP_INDEX_URL."; exit 1; }
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.runtime
	@echo "Installing the development packages ..."
	@$(PIP) -r $< || { echo "The packages could not be installed: pip says why above; behind a mirror, set PIP_INDEX_URL."; exit 1; }
	@touch $@

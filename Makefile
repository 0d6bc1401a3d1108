# Needs Python 3.11 or newer and make, nothing else; everything goes into .venv.
#   make demo    see the whole life of an actionable message
#   make test    run every test
#   make check   ruff and mypy
#   make bench   measure; one of them: make bench BENCH=bench/startup.py
#   make clean   remove .venv and what was built
# Another Python: make demo PYTHON=/usr/bin/python3.13. More for pytest: make test PYTEST=-x

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c '$(NEW_ENOUGH)' 2>/dev/null && echo "$$p" && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PYTEST ?= -q -n auto
BENCH ?= $(wildcard bench/*.py)

.PHONY: demo test check bench clean

demo: $(VENV)/.package
	@$(BIN)/amcli demo

test: $(VENV)/.dev
	@$(BIN)/python -m pytest $(PYTEST)

check: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.package
	@test -z "$(filter bench/lint.py,$(BENCH))" || test -e $(VENV)/bench/.others || $(MAKE) --no-print-directory -- $(VENV)/bench/.others || \
		echo "Not everything to compare with could be installed; what is missing is left out."
	@over=0; for script in $(BENCH); do \
		echo "== $$script"; $(BIN)/python "$$script" || over=1; done; exit $$over

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps say what the environment has, so that a second run installs nothing.
$(VENV)/.package: pyproject.toml
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo "amcli needs Python 3.11 or newer, and none was found as python3."; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Installing amcli into $(VENV) ..."
	@"$(PYTHON)" -m venv $(VENV) || { \
		echo "Python could not make $(VENV); Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.package
	@echo "Installing the tools for development into $(VENV) ..."
	@$(PIP) install --editable '.[dev]'
	@touch $@

# What amcli is measured beside, away from its own environment.
$(VENV)/bench/.others:
	@echo "Installing check-jsonschema and ajv-cli into $(VENV)/bench ..."
	@$(BIN)/python -m venv $(VENV)/bench
	@$(VENV)/bench/bin/python -m pip --quiet --disable-pip-version-check install check-jsonschema
	@npm install --silent --no-fund --no-audit --prefix $(VENV)/bench ajv-cli
	@touch $@

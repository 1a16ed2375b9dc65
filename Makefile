# Alvos do projeto; `make help` lista todos.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-$(shell cksum requirements-dev.lock pyproject.toml | cksum | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help demo dev test check format bench faults lock clean

help:  ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(STAMP): requirements-dev.lock pyproject.toml
	@echo "Installing into $(VENV) (once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is required: make PYTHON=/path/to/python3.11 ..."; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . 2>/dev/null \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@rm -f $(VENV)/.installed-* && touch $@

demo: $(STAMP)  ## Play scripted conversations through the whole system and print what happened
	@$(BIN)/pyloto-stream demo

dev: $(STAMP)  ## Run the whole system here and chat with the bot in a browser
	@$(BIN)/pyloto-stream dev

test: $(STAMP)  ## Run the tests
	@$(BIN)/python -m pytest

check: $(STAMP)  ## Lint, format, types, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP)  ## Mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:  ## Remove the virtual environment and local data
	rm -rf $(VENV) .pyloto .mypy_cache .ruff_cache .pytest_cache

lock:  ## Write both lock files anew (needs uv)
	uv lock --quiet --upgrade
	uv export --quiet --frozen --no-emit-project --all-extras --no-dev --no-header -o requirements.lock
	uv export --quiet --frozen --no-emit-project --all-extras --all-groups --no-header -o requirements-dev.lock

# Alvos do projeto; `make help` lista todos. Basta git, make e Python 3.11, 3.12 ou 3.13 (com o módulo venv).
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
# O que obriga a instalar de novo: as versões fixadas, os metadados e, se alguém o escolheu, o Python.
ifneq ($(origin PYTHON),file)
CHOSEN := $(PYTHON)
endif
# Os testes repartem-se por processos; os defeitos correm depois, sozinhos: os prazos deles são curtos.
SPREAD := -n auto --maxprocesses=4 --dist loadgroup
# O que falhou ao lado dos outros faz-se mais uma vez, sozinho: uma máquina ocupada falta a prazos. A primeira falha fica à
# vista; um defeito volta a falhar. Os defeitos semeados não têm segunda vez (ver tests/faults/harness/campaign.py).
again = { code=$$?; [ $$code = 1 ] || exit $$code; echo "what failed beside the others, once more and alone:"; \
  $(BIN)/python -m pytest --last-failed --last-failed-no-failures none --ignore=tests/faults $(1); }
MEASURED := --cov --cov-report= --cov-fail-under=0
STAMP := $(VENV)/.installed-$(shell { cat requirements-dev.lock pyproject.toml; echo '$(CHOSEN)'; pwd; } | cksum | cut -d' ' -f1)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo dev test check coverage bench faults mutants format lock clean peers

help:  ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

demo: $(STAMP)  ## Play scripted conversations through the whole system and print what happened
	@$(BIN)/pyloto-stream demo

dev: $(STAMP)  ## Run the whole system here and chat with the bot in a browser
	@$(BIN)/pyloto-stream dev

test: $(STAMP)  ## Run the tests
	@$(BIN)/python -m pytest $(SPREAD) --ignore=tests/faults || $(call again)
	@$(BIN)/python -m pytest tests/faults

check: $(STAMP)  ## Lint, format, types, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

coverage: $(STAMP)  ## Run the tests and fail if they cover less than the limit in pyproject.toml, or 95 % of the stores
	@$(BIN)/python -m pytest $(SPREAD) --ignore=tests/faults $(MEASURED) || $(call again,$(MEASURED) --cov-append)
	@$(BIN)/python -m pytest tests/faults --cov --cov-append --cov-report=term:skip-covered
	@$(BIN)/coverage report --include='pyloto_stream/stores/*' --fail-under=95

bench: $(STAMP)  ## Measure speed and memory on this machine in ten minutes, against what peers do (`make peers` first)
	@$(BIN)/python -m bench

peers: $(STAMP)  ## Install what the benchmarks compare with, in environments of its own under .bench
	@set -e; for name in peers peers-arq; do \
	  $(BIN)/python -m venv .bench/$$name; \
	  .bench/$$name/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
	    -r bench/peers/requirements$${name#peers}.txt; \
	done
	@if command -v npm >/dev/null; then npm ci --prefix bench/peers/bullmq --ignore-scripts --no-audit --no-fund --silent; \
	else echo "npm is missing: BullMQ will not be measured"; fi

faults: $(STAMP)  ## Run every seeded fault: kill, freeze, cut, starve; prints what each one cost
	@$(BIN)/python -m pytest tests/faults --faults=full

mutants: $(STAMP)  ## Remove each guard in turn and see that its test fails
	@$(BIN)/python -m tests.mutants

format: $(STAMP)  ## Mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock:  ## Write both lock files anew (needs uv)
	uv lock --quiet --upgrade
	uv export --quiet --frozen --no-emit-project --all-extras --no-dev --no-header -o requirements.lock
	uv export --quiet --frozen --no-emit-project --all-extras --all-groups --no-header -o requirements-dev.lock

clean:  ## Remove the virtual environment and local data
	rm -rf $(VENV) .bench bench/peers/bullmq/node_modules .pyloto .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*

# `--no-deps`: a lista é completa; sem isso o pip resolve de novo os extras (`coverage[toml]`) e recusa a lista assim que
# sai uma versão mais nova.
# `.place` só existe depois de uma instalação completa: interrompida, noutra pasta ou com outro Python, refaz-se
# tudo; só com outras versões fixadas, atualiza-se no lugar. `_base_executable`: com o ambiente ativado, o Python
# encontrado seria o de dentro da pasta que vamos apagar.
$(STAMP):
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is required: apt-get install python3 python3-venv"; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is required: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 2; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "$(PYTHON) cannot make virtual environments: apt-get install python3-venv"; exit 2; }
	@echo "Installing into $(VENV), once, in about a minute ..."
	@set -e; \
	base=$$("$(PYTHON)" -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))'); \
	place="$$(pwd) $$("$$base" -V)"; \
	if [ "$$(cat $(VENV)/.place 2>/dev/null)" != "$$place" ]; then rm -rf $(VENV); "$$base" -m venv $(VENV); fi; \
	rm -f $(VENV)/.place $(VENV)/.installed-*; \
	$(PIP) --no-deps --require-hashes -r requirements-dev.lock; \
	$(PIP) --no-deps --no-build-isolation -e .; \
	echo "$$place" > $(VENV)/.place; \
	touch $@

# The only entry: people and CI call the same targets. Everything runs in .venv/ at the project's root.
SHELL := /bin/bash
PYTHON ?= python3.11
PY := .venv/bin/python
EXTRAS = import tomllib; extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]; print("\n".join(line for name in ("local", "grafana", "dev") for line in extras[name]))

.DEFAULT_GOAL := help
.PHONY: help setup run serve test mutants replay lint format bench docs deploy clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: .venv/.ready ## install everything into .venv/

.venv/.ready: requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed (PYTHON=... names another)" >&2; exit 2; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -c '$(EXTRAS)' > .venv/extras.txt
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt -r .venv/extras.txt
	@touch $@

run: setup ## the main job on the local world: build it, validate it, show results and the mail
	@$(PY) -m validator demo
	@$(PY) -m validator run post_overnight --fail-on never

serve: setup ## serve over HTTP on loopback (PORT, default 8080)
	@test -f local/pipeline.duckdb || $(PY) -m validator demo
	@$(PY) -m validator serve

test: setup ## all tests
	@$(PY) -m pytest -n 2 --dist loadgroup tests

mutants: setup ## break each check in the ways that matter; a test of it must fail (CHECKS="row_count share" proves those alone)
	@$(PY) -m tests.mutants $(CHECKS)

lint: setup ## formatting, lint, types, import contract
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports

format: setup ## write the formatting
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

replay: setup ## a season in order, the field's incidents and random faults; writes docs/replay.md
	@$(PY) -m tests.replay

bench: setup ## benchmarks: ratios measured side by side
	@$(PY) -m tests.bench

docs: setup ## write what is generated from schemas/: docs/, schemas/json-schema/ and deploy/
	$(PY) -m validator config generate
	$(PY) -m validator deploy plan --write

deploy: setup ## show what belongs on Google Cloud, ask, and apply what is missing
	@$(PY) -m validator deploy plan --brief
	@$(PY) -m validator deploy apply

clean: ## remove what this Makefile made
	rm -rf .venv local build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

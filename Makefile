# StudioFlow's commands. Works with GNU make 3.81 (macOS) and later.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
PYTEST_WORKERS ?= 3
PYTEST_ARGS ?=
export PYTHON
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
# Python is started hundreds of times; were it forbidden to keep what it compiled, each start would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check fmt bench environment lock
.PHONY: check-format check-lint check-pages check-types check-imports check-programmes check-migrations

help: ## Show these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: environment ## Start web, clock and Prefect on this machine
	@exec $(BIN)/studioflow serve

test: environment ## Install what tests need and run them all
	@scripts/test-parts
	$(BIN)/pytest -n $(PYTEST_WORKERS) $(PYTEST_ARGS)

check: check-format check-lint check-pages check-types check-imports check-programmes check-migrations ## Format, lint, types, imports, programmes, migrations

fmt: environment ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

bench: environment ## Measure what the engine costs beside raw SQL
	@$(BIN)/python -m bench

environment: ## Make .venv from requirements.lock
	@scripts/environment

lock: environment ## Resolve requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --extra dev pyproject.toml -o requirements.lock

check-format: environment
	$(BIN)/ruff format --check .

check-lint: environment
	$(BIN)/ruff check .

check-pages: environment
	$(BIN)/djlint --lint --quiet templates

check-types: environment
	$(BIN)/mypy

check-imports: environment
	$(BIN)/lint-imports

check-programmes: environment
	$(BIN)/studioflow programme check programmes/*.yaml

check-migrations: environment
	$(BIN)/studioflow doctor --migrations

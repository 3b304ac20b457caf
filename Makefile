# Two commands do all the set-up: `make demo` and `make test`. `make help` lists the rest.
# Needed beforehand: Python 3.11 or newer, git and make.

PYTHON ?= python3
BIN := .venv/bin
# A pytest selection, for example: make test-only PYTEST='tests/journal -k flip'
PYTEST ?=
WORKERS ?= logical
# The Debian that `make check-fresh` unpacks
SUITE ?= bookworm

.DEFAULT_GOAL := help
.PHONY: help demo test test-only test-wide page page-check screenshots openapi lint format docs bench changelog hooks lock cli-reference \
	check-fresh clean setup-demo setup-test setup-dev

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup-demo page-package ## train real models, track them, compare them in the terminal
	@$(BIN)/runlore demo

page: setup-demo ## build the page of web/ into the package, where it has changed
	@$(BIN)/python tools/build_page.py build

screenshots: setup-test page-package ## take the pictures of the page that the documentation shows
	@$(BIN)/python tools/screenshots.py

page-check: setup-demo ## types and tests of the page
	@$(BIN)/python tools/build_page.py check

test: setup-test page-package page-check lint-run docs-run ## every check and every test
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal

test-only: setup-test ## the tests alone, or those that PYTEST='…' names
	@$(BIN)/pytest $(PYTEST)

.PHONY: once-more
once-more: ## after `make test`: try the few tests that failed once more, alone
	@$(BIN)/python tools/once_more.py

test-wide: ## the tests against large frameworks, each in an environment of its own
	@$(PYTHON) tools/bootstrap.py wide-torch
	.venv-torch/bin/pytest -m wide --framework torch
	@$(PYTHON) tools/bootstrap.py wide-jax
	.venv-jax/bin/pytest -m wide --framework jax
	@$(PYTHON) tools/bootstrap.py wide-ray
	.venv-ray/bin/pytest -m wide --framework ray

lint: setup-test page-check lint-run ## format, lint, types and layers, checked

# The rest needs no page: where npm can't be reached, a line says so.
.PHONY: page-package
page-package:
	@$(BIN)/python tools/build_page.py package

.PHONY: lint-run
lint-run:
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: setup-test ## format the code and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: setup-test docs-run ## build the documentation into docs/_build; any warning is an error
	@echo "docs: open docs/_build/index.html"

.PHONY: docs-run
docs-run:
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs docs/_build

cli-reference: setup-test ## write docs/reference/cli.md from the commands themselves
	@$(BIN)/python tools/cli_reference.py

openapi: setup-test ## write the description of the REST API, and the page's types from it
	@$(BIN)/python tools/openapi.py $(OPENAPI)

bench: setup-test ## measure, beside the peers, and print the table (takes long, installs them)
	@$(BIN)/python -m benchmarks

lock: setup-dev ## resolve every dependency afresh into tools/constraints.txt
	@$(BIN)/python tools/lock.py

changelog: setup-dev ## show the changelog that the fragments in changes/ make
	@$(BIN)/towncrier build --draft

hooks: setup-dev ## run the checks before every commit in this clone
	@$(BIN)/pre-commit install

check-fresh: ## (as root) run both commands in a bare Debian with only python3, git and make
	@$(PYTHON) tools/check_fresh.py --suite $(SUITE)

clean: ## remove the environments, caches and what was built
	rm -rf .venv .venv-* .venv.lock docs/_build build dist .mypy_cache .ruff_cache .pytest_cache \
		web/node_modules src/runlore/server/page src/runlore/server/single

setup-demo setup-test setup-dev:
	@$(PYTHON) tools/bootstrap.py $(@:setup-%=%)

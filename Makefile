# Everything one does with this repository. Each target installs what it needs first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
OURS := project notify kyc fleet taxes tests manage.py
# Neighbours stay together, for they share what was costly to start.
PARALLEL := -n auto --maxprocesses 4 --dist worksteal
TEMPLATES = $$(find templates -name '*.html')

.PHONY: help setup setup-test demo demo-reset run worker journey bench ocr-bench \
	test test-fast soak hostile check fix sbom states policy messages

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14

setup: ## what the demo needs: Debian packages, .venv, translations, the demo's database
	@.ci/setup

setup-test: ## what the tests need too: PostgreSQL, Chromium, their Python packages
	@.ci/setup test

demo: setup ## the whole service on http://127.0.0.1:8000, with invented people (PORT= for another)
	@exec $(MANAGE) demo

demo-reset: ## forget everything the demo knows
	@rm -rf "$${DEMO_DIR:-var/demo}"

run: setup ## only the pages, restarted at each change of the code, with errors shown
	@DEBUG=true exec $(MANAGE) runserver "127.0.0.1:$${PORT:-8000}"

worker: setup ## only the background worker
	@exec $(MANAGE) worker

journey: setup-test ## the eight steps from the first visit to the roadside check, played for real
	@exec $(BIN)/python -m tests.journey

bench: setup-test ## one JSON line per figure
	@exec $(BIN)/python -m tests.load.bench

ocr-bench: setup-test ## how well papers are read, paper by level by field (COUNT= of each, SEED=)
	@$(BIN)/python -m tests.load.ocr --count "$${COUNT:-20}" --others 5 --seed "$${SEED:-9001}"
	@exec $(BIN)/python -m tests.load.ocr --auto --kinds cin carte_grise attestation insurance \
		invoice mrz unknown --count 5 --seed "$${SEED:-9001}"

test: setup-test ## all tests, as many at a time as there are cores
	@exec $(BIN)/pytest $(PARALLEL) $(ARGS)

test-fast: setup-test ## the tests that need no browser
	@exec $(BIN)/pytest $(PARALLEL) -m "not browser" $(ARGS)

soak: setup-test ## an hour of payments going wrong in every way (SOAK_SECONDS= for another time)
	@SOAK_SECONDS="$${SOAK_SECONDS:-3600}" exec $(BIN)/pytest tests/soak -k "not control" $(ARGS)

hostile: setup-test ## thousands of spoiled files sent as photographs (HOSTILE_COUNT= for another number)
	@HOSTILE_COUNT="$${HOSTILE_COUNT:-3000}" exec $(BIN)/pytest tests/kyc/test_hostile.py $(ARGS)

check: setup-test ## format, lint, layers, templates, types, migrations, pages of docs, catalogues, settings
	$(BIN)/ruff format --check $(OURS)
	$(BIN)/ruff check $(OURS)
	$(BIN)/lint-imports
	$(BIN)/djade --target-version 5.2 --check $(TEMPLATES)
	$(BIN)/mypy
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) states --check
	$(MANAGE) policy --check
	for po in locale/*/LC_MESSAGES/*.po; do msgfmt --check -o /dev/null "$$po" || exit 1; done
	$(MANAGE) french_spaces --check
	$(MANAGE) check --fail-level WARNING

fix: setup-test ## format, and repair what can be repaired without thinking
	$(BIN)/ruff format $(OURS)
	$(BIN)/ruff check --fix $(OURS)
	-$(BIN)/djade --target-version 5.2 $(TEMPLATES)

sbom: setup ## what the service is made of, as CycloneDX, in var/sbom.json
	@$(BIN)/python .ci/sbom >var/sbom.json.new && mv var/sbom.json.new var/sbom.json

states: setup ## write docs/states.md from the models
	@$(MANAGE) states

policy: setup ## write docs/access.md from project/policy.py
	@$(MANAGE) policy

messages: setup-test ## collect the strings to translate into locale/
	$(MANAGE) makemessages --all --no-obsolete --no-wrap --add-location file --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'
	$(MANAGE) french_spaces
	@.ci/setup

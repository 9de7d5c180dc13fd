# make run | test | bench | soak | lint | messages | sbom — each sets up what it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := build
TESTS ?=
PARALLEL ?= 2

.DELETE_ON_ERROR:
.PHONY: help run test bench soak lint messages sbom clean

help:
	@echo 'make run       the demonstration organisation on http://127.0.0.1:8000/'
	@echo 'make test      lint, types, import contracts, tests, browser journeys'
	@echo 'make bench     the figures, also written to docs/benchmarks.md'
	@echo 'make soak      long fault, load and fuzz tests; the figures also go to docs/soak.md'
	@echo 'make lint      formatter, linter, types and import contracts only'
	@echo 'make messages  gather what must be translated and compile the translations'
	@echo 'make sbom      what the program is made of, as CycloneDX, to build/'
	@echo 'make clean     remove what the others have built (never the data in var/)'

run: $(STAMPS)/app $(STAMPS)/assets $(STAMPS)/messages
	$(BIN)/dangan serve --demo

test: lint $(STAMPS)/system $(STAMPS)/assets $(STAMPS)/messages
	$(BIN)/pytest -n $(PARALLEL) --dist loadscope -m 'not soak' $(TESTS)

bench: $(STAMPS)/app $(STAMPS)/assets $(STAMPS)/messages
	$(BIN)/dangan bench --write docs/benchmarks.md

soak: $(STAMPS)/dev $(STAMPS)/system $(STAMPS)/assets $(STAMPS)/messages
	$(BIN)/pytest -m soak --figures docs/soak.md $(TESTS)

lint: $(STAMPS)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python scripts/messages.py check

sbom: $(STAMPS)/dev
	$(BIN)/python scripts/sbom.py

messages: $(STAMPS)/dev
	$(BIN)/python scripts/messages.py gather
	$(BIN)/python scripts/messages.py compile

clean:
	rm -rf $(STAMPS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache artifacts

# --- what the targets above need; each stamp is remade only when its sources change ---

$(STAMPS) $(VENV):
	@mkdir -p $(STAMPS)
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; set PYTHON=")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo 'Python cannot make virtual environments; on Debian: apt-get install python3-venv' >&2; exit 1; }

$(STAMPS)/app: requirements/app.txt scripts/link.py | $(STAMPS) $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/app.txt
	$(BIN)/python scripts/link.py
	@touch $@

$(STAMPS)/dev: requirements/dev.txt scripts/link.py | $(STAMPS) $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python scripts/link.py
	@touch $@ $(STAMPS)/app

$(STAMPS)/assets: package-lock.json scripts/assets.py $(STAMPS)/app
	npm ci --silent --no-audit --no-fund
	$(BIN)/python scripts/assets.py
	@touch $@

$(STAMPS)/messages: $(wildcard src/dangan/ui/locale/*/LC_MESSAGES/*.po) scripts/messages.py $(STAMPS)/app
	$(BIN)/python scripts/messages.py compile
	@touch $@

$(STAMPS)/system: $(STAMPS)/dev scripts/system.sh
	@sh scripts/system.sh
	@touch $@

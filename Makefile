# Every target is explained by `make help`; variables can be given as `make run PORT=9000` or in the environment.
PYTHON ?= python3
VENV ?= .venv
# One more than there are cores: a third of the time of journeys is waiting. With a fourth the cluster of Spark takes four minutes.
WORKERS ?= 3
ARGS ?=

BIN := $(VENV)/bin
SETUP := $(PYTHON) scripts/setup.py
# What exists of these is formatted, linted and typed.
CODE := $(wildcard app.py commands docker gateway adapters sandbox bench tests scripts)
say = @printf '%s\n' "$(1)"

.DEFAULT_GOAL := help
.PHONY: help run test check bench format lock clean setup-java

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '%s\n' "" "PYTHON=python3.12 chooses the interpreter (3.11 or newer; else the quickest of the version of python3); ARGS='...' goes to test, bench and lock."

# ONCE, PORT and VAR_DIR reach the program through the environment, where make puts what its command line names.
run:  ## start gateway, worker and sandbox, enrol one demo worker, stay up [ONCE=1, PORT=8080, VAR_DIR=var]
	@$(SETUP) runtime $(VENV)
	@exec $(BIN)/python app.py run

test:  ## all tests, on SQLite and PostgreSQL [ARGS='-k name', WORKERS=3]
	@$(SETUP) dev $(VENV)
	@$(SETUP) spark $(VENV)
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check:  ## format, lint, types, import contracts, mappings
	@$(SETUP) dev $(VENV)
	$(call say,check: format)
	@$(BIN)/ruff format --check --quiet $(CODE) || { echo "check: run 'make format' to repair the above" >&2; exit 1; }
	$(call say,check: lint)
	@$(BIN)/ruff check --quiet $(CODE)
	$(call say,check: types)
	@$(BIN)/mypy $(CODE)
	$(call say,check: import contracts)
	@$(BIN)/lint-imports --no-logo
	$(call say,check: mappings and rules)
	@$(BIN)/python app.py check

bench:  ## the benchmarks, each beside its floor and its peer
	@$(SETUP) dev $(VENV)
	@exec $(BIN)/python -m bench $(ARGS)

format:  ## rewrite the code into the one format, repair what can be repaired
	@$(SETUP) dev $(VENV)
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

setup-java:  ## install the Java that Spark needs (as root, on Debian and Ubuntu)
	@$(PYTHON) scripts/java.py

lock:  ## compile requirements/*.in into the lock files [ARGS='--upgrade-package NAME']
	@PYTHON=$(PYTHON) sh scripts/lock.sh $(ARGS)

clean:  ## remove what the tools left behind (not var/, which holds data)
	@rm -rf $(VENV) $(VENV).lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

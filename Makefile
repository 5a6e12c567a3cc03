# Everything a fresh machine needs is done here: `make demo` to see it work, `make test` to check it.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_DATA := $(VENV)/demo-data

.PHONY: demo test serve lint format clean

demo: $(VENV)/.run-installed
	@for file in examples/*.ja.*; do \
	  echo; echo "== $$file"; \
	  MEIYAKU_DATA_DIR=$(DEMO_DATA) FORCE_COLOR=$${NO_COLOR:-1} $(BIN)/meiyaku translate $$file --to en --terms || exit $$?; \
	done

test: $(VENV)/.dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/meiyaku terms check
	@rm -rf $(VENV)/check-data
	MEIYAKU_DATA_DIR=$(VENV)/check-data $(BIN)/meiyaku db upgrade
	MEIYAKU_DATA_DIR=$(VENV)/check-data $(BIN)/alembic check
	$(BIN)/pytest $(PYTEST_ARGS)

serve: $(VENV)/.run-installed
	$(BIN)/meiyaku serve

lint: $(VENV)/.dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev-installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "meiyaku needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run-installed: $(VENV)/.created pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev-installed: $(VENV)/.created pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.run-installed

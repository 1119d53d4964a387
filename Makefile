# Two commands on a fresh machine: `make app` and `make test`. Plain commands for people without make stand in README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# what was compiled once serves every process that is started
unexport PYTHONDONTWRITEBYTECODE

.PHONY: app test check lint types tests bench format clean

app: $(VENV)/.app
	$(BIN)/streamlit run app.py

test: lint
	$(MAKE) --jobs=2 types tests

check: lint types

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

# three workers for two cores: one drives the browser, and waits for it
tests: $(VENV)/.dev
	$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder

bench: $(VENV)/.dev
	$(BIN)/python -m bench.interaction
	$(BIN)/python -m bench.accuracy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/.app: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

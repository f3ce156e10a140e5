# The two commands: `make run` and `make test`. Both first make .venv from requirements.lock; nothing is installed by hand.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
# Tests in so many processes; 0 is one after the other, in this process.
WORKERS ?= 2
# What `make run`, `calibrate`, `judge`, `recovery` and `studies` may replace: nothing that is not theirs; all with FORCE=--force.
FORCE ?=
BIN := .venv/bin
READY := .venv/.ready
LOCK := requirements.lock
# Notebooks of the documentation: run where they changed since (cache), anew (force), or not at all (off).
NOTEBOOKS ?= cache

# A terminal that is not there, a cache that is not ours: neither may change what the tools say.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run chips notebooks library studies calibrate judge recovery compared paper demo test test-slurm test-app docs reference format lock clean

help:  ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: $(READY)  ## simulate the reference scenario with and without its policies; tables and figures go to results/
	$(BIN)/sim run reference $(FORCE)

chips: $(READY)  ## the second case: chip controls on China, another world and target; docs/chips.md
	$(BIN)/sim run chip-controls $(FORCE)

notebooks: $(READY)  ## open the notebooks in JupyterLab, on this machine only
	$(BIN)/jupyter lab --ip=127.0.0.1 notebooks

library: $(READY)  ## run every scenario with its mechanism and without; docs/mechanisms.md and pictures in results/library/
	$(BIN)/python -m calibration.reporting.mechanism_page

studies: $(READY)  ## run the studies that ship; docs/studies-answers.md and its pictures
	$(BIN)/sim study report $(FORCE)

calibrate: $(READY)  ## fit the reference world to the customs figures; posterior in calibration/posterior, report in results/calibration/
	$(BIN)/python -m calibration $(FORCE)

judge: $(READY)  ## score the posterior on 2024, leave out hubs and sources, draw bands over time, write the report anew
	$(BIN)/python -m calibration.validation.predictive_intervals $(FORCE)
	$(BIN)/python -m calibration.validation.forecasts $(FORCE)
	$(BIN)/python -m calibration.validation.rolling_origins $(FORCE)
	$(BIN)/python -m calibration.validation.outlook $(FORCE)
	$(BIN)/python -m calibration.validation.published_designs $(FORCE)
	$(BIN)/python -m calibration.validation.sampled_mode $(FORCE)
	$(BIN)/python -m calibration.validation.leave_out $(FORCE)
	$(BIN)/python -m calibration.reporting $(FORCE)
	cp results/calibration/report.html docs/calibration-report.html

recovery: $(READY)  ## parameters recovered from 200 synthetic data sets (simulation-based calibration)
	$(BIN)/python -m calibration.validation.simulation_based_calibration $(FORCE)

compared: $(READY)  ## the same question to this model, structural gravity and sanction-simulator; docs/compared.md
	$(BIN)/python -m calibration.comparison

paper: $(READY)  ## figures of the paper from runs, its numbers checked; a PDF where pandoc and LaTeX are installed
	$(BIN)/python -m calibration.reporting.paper

demo: $(READY)  ## the same, small and fast
	$(BIN)/sim demo $(FORCE)

# Machine code is named by what it is made from, so it may be kept from one clone to the next.
test: export NUMBA_CACHE_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sanctions-sim
test: $(READY)  ## formatting, lint, types and every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

test-slurm: $(READY)  ## install a Slurm of one node (Debian, as root) and run the tests that need one
	tests/experiments/slurm/one-node.sh install
	$(BIN)/python -m pytest tests/experiments/test_study_slurm.py

test-app: $(READY)  ## install Chromium (Debian, as root) and run the tests of the page that need a browser
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
	$(BIN)/python -m pytest tests/ui/web/test_app_browser.py

docs: $(READY)  ## the documentation site in build/docs; quick with NOTEBOOKS=off
	$(BIN)/python -m sphinx -W --keep-going -q -E -a -D nb_execution_mode=$(NOTEBOOKS) -c docs -d build/doctrees . build/docs
	@echo "Open build/docs/index.html"

reference: $(READY)  ## write the generated pages of docs/ anew
	$(BIN)/python -m docs.pages

format: $(READY)  ## format the code and mend what lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The lock pins every package, by hash, for Python 3.11 to 3.13. Making it needs uv; using it needs pip only.
lock:  ## make requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --upgrade --extra dev --output-file $(LOCK) pyproject.toml

clean:  ## remove .venv, caches and what was built; results stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Made again from nothing when the lock or the project's metadata change, so that no leftover package can hide a mistake.
# The last install takes the build backend from the lock: it asks no registry.
$(READY): $(LOCK) pyproject.toml
	$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("needs Python 3.11 to 3.13: make PYTHON=...")'
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r $(LOCK)
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --no-index --editable .
	touch $@

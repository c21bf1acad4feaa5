# Each target sets up what it needs, once: a stamp in .venv/ or typings/ makes the next run instant.
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9
UV := .venv/uv-$(UV_VERSION)
RUNTIME := .venv/runtime
DEV := .venv/dev
WHEEL := build/installed
TYPINGS := typings/installed
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
COMPILE := $(BIN)/uv pip compile --quiet --no-header --universal --python-version 3.11 --upgrade

# The tests start hundreds of Pythons, each of which would compile the same once more.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help sim firmware test slow hil check installed bench start pictures reference differential faults fidelity lab fuzz requirements clean

help:  ## print this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

sim: $(RUNTIME)  ## simulate a year of the garden sensor and print where the charge went
	@$(BIN)/torpor sim garden

firmware: $(RUNTIME)  ## compile what goes onto a device into build/firmware
	@$(BIN)/python -m torpor_tools.provision.firmware

test: $(DEV)  ## run every test but the slow and say which were skipped and why
	$(BIN)/pytest -n 3 --quiet -m "not slow"

slow: $(DEV)  ## the tests that take a minute each
	$(BIN)/pytest --quiet -m slow

hil: $(DEV)  ## the tests of a node, on the virtual board or by ARGS="--port /dev/ttyUSB0"
	$(BIN)/pytest tests/hil $(ARGS)

check: $(DEV) $(TYPINGS)  ## lint, formatting, types of the host's and the chip's code, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --config-file firmware/mypy.ini
	$(BIN)/pytest --quiet tests/test_imports.py

installed: $(UV)  ## install a wheel into an environment of its own and make a project there that passes
	@rm -rf build
	@$(BIN)/uv build --quiet --wheel --python $(BIN)/python --out-dir $(WHEEL)
	@$(BIN)/uv venv --quiet --python $(BIN)/python $(WHEEL)/venv
	@$(BIN)/uv pip install --quiet --python $(WHEEL)/venv/bin/python -c requirements.txt $(WHEEL)/*.whl
	@cd $(WHEEL) && venv/bin/python -I -c "from torpor_tools.provision import version; version.files(None)"
	@$(BIN)/uv pip install --quiet --python $(WHEEL)/venv/bin/python -c requirements-dev.txt pytest
	@cd $(WHEEL) && venv/bin/torpor boards && venv/bin/torpor sim garden --days 1
	@cd $(WHEEL) && venv/bin/torpor sweep garden --days 40 --set seed=1..2
	@cd $(WHEEL) && venv/bin/torpor init shed --board xiao_esp32c3 --kind sensor
	@cd $(WHEEL)/shed && ../venv/bin/torpor check shed.toml && touch tools.py && ../venv/bin/python -m pytest -q
	@cd $(WHEEL) && ../../$(BIN)/uv pip install --quiet --python venv/bin/python -c ../../requirements-dev.txt "$$(echo *.whl)[compiled]"
	@cd $(WHEEL) && venv/bin/torpor sim garden --days 1 --engine compiled

bench: $(DEV)  ## measure speed as ratios and write docs/performance.md
	$(BIN)/python -m tests.bench

fidelity: $(DEV)  ## predict unseen recordings and write docs/fidelity.md
	$(BIN)/python -m tests.fidelity

lab: $(DEV)  ## study each policy and write docs/policies.md
	$(BIN)/python -m tests.lab

start: $(DEV)  ## count what a wake's start reads and executes, by image
	$(BIN)/python -m tests.start

pictures: $(DEV)  ## draw a year of the garden for README and docs/report.md; needs Chromium
	$(BIN)/python -m tests.browser.pictures

reference: $(RUNTIME)  ## write docs/reference.md, every key of every file
	$(BIN)/python -m torpor_tools.reference

differential: $(DEV)  ## a million randomised wakes on three interpreters
	$(BIN)/python -m tests.policy.differential --wakes 1000000

faults: $(DEV)  ## 120,000 faults in the nodes that ship, for docs/robustness.md, and flash torn at every write
	$(BIN)/python -m tests.lab.faults
	$(BIN)/pytest --quiet tests/provision/test_cuts.py tests/firmware/test_start.py

fuzz: $(DEV)  ## ten thousand damaged recordings: refused in a line, or read aright
	$(BIN)/python -m tests.trace.fuzz --inputs 10000

requirements: $(UV)  ## pin the newest versions that the *.in files allow
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) requirements-typings.in -o requirements-typings.txt

clean:  ## remove all that these targets made
	rm -rf .venv typings build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	@echo "Setting up .venv ..." >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(RUNTIME): $(UV) requirements.txt pyproject.toml
	@$(INSTALL) -r requirements.txt
	@$(INSTALL) --no-deps --editable .
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.txt
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

$(TYPINGS): $(UV) requirements-typings.txt
	@rm -rf typings
	@$(INSTALL) --target typings -r requirements-typings.txt
	@touch $@

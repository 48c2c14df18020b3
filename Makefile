# The commands of this project; each installs what it misses and says so.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Where an environment says that Python is to write no bytecode, each of the hundreds of processes of the tests would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run unit test e2e whole covered newest check fuzz order replies bench soak docs pictures format lock browser clean

# How long make fuzz searches for bytes that break one of what reads them.
FUZZ_SECONDS ?= 600
# How long people write on each database in make soak.
SOAK_MINUTES ?= 30
# Lines and branches that tests run, in percent: all of what decides, most of what touches the world.
DECISIONS_COVERED := 100
WORLD_COVERED := 89

help: ## what can be made
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.ready ## a virtual environment with all that running and testing needs

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/install-venv
	@echo "[1/4] Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@echo "[2/4] Installing the packages of requirements.lock, hash-checked (a minute or two, 1 GB) ..."
	@$(BIN)/python .ci/install_packages.py
	@echo "[3/4] Installing paligs itself ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo "[4/4] Training the model ..."
	@$(BIN)/paligs kb train
	@touch $@
	@echo "Ready: $(BIN)/paligs"

run: setup ## the bot with its web chat on http://localhost:8080
	@$(BIN)/paligs run

browser: setup
	@$(BIN)/python -m tests.e2e.chromium

unit: setup ## the quick tests, for every save: those that need no trained model
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --quiet -m 'not trained' \
	  --ignore tests/unit/bench --ignore tests/unit/bot/evaluation tests/unit

# The longest files come first, so that the end of a run is not one process alone.
WHOLE_FILES := $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder
# What a run says comes in one piece, where this make can do that.
IN_ONE_PIECE := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

test: setup ## the whole test suite: the tests of single parts, with coverage, and beside them those of the whole
	@echo "Tests of single parts and of the whole run side by side; each run tells of itself when it ends, within some minutes."
	@$(MAKE) --no-print-directory --keep-going --jobs 2 $(IN_ONE_PIECE) whole covered
	@$(BIN)/coverage report --include='kb/*,handlers/*' --show-missing --fail-under=$(DECISIONS_COVERED)
	@$(BIN)/coverage report --include='bot/*,storage/*' --fail-under=$(WORLD_COVERED)
	@.ci/newest-python

# These mostly wait: for browsers, for databases and for programs that start.
e2e: setup browser ## the program as processes, in browsers, on many machines
	@$(WHOLE_FILES) --numprocesses 3 tests/e2e

# Tests of the whole run lines by the thousand that tests of single parts reach too: counted they would take twice as long.
WHOLE := tests/e2e tests/dialogs tests/policy tests/bench tests/fuzz
whole: setup browser ## the program, what it says and what it never does: all tests but those of single parts
	@$(WHOLE_FILES) --numprocesses 3 $(WHOLE)

covered: setup ## the tests of single parts, with coverage
	@$(WHOLE_FILES) --numprocesses 3 $(WHOLE:%=--ignore %) --cov --cov-report=

newest: setup ## the quick tests on the newest Python that is installed (make test does it too)
	@.ci/newest-python

check: setup ## all static checks, the links and commands of the docs, and the pages and letters by two HTML validators
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/deptry .
	$(BIN)/paligs kb check
	$(BIN)/python -m pytest --quiet tests/policy/test_docs.py tests/e2e/test_html.py

fuzz: setup ## a million made-up messages: whatever is written, the decision is made and keeps its promises
	@PALIGS_FUZZ=1000000 $(BIN)/python -m tests.fuzz.decide
	@for target in update twilio frame token decide; do \
		$(BIN)/python -m tests.fuzz.coverage_guided $$target $(FUZZ_SECONDS) || exit 1; done

order: setup ## put the questions first that stand for most of the others of their entry
	@$(BIN)/python -m tests.training.question_order

replies: setup ## learn from the labelled conversations which reply to a later turn is right
	@$(BIN)/python -m tests.training.replies

bench: setup ## how fast it learns, answers and takes messages in here, beside others (about three quarters of an hour, the sum of its parts)
	@$(BIN)/paligs kb bench
	@$(BIN)/paligs kb bench --entries 1000 --questions 1000000
	@$(BIN)/python -m tests.bench.understanding
	@$(BIN)/python -m tests.bench.load
	@$(BIN)/python -m tests.bench.full
	@$(BIN)/python -m tests.bench.growth
	@$(BIN)/python -m tests.bench.processes
	@$(BIN)/python -m tests.bench.console_pages
	@$(BIN)/python -m tests.bench.customers
	@$(BIN)/python -m tests.bench.start

soak: setup ## half an hour of messages on each database while everything fails in turn, then kill -9 ten rounds each way (an hour and a half)
	@$(BIN)/python -m tests.soak sqlite --minutes $(SOAK_MINUTES)
	@$(BIN)/python -m tests.soak postgresql --minutes $(SOAK_MINUTES)
	@PALIGS_SOAK=10 $(BIN)/python -m pytest --timeout 3600 -s tests/e2e/test_kill.py tests/e2e/test_many_machines.py tests/e2e/test_kill_timers.py tests/e2e/test_kill_states.py

docs: setup ## renew docs/settings.md from the settings' own model
	@$(BIN)/paligs settings > docs/settings.md

pictures: setup browser ## take the pictures of the README again
	@$(BIN)/python -m tests.e2e.pictures

format: setup ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup ## renew requirements.lock from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --all-extras --upgrade pyproject.toml --output-file requirements.lock

clean: ## remove what was installed and made
	rm -rf $(VENV) .venv-newest .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .import_linter_cache

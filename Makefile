# Each target alone sets up what it needs; a machine with Python 3.11, pip and make is enough.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# The stamp changes with the packaging file, so that an edit of it installs again.
STAMP = $(VENV)/.installed

.PHONY: help setup demo notebook test test-dateutil4 test-oracles test-engines search lint bench docs changelog clean

help:
	@echo "demo            a report on a bundled sample export"
	@echo "notebook        the analyst's notebook, executed, in build/kpis.ipynb"
	@echo "test            the tests, with python-dateutil 2.9 and the holidays package"
	@echo "test-dateutil4  the tests, with python-dateutil 4"
	@echo "test-oracles    the tests of the KPIs, with lifelines"
	@echo "test-engines    the store on PostgreSQL and MariaDB servers of its own, tables of KPIs on Spark"
	@echo "search          the laws, with fifty times the examples"
	@echo "lint            ruff, mypy --strict, import contracts"
	@echo "bench           speed and correctness against the peers"
	@echo "docs            generated pages are up to date"

setup: $(STAMP)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,lint,holidays,ical]'
	@touch $@

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

demo: $(VENV)/.demo
	@$(BIN)/csprotocol demo

# What is stored has no outputs: they would be those of one day's libraries. Here they are made.
notebook: $(STAMP)
	@mkdir -p build
	cp examples/notebook/kpis.ipynb build/kpis.ipynb
	$(BIN)/jupyter execute --inplace build/kpis.ipynb

test: $(STAMP)
	$(BIN)/python -m pytest -n 2

# The libraries of [holidays] and [ical] need python-dateutil <3, so these tests run without them, elsewhere. Replies
# know nothing of dateutil, and take their time.
test-dateutil4:
	test -x $(VENV)-dateutil4/bin/python || $(PYTHON) -m venv $(VENV)-dateutil4
	$(VENV)-dateutil4/bin/python -m pip install --quiet --disable-pip-version-check -e '.[test]' 'python-dateutil>=4'
	$(VENV)-dateutil4/bin/python -m pytest -n 2 --ignore=tests/replies --ignore=src/csprotocol/replies

# lifelines needs pandas <3; it also shows that the KPIs do not care.
test-oracles:
	test -x $(VENV)-oracles/bin/python || $(PYTHON) -m venv $(VENV)-oracles
	$(VENV)-oracles/bin/python -m pip install --quiet --disable-pip-version-check -e '.[oracles]'
	$(VENV)-oracles/bin/python -m pytest -n 2 tests/kpi

# Servers in a temporary folder, on unix sockets; their packages are installed from Debian where they are absent.
test-engines: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[engines]'
	$(BIN)/python tools/engines.py -n 2

# An hour or two: what it finds becomes a test of its own. SEARCH=tests/returns looks in one place.
search: $(STAMP)
	HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest -n 2 $(or $(SEARCH),tests)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/build_currencies.py --check
	$(BIN)/python tools/build_grouping.py --check
	$(BIN)/python tools/generate_zendesk_export.py --check
	$(BIN)/python tools/stamp_translations.py --check

bench:
	test -x $(VENV)-bench/bin/python || $(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(VENV)-bench/bin/python -m benchmarks $(BENCH_OPTIONS)

docs: $(STAMP)
	$(BIN)/python tools/build_docs.py --check

changelog: $(STAMP)
	$(BIN)/towncrier build --draft

clean:
	rm -rf $(VENV) $(VENV)-dateutil4 $(VENV)-oracles $(VENV)-bench build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

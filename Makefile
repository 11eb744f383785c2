# Every target does its own set-up: python3.11, make and a C compiler are all it takes.
PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test test-bench lint format docs bench constraints clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

$(STAMP): pyproject.toml constraints.txt setup.py $(wildcard features/*.[ch] training/*.c)
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --constraint constraints.txt uv
	$(BIN)/uv pip install --quiet --python .venv --compile-bytecode --constraint constraints.txt --build-constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -m compileall -q benchmarks esnaf features serving training
	touch $@

demo: $(STAMP) ## Simulate a shop, train, track, serve and ask it: about a minute
	$(BIN)/esnaf demo

test: $(STAMP) ## All tests on three processes, but for whole benchmarks; ESNAF_DATA adds those on real data
	$(BIN)/python -m pytest -n 3 --dist worksteal --durations 25 --durations-min 5 -m 'not bench'

test-bench: $(STAMP) ## What `make test` leaves out: the longest tests, and each benchmark on a small shop
	$(BIN)/python -m pytest -m bench

lint: $(STAMP) ## ruff, mypy, and that generated documents are current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m esnaf.reference --check
	$(BIN)/python -m features.reference --check
	$(BIN)/python -m benchmarks.readme --check

format: $(STAMP) ## Put the code in its standard shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP) ## Make the generated documents and README tables again
	$(BIN)/python -m esnaf.reference
	$(BIN)/python -m features.reference
	$(BIN)/python -m benchmarks.readme

bench: $(STAMP) ## The benchmarks of the README's numbers, into benchmarks/results
	$(BIN)/python -m benchmarks

constraints: ## Newest versions that pyproject.toml allows, into constraints.txt
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --python .venv --extra dev --no-header --no-annotate --no-emit-index-url pyproject.toml -o .venv/versions
	$(BIN)/uv pip freeze --quiet --python .venv | grep '^uv==' >> .venv/versions
	$(BIN)/pip index versions setuptools | sed -nE '1s/.*\((.*)\)/setuptools==\1/p' >> .venv/versions
	(echo '# Exact versions of everything that is installed, uv included; made by `make constraints`.'; sort -f .venv/versions) > constraints.txt

clean: ## Remove what the other targets made
	rm -rf .venv demo build *.egg-info features/*.so training/*.so .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

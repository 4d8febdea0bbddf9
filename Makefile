# Each target sets up what it needs first (.ci/setup), so that these work on a fresh machine. Windows: see README.md.
.PHONY: run test lint check coverage foreign exports engines test-matrix audit bench fuzz walk docs bundle release clean

PYTEST_ARGS ?=
export PYTEST_ARGS
# Whole files at a time, so that the fixtures of a file are made once, in the order of tests/scheduling.py.
PARALLEL ?= -n auto --dist loadfile --no-loadscope-reorder --max-worker-restart 8

run: ## open the application
	@.ci/setup run
	@.venv/bin/numpynet

test: ## the tests without the slow ones
	@.ci/setup test
	@.venv/bin/python -m tests.optional_packages
	.ci/tests $(PARALLEL) -m "not slow" $(PYTEST_ARGS)

lint: ## style (ruff) and types (mypy)
	@.ci/setup test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

check: lint ## lint, types, and all tests, with what .ci/setup has installed
	@.venv/bin/python -m tests.optional_packages
	.ci/tests $(PARALLEL) $(PYTEST_ARGS)

coverage: ## lines and branches of the files that open, save and keep a user's work, with the foreign libraries that write such files; fails below 100 %
	@.ci/setup foreign
	.venv/bin/coverage run -m pytest -q -m "not slow" tests/core/io tests/core/data tests/core/formats/keras tests/core/formats/onnx \
		tests/core/experiment/test_project_file.py tests/core/model/test_saving.py tests/playground/model \
		tests/playground/commands tests/playground/test_data_in_projects.py $(PYTEST_ARGS)
	.venv/bin/coverage report

foreign: ## the tests that need PyTorch, Keras, onnxruntime-web, pyright or fastparquet, which are installed first
	@.ci/setup foreign
	.venv/bin/pytest -m foreign $(PYTEST_ARGS)

exports: ## 200 random networks, presets and templates in every format, which must predict the same there; STACKS=1000 for more
	@.ci/setup foreign
	STACKS=$${STACKS:-200} .venv/bin/pytest -q -k random_stack tests/core/formats/onnx/test_writer.py \
		tests/core/formats/keras/test_writer.py $(PYTEST_ARGS)
	STACKS=$${STACKS:-200} .venv/bin/pytest -q -rP tests/core/formats/test_every_format.py $(PYTEST_ARGS)

engines: ## all tests with the compiled engine, and both engines on every combination of layers, optimizers and penalties
	@.ci/setup test
	ENGINES=1 .venv/bin/pytest -q -k every_combination tests/core/compiled $(PYTEST_ARGS)
	.venv/bin/pytest -q -n auto --dist loadfile -m "not slow" --engine compiled $(PYTEST_ARGS)

test-matrix: ## the tests with every BLAS kernel, the lowest and the newest dependencies, every Python here (half an hour)
	@.ci/setup test
	@.ci/test-matrix $(MATRIX)

audit: ## known vulnerabilities of what uv.lock names; asks osv.dev
	@.ci/setup test
	@.ci/audit

bench: ## measure speed, memory and smoothness; beside PyTorch and JAX, which are installed first
	@.ci/setup bench
	.venv/bin/python -m tests.benchmarks

fuzz: ## 2,000 mutated files for every reader, others each time; FUZZ="excel --cases 500" for some, FUZZ="excel --atheris 60" guided
	@.ci/setup test
	.venv/bin/python -m tests.fuzz $(FUZZ)

WALK ?= 10
walk: ## random use of the real window for WALK minutes (10), and what must always hold; WALK_ARGS="--seed 7" repeats one
	@.ci/setup test
	env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m tests.walk --minutes $(WALK) $(WALK_ARGS)

docs: ## the documentation as a site in site/; warnings are errors
	@.ci/setup docs
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --quiet

bundle: ## the application with its own Python, as an archive in dist/
	@.ci/setup run
	.ci/bundle

release: override PYTEST_ARGS += --release
release: ## what is to be in order before a release: all checks, all translations, advisories, site, wheel, sdist, bundle
	@.ci/setup foreign
	@$(MAKE) check audit docs
	PATH="$$PATH:$$PWD/.tools/bin" uv build --quiet --out-dir dist
	@$(MAKE) bundle

clean: ## remove the private environment, uv's copy and all that tools left
	rm -rf .venv .tools .coverage dist build site .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

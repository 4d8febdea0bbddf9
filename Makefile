# Each target sets up what it needs first (.ci/setup), so that these work on a fresh machine. Windows: see README.md.
.PHONY: run test check foreign exports test-matrix audit bench fuzz soak clean

PYTEST_ARGS ?=
export PYTEST_ARGS

run: ## open the application
	@.ci/setup run
	@.venv/bin/numpynet

test: ## lint, types, and all tests; where CI is set, those against PyTorch too
	@.ci/setup $(if $(CI),foreign,test)
	@$(MAKE) --no-print-directory check

check: # the checks alone, in an environment that is set up
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/pytest $(PYTEST_ARGS)

foreign: ## the tests that need PyTorch, onnxruntime-web or fastparquet, which are installed first
	@.ci/setup foreign
	.venv/bin/pytest -m foreign $(PYTEST_ARGS)

exports: ## 200 random networks as ONNX files, which must predict the same in onnxruntime; STACKS=1000 for more
	@.ci/setup test
	STACKS=$${STACKS:-200} .venv/bin/pytest -q -k random_stack tests/core/export/test_onnx_model.py $(PYTEST_ARGS)

test-matrix: ## the tests with every BLAS kernel, the lowest and the newest dependencies, every Python here (half an hour)
	@.ci/setup test
	@.ci/test-matrix $(MATRIX)

audit: ## known vulnerabilities of what uv.lock names; asks osv.dev
	@.ci/setup test
	@.ci/audit

bench: ## measure speed, memory and smoothness; beside PyTorch and JAX, which are installed first
	@.ci/setup bench
	.venv/bin/python -m tests.benchmarks

fuzz: ## 2,000 mutated files for every reader; FUZZ="excel --cases 500" for some, FUZZ="excel --atheris 60" guided
	@.ci/setup test
	.venv/bin/python -m tests.fuzz $(FUZZ)

SOAK ?= 10
soak: ## random use of the real window for SOAK minutes (10); SOAK_ARGS="--seed 7" repeats one
	@.ci/setup test
	.venv/bin/python -m tests.soak --minutes $(SOAK) $(SOAK_ARGS)

clean: ## remove the private environment, uv's copy and all that tools left
	rm -rf .venv .tools dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

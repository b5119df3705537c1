SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# `make phase1 phase2 eval` keeps its order, even under -j. The commands decide what is up to date.
.NOTPARALLEL:
.PHONY: help setup lock doctor check test test-slow test-all schemas wheels clean
.PHONY: bench bench-schemas bench-data bench-eval bench-ab bench-registry bench-router bench-train soak-router
.PHONY: data base phase1 phase1-continued phase2 stage2 probe sweep expert-iteration eval gate register
.PHONY: ab-demo

SPECIALIST ?= rust-tiny
WORK ?= work/$(SPECIALIST)
RECIPES ?= recipes/$(SPECIALIST)
DATA ?= $(WORK)/data
BASE ?= $(WORK)/base
ADAPTER ?= $(WORK)/phase2
REPORT ?= $(WORK)/report/phase2
REGISTRY ?= work/registry.sqlite
# Of expert-iteration: rounds at most, and the metric of the report that a round must raise.
ROUNDS ?= 3
METRIC ?= avg_idiomatic_score
# Of ab-demo: where the router and its status page listen.
PORT ?= 8080
# Overrides of single keys, such as SET_PHASE="seed=2 schedule.steps=10".
SET_DATA ?=
SET_BASE ?=
SET_PHASE ?=
SET_EVAL ?=
# Side by side in `make test`. What takes longest comes first.
TEST_PROCESSES ?= 2
LONGEST = tests packages/train
set = $(foreach pair,$(1),--set $(pair))

export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Without it, every command would compile torch and Axolotl in memory again.
unexport PYTHONDONTWRITEBYTECODE
# What tools/evaluate.sh and tools/gate.sh read. Not for all targets: a `make` started by a test would
# take this one's folders for its own.
eval gate: export WORK := $(WORK)
eval gate: export RECIPES := $(RECIPES)
eval gate: export DATA := $(DATA)
eval gate: export BASE := $(BASE)
eval gate: export ADAPTER := $(ADAPTER)
eval gate: export REPORT := $(REPORT)
eval gate: export SET_EVAL := $(SET_EVAL)

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {print "\n" substr($$0, 5)} \
	  /^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Pipeline: make phase1 phase2 eval (SPECIALIST=rust-tiny; DATA= ADAPTER= REPORT= take hand-overs)
data: setup ## Build the dataset and the held-out problems
ifeq ($(DATA),$(WORK)/data)
	oilstone-data build $(RECIPES)/data.yaml --out $(DATA) $(call set,$(SET_DATA))
endif
	oilstone-data export $(DATA) --as problems --out $(WORK)/problems

base: data ## Train the tiny base model
ifeq ($(BASE),$(WORK)/base)
	oilstone-train base $(RECIPES)/base.yaml --data $(DATA) --out $(BASE) $(call set,$(SET_BASE))
endif

train = oilstone-train run $(RECIPES)/$@.yaml --data $(DATA) --base $(BASE) --out $(WORK)/$@ \
	$(call set,$(SET_PHASE))

phase1: base ## Train phase 1: broad
	$(train)

phase1-continued: phase1 ## Train phase 1 for as many steps more as phase 2 has: its control
	$(train) --from $(WORK)/phase1

phase2: phase1 phase1-continued ## Train phase 2: sharp, on top of phase 1
	$(train) --from $(WORK)/phase1

sweep: base ## Try phase 1 with other values (SWEEP="--dry-run" to list them)
	oilstone-train sweep $(RECIPES)/sweep.yaml --data $(DATA) --base $(BASE) --out $(WORK)/sweep $(SWEEP)

expert-iteration: phase1 ## Train phase 1's adapter on its own best answers, round by round
	python tools/expert_iteration.py --work $(WORK) --recipes $(RECIPES) --data $(DATA) \
	  --base $(BASE) --start $(WORK)/phase1 --rounds $(ROUNDS) --metric $(METRIC)

stage2: setup ## Train memories on a tiny model in two stages; probe them, and their control; decide
	$(MAKE) SPECIALIST=memory-tiny phase1 phase2 probe

probe = oilstone-train probe $(RECIPES)/probe.yaml --base $(BASE) --data $(DATA)

probe: setup ## Measure the memories of phase 2 and of its control; ends 1 when a gate fails
	$(probe) --adapter $(WORK)/phase1-continued --out $(WORK)/report/phase1-continued
	$(probe) --adapter $(WORK)/phase2 --out $(WORK)/report/phase2 \
	  --control $(WORK)/report/phase1-continued
	oilstone-gates check $(RECIPES)/gates.yaml --report $(WORK)/report/phase2 --out $(WORK)/decision

eval: base ## Judge every arm on the same problems; print the table and the gates
	tools/evaluate.sh

gate: setup ## Decide about REPORT; ends 1 when a gate fails
	tools/gate.sh

register: setup ## Register ADAPTER and promote it behind the decision about it
	oilstone-registry register $(ADAPTER) --name $(SPECIALIST) --registry $(REGISTRY)
	oilstone-registry promote $(SPECIALIST) --decision $(WORK)/decision --registry $(REGISTRY)
	oilstone-registry show $(SPECIALIST) --registry $(REGISTRY)

ab-demo: phase1 ## A/B test of two adapters by simulated users, up to the promotion (PORT=8080)
	python tools/ab_demo.py --work $(WORK) --recipes $(RECIPES) --data $(DATA) --base $(BASE) \
	  --adapter $(WORK)/phase1 --port $(PORT)

##@ Workshop
setup: ## Make .venv from uv.lock, hashes checked; instant when nothing changed
	@tools/setup.sh

lock: setup ## Lock the dependencies again, without index hosts (UV="--upgrade-package NAME")
	tools/lock.sh $(UV)

doctor: setup ## Say which tools and sandbox this machine has
	oilstone-eval doctor

check: setup ## Lint, types, import contracts, schemas, lock and layout
	ruff check
	ruff format --check
	mypy schemas/src packages/*/src
	lint-imports
	pytest -q tests/workspace schemas/tests/test_examples.py schemas/tests/test_schema_files.py

test: setup ## Run every package's tests, and those across packages
	pytest -q -n $(TEST_PROCESSES) --no-loadscope-reorder -m "not slow" $(LONGEST) schemas \
	  $(filter-out $(LONGEST),$(wildcard packages/*))

test-slow: setup ## Run the tests that take minutes: stress, kills, simulations
	pytest -q -n $(TEST_PROCESSES) --no-loadscope-reorder -m slow schemas packages benchmarks

test-all: setup ## Test each package alone from its wheel, on every Python there is (tox)
	tools/test_all.sh

schemas: setup ## List the schemas and check their examples
	oilstone-schemas list
	pytest -q schemas/tests/test_examples.py

wheels: setup ## Build every package's wheel into dist/
	uv build --quiet --all-packages --wheel --no-build-isolation --out-dir dist
	@ls dist/*.whl

bench: bench-schemas bench-data bench-eval bench-ab bench-registry bench-router bench-train ## Run all side by side benchmarks

# Each prints ours, its peers' and the ratio; benchmarks/README.md says what they read and need.
bench-schemas: setup ## Validation of rows beside plain jsonschema
	python benchmarks/schemas/bench_validate.py

bench-data: setup ## Filters, near-duplicates, decontamination, secrets beside their peers
	python benchmarks/data/bench_filter.py
	python benchmarks/data/bench_dedup.py
	python benchmarks/data/bench_decontaminate.py
	python benchmarks/data/bench_secrets.py

bench-eval: setup ## Judging Rust, shell, Python and mathematics beside other ways (OILSTONE_TEST_DATA)
	python benchmarks/eval/bench_rust.py
	python benchmarks/eval/bench_shell.py
	python benchmarks/eval/bench_python.py
	python benchmarks/eval/bench_math.py

bench-ab: setup ## How often each way to decide an A/B test is wrong, and how soon it knows
	python benchmarks/ab/bench_ab.py

bench-train: setup ## What training costs beside bare Axolotl; GPU="--shape 7b" for memory and speed on a GPU
ifdef GPU
	python benchmarks/train/bench_gpu.py $(GPU)
else
	python benchmarks/train/bench_overhead.py
endif

bench-registry: setup ## Registering with eight writers beside MLflow
	python benchmarks/registry/bench_registry.py

bench-router: setup ## The router beside LiteLLM's proxy and a bare pass-through
	python benchmarks/router/bench_router.py

soak-router: setup ## Five minutes of everything that goes wrong at once, before the router
	python benchmarks/router/soak.py

clean: ## Remove what tools left behind; .venv and work/ stay
	rm -rf dist .tox .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# Everything a developer does here, by name. `make help` lists it.
# Each tool set has an environment of its own, made when it is first needed; a second call is instant.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 4566
ENV ?= dev
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$each; break; }; done)
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps

PY := .venv/bin/python
SAM := .venv-sam/bin/sam
export SAM_CLI_TELEMETRY := 0
export PORT

BUILT := .aws-sam/build/template.yaml
SOURCES := template.yaml $(wildcard infra/*.yaml) layers/build_layer.py \
	$(shell find functions layers -type f -not -path '*/__pycache__/*' 2>/dev/null)

.PHONY: help run reset test test-unit test-crash bench openapi lint format build deploy smoke lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: .venv/local.stamp ## Start the whole product on this machine (PORT=4566); Ctrl-C ends it, the data stays
	@$(PY) -m local

reset: ## Forget the data of the stack on this machine
	rm -rf .local/state .local/s3 .local/tmp .local/routes.json .local/ministack.log

test: .venv/dev.stamp .venv-rie/stamp $(BUILT) ## Run every test
	@$(PY) -m pytest -n 2 --dist loadgroup

test-unit: .venv/dev.stamp ## Run the fast tests only: domain, handlers, template
	@$(PY) -m pytest -n 2 tests/unit tests/functions tests/template

test-crash: .venv/dev.stamp ## Disturb every workflow at every one of its calls (make test: at every third)
	@CRASH=all $(PY) -m pytest -n 2 --dist loadgroup tests/crash

bench: .venv/dev.stamp ## Measure, each number beside its baseline (.bench/results.json)
	@$(PY) -m benchmarks

openapi: .venv/dev.stamp ## Write docs/openapi.json, the API reference
	@$(PY) -m local.openapi

lint: .venv/dev.stamp .venv-sam/stamp ## Check style, types and template
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(wildcard local tests benchmarks functions) layers/build_layer.py layers/hearback/python/hearback
	.venv/bin/cfn-lint template.yaml infra/*.yaml
	$(SAM) validate --lint --region us-east-1

format: .venv/dev.stamp ## Bring the code into form
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

build: $(BUILT) ## Build what is deployed (sam build, with the runtime's own Python 3.13)

# SAM looks for `python3.13` on PATH and refuses a version manager's shim: the real one goes first.
$(BUILT): .venv-sam/stamp $(SOURCES)
	@real="$$($(PYTHON) -m local.python313)" && mkdir -p .aws-sam/path && ln -sfn "$$real" .aws-sam/path/python3.13 && \
	PATH="$(CURDIR)/.aws-sam/path:$$PATH" $(SAM) build --config-env $(ENV)
	@touch $@

deploy: $(BUILT) ## Deploy to AWS (ENV=dev, staging or prod)
	$(SAM) deploy --config-env $(ENV)

smoke: .venv/dev.stamp ## Try a deployed stack over HTTP (tests/deployed says what it wants in the environment)
	$(PY) -m pytest tests/deployed

lock: .venv-lock/stamp ## Lock the requirements anew, with hashes, for every Python from 3.11 on
	$(call compile,layers/dependencies/requirements)
	$(call compile,requirements/local,-c layers/dependencies/requirements.txt)
	$(call compile,requirements/dev,-c requirements/local.txt)
	$(call compile,requirements/rie)
	$(call compile,requirements/sam)

compile = .venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(2) $(1).in -o $(1).txt

clean: ## Remove everything made here but the local stack's data
	rm -rf .venv .venv-* .aws-sam .local/build .bench .hypothesis .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ── Environments ──

define environment
@test -n "$(1)" || { echo "Hearback needs Python 3.11 or later: none of python3, python3.11 … is."; exit 1; }
@echo "installing $(3) into $(dir $@) …"
@test -x $(dir $@)bin/python || "$(1)" -m venv $(dir $@) || \
	{ rm -rf $(dir $@); echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }
@$(dir $@)bin/python $(PIP_INSTALL) $(2)
@touch $@
endef

.venv/local.stamp: requirements/local.txt
	$(call environment,$(PYTHON),-r $<,what the local stack needs)

.venv/dev.stamp: requirements/dev.txt
	$(call environment,$(PYTHON),-r $<,what tests and checks need)
	@touch .venv/local.stamp

.venv-sam/stamp: requirements/sam.txt
	$(call environment,$(PYTHON),-r $<,SAM)

.venv-rie/stamp: requirements/rie.txt
	@$(PYTHON) -m local.python313 >/dev/null
	$(call environment,$$($(PYTHON) -m local.python313),-r $<,the Lambda runtime client)

.venv-lock/stamp:
	@"$(PYTHON)" -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet uv && touch $@

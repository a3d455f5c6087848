# `make` alone says what there is. Each target does one thing and can be run from a fresh clone
# with Go, Node, make, git and a C compiler.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# Some runners set no HOME, and Go, npm and the linter keep their caches there.
ifeq ($(strip $(HOME)),)
export HOME := $(shell unset HOME; echo ~)
endif

FUZZTIME ?= 30s
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
TAGS    := nomsgpack
TOOL    := go tool -modfile=scripts/tools/go.mod
DEPS    := web/node_modules/.package-lock.json

.PHONY: help
help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: page ## build the page and bin/task-reporter with the page inside
	go build -trimpath -tags $(TAGS) -ldflags "-X main.version=$(VERSION)" -o bin/task-reporter ./cmd/task-reporter

.PHONY: run
run: build ## build and serve on http://localhost:8080, with everything kept in ./data
	bin/task-reporter serve

.PHONY: demo
demo: build ## the same, with a small plant to look around in
	bin/task-reporter serve --demo

.PHONY: cluster
cluster: build ## three nodes, PostgreSQL, MinIO and a proxy on http://localhost:8080, until Ctrl-C
	scripts/cluster start

.PHONY: chaos
chaos: build ## break a cluster under load in every way, then in random pairs, and check it (root)
	scripts/chaos --pairs 5 --json .cache/chaos.json

PLAN ?= loadtest/scenarios/shift.yaml

.PHONY: loadtest
loadtest: build ## drive a server of its own as PLAN=loadtest/scenarios/mixed.yaml says
	scripts/loadtest $(PLAN)

.PHONY: bench
bench: build ## measure side by side with a bare broadcaster, pgbench and the store; NAMES="fanout storm"
	scripts/bench $(NAMES)

.PHONY: test
test: build ## run all tests; gets and starts what they need, and ends with a count
	scripts/test

.PHONY: screens
screens: build ## draw every screen into web/test-results/screens, with an index.html that shows them all
	cd web && npm run screens

.PHONY: fuzz
fuzz: ## try to break each parser of outside input, FUZZTIME=30s each
	@grep -roE --include='*_test.go' --exclude-dir=node_modules '^func Fuzz\w+' . | while IFS=: read -r file target; do \
		echo "== $$(dirname "$$file") $${target#func }"; \
		go test -tags $(TAGS) -run '^$$' -fuzz "^$${target#func }\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" </dev/null; \
	done

.PHONY: lint
lint: $(DEPS) ## check style, types and the arrows between the folders
	$(TOOL) golangci-lint run --allow-parallel-runners ./...
	cd web && npm run check

.PHONY: generate
generate: $(DEPS) ## make the generated code again, from the tables and the API's description
	go generate ./...
	cd web && npm run generate

.PHONY: check
check: ## what CI runs: generated code is current, lint, test
	scripts/drift
	$(MAKE) --no-print-directory lint
	$(MAKE) --no-print-directory test

.PHONY: fmt
fmt: $(DEPS) ## format the code
	$(TOOL) golangci-lint fmt
	cd web && npm run fix

.PHONY: clean
clean: ## remove what was built and stop the tests' services; ./data stays
	scripts/services stop
	rm -rf bin .cache web/node_modules web/test-results web/playwright-report
	find web/dist -mindepth 1 ! -name placeholder.html -delete

# The page is built when something of it is newer than the last build. Folders count too: one is
# newer when a file in it was removed.
.PHONY: page
page: $(DEPS)
	@if [ ! -f web/dist/index.html ] || [ -n "$$(find web -mindepth 1 \
		\( -path web/node_modules -o -path web/dist -o -path web/e2e -o -path web/test-results -o -path web/playwright-report \) -prune \
		-o ! -name '*.go' -newer web/dist/index.html -print -quit)" ]; then cd web && npm run build; fi

$(DEPS): web/package.json web/package-lock.json
	@command -v npm >/dev/null || { echo "make: npm is missing: install Node.js 20 or newer" >&2; exit 1; }
	cd web && npm ci --no-audit --no-fund
	@touch $@

# The few verbs a newcomer needs. Everything CI runs is `make test`.

# One target folder outside the checkout, shared by clones: a warm build takes minutes less.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/bulkhead-target
BULKHEAD := $(CARGO_TARGET_DIR)/release/bulkhead

.PHONY: help run test check console bench fuzz clean

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## Set up, build, build the intelligence, scan a real image, bring up the platform with it
	@scripts/setup build
	@scripts/console build
	cargo build --release --locked --bin bulkhead --bin bulkhead-server
	@scripts/run-example $(BULKHEAD)
	@scripts/run-platform $(BULKHEAD) $(CARGO_TARGET_DIR)/example/platform

test: ## Set up and pass every test and check
	@scripts/setup test
	@scripts/console build
	@scripts/check
	cargo test --workspace --locked
	@scripts/console journeys $(CARGO_TARGET_DIR)/debug
	@scripts/scan-own $(CARGO_TARGET_DIR)/debug/bulkhead

check: ## Formatting, lints, house rules, licenses of dependencies
	@scripts/setup test
	@scripts/check

console: ## Build the web console, which the next build of the server takes in
	@scripts/setup build
	@scripts/console build

bench: ## Set up, make real inputs, print figures beside their baselines
	@scripts/setup bench
	@scripts/console build
	cargo build --release --locked --bin bulkhead --bin bulkhead-server
	cargo bench --workspace --locked
	@scripts/console budgets $(CARGO_TARGET_DIR)/release
	@scripts/precision $(BULKHEAD)
	@scripts/bench $(BULKHEAD)

fuzz: ## Run every fuzz target for SECONDS (default 20)
	@scripts/setup fuzz
	@scripts/fuzz $(or $(SECONDS_EACH),20)

clean: ## Remove what builds made
	cargo clean

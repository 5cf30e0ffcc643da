# `make demo` and `make test` work on a fresh machine with a Rust toolchain; as root, on Debian, they install the rest.

SHELL := bash
CARGO ?= cargo
# What the tests run for real: OBS under a screen that is none, ffprobe, mpv, tshark.
PROGRAMS := obs Xvfb ffprobe mpv tshark
PACKAGES := obs-studio obs-plugins xvfb libgl1-mesa-dri ffmpeg mpv tshark

.DEFAULT_GOAL := help
.PHONY: help demo run test lint bench install clean programs

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: ## play a bout over real UDP through vta: database, captures, log, and OBS if there is one
	$(CARGO) build --release --locked
	examples/demo.sh target/release/vta

run: ## run vta with the example config, until Ctrl-C
	$(CARGO) run --release --locked -- run --config examples/event.yaml

test: programs lint ## all checks and tests, the real OBS included
	$(CARGO) test --locked

lint: ## formatting and lints; a warning is an error
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings

bench: programs ## measure against the bare thing, side by side
	$(CARGO) bench --locked

install: ## install vta for this user
	$(CARGO) install --locked --path .

clean: ## remove what was built
	$(CARGO) clean

programs:
	@missing=; for program in $(PROGRAMS); do command -v $$program >/dev/null || missing="$$missing $$program"; done; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing what the tests run:$$missing"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null; \
	elif [ -n "$$missing" ]; then \
		echo "not installed:$$missing; tests that need them are left out (in CI they fail)"; \
	fi

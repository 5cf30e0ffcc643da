# `make demo` and `make test` work on a fresh machine with a Rust toolchain; as root, on Debian, they install the rest.

SHELL := bash
CARGO ?= cargo
# What the tests run for real: OBS under a screen that is none, ffprobe, mpv, tshark, a clock that can be set.
PROGRAMS := obs Xvfb ffprobe mpv tshark faketime
PACKAGES := obs-studio obs-plugins xvfb libgl1-mesa-dri ffmpeg mpv tshark faketime
# Where Cargo builds, also with CARGO_TARGET_DIR.
TARGET = $(shell $(CARGO) metadata --no-deps --format-version 1 | sed -E 's/.*"target_directory":"([^"]*)".*/\1/')
WINDOWS := x86_64-pc-windows-gnu
# What `make deny` checks; `advisories` needs a database from the internet.
DENY ?= licenses bans sources
FUZZ_SECONDS ?= 60
# Without a sanitizer cargo-fuzz needs no nightly toolchain.
FUZZ := RUSTC_BOOTSTRAP=1 $(CARGO) fuzz
CORPUS := fuzz/corpus/decode

# Installs Debian packages (2), as root, where a program (1) is missing; else says so, and what comes of it (3).
define install_debian
@missing=; for program in $(1); do command -v $$program >/dev/null || missing="$$missing $$program"; done; \
if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	echo "installing:$$missing"; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) >/dev/null; \
elif [ -n "$$missing" ]; then \
	echo "not installed:$$missing; $(3)"; \
fi
endef

.DEFAULT_GOAL := help
.PHONY: help demo run test lint windows deny bench fuzz corpus install clean programs

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: ## play a bout over real UDP through vta: database, captures, log, and OBS if there is one
	$(CARGO) build --release --locked
	examples/demo.sh "$(TARGET)/release/vta"

run: ## run vta with the example config, until Ctrl-C
	$(CARGO) run --release --locked -- run --config examples/event.yaml

test: programs lint ## all checks and tests, the real OBS included
	$(CARGO) test --locked

lint: ## formatting and lints; a warning is an error
	$(CARGO) fmt --check -- fuzz/pack.rs fuzz/fuzz_targets/decode.rs
	$(CARGO) clippy --locked --all-targets -- -D warnings

windows: ## compile and lint for Windows
	$(call install_debian,x86_64-w64-mingw32-gcc,gcc-mingw-w64-x86-64,SQLite cannot be compiled for Windows)
	rustup target add $(WINDOWS)
	$(CARGO) clippy --locked --all-targets --target $(WINDOWS) -- -D warnings

deny: ## licences, known duplicates and sources of the dependencies
	command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny
	$(CARGO) deny --locked check $(DENY)

bench: programs ## measure against the bare thing, side by side
	$(CARGO) bench --locked

fuzz: $(CORPUS) ## feed the decoder and the court with made-up datagrams, for FUZZ_SECONDS
	command -v cargo-fuzz >/dev/null || $(CARGO) install --locked cargo-fuzz
	$(FUZZ) run --sanitizer none decode -- -dict=fuzz/decode.dict -max_len=512 -max_total_time=$(FUZZ_SECONDS)

corpus: $(CORPUS) ## keep what `make fuzz` found: the fewest inputs that reach all the code
	rm -rf $(CORPUS)-cover && mkdir $(CORPUS)-cover
	$(FUZZ) run --sanitizer none decode $(CORPUS)-cover $(CORPUS) -- -set_cover_merge=1 -use_counters=0
	fuzz/target/pack pack fuzz/corpus.txt $(CORPUS)-cover

install: ## install vta for this user
	$(CARGO) install --locked --path .

clean: ## remove what was built
	$(CARGO) clean

programs:
	$(call install_debian,$(PROGRAMS),$(PACKAGES),tests that need them are left out (in CI they fail))

$(CORPUS): fuzz/target/pack fuzz/corpus.txt
	fuzz/target/pack unpack fuzz/corpus.txt $@
	touch $@

fuzz/target/pack: fuzz/pack.rs fuzz/corpus.rs
	mkdir -p fuzz/target
	rustc --edition 2024 -o $@ $<

# SPDX-License-Identifier: GPL-2.0-only
# The front door. Without a target: the module, as any other outside of the kernel's
# tree. Everything but modules_install, demo-here, install and uninstall leaves this machine's
# kernel, /sys, /lib/modules and dkms alone: it happens in virtual machines and in
# $KEVNOTIFY_CACHE (by default ~/.cache/kevnotify).

KDIR ?= /lib/modules/$(shell uname -r)/build

modules modules_install clean:
	@test -e '$(KDIR)/Makefile' || { \
		echo 'no kernel headers in $(KDIR): install linux-headers-'"$$(uname -r)"', or set KDIR'; exit 1; }
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)/src' $@

help:
	@echo 'make              src/kevnotify.ko for the running kernel, or for KDIR=headers'
	@echo 'make clean        remove what that built'
	@echo 'make demo         an OOM kill in a virtual machine, and what the helper gets'
	@echo 'make test         tests in a virtual machine; T=hold.sh: one of selftests/kevnotify,'
	@echo '                  ONLY=REGEX: its parts so named, K=6.1, 6.12, debug or'
	@echo '                  a suite (bullseye, trixie, sid, trixie-backports …): on its kernel'
	@echo 'make check-quick  the checks and the short tests (a minute)'
	@echo 'make check        all tests that a change has to pass (what CI runs)'
	@echo 'make check-full   and those that take hours'
	@echo 'make matrix       install, build, boot and test in each suite, on each of its kernels'
	@echo 'make bench        what it costs, beside others, in instructions (an hour)'
	@echo 'make bench-check  the part of it that make check has, once'
	@echo 'make deb          the packages, in build/'
	@echo 'make repo         a signed repository of them for apt, in build/repo'
	@echo 'make rpm          the package for dnf, in build/'
	@echo 'make clean-cache  remove what the above keep in the cache'
	@echo
	@echo 'These change this machine, as root; the last three say so first:'
	@echo 'make modules_install  put the module that make built below /lib/modules'
	@echo 'make install          install the package: dkms builds the module for this kernel'
	@echo 'make uninstall        remove it'
	@echo 'make demo-here        load the module here, raise an event, unload it'
	@echo
	@echo 'What is missing is fetched; on a terminal you are asked first (YES=1: not).'

demo:
	@selftests/setup vm
	@selftests/demo/run

demo-here: modules
	@selftests/demo/here

test:
	@selftests/setup vm $(filter-out 6.%,$(K))
	@KEVNOTIFY_ONLY='$(ONLY)' selftests/test '$(T)' '$(K)'

check-quick:
	@selftests/setup vm check
	@selftests/run quick

check:
	@selftests/setup debug collectors full bullseye bookworm trixie-backports cross check model bench
	@selftests/run check

check-full:
	@selftests/setup debug collectors fleet full suites packages rpm cross check model bench
	@selftests/run full

matrix:
	@selftests/setup suites packages rpm
	@selftests/run matrix

bench:
	@selftests/setup vm bench peers
	@selftests/bench/run

bench-check:
	@selftests/setup vm bench
	@selftests/bench/run --check

# What was measured last, into the document and its pictures
bench-document:
	@selftests/setup document
	@selftests/bench/document Documentation/design README.md build/bench/6.1.json $(wildcard build/bench/trixie-backports.json)

deb:
	@selftests/setup deb
	@scripts/deb

repo:
	@selftests/setup deb
	@scripts/repo

rpm:
	@selftests/setup rpm
	@scripts/rpm

install: deb
	@scripts/install

uninstall:
	@scripts/install --remove

clean-cache:
	@scripts/clean-cache

.PHONY: modules modules_install clean help demo demo-here test check-quick check \
	check-full matrix bench bench-check bench-document deb repo rpm install uninstall clean-cache

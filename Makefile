# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
#
# The doors for a person in a hurry. Meson does the work; see CONTRIBUTING.md for the rooms behind.
.PHONY: build run test clean

# The program, at build/lhx.
build:
	@tools/setup build
	@tools/build build lhx

# Opens the sample host: prints the address of the page, and opens a browser where there is one.
run: build
	@build/lhx open samples/web-01

# Every test there is. The last line counts them.
test:
	@tools/setup test
	@tools/test

clean:
	rm -rf build build-*

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""Checks the journal reader against journalctl, an independent reader of the same files.

usage: journal.py TELL CORPUS     (TELL: the program of tests/format/tell.c; CORPUS: folder of journals, may be empty)

Every journal file below CORPUS that journalctl reads without complaint must give the same entries with the same fields,
in the same order; so must what `journalctl -o export` and `-o json` make of it. Exit status 77 tells meson "skipped".
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
OURS = {b"__SEQNUM", b"__CURSOR", b"__SEQNUM_ID"}
UNPACK = {".zst": ["zstd", "-dqc"], ".xz": ["xz", "-dc"], ".gz": ["gzip", "-dc"], ".lz4": ["lz4", "-dqc"]}


def fields_of_export(raw: bytes) -> list:
    entries, fields, at = [], [], 0
    while at < len(raw):
        end = raw.index(b"\n", at)
        line = raw[at:end]
        at = end + 1
        if not line:
            if fields:
                entries.append(fields)
            fields = []
        elif b"=" in line:
            fields.append(tuple(line.split(b"=", 1)))
        else:
            size = int.from_bytes(raw[at:at + 8], "little")
            fields.append((line, raw[at + 8:at + 8 + size]))
            at += 8 + size + 1
    return entries + ([fields] if fields else [])


def fields_of_told(raw: bytes) -> list:
    """Records as 'front length, message length, NUL' and the two, or -1 for no message."""
    entries, at = [], 0
    while at < len(raw):
        end = raw.index(b"\0", at)
        front, message = map(int, raw[at:end].split())
        at = end + 1
        text = raw[at:at + front]
        at += front
        fields = []
        if message >= 0:
            assert text.endswith(b"MESSAGE=")
            fields.append((b"MESSAGE", raw[at:at + message]))
            text = text[:-8]
            at += message
        text = text.removesuffix(b"\n").replace(b"\n\t", b"\0\t")
        fields += [(name, value.replace(b"\0\t", b"\n"))
                   for name, value in (line.split(b"=", 1) for line in text.split(b"\n") if line)]
        entries.append(fields)
    return entries


def plain(entries) -> list:
    return [sorted(field for field in fields if field[0] not in OURS) for fields in entries]


def compare(name, want, got) -> int:
    wrong = [i for i, (a, b) in enumerate(zip(want, got)) if a != b]
    print(f"{name}: {len(want)} entries wanted, {len(got)} told, {sum(map(len, want))} fields, {len(wrong)} entries differ")
    for i in wrong[:3]:
        print(f"  entry {i}: missing {[f for f in want[i] if f not in got[i]]} extra {[f for f in got[i] if f not in want[i]]}")
    return len(wrong) + (len(want) != len(got))


def tell(program, path) -> list:
    return plain(fields_of_told(subprocess.run([program, path], stdout=subprocess.PIPE, check=True).stdout))


def check(program, path, name, folder) -> int:
    file = folder / "it.journal"
    with open(file, "wb") as out:
        if path.read_bytes()[:8] != b"LPKSHHRH":
            if not shutil.which(UNPACK[path.suffix][0]):
                print(f"{name}: skipped, no {UNPACK[path.suffix][0]}")
                return 0
            subprocess.run(UNPACK[path.suffix] + [path], stdout=out, check=True)
        else:
            out.write(path.read_bytes())
    wrong = 0
    for output, suffix in (("export", "export"), ("json", "json")):
        done = subprocess.run(["journalctl", "--all", "-o", output, f"--file={file}"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        made = folder / ("it." + suffix)
        made.write_bytes(done.stdout)
        if output == "export":
            want = plain(fields_of_export(done.stdout))
            wrong += compare(name, want, tell(program, file))
        wrong += compare(f"{name}, as {output}", want, tell(program, made))
    return wrong


def main() -> int:
    program, root = sys.argv[1], sys.argv[2]
    if not root or not shutil.which("journalctl"):
        print("skipped: " + ("no journalctl here" if root else "no folder of journals: see -Dcorpus"))
        return SKIPPED
    paths = [path for path in sorted(pathlib.Path(root).rglob("*.journal*"))
             if path.suffix in UNPACK or ".journal" in path.suffix]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            wrong += check(program, path, os.path.relpath(path, root), pathlib.Path(folder))
    return 1 if wrong else 0 if paths else SKIPPED


sys.exit(main())

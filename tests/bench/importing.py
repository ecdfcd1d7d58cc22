"""``python3 dev.py bench import``: a region's extract imported into an empty database; minutes and memory by step.

BENCH_PEOPLE says how many people each of the two systems has (300,000 when nothing is said).
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from tests import conftest
from tests.bench.region import write_region

TICK = os.sysconf("SC_CLK_TCK")
#: What runs in the process that is measured: the import as the command does it, with a line at each step.
CHILD = """
import json, sys, time
from pathlib import Path
import django
django.setup()
from django.db import connection
from frontdoor.accounts.models import system_user
from frontdoor.exchange.legacy.linking import pairs_in_one_record
from frontdoor.exchange.legacy.running import run_import
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_backend_pid()")
    print(json.dumps({"server": cursor.fetchone()[0]}), flush=True)
report = run_import(Path(sys.argv[1]), by=system_user(), say=lambda text: print(json.dumps({"step": text}), flush=True))
kept = {name: report[name] for name in ("files", "people", "events")}
kept["rejects"], kept["warnings"] = len(report["rejects"]), len(report["warnings"])
kept["pairs"] = list(pairs_in_one_record())
print(json.dumps({"report": kept}), flush=True)
sys.stdin.read()
"""


def _cpu(pid: int) -> float:
    """Seconds of processor a process has used, with its children that have ended."""
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(part) for part in parts[11:15]) / TICK


def _memory(pids: list[int]) -> float:
    """MB these processes take, what they share counted once."""
    total = 0
    for pid in pids:
        try:
            rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += sum(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
    return total / 1024


def _tree(pid: int) -> list[int]:
    """A process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(each for child in children for each in _tree(int(child)))]


class Watch(threading.Thread):
    """The most memory seen since it was last asked."""

    def __init__(self, pids: list[int]) -> None:
        super().__init__(daemon=True)
        self.pids, self.most, self.over = pids, 0.0, threading.Event()

    def run(self) -> None:
        """Look every second until told to stop."""
        while not self.over.wait(1.0):
            every = [*_tree(self.pids[0]), *self.pids[1:]]
            self.most = max(self.most, _memory(every))

    def taken(self) -> float:
        """The most memory since the last call."""
        most, self.most = self.most, 0.0
        return most


def measure(folder: Path) -> dict[str, Any]:
    """Import a folder into an empty database; what each step took, and the report."""
    steps: list[dict[str, Any]] = []
    answer: dict[str, Any] = {}
    with conftest.clone("bench_import") as name:
        env = {**os.environ, "DATABASE_URL": conftest.url_for(name), "FRONTDOOR_OWNER": "0"}
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, str(folder)], cwd=conftest.ROOT, env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            assert process.stdin is not None
            server = json.loads(process.stdout.readline())["server"]
            watch = Watch([process.pid, server])
            watch.start()
            for line in process.stdout:
                told = json.loads(line)
                now = (time.perf_counter(), _cpu(process.pid), _cpu(server))
                if steps:
                    before = steps[-1].pop("at")
                    steps[-1] |= {
                        "seconds": now[0] - before[0], "ours": now[1] - before[1], "server": now[2] - before[2],
                        "memory": watch.taken(),
                    }  # fmt: skip
                if "report" in told:
                    answer = told["report"]
                    break
                steps.append({"step": told["step"], "at": now})
            process.stdin.close()
            watch.over.set()
            watch.join()
    if not answer:
        raise SystemExit("The import ended without its report; see above.")
    return {"steps": steps, "report": answer}


def show(people: int, found: dict[str, Any], folder: Path) -> None:
    """Print the table and how well the people were matched."""
    steps = found["steps"]
    print(f"\n{people:,} + {people:,} people{'minutes':>34}{'our CPU s':>12}{'server CPU s':>14}{'MB':>9}")
    for step in steps:
        print(
            f"{step['step'][:48]:50}{step['seconds'] / 60:7.2f}{step['ours']:12.1f}{step['server']:14.1f}"
            f"{step['memory']:9,.0f}"
        )
    total = {key: sum(step[key] for step in steps) for key in ("seconds", "ours", "server")}
    most = max(step["memory"] for step in steps)
    print(f"{'together':50}{total['seconds'] / 60:7.2f}{total['ours']:12.1f}{total['server']:14.1f}{most:9,.0f}")
    report = found["report"]
    rows = sum(counts["rows"] for counts in report["files"].values())
    whole = all(counts["rows"] == counts["loaded"] + counts["rejected"] for counts in report["files"].values())
    print(f"{rows:,} rows, each loaded or rejected: {'yes' if whole else 'NO'}; {report['people']}; {report['events']}")
    with (folder / "truth_people.csv").open(encoding="utf-8") as file:
        truth = {(row["person_id"], row["client_no"]) for row in csv.DictReader(file)}
    said = {tuple(pair) for pair in report["pairs"]}
    hit = len(said & truth)
    print(
        f"pairs joined: {len(said):,} of {len(truth):,}; precision {hit / len(said):.5f}, recall {hit / len(truth):.4f}"
    )


def main() -> None:
    """Write the extract, import it, print what it took."""
    conftest.pytest_configure(None)
    people = int(os.environ.get("BENCH_PEOPLE") or 300_000)
    with tempfile.TemporaryDirectory() as place:
        folder = write_region(Path(place) / "region", people)
        print(f"  an extract of {people:,} + {people:,} people written", flush=True)
        found = measure(folder)
        show(people, found, folder)
    del found["report"]["pairs"]
    path = settings.EMBEDDED.data / "bench_import.json"
    path.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"\nWritten to {path}")

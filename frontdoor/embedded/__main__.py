"""What ``dev.py run``, ``dev.py dev`` and ``dev.py services`` do."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psycopg

from frontdoor.embedded.servers import Embedded
from frontdoor.embedded.supervise import supervise

ROOT = Path(__file__).resolve().parents[2]


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def port_is_free(port: int) -> bool:
    """Whether the web server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as told:
            if told.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def is_empty(url: str) -> bool:
    """Whether the database has no tables of ours."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regclass('public.django_migrations')").fetchone()
    return found is None or found[0] is None


def manage(*words: str, env: dict[str, str]) -> None:
    """Run a management command; its failure ends ours with its code."""
    ended = subprocess.run([sys.executable, str(ROOT / "manage.py"), *words], env=env, cwd=ROOT)
    if ended.returncode:
        sys.exit(ended.returncode)


def main() -> int:
    """Start the servers, then everything else, and stop all of it on Ctrl-C."""
    command = sys.argv[1]
    embedded = Embedded(os.environ.get("DATA_DIR") or ROOT / ".data")
    own_postgres, own_valkey = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    port_text = os.environ.get("PORT") or "8000"
    if not port_text.isdigit() or not 0 < int(port_text) < 65536:
        sys.exit(f"PORT is {port_text!r}: give a number from 1 to 65535.")
    port = int(port_text)
    if command != "services" and not port_is_free(port):
        sys.exit(
            f"Port {port} is taken. Stop what uses it, or choose another: PORT={port + 1} python3 dev.py {command}"
        )
    try:
        if own_postgres or own_valkey:
            say("Starting PostgreSQL and Valkey")
            embedded.start(postgres=own_postgres, valkey=own_valkey)
        embedded.data.mkdir(parents=True, exist_ok=True)  # beat keeps its times there, whoever runs the servers
        env = {**os.environ, "DATA_DIR": str(embedded.data), "PYTHONUNBUFFERED": "1"}
        if command == "services":
            return services(embedded, env)
        return develop(embedded, env, port) if command == "dev" else run(embedded, env, port)
    except RuntimeError as told:
        sys.exit(str(told))
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        embedded_running = own_postgres or own_valkey
        if embedded_running:
            embedded.stop()


def services(embedded: Embedded, env: dict[str, str]) -> int:
    """Print where the servers are and wait."""
    owner = os.environ.get("DATABASE_URL") or embedded.database_url
    manage("migrate", "--verbosity", "0", env=env)
    print(f"DATABASE_URL={owner}")
    print(f"DATABASE_APP_URL={os.environ.get('DATABASE_APP_URL') or app_url(owner)}")
    print(f"REDIS_URL={os.environ.get('REDIS_URL') or embedded.redis_url}", flush=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    return 0


def app_url(owner: str) -> str:
    """The owner's address, working as the application's role."""
    joint = "&" if "?" in owner else "?"
    return f"{owner}{joint}options=-c%20role%3Dfrontdoor_app"


def prepare(embedded: Embedded, env: dict[str, str], *, people: int) -> None:
    """Migrate, and fill a database that was empty with a demonstration borough."""
    fresh = is_empty(os.environ.get("DATABASE_URL") or embedded.database_url)
    say("Preparing the database")
    manage("migrate", "--verbosity", "0", env=env)
    if fresh and os.environ.get("FRONTDOOR_ENV", "demo") == "demo":
        say("Loading the demonstration borough (invented people; about a minute)")
        manage("demo", "--people", str(people), "--seed", "1", env=env)


def greet(port: int) -> None:
    """Say where it is and who may sign in."""
    say(f"Front Door is at http://127.0.0.1:{port}/")
    if os.environ.get("FRONTDOOR_ENV", "demo") == "demo":
        say("Sign in as contact.officer, duty.manager, social.worker, senior.practitioner, team.manager, edt.worker,")
        say("service.manager, quality.officer, performance.officer, dpo or admin; password: front-door-demo")
    say("Ctrl-C stops everything")


def serve(web: list[str], embedded: Embedded, env: dict[str, str]) -> int:
    """The web server with a worker and beat beside it, until Ctrl-C."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "frontdoor.celery:app"]
    return supervise(
        {
            "web": web,
            "beat": [*celery, "beat", "-l", "warning", "-s", str(embedded.data / "beat.db"), "--pidfile="],
            "worker": [*celery, "worker", "-l", "warning", "-c", "2", "-n", "front-door@%h"],
        },
        env={**env, "FRONTDOOR_POOL": "1"},
    )


def run(embedded: Embedded, env: dict[str, str], port: int) -> int:
    """Prepare the database and serve as in production."""
    prepare(embedded, env, people=2000)
    manage("collectstatic", "--no-input", "--verbosity", "0", env=env)
    web = [
        sys.executable, "-m", "gunicorn", "frontdoor.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--threads", "4", "--worker-class", "gthread", "--no-control-socket", "--log-level", "warning",
        "--timeout", "60", "--logger-class", "frontdoor.serving.Logger",
    ]  # fmt: skip
    greet(port)
    return serve(web, embedded, env)


def develop(embedded: Embedded, env: dict[str, str], port: int) -> int:
    """Serve for somebody who is changing the code: an edited template or view is on the page at once.

    Errors explain themselves, static files come from where they stand. The worker is not reloaded.
    """
    env = {**env, "FRONTDOOR_DEBUG": "1"}
    prepare(embedded, env, people=200)
    greet(port)
    return serve([sys.executable, str(ROOT / "manage.py"), "runserver", f"127.0.0.1:{port}"], embedded, env)


if __name__ == "__main__":
    sys.exit(main())

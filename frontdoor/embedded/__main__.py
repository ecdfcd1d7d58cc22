"""What ``dev.py run``, ``dev.py dev`` and ``dev.py services`` do."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import psycopg

from frontdoor.embedded import ports
from frontdoor.embedded.servers import Embedded
from frontdoor.embedded.supervise import Server, supervise, told_to_stop, watched

ROOT = Path(__file__).resolve().parents[2]


def say(text: str) -> None:
    print(f"· {text}", flush=True)


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
    """Start the servers, then everything else; start again what dies; stop all of it on Ctrl-C."""
    command = sys.argv[1]
    embedded = Embedded(os.environ.get("DATA_DIR") or ROOT / ".data")
    own_postgres, own_valkey = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    port = ports.chosen(command, os.environ)
    servers = [
        *([Server("PostgreSQL", embedded.postgres_runs, embedded.start_postgres_again)] if own_postgres else []),
        *([Server("Valkey", embedded.valkey_runs, partial(embedded.start, postgres=False))] if own_valkey else []),
    ]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # while it is being set up as well
    try:
        if own_postgres or own_valkey:
            say("Starting PostgreSQL and Valkey")
            embedded.start(postgres=own_postgres, valkey=own_valkey)
        embedded.data.mkdir(parents=True, exist_ok=True)  # beat keeps its times there, whoever runs the servers
        env = {**os.environ, "DATA_DIR": str(embedded.data), "PYTHONUNBUFFERED": "1"}
        if command == "services":
            return services(embedded, env, servers)
        return develop(embedded, env, port, servers) if command == "dev" else run(embedded, env, port, servers)
    except RuntimeError as told:
        sys.exit(str(told))
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        embedded_running = own_postgres or own_valkey
        if embedded_running:
            embedded.stop()


def services(embedded: Embedded, env: dict[str, str], servers: list[Server]) -> int:
    """Print where the servers are and keep them running."""
    owner = os.environ.get("DATABASE_URL") or embedded.database_url
    manage("migrate", "--verbosity", "0", env=env)
    print(f"DATABASE_URL={owner}")
    print(f"DATABASE_APP_URL={os.environ.get('DATABASE_APP_URL') or app_url(owner)}")
    print(f"REDIS_URL={os.environ.get('REDIS_URL') or embedded.redis_url}", flush=True)
    stop = told_to_stop()
    watchers = watched(servers, stop)
    stop.wait()
    for watcher in watchers:
        watcher.join()
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


def serve(web: list[str], embedded: Embedded, env: dict[str, str], servers: list[Server]) -> int:
    """The web server with a worker and beat beside it, until Ctrl-C."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "frontdoor.celery:app"]
    return supervise(
        {
            "web": web,
            "beat": [*celery, "beat", "-l", "warning", "-s", str(embedded.data / "beat.db"), "--pidfile="],
            "worker": [*celery, "worker", "-l", "warning", "-c", "2", "-n", "front-door@%h"],
        },
        env={**env, "FRONTDOOR_POOL": "1"},
        servers=servers,
    )


def run(embedded: Embedded, env: dict[str, str], port: int, servers: list[Server]) -> int:
    """Prepare the database and serve as in production."""
    prepare(embedded, env, people=2000)
    manage("collectstatic", "--no-input", "--verbosity", "0", env=env)
    web = [
        sys.executable, "-m", "gunicorn", "frontdoor.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--threads", "4", "--worker-class", "frontdoor.serving.worker.WaitingWorker", "--no-control-socket",
        "--log-level", "warning", "--timeout", "60", "--logger-class", "frontdoor.serving.Logger",
    ]  # fmt: skip
    greet(port)
    return serve(web, embedded, env, servers)


def develop(embedded: Embedded, env: dict[str, str], port: int, servers: list[Server]) -> int:
    """Serve for somebody who is changing the code: an edited template or view is on the page at once.

    Errors explain themselves, static files come from where they stand. The worker is not reloaded.
    """
    env = {**env, "FRONTDOOR_DEBUG": "1"}
    prepare(embedded, env, people=200)
    greet(port)
    return serve([sys.executable, str(ROOT / "manage.py"), "runserver", f"127.0.0.1:{port}"], embedded, env, servers)


if __name__ == "__main__":
    sys.exit(main())

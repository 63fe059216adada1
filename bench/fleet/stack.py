"""The fleet that is measured: one server, the registry of a whole country, peers beside ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg2

from bench.fleet.communes import write_list
from bench.processes import cpu_seconds
from bench.server import BenchFailed, MeasuredServer, product_settings
from bench.stack import DATA
from config.local import postgres

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".local" / "bench-fleet"

# Settings modules: the product as it is, and the same product on a peer's way of tenancy.
OURS = "config.settings"
STOCK = "bench.fleet.peers.stock_settings"
RLS = "bench.fleet.peers.rls_settings"


class FleetStack(MeasuredServer):
    """Server, environment and communes of one measurement; ended with `destroy`."""

    def __init__(self, count: int) -> None:
        super().__init__(HOME)
        self.codes = write_list(HOME / "list", count)
        self.environment = os.environ | product_settings(HOME, self.server, "")
        self.environment["OFFICIAL_LIST_DIR"] = str(HOME / "list")
        self.command("collectstatic", "--noinput")
        self.command("prepare_database")
        self.command("load_procedures", role="owner")
        self.command("load_procedures", str(DATA), role="owner")

    def command(self, *arguments: str, role: str | None = None) -> str:
        """Run a command of the product; return what it printed."""
        environment = {"DATABASE_ROLE": role} if role else {}
        return self.run([sys.executable, "manage.py", *arguments], **environment)

    def measure(self, module: str, *arguments: str, settings: str = OURS) -> Any:
        """Run a module of this folder in a process of its own; return the JSON it prints."""
        names = {"DJANGO_SETTINGS_MODULE": settings, "DATABASE_ROLE": "owner"}
        said = self.run([sys.executable, "-m", f"bench.fleet.{module}", *arguments], **names)
        return json.loads(said.splitlines()[-1])

    def run(self, command: list[str], **environment: str) -> str:
        """Run a program; raise BenchFailed with the end of what it said when it fails."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchFailed(f"{' '.join(command[1:4])} failed:\n{done.stderr[-2000:]}")
        return done.stdout

    def psql(self, scripts: list[str]) -> float:
        """Send scripts with psql as the owner, each on a connection of its own; return seconds."""
        began = time.monotonic()
        running = [self._psql(number, script) for number, script in enumerate(scripts)]
        for process in running:
            _, faults = process.communicate()
            if process.returncode:
                raise BenchFailed(f"psql failed:\n{faults.decode()[-2000:]}")
        return time.monotonic() - began

    def _psql(self, number: int, script: str) -> subprocess.Popen[bytes]:
        path = self.home / f"script-{number}.sql"
        path.write_text(script)
        program = postgres.binaries() / "psql"
        options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", str(path)]
        command = [str(program), *options, self.server.owner_url]
        return subprocess.Popen(command, stderr=subprocess.PIPE)

    def as_owner(self) -> Any:
        """A connection of the owner's role, each statement committed."""
        connection = psycopg2.connect(self.server.owner_url)
        connection.autocommit = True
        return connection

    def drop_schemas(self, names: list[str]) -> None:
        """Take peers' schemas away again, with their rows in the registry."""
        connection = self.as_owner()
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')
                cursor.execute("DELETE FROM communes_commune WHERE schema_name = %s", [name])
        connection.close()

    @property
    def server_cpu(self) -> float:
        """Processor seconds of all processes of the server until now."""
        return cpu_seconds([self.server_pid])

"""The whole product on one machine: `make demo`, or `make demo COMMUNES=3321`.

Starts the embedded PostgreSQL (or uses DATABASE_URL and DATABASE_OWNER_URL), brings ten real
communes in, starts web server and job runners, prints addresses and accounts, and at Ctrl-C stops
what it started and nothing else. Keys, data, files and logs live in .local/demo.

COMMUNES is how many communes of the country there shall be; those beyond the ten are brought in
once the pages answer, and stay for the next start.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO

from config.local import identity, postgres
from tenants.communes.official_list import official_communes

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = ROOT / ".local" / "demo"

# Three provinces, every kind of commune: phường, xã and đặc khu, city centre and border hills.
COMMUNES = (
    *("00004", "00008", "00025", "00070"),  # Hà Nội: Ba Đình, Ngọc Hà, Giảng Võ, Hoàn Kiếm
    *("16681", "17827", "16813"),  # Nghệ An: Thành Vinh, Nghi Lộc, Mường Xén
    *("26740", "26743", "26732"),  # TP. Hồ Chí Minh: Sài Gòn, Bến Thành, Côn Đảo
)
CASES = "14"  # at each commune, so that no desk is empty
FIRST_HOST = "phuong-ba-dinh-ha-noi"
START_SECONDS = 60.0
STOP_SECONDS = 15.0


class DemoFailed(Exception):
    """The demo cannot go on; the sentence says why and where to look."""


class Demo:
    """The processes of one demo, in the order of their start."""

    def __init__(self) -> None:
        self.environment = {**_kept_settings(), **os.environ}
        self.domain = self.environment.setdefault("BASE_DOMAIN", "xaso.localhost")
        self.port = _port(self.environment.get("PORT"))
        self.environment["PUBLIC_PORT"] = f":{self.port}"
        self.communes = _number(self.environment.pop("COMMUNES", ""))
        self.processes: list[tuple[str, subprocess.Popen[bytes]]] = []
        self.server: postgres.LocalServer | None = None

    def start(self) -> None:
        """Bring everything up and wait until pages answer."""
        self._start_database()
        self._start_identity_provider()
        self._prepare()
        self._serve("web", _gunicorn(self.port))
        self._run("seed_demo", *COMMUNES, "--cases", CASES)
        for host in (self.domain, f"{FIRST_HOST}.{self.domain}"):
            self._wait_for_page(host)
        # Last, so that the papers of the sample cases do not hold the first page up.
        self._serve("jobs", _manage("run_jobs"))
        self._serve("fleet-jobs", _manage("run_fleet_jobs"))

    def onboard_the_rest(self) -> None:
        """Bring in as many communes of the country as were asked for, before everybody's eyes."""
        if self.communes <= len(COMMUNES):
            return
        country = list(dict.fromkeys([*COMMUNES, *official_communes()]))
        wanted = country[: self.communes] if self.communes < len(country) else ["--all"]
        self._finish("onboard", self._open("onboard", _manage("onboard", *wanted), shown=True))

    def _prepare(self) -> None:
        """Make database and static files fit the code; skipped when neither has changed."""
        done, present = HOME / "prepared", _fingerprint()
        # A server of the user's own may have been emptied meanwhile: there nothing is assumed.
        unchanged = done.exists() and done.read_text() == present
        if self.server and unchanged and (ROOT / "staticfiles").exists():
            return
        static = self._open("collectstatic", _manage("collectstatic", "--noinput", "--clear"))
        self._run("prepare_database")
        self._run("load_procedures", role="owner")
        self._run("onboard", *COMMUNES)
        self._finish("collectstatic", static)
        done.write_text(present)

    def watch(self) -> None:
        """Return only by raising: a process that ended by itself ends the demo."""
        while True:
            time.sleep(0.5)
            self._check_alive()

    def stop(self) -> None:
        """Stop what was started, the last first; the database server is the last of all."""
        for _, process in reversed(self.processes):
            process.terminate()
        for _, process in reversed(self.processes):
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        if self.server:
            self.server.stop()

    def _start_database(self) -> None:
        if "DATABASE_URL" in os.environ:
            return
        self.server = postgres.start(HOME)
        self.environment["DATABASE_URL"] = self.server.application_url
        self.environment["DATABASE_OWNER_URL"] = self.server.owner_url

    def _start_identity_provider(self) -> None:
        """Let people sign in by VNeID: one of this machine's, where none is configured."""
        if "OIDC_VNEID_SERVER_URL" in self.environment or not identity.is_installed():
            return
        port = _port(None, usual=identity.USUAL_PORT)
        self._serve("vneid", identity.command(port))
        self.environment |= identity.environment(port)

    def _open(
        self, name: str, command: list[str], role: str | None = None, *, shown: bool = False
    ) -> subprocess.Popen[bytes]:
        environment = self.environment | ({"DATABASE_ROLE": role} if role else {})
        with _log(name) as log:
            # A session of its own: Ctrl-C reaches this process alone, which stops the others.
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=None if shown else log,
                stderr=None if shown else log,
                start_new_session=True,
            )

    def _run(self, *command: str, role: str | None = None) -> None:
        self._finish(command[0], self._open(command[0], _manage(*command), role))

    def _finish(self, name: str, process: subprocess.Popen[bytes]) -> None:
        try:
            result = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if result:
            hint = "Dữ liệu dùng thử của bản mã khác? Chạy “make clean” để làm lại từ đầu."
            raise DemoFailed(f"Bước “{name}” không xong:\n{_log_end(name)}\n{hint}")

    def _serve(self, name: str, command: list[str]) -> None:
        self.processes.append((name, self._open(name, command)))

    def _check_alive(self) -> None:
        for name, process in self.processes:
            if process.poll() is not None:
                raise DemoFailed(f"Tiến trình “{name}” đã dừng:\n{_log_end(name)}")

    def _wait_for_page(self, host: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._check_alive()
            status = _status(self.port, host)
            if status == http.HTTPStatus.OK:
                return
            if time.monotonic() > deadline or status is not None:
                raise DemoFailed(f"Trang {host} trả lời {status}:\n{_log_end('web')}")
            time.sleep(0.1)


def _kept_settings() -> dict[str, str]:
    """Return keys and settings of this demo, made at the first start and kept."""
    file = HOME / "env"
    if not file.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": f"demo:{_key()}",
            "INDEX_KEY": _key(),
            "DEMO_PASSWORD": f"xaso-{secrets.token_hex(4)}",
            "FILES_ROOT": str(HOME / "files"),
            "BLUEPRINT_DIR": str(HOME / "blueprints"),
            "EMAIL_FILE_PATH": str(HOME / "mail"),
            "SMS_FILE_PATH": str(HOME / "sms"),
        }
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text("".join(f"{name}={value}\n" for name, value in made.items()))
        fresh.replace(file)
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _fingerprint() -> str:
    """Return what changes with the code, its data, the packages, or the server's data folder."""
    folders = ("config", "tenants", "documents", "services", "citizens", "static", "locale")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file()]
    files += [HOME / "server-id", HOME / "env", ROOT / "requirements.lock"]
    digest = hashlib.sha256()
    for file in sorted(files):
        if file.suffix not in (".pyc", ".mo") and file.exists():
            digest.update(f"\0{file}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _number(wanted: str) -> int:
    if wanted and not wanted.isdecimal():
        raise DemoFailed(f"COMMUNES={wanted}: hãy cho một số, ví dụ COMMUNES=3321.")
    return int(wanted or 0)


def _port(wanted: str | None, usual: int = 8000) -> int:
    """Return the port asked for; without a wish the usual, or any free one where that is taken."""
    for port in [int(wanted)] if wanted else [usual, 0]:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise DemoFailed(f"Cổng {wanted} đang có chương trình khác dùng. Hãy chọn cổng khác.")


def _manage(*command: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *command]


def _gunicorn(port: int) -> list[str]:
    # No proxy buffers slow clients here, so threads do; production runs sync workers behind one.
    options = f"--bind 127.0.0.1:{port} --worker-class gthread --workers 2 --threads 4"
    return [
        *(sys.executable, "-m", "gunicorn", "config.wsgi", "--no-control-socket"),
        *options.split(),
    ]


def _log(name: str) -> IO[bytes]:
    folder = HOME / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / f"{name}.log").open("wb")


def _log_end(name: str) -> str:
    file = HOME / "log" / f"{name}.log"
    return "\n".join([*file.read_text(errors="replace").splitlines()[-15:], f"(nhật ký: {file})"])


def _status(port: int, host: str) -> int | None:
    """Return the status of a site's first page, None while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/", headers={"Host": f"{host}:{port}"})
            return connection.getresponse().status
        except ConnectionError:
            return None


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run the demo until Ctrl-C, SIGTERM or the end of the terminal."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    began = time.monotonic()
    print("Đang khởi động Xã Số …", flush=True)
    demo: Demo | None = None
    try:
        demo = Demo()
        demo.start()
        demo.onboard_the_rest()
        print((HOME / "log" / "seed_demo.log").read_text())
        if demo.environment.get("OIDC_VNEID_NAME") == identity.NAME:
            print(identity.HINT)
        print(f"Sẵn sàng sau {time.monotonic() - began:.0f} giây. Nhật ký, thư và tin nhắn: {HOME}")
        print("Nhấn Ctrl-C để dừng.", flush=True)
        demo.watch()
    except KeyboardInterrupt:
        print("\nĐang dừng …", flush=True)
        return 0
    except (DemoFailed, postgres.PostgresUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave things behind
        if demo:
            demo.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Print the proxy's configuration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.deploy.nginx import (
    DEFAULT_POOL,
    BadPools,
    Pool,
    Proxy,
    configuration,
    pool_names,
    ports,
    sockets,
)

_PORTS = re.compile(r"^(?P<first>[0-9]{1,5})-(?P<last>[0-9]{1,5})$")


class Command(BaseCommand):
    help = (
        "In cấu hình nginx đầy đủ cho máy này: mỗi xã luôn về cùng một tiến trình web. Ví dụ: "
        "manage.py nginx_configuration --workers 4 > /etc/nginx/nginx.conf"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=4, help="số tiến trình web (mỗi nhóm)")
        parser.add_argument("--listen", help="địa chỉ:cổng nhận khách; mặc định 80, có TLS thì 443")
        parser.add_argument("--certificate", default="", help="tệp chứng thư TLS (cả chuỗi)")
        parser.add_argument("--key", default="", help="tệp khóa của chứng thư")
        parser.add_argument(
            "--redirect-listen", default="80", help="cổng http chuyển sang https khi có TLS"
        )
        where = parser.add_mutually_exclusive_group()
        where.add_argument(
            "--socket-dir", default="/run/xaso", help="thư mục ổ cắm: main-1.sock, main-2.sock, …"
        )
        where.add_argument("--ports", help="cổng của các tiến trình web, ví dụ 8101-8104")
        parser.add_argument(
            "--pools", type=Path, help="tệp các dòng “tên-máy-chủ nhóm;” khi có nhiều cụm dữ liệu"
        )
        parser.add_argument(
            "--largest-file-mb", type=int, default=20, help="max_mb lớn nhất trong các thủ tục"
        )
        parser.add_argument(
            "--run-dir", default="", help="thư mục tạm và nhật ký khi chạy bằng người dùng thường"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        certificate, key = options["certificate"], options["key"]
        if bool(certificate) != bool(key):
            raise CommandError("Cần cả --certificate và --key, hoặc không cần cái nào.")
        if options["workers"] < 1:
            raise CommandError("Cần ít nhất một tiến trình web.")
        proxy = Proxy(
            listen=options["listen"] or ("443" if certificate else "80"),
            redirect_listen=options["redirect_listen"],
            certificate=certificate,
            key=key,
            pools=tuple(_pools(options)),
            pools_file=str(options["pools"].resolve()) if options["pools"] else "",
            largest_file_mb=options["largest_file_mb"],
            run_dir=options["run_dir"].rstrip("/"),
        )
        self.stdout.write(configuration(proxy), ending="")


def _pools(options: dict[str, Any]) -> list[Pool]:
    if options["ports"]:
        if options["pools"]:
            raise CommandError("Nhiều nhóm thì dùng --socket-dir: cổng không cho biết nhóm nào.")
        return [_on_ports(options["ports"])]
    try:
        further = pool_names(options["pools"]) if options["pools"] else []
    except (BadPools, OSError) as error:
        raise CommandError(f"Không đọc được các nhóm: {error}") from error
    folder = options["socket_dir"].rstrip("/")
    return [sockets(name, options["workers"], folder) for name in (DEFAULT_POOL, *further)]


def _on_ports(text: str) -> Pool:
    found = _PORTS.match(text)
    if found is None or int(found["first"]) > int(found["last"]):
        raise CommandError("Viết cổng đầu và cổng cuối, ví dụ: --ports 8101-8104")
    return ports(DEFAULT_POOL, int(found["first"]), int(found["last"]))

"""The work list with 10,000 open cases, and 100 results handed over at once."""

from __future__ import annotations

import html
import re
import time
from typing import Any
from urllib.parse import urlencode

from bench.browser import Answer, Browser
from bench.content import OFFICIAL_APP
from bench.journey import sign_in
from bench.processes import cpu_seconds
from bench.results import Results
from bench.server import DOMAIN, BenchFailed
from bench.stack import COMMUNES, DESK, HOSTS, Stack

ROWS = 100
TIMED = 20
RETURNED = 10
# The first page, and what officials ask of the list all day; each shows a hundred rows.
ADDRESSES = {
    "first page": "",
    "all in process": "?xem=dang-giai-quyet",
    "page 50": "?xem=dang-giai-quyet&trang=50",
    "filtered": "?xem=dang-giai-quyet&thu-tuc=2.000908&han=2-ngay&kenh=online&nguoi=chua-ai",
    "by filing": "?xem=dang-giai-quyet&sap=nop",
    "name": "?q=nguyen+thi",
    "done": "?xem=da-xong",
}
TICK = re.compile(r'<input type="checkbox" name="chon" value="([^"]+)"')


def measure(stack: Stack, people: dict[str, Any], results: Results) -> None:
    """Statements and processor time of the list, and the seconds of a bulk hand-over."""
    site = f"http://{HOSTS[COMMUNES.index(DESK)]}:{stack.port}"
    official = Browser(stack.port)
    password = stack.environment["BENCH_PASSWORD"]
    sign_in(official, f"http://{DOMAIN}:{stack.port}", people["official"], password, OFFICIAL_APP)
    page = official.get(f"{site}/desk/")
    official.submit(page, page.document.form("/mo-ban/"), {})
    _list(stack, official, f"{site}/desk/", people, results)
    _hand_over(stack, official, f"{site}/desk/", results)


def _list(
    stack: Stack, official: Browser, desk: str, people: dict[str, Any], results: Results
) -> None:
    statements: dict[str, int] = {}
    for name, query in ADDRESSES.items():
        if (rows := len(_ticks(official.get(desk + query)))) != ROWS:
            raise BenchFailed(f"{name}: the list shows {rows} cases, not {ROWS}")
        with stack.statements_logged():
            official.request("GET", desk + query)
            statements[name] = len(stack.take_statements())
    most = max(statements, key=lambda name: statements[name])
    stock = f"{people['open']:,} open cases, {people['closed']:,} closed"
    results.add("worklist.statements", statements[most], f"the most of {len(statements)}; {stock}")
    pages, server = {}, {}
    for name, query in ADDRESSES.items():
        programs, base = stack.program_pids, [stack.server_pid]
        began, began_server = cpu_seconds(programs), cpu_seconds(base)
        for _ in range(TIMED):
            official.request("GET", desk + query)
        pages[name] = (cpu_seconds(programs) - began) / TIMED
        server[name] = (cpu_seconds(base) - began_server) / TIMED
    for measure, taken in (("cpu_seconds", pages), ("db_cpu_seconds", server)):
        worst = max(taken, key=lambda name: taken[name])
        each = ", ".join(f"{name} {1000 * value:.0f}" for name, value in taken.items())
        results.add(f"worklist.{measure}", taken[worst], f"the worst of (ms): {each}")


def _hand_over(stack: Stack, official: Browser, desk: str, results: Results) -> None:
    """Tick a full page of finished cases and hand them all over."""
    listed = official.get(f"{desk}?xem=cho-tra")
    fields = [("chon", one) for one in _ticks(listed)] + [("viec", "hand-over")]
    token = listed.document.form("/nhieu-ho-so/").fields["csrfmiddlewaretoken"]
    before = _returned(stack)
    asked = _send(official, f"{desk}nhieu-ho-so/", [("csrfmiddlewaretoken", token), *fields])
    token = asked.document.form("/nhieu-ho-so/").fields["csrfmiddlewaretoken"]
    fields += [("csrfmiddlewaretoken", token), ("lam", "1"), ("nhan", "applicant")]
    began = time.monotonic()
    _send(official, f"{desk}nhieu-ho-so/", fields)
    seconds = time.monotonic() - began
    if (given := _returned(stack) - before) != ROWS:
        raise BenchFailed(f"{given} results were handed over, not {ROWS}")
    results.add("bulk.hand_over_seconds", seconds, f"{ROWS} cases, each its own transaction")


def _send(browser: Browser, url: str, fields: list[tuple[str, str]]) -> Answer:
    origin = url.partition("/desk/")[0]
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
    answer = browser.request("POST", url, headers, urlencode(fields).encode())
    if answer.status != 200:
        raise BenchFailed(f"{url}: {answer.status}")
    return answer


def _ticks(page: Answer) -> list[str]:
    return [html.unescape(value) for value in TICK.findall(page.text)]


def _returned(stack: Stack) -> int:
    (count,) = stack.row(f"SELECT count(*) FROM xa_{DESK}.cases_case WHERE status = {RETURNED}")
    return int(count)

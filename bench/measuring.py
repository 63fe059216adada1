"""The measurements of a running stack, one function for each group of figures."""

from __future__ import annotations

import http
import itertools
import statistics
from typing import Any
from urllib.parse import urljoin

from bench.browser import Answer, Browser
from bench.content import OFFICIAL_APP, PROCEDURE
from bench.journey import file_case, sign_in
from bench.processes import cpu_seconds, mapped_libraries, resident_mb
from bench.results import Results
from bench.server import DOMAIN, BenchFailed
from bench.stack import FILING, HOME, HOSTS, Stack

WARM_UP, COUNTED, TIMED = 3, 5, 30
LIST_TIMED = 50
MIXED_REQUESTS = 1000


class Measuring:
    """People at their browsers, and what their work costs."""

    def __init__(self, stack: Stack, people: dict[str, Any], results: Results) -> None:
        self.stack, self.results = stack, results
        self.central = f"http://{DOMAIN}:{stack.port}"
        self.sites = [f"http://{host}:{stack.port}" for host in HOSTS]
        self.filing_site, self.desk_site = self.sites[0], self.sites[1]
        password = stack.environment["BENCH_PASSWORD"]
        self.citizen, self.official = Browser(stack.port), Browser(stack.port)
        sign_in(self.citizen, self.central, people["citizen"], password)
        sign_in(self.official, self.central, people["official"], password, OFFICIAL_APP)
        page = self.official.get(f"{self.desk_site}/desk/")
        self.desk = self.official.submit(page, page.document.form("/mo-ban/"), {})
        self.confirmation: Answer | None = None
        self.sent: list[str] = []

    # ── Filing ───────────────────────────────────────────────────────────
    def filing(self) -> None:
        """Statements and processor time of the nine-field filing."""
        for _ in range(WARM_UP):
            self._file()
        self._filing_statements()
        self._filing_time()

    def _file(self) -> None:
        self.confirmation = file_case(self.citizen.renewed(), self.filing_site, FILING)
        self.stack.wait_for_jobs()

    def _filing_statements(self) -> None:
        before: list[str] = []
        after: list[str] = []
        counts: list[tuple[int, int]] = []

        def note_before() -> None:
            before.extend(self.stack.take_statements())

        with self.stack.statements_logged():
            for _ in range(COUNTED):
                before.clear()
                self.stack.take_statements()
                browser = self.citizen.renewed()
                file_case(browser, self.filing_site, FILING, note_before, self._note_sent)
                self.stack.wait_for_jobs()
                after = self.stack.take_statements()
                counts.append((len(self.sent), len(before) + len(self.sent) + len(after)))
        (HOME / "log" / "filing.sql").write_text(
            "\n".join([*before, "-- sending", *self.sent, "-- confirmation", *after])
        )
        note = f"median of {COUNTED}; {browser.requests} requests, styles and scripts included"
        self.results.add("filing.statements", statistics.median(one for one, _ in counts))
        self.results.add(
            "filing.journey_statements", statistics.median(whole for _, whole in counts), note
        )

    def _note_sent(self) -> None:
        self.stack.wait_for_jobs()
        self.sent = self.stack.take_statements()

    def _filing_time(self) -> None:
        programs, server = self.stack.program_pids, [self.stack.server_pid]
        began, began_server = cpu_seconds(programs), cpu_seconds(server)
        for _ in range(TIMED):
            self._file()
        note = f"mean of {TIMED} journeys"
        self.results.add("filing.cpu_seconds", (cpu_seconds(programs) - began) / TIMED, note)
        used = (cpu_seconds(server) - began_server) / TIMED
        self.results.add("filing.db_cpu_seconds", used, "all processes of the server")

    # ── The desk's list ──────────────────────────────────────────────────
    def desk_list(self, cases: int) -> None:
        """One official's list of all the cases."""
        url = f"{self.desk_site}/desk/"
        listed = len(_case_links(self.official.get(url)))
        if listed != cases:
            raise BenchFailed(f"the list shows {listed} cases, not {cases}")
        with self.stack.statements_logged():
            self.official.get(url)
            statements = self.stack.take_statements()
        (HOME / "log" / "desk_list.sql").write_text("\n".join(statements))
        self.results.add("desk_list.statements", len(statements), f"{cases} cases")
        programs = self.stack.program_pids
        began = cpu_seconds(programs)
        for _ in range(LIST_TIMED):
            self.official.get(url)
        used = (cpu_seconds(programs) - began) / LIST_TIMED
        self.results.add("desk_list.cpu_seconds", used, f"mean of {LIST_TIMED}")

    # ── Pages ────────────────────────────────────────────────────────────
    def pages(self) -> None:
        """What a browser loads at the first visit, as sent: page, styles, scripts, icons."""
        homes = [self._first_load(url) for url in (f"{self.central}/", f"{self.filing_site}/")]
        self.results.add(
            "page.home.bytes", max(homes), "the larger of the centre's and a commune's"
        )
        forms = {url: self._first_load(url) for url in self._form_pages()}
        largest = max(forms, key=lambda url: forms[url])
        note = f"the largest of {len(forms)}: {largest.rsplit('/', 2)[1]}"
        self.results.add("page.form.bytes", forms[largest], note)
        if self.confirmation is None:
            raise BenchFailed("no case was filed")
        self.results.add("page.case.bytes", self._first_load(self.confirmation.url))

    def _first_load(self, url: str) -> int:
        browser = self.citizen.renewed()
        page = browser.request("GET", url)
        if page.status != http.HTTPStatus.OK:
            raise BenchFailed(f"{url}: {page.status}")
        return len(page.body) + browser.load_parts(page)

    def _form_pages(self) -> list[str]:
        """The pages that a new form of each procedure leads to."""
        listing = self.citizen.get(f"{self.filing_site}/thu-tuc/")
        starts = {
            link for link in listing.document.links if link.startswith("/thu-tuc/") and "." in link
        }
        found: list[str] = []
        for start in sorted(starts):
            page = self.citizen.get(urljoin(listing.url, start))
            draft = self.citizen.submit(page, page.document.form("/bat-dau/"), {})
            found += {
                urljoin(draft.url, link)
                for link in draft.document.links
                if link.startswith("/nop/") and link.count("/") == 4
            }
        return sorted(found)

    # ── Memory ───────────────────────────────────────────────────────────
    def memory(self) -> None:
        """Memory of the web worker after many requests; and what it must never have loaded."""
        pid = self.stack.worker_pid
        mixture = self._mixture()
        for url, browser in itertools.islice(itertools.cycle(mixture), MIXED_REQUESTS):
            if browser.request("GET", url).status != http.HTTPStatus.OK:
                raise BenchFailed(f"{url} does not answer with a page")
        if pid != self.stack.worker_pid:
            raise BenchFailed("the web worker was replaced during the measurement")
        loaded = mapped_libraries(pid)
        note = f"after {MIXED_REQUESTS:,} requests of {len(mixture)} pages, and all those above"
        self.results.add("worker.memory_mb", resident_mb(pid), note)
        loaded += self.stack.stop_web()
        if loaded:
            raise BenchFailed(f"the web worker loaded {', '.join(sorted(set(loaded)))}")

    def _mixture(self) -> list[tuple[str, Browser]]:
        public = ["/", "/thu-tuc/", f"/thu-tuc/{PROCEDURE}/", "/thu-tuc/1.001193/", "/tra-cuu/"]
        public += ["/kiem-tra/", "/thu-tuc/?tim=khai+sinh"]
        mixture = [(site + path, self.citizen) for site in self.sites for path in public]
        mixture += [(f"{self.central}{path}", self.citizen) for path in ("/", "/ho-so-cua-toi/")]
        mixture += [(url, self.citizen) for url in self._form_pages()]
        if self.confirmation is not None:
            mixture.append((self.confirmation.url, self.citizen))
        listed = _case_links(self.desk)[:5]
        mixture += [(url, self.official) for url in (f"{self.desk_site}/desk/", *listed)]
        return mixture


def _case_links(page: Answer) -> list[str]:
    """The cases that a page of the desk leads to, each once."""
    links = [urljoin(page.url, link) for link in page.document.links]
    return list(dict.fromkeys(link for link in links if "/desk/ho-so/" in link))

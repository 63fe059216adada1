"""The measurements of a fleet, in the order in which one prepares the next."""

from __future__ import annotations

import os
import time
from typing import Any

from bench.fleet import onboarding, recovering, serving
from bench.fleet.migrating import LATER, migrate
from bench.fleet.serving import Figures, Peer, Visitors
from bench.fleet.stack import FleetStack
from bench.fleet.table import Lines
from bench.results import Results, say

# Where the growth of onboarding is looked at, besides at nothing and at all.
BETWEEN = 1_000
FEW, FEW_REQUESTS = 300, 200
# Of all communes, how many are visited at a peer; at ours every one is, for the memory.
AT_PEERS = 1_000
ALTERNATING = 8


class FleetMeasuring:
    """Fills the registry and measures on the way; `lines` are the tables for the page."""

    def __init__(self, stack: FleetStack, results: Results) -> None:
        self.stack, self.results = stack, results
        self.lines: Lines = {}
        # The processes of this measurement find hosts in the same list as the product's.
        os.environ["OFFICIAL_LIST_DIR"] = stack.environment["OFFICIAL_LIST_DIR"]

    # ── Onboarding ───────────────────────────────────────────────────────
    def onboarding(self) -> None:
        """Onboard all communes, with samples of ours and of the peers on the way."""
        codes, each = self.stack.codes, onboarding.OURS_EACH
        blueprint = self.stack.measure("onboarding", "statements")
        size_before = self._database_bytes()
        seconds, done, samples = 0.0, 0, []
        for present in (0, min(BETWEEN, len(codes) // 2), len(codes) - each):
            began, cpu = time.monotonic(), self.stack.server_cpu
            if present > done:
                self.stack.command("onboard", *codes[done:present])
                took = time.monotonic() - began
                seconds += took
                rate = (present - done) / took
                used = (self.stack.server_cpu - cpu) / (present - done) * 1000
                say(f"{present} communes: {rate:.0f} a second, {used:.1f} ms of the server each")
            sampled = codes[present : present + each]
            samples.append(onboarding.sample(self.stack, present, sampled, blueprint))
            seconds += samples[-1].ours * each
            done = present + each
        self.database_bytes = (self._database_bytes() - size_before) / len(codes)
        self._onboarding_results(samples, seconds)

    def _onboarding_results(self, samples: list[onboarding.Sample], seconds: float) -> None:
        none, last = samples[0], samples[-1]
        add = self.results.add
        add("onboard.growth_ratio", last.ours / none.ours, f"{last.present:,} present to none")
        add("onboard.to_bare_ratio", last.ours / last.bare, "one message through psql")
        add("onboard.stock_to_ours", last.stock / last.ours, f"at {last.present:,}")
        add("onboard.clone_to_ours", last.clone / last.ours, f"at {last.present:,}")
        add("onboard.all_seconds", seconds, f"{len(self.stack.codes):,} communes")
        self.lines["One commune onboarded (ms, one connection)"] = [
            ("present", "ours", "bare DDL by psql", "stock `save()`", "stock clone",
             "server CPU: ours", "server CPU: bare"),
            *(
                (f"{one.present:,}", *(f"{seconds * 1000:,.0f}" for seconds in one.row))
                for one in samples
            ),
        ]  # fmt: skip

    def _database_bytes(self) -> int:
        return int(self.stack.row("SELECT pg_database_size('xaso')")[0])

    # ── The schema ───────────────────────────────────────────────────────
    def schemas(self) -> None:
        """Relations of a commune, and what an empty one takes on the disk."""
        (relations,) = self.stack.row(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'xa_00008'::regnamespace "
            "OR oid IN (SELECT reltoastrelid FROM pg_class "
            "WHERE relnamespace = 'xa_00008'::regnamespace) OR oid IN (SELECT indexrelid "
            "FROM pg_index WHERE indrelid IN (SELECT reltoastrelid FROM pg_class "
            "WHERE relnamespace = 'xa_00008'::regnamespace))"
        )
        self.results.add("schema.relations", relations, "tables, indexes, toast, sequences")
        self.results.add(
            "schema.empty_kb", self.database_bytes / 1024, "its share of the catalogue included"
        )

    # ── Serving ──────────────────────────────────────────────────────────
    def serving(self) -> None:
        """The same page in one, a few and all communes."""
        codes = self.stack.codes
        visitors = Visitors(self.stack.measure("content", *codes))
        rows = [("communes", "way", "statements", "requests/s", "p50 ms", "p95 ms", "web CPU ms",
                 "server CPU ms")]  # fmt: skip
        with serving.running(self.stack) as peers:
            statements = self._statements(visitors, peers)
            one = visitors.in_turns(peers, codes[:1] * FEW_REQUESTS)
            rows += _rows("1", one, {name: same for name, (same, _) in statements.items()})
            few = visitors.in_turns(peers, codes[:FEW])
            changing = {name: each for name, (_, each) in statements.items()}
            rows += _rows(f"{FEW}", few, changing)
        self.results.add("page.to_stock_ratio_1", _ratio(one, "stock"), "requests a second")
        self.results.add("page.to_rls_ratio_300", _ratio(few, "rls"), "requests a second, warm")
        for name in serving.PEERS:
            peer = Peer(name, self.stack)
            peer.start()
            try:
                rows += self._all(visitors, peer, changing[name])
            finally:
                peer.stop()
        self.lines["One page: an official's work list of five cases"] = rows

    def _statements(
        self, visitors: Visitors, peers: dict[str, Peer]
    ) -> dict[str, tuple[float, float]]:
        """Statements a request: staying in one commune, and changing it every time."""
        found = {
            name: (
                visitors.statements(peer, self.stack.codes[:1]),
                visitors.statements(peer, self.stack.codes[:ALTERNATING]),
            )
            for name, peer in peers.items()
        }
        same, changing = found["ours"]
        self.results.add("page.overhead_statements", changing - same, "when the commune changes")
        return found

    def _all(self, visitors: Visitors, peer: Peer, statements: float) -> list[tuple[str, ...]]:
        every = self.stack.codes
        codes = every if peer.name == "ours" else every[:: max(1, len(every) // AT_PEERS)]
        visitors.visit(peer, codes[: serving.WORKERS * 4])
        backends, workers = peer.backend_mb, peer.worker_mb
        cold = visitors.visit(peer, codes)
        warm = visitors.visit(peer, codes)
        grown = peer.backend_mb - backends
        counted = {peer.name: statements}
        if peer.name == "ours":
            each = grown / len(codes)
            self.results.add("backend.mb_per_commune", each, "private memory of the backends")
            self._say_memory(peer, backends, workers, each)
        return [
            *_rows(f"{len(every):,}, {len(codes):,} visited, cold", {peer.name: cold}, counted),
            *_rows("the same, warm", {peer.name: warm}, counted),
            ("their memory", f"backends {peer.backend_mb:,.0f} MB, "
             f"workers {peer.worker_mb:,.0f} MB", "", "", "", "", "", ""),
        ]  # fmt: skip

    def _say_memory(self, peer: Peer, backends: float, workers: float, each: float) -> None:
        """The formula of docs/deploy.md next to what was measured."""
        count, communes = serving.WORKERS, len(self.stack.codes)
        base = (backends + workers) / count
        expected = count * (base + communes / count * each)
        measured = peer.backend_mb + peer.worker_mb
        formula = "W × (base + communes / W × MB per commune)"
        figures = f"{count} × ({base:.0f} + {communes / count:.0f} × {each:.2f})"
        say(f"memory: {formula} = {figures} = {expected:,.0f} MB; measured {measured:,.0f} MB")
        self.lines["Memory of web workers and their backends (MB)"] = [
            ("formula", "with these figures", "by the formula", "measured"),
            (formula, figures, f"{expected:,.0f}", f"{measured:,.0f}"),
        ]

    # ── The fleet ────────────────────────────────────────────────────────
    def migrating(self) -> None:
        """A field in every commune."""
        found = migrate(self.stack, self.stack.codes)
        each = found.ours / found.communes
        self.results.add("migrate.to_bare_ratio", found.ours / found.bare, "two connections each")
        self.results.add("migrate.stock_to_ours", found.stock_each / each, "per schema")
        self.results.add("migrate.fleet_seconds", found.ours, f"{found.communes:,} communes")
        self.lines["One field added in every commune"] = [
            ("way", "ms a commune", "seconds for all"),
            ("ours", f"{each * 1000:.2f}", f"{found.ours:,.1f}"),
            ("bare script by psql", f"{found.bare / found.communes * 1000:.2f}",
             f"{found.bare:,.1f}"),
            ("stock `migrate_schemas`, a sample", f"{found.stock_each * 1000:,.0f}",
             f"{found.stock_each * found.communes:,.0f} (not run)"),
        ]  # fmt: skip

    def exporting(self) -> None:
        """One commune with its five cases as an archive."""
        seconds: dict[str, Any] = self.stack.measure(
            "exporting", self.stack.codes[0], settings=LATER
        )
        self.results.add("export.one_seconds", seconds["seconds"], f"{seconds['bytes']:,} bytes")
        self.lines["One commune"] = [
            ("what", "seconds"),
            ("exported with five cases and their papers", f"{seconds['seconds']:.2f}"),
        ]

    def recovering(self) -> None:
        """The server crashes and starts again."""
        seconds = recovering.recover(self.stack)
        self.results.add("recovery.seconds", seconds, "ended at once, until it takes connections")
        self.lines["One commune"].append(("database ready again after a crash", f"{seconds:.1f}"))


def _rows(
    communes: str, figures: dict[str, Figures], statements: dict[str, float]
) -> list[tuple[str, ...]]:
    return [
        (communes, name, f"{statements[name]:.1f}", f"{one.requests_per_second:,.0f}",
         f"{one.p50_ms:.1f}", f"{one.p95_ms:.1f}", f"{one.web_cpu_ms:.2f}",
         f"{one.server_cpu_ms:.2f}")
        for name, one in figures.items()
    ]  # fmt: skip


def _ratio(figures: dict[str, Figures], peer: str) -> float:
    return figures["ours"].requests_per_second / figures[peer].requests_per_second

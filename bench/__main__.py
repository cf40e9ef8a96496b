"""`python -m bench [--quick]`: measure, print a table, write var/bench.json; exit code 1 where an aim is missed."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from bench import batch, book, families, pages, parsing, redeciding, single, worker
from tenants.models import Employer
from tenants.services import provision_employer
from tests import databases

RESULT = Path(__file__).resolve().parents[1] / "var" / "bench.json"
LINES = (2_000, 20_000, 200_000, 1_000_000)
BATCH_CLAIMS = 20_000
BATCH_REPEATS = 3
"""The batch and its floor are measured so often, and the least of each counts."""
PORTAL_CLAIMS = 100_000
PARSED_FAMILIES = 1_500
REPEATS = {2_000: 10, 20_000: 4, 200_000: 2}
"""Small sizes are measured more often, and the least counts: other programs only ever add."""
PAGES_AT = 200_000
"""The employer of so many lines is the one whose pages are visited."""
CLAIMS_OF_A_FAMILY = 300
SINGLE_CLAIMS = 200
VISITS = 60


class Figure(NamedTuple):
    """One measured figure, and what it should reach: at most `at_most`."""

    name: str
    value: float
    unit: str
    at_most: float | None = None

    @property
    def is_missed(self) -> bool:
        """The aim was not reached."""
        return self.at_most is not None and self.value > self.at_most


class Bench:
    """One run in a database of its own; `scale` divides every size."""

    def __init__(self, scale: int) -> None:
        self._scale = scale
        self._provisioned: list[float] = []
        self._floor_seconds = 0.0
        self.figures: list[Figure] = []

    def run(self) -> None:
        """Measure everything; raises RuntimeError where a measured result is wrong."""
        batch.decided(self._employer(), 500)  # the first batch of a process reads plans and prices, and is not counted
        self._batch()
        self._workers()
        self._single()
        self._sizes()
        self._parse()
        self._note("provision an employer", statistics.median(self._provisioned), "s")

    def _note(self, name: str, value: float, unit: str, at_most: float | None = None) -> None:
        one = Figure(name, round(value, 4), unit, at_most)
        self.figures.append(one)
        aim = "" if at_most is None else f"at most {at_most:,g}{': MISSED' if one.is_missed else ''}"
        print(f"{name:60}{value:>12,.2f} {unit:7}{aim}", flush=True)

    def _employer(self) -> Employer:
        began = time.perf_counter()
        number = len(self._provisioned) + 1
        employer = provision_employer(code=f"bench-{number}", name=f"Bench {number}")
        self._provisioned.append(time.perf_counter() - began)
        return employer

    def _batch(self) -> None:
        claims = BATCH_CLAIMS // self._scale
        batches = [batch.decided(self._employer(), claims) for _ in range(BATCH_REPEATS)]
        batch.proven(batches[0])
        floors = [batch.floor(one, self._employer(), self._employer()) for one in batches]
        one = min(batches, key=lambda run: run.spent.cpu)
        text = min((floor.text for floor in floors), key=lambda spent: spent.cpu)
        values = min((floor.values for floor in floors), key=lambda spent: spent.cpu)
        cpu = one.spent.cpu
        self._note("batch: claims", claims, "claims")
        self._note("batch: claims per CPU-second", claims / cpu, "1/s")
        self._note("batch: lines per CPU-second", one.lines_count / cpu, "1/s")
        self._note("batch: the database's part of the CPU", (one.spent.backend or 0) / cpu * 100, "%")
        self._note("batch: statements per 1,000 claims", one.statements_count / claims * 1000, "", 60)
        self._note("batch: CPU against the floor (COPY of ready text)", cpu / text.cpu, "x", 6)
        self._note("batch: time against the floor (COPY of ready text)", one.spent.wall / text.wall, "x", 6)
        self._note("batch: CPU against COPY of the same values", cpu / values.cpu, "x")
        self._floor_seconds = text.wall
        again = redeciding.again(batches[0])
        self._note("what-if: CPU against the batch", again.cpu / cpu, "x", 1)
        year = again.wall / one.lines_count * redeciding.YEAR_LINES
        self._note(f"what-if: a year of 5,000 people, {redeciding.YEAR_LINES:,} lines", year, "s", 60)

    def _sizes(self) -> None:
        sizes = [lines for lines in LINES if lines <= LINES[-1] // self._scale]
        least, grown = {}, {}
        for lines in sizes:
            runs = [
                batch.decided(self._employer(), lines // book.LINES_OF_A_CLAIM) for _ in range(REPEATS.get(lines, 1))
            ]
            least[lines] = min(run.microseconds_per_line for run in runs)
            grown[lines] = min(run.spent.grown_mb for run in runs)
            self._note(f"CPU per line at {lines:,} lines", least[lines], "us")
            if lines == PAGES_AT // self._scale:
                self._pages(runs[-1])
        dearest, cheapest = max(least.values()), min(least.values())
        self._note("CPU per line: dearest size over the cheapest", (dearest / cheapest - 1) * 100, "%", 10)
        for lines in (sizes[0], sizes[-1]):
            self._note(f"memory: growth of the worker over {lines:,} lines", grown[lines], "MB")
        growth = families.growth(self._employer(), CLAIMS_OF_A_FAMILY // self._scale)
        self._note(f"CPU of a family's claim no. {CLAIMS_OF_A_FAMILY // self._scale} over its first", growth, "x", 1.1)

    def _single(self) -> None:
        one = single.posted(self._employer(), SINGLE_CLAIMS)
        self._note("one claim by REST, p50", one.p50, "ms")
        self._note("one claim by REST, p95", one.p95, "ms", 100)
        self._note("one claim by REST: statements", one.statements, "", 40)
        self._note("one claim by REST: CPU", one.cpu * 1000, "ms", 12.5)

    def _workers(self) -> None:
        claims = BATCH_CLAIMS // self._scale
        one, two, both = self._employer(), self._employer(), [self._employer(), self._employer()]
        for employer, count in ((one, claims), (two, claims), *((warm, 500) for warm in both)):
            homes = book.open_book(employer, count)
            book.register(employer, book.claims(homes, count))
        book.settle()
        with worker.workers(2) as pair:
            for each, warm in zip(pair, both, strict=True):
                each.decide(warm.pk)
                each.seconds()
            pair[0].decide(one.pk)
            alone = pair[0].seconds()
            for each in pair:
                each.decide(two.pk)
            together = max(each.seconds() for each in pair)
        self._note("two workers: faster than one", alone / together, "x")
        self._note("two workers: time against the floor (COPY of ready text)", together / self._floor_seconds, "x", 3)

    def _pages(self, large: batch.Batch) -> None:
        more = PORTAL_CLAIMS // self._scale - large.claims_count
        batch.add(large, more)
        visited = {
            "portal home": pages.portal_home(large.employer, VISITS),
            "claim page": pages.claim_page(large.employer, VISITS),
        }
        for name, page in visited.items():
            self._note(f"{name} with {PORTAL_CLAIMS // self._scale:,} claims, p50", page.p50, "ms")
            self._note(f"{name} with {PORTAL_CLAIMS // self._scale:,} claims, p95", page.p95, "ms")

    def _parse(self) -> None:
        found = parsing.parsed(PARSED_FAMILIES // self._scale)
        self._note("837: read", found.megabytes / found.seconds, "MB/s")
        self._note("837: plain split of the same bytes", found.megabytes / found.split_seconds, "MB/s")
        self._note("837: reading against the split", found.seconds / found.split_seconds, "x")


def main(arguments: list[str]) -> int:
    """Exit code 1 where a figure misses its aim."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure; var/bench.json holds the result.")
    parser.add_argument("--quick", action="store_true", help="a tenth of every size")
    bench, began = Bench(10 if parser.parse_args(arguments).quick else 1), time.perf_counter()
    database = f"{connection.settings_dict['NAME']}_bench"
    databases.make_test_database(database)
    try:
        bench.run()
    finally:
        databases.drop_test_database(database)
    _write(bench.figures, time.perf_counter() - began)
    return int(any(figure.is_missed for figure in bench.figures))


def _write(figures: list[Figure], seconds: float) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    result = {"seed": book.SEED, "seconds": round(seconds, 1), "figures": [figure._asdict() for figure in figures]}
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(f"{seconds:,.0f} seconds in all; {RESULT}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

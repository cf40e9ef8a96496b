"""`python -m bench [PART ...] [--quick]`: measure, print a table, write var/bench.json; exit code 1 where an aim is missed.

Each part stands by itself and takes a few minutes at most; without a name all are measured. Figures of parts that were not
measured stay in var/bench.json as they were.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from bench import batch, billing, book, families, growth, ledger, pages, parsing, redeciding, single, worker
from bench.meter import machine_seconds
from tenants.models import Employer
from tenants.services import provision_employer
from tests import databases

RESULT = Path(__file__).resolve().parents[1] / "var" / "bench.json"
LINES = (20_000, 200_000, 1_000_000)
BATCH_CLAIMS = 20_000
REPEATS = 5
"""What is compared is measured so often one after the other, and the median of the ratios counts. Of what stands by itself
the least does: what it costs while nobody else has the machine.
"""
LARGE_CLAIMS, LARGE_LINES = 100_000, 200_000
"""Of the employer whose pages are visited and whose decisions are replayed."""
PARSED_FAMILIES = 1_500
CLAIMS_OF_A_FAMILY = 300
SINGLE_CLAIMS = 200
POSTINGS = 5_000_000
EMPLOYERS, LIVES, INVOICED_MONTHS = 50, 500, 6
VISITS = 60


class Figure(NamedTuple):
    """One measured figure, and what it should reach."""

    part: str
    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_missed(self) -> bool:
        """The aim was not reached."""
        return (self.at_most is not None and self.value > self.at_most) or (
            self.at_least is not None and self.value < self.at_least
        )

    def __str__(self) -> str:
        aims = {"at most": self.at_most, "at least": self.at_least}
        aim = "".join(f"{word} {value:,g}" for word, value in aims.items() if value is not None)
        return f"{self.name:60}{self.value:>12,.2f} {self.unit:7}{aim}{': MISSED' if self.is_missed else ''}"


class Bench:
    """One run in a database of its own; `scale` divides every size."""

    def __init__(self, scale: int) -> None:
        self._scale = scale
        self._part = ""
        self._provisioned: list[float] = []
        self._moments: list[float] = []
        """How fast the machine was right before each of the batches: CPU seconds of ten million additions."""
        self.figures: list[Figure] = []

    def run(self, parts: list[str]) -> None:
        """Measure these parts; raises RuntimeError where a measured result is wrong."""
        batch.decided(self._employer(), 500)  # the first batch of a process reads plans and prices, and is not counted
        self._tell_machine("at the beginning")
        for self._part in parts:
            PARTS[self._part](self)
        self._tell_machine("at the end")

    def _tell_machine(self, when: str) -> None:
        self._part = "machine"
        self._note(f"this machine {when}: ten million additions in Python", machine_seconds(), "s")

    def _note(
        self, name: str, value: float, unit: str, at_most: float | None = None, *, at_least: float | None = None
    ) -> None:
        one = Figure(self._part, name, round(value, 4), unit, at_most, at_least)
        self.figures.append(one)
        print(one, flush=True)

    def _employer(self) -> Employer:
        began = time.perf_counter()
        number = len(self._provisioned) + 1
        employer = provision_employer(code=f"bench-{number}", name=f"Bench {number}")
        self._provisioned.append(time.perf_counter() - began)
        return employer

    @cached_property
    def _batches(self) -> list[tuple[batch.Batch, batch.Floor]]:
        """The same batch for several employers, each decided on its own, with its floor right after it."""
        found = []
        for _ in range(REPEATS):
            self._moments.append(machine_seconds())
            one = batch.decided(self._employer(), BATCH_CLAIMS // self._scale)
            found.append((one, batch.floor(one, self._employer(), self._employer())))
        batch.proven(found[0][0])
        return found

    @cached_property
    def _least(self) -> batch.Batch:
        """Of the batches the one that took the least CPU."""
        return min((one for one, _ in self._batches), key=lambda run: run.spent.cpu)

    @cached_property
    def _large(self) -> batch.Batch:
        """An employer with very many claims: most of three lines, the rest of one."""
        lines = LARGE_LINES // self._scale
        found = batch.decided(self._employer(), lines // book.LINES_OF_A_CLAIM)
        batch.add(found, LARGE_CLAIMS // self._scale - found.claims_count)
        return found

    def batch(self) -> None:
        """A batch against the floor, in CPU, time and statements."""
        one, claims = self._least, BATCH_CLAIMS // self._scale
        cpu = one.spent.cpu
        self._note("batch: claims", claims, "claims")
        self._note("batch: claims per CPU-second", claims / cpu, "1/s", at_least=4_000)
        self._note("batch: lines per CPU-second", one.lines_count / cpu, "1/s", at_least=12_000)
        alike = [
            run.lines_count / run.spent.cpu * of for (run, _), of in zip(self._batches, self._moments, strict=True)
        ]
        self._note("batch: lines in the CPU of ten million additions", statistics.median(alike), "")
        self._note("batch: the database's part of the CPU", (one.spent.backend or 0) / cpu * 100, "%")
        self._note("batch: statements per 1,000 claims", one.statements_count / claims * 1000, "", 40)
        text = [(run.spent.cpu / floor.text.cpu, run.spent.wall / floor.text.wall) for run, floor in self._batches]
        values = [run.spent.cpu / floor.values.cpu for run, floor in self._batches]
        of_cpu, of_time = (statistics.median(ratios) for ratios in zip(*text, strict=True))
        self._note("batch: CPU against the floor (COPY of ready text)", of_cpu, "x")
        self._note("batch: time against the floor (COPY of ready text)", of_time, "x", 5)
        self._note("batch: CPU against COPY of the same values", statistics.median(values), "x")

    def what_if(self) -> None:
        """The batch's claims under another version, nothing stored."""
        again = [redeciding.again(one) for one, _ in self._batches]
        self._note("what-if: CPU against the batch", min(one.cpu for one in again) / self._least.spent.cpu, "x", 1)
        year = min(one.wall for one in again) / self._least.lines_count * redeciding.YEAR_LINES
        self._note(f"what-if: a year of 5,000 people, {redeciding.YEAR_LINES:,} lines", year, "s", 60)

    def replay(self) -> None:
        """Recorded decisions made again, to be the same byte for byte."""
        again, decisions = redeciding.replayed(self._large.employer)
        a_line = again.cpu / (self._large.lines_count + decisions - self._large.claims_count - batch.WARM_CLAIMS)
        self._note(f"replay: CPU of {decisions:,} decisions", again.cpu, "s")
        self._note("replay: CPU of a line against the batch", a_line * 1e6 / self._least.microseconds_per_line, "x")

    def sizes(self) -> None:
        """What a line costs in large batches, each in turn with small ones, and what the worker's memory grows by."""
        sizes = [lines for lines in LINES if lines <= LINES[-1] // self._scale]
        against = {growth.SMALL_LINES: 1.0}
        for lines in sizes:
            grown = growth.beside(lines, self._employer)
            against[lines] = grown.large_us / grown.small_us
            self._note(f"CPU per line at {lines:,} lines", grown.large_us, "us")
            self._note(f"CPU per line at {growth.SMALL_LINES:,} lines, in turn with these", grown.small_us, "us")
        dearest, cheapest = max(against.values()), min(against.values())
        self._note("CPU per line: dearest size over the cheapest", (dearest / cheapest - 1) * 100, "%", 10)
        self._note(f"memory: growth of the worker over {lines:,} lines", grown.memory_mb, "MB")

    def family(self) -> None:
        """A family that goes on for long."""
        count = CLAIMS_OF_A_FAMILY // self._scale
        self._note(
            f"CPU of a family's claim no. {count} over its first",
            families.growth(self._employer(), self._employer(), count),
            "x",
            1.1,
        )

    def single(self) -> None:
        """One claim alone: the request in, the decision out."""
        one = single.posted(self._employer(), SINGLE_CLAIMS // self._scale, rounds=REPEATS)
        self._note("one claim by REST, p50", one.p50, "ms")
        self._note("one claim by REST, p95", one.p95, "ms", 100)
        self._note("one claim by REST: statements", one.statements, "", 40)
        self._note("one claim by REST: claims per CPU-second", 1 / one.cpu, "1/s", at_least=80)
        self._note("one claim by REST: the database's part of the CPU", one.backend / one.cpu * 100, "%")

    def workers(self) -> None:
        """Two workers on one employer against one, each at its quickest; against the floor at the same moment."""
        claims = BATCH_CLAIMS // self._scale
        warm, rounds = [self._employer(), self._employer()], [self._employer() for _ in range(2 * REPEATS)]
        for employer, count in [(one, 500) for one in warm] + [(one, claims) for one in rounds]:
            homes = book.open_book(employer, count)
            book.register(employer, book.claims(homes, count))
        book.settle()
        alone, together, above = [], [], []
        with worker.workers(2) as pair:
            for each, own in zip(pair, warm, strict=True):
                each.decide(own.pk)
                each.seconds()
            for one, two in zip(rounds[::2], rounds[1::2], strict=True):
                pair[0].decide(one.pk)
                alone.append(pair[0].seconds())
                for each in pair:
                    each.decide(two.pk)
                together.append(max([each.seconds() for each in pair]))
                floor = batch.floor(self._batches[0][0], self._employer(), self._employer())
                above.append(together[-1] / floor.text.wall)
        self._note("two processes that only count: faster than one on this machine", worker.most(2), "x")
        self._note("two workers: faster than one", min(alone) / min(together), "x", at_least=1.7)
        self._note("two workers: time against the floor (COPY of ready text)", statistics.median(above), "x", 3)

    def pages(self) -> None:
        """Pages of the employer with very many claims."""
        visited = {
            "portal home": pages.portal_home(self._large.employer, VISITS),
            "claim page": pages.claim_page(self._large.employer, VISITS),
        }
        for name, page in visited.items():
            self._note(f"{name} with {LARGE_CLAIMS // self._scale:,} claims, p50", page.p50, "ms")
            self._note(f"{name} with {LARGE_CLAIMS // self._scale:,} claims, p95", page.p95, "ms")

    def parse(self) -> None:
        """An 837 against a plain split."""
        found = parsing.parsed(PARSED_FAMILIES // self._scale)
        self._note("837: read", found.megabytes / found.seconds, "MB/s")
        self._note("837: plain split of the same bytes", found.megabytes / found.split_seconds, "MB/s")
        self._note("837: reading against the split", found.seconds / found.split_seconds, "x")

    def balance(self) -> None:
        """A balance as of any day of a large ledger."""
        postings = POSTINGS // self._scale
        page = ledger.balances(self._employer(), postings, VISITS)
        self._note(f"balance as of a day with {postings:,} postings, p50", page.p50, "ms")
        self._note(f"balance as of a day with {postings:,} postings, p95", page.p95, "ms")

    def month_end(self) -> None:
        """Many employers' invoices, the stop-loss sweep of all their decisions, and what a later month costs."""
        employers = [self._employer() for _ in range(max(2, EMPLOYERS // self._scale))]
        claims = LARGE_CLAIMS // self._scale
        billing.open_books(employers, lives=LIVES, claims_count=claims)
        billed = billing.billed(employers)
        what = f"{len(employers)} employers of {LIVES} lives"
        self._note(f"month end: invoices drafted, {what}", len(employers) / billed.draft_seconds, "1/s")
        self._note("month end: invoices approved and issued", len(employers) / billed.issue_seconds, "1/s")
        self._note("month end: statements to draft an invoice", billed.draft_statements, "")
        self._note("month end: statements to approve and issue it", billed.issue_statements, "")
        swept = billing.swept(employers)
        self._note(f"stop-loss: sweep of {swept.decisions_count:,} decisions", swept.seconds, "s")
        self._note("stop-loss: sweep against reading them", swept.seconds / swept.read_seconds, "x")
        self._note(
            "stop-loss: again, with nothing new, against reading them", swept.again_seconds / swept.read_seconds, "x"
        )
        months = max(3, INVOICED_MONTHS // self._scale)
        later = billing.growth(self._employer(), months=months)
        self._note(f"month end: CPU of an employer's invoice no. {months} over its second", later, "x")

    def provision(self) -> None:
        """A new employer's schema."""
        for _ in range(5):
            self._employer()
        self._note("provision an employer", statistics.median(self._provisioned), "s")


PARTS: dict[str, Callable[[Bench], None]] = {
    name: getattr(Bench, name)
    for name in (
        "parse", "single", "provision", "batch", "what_if", "workers", "family", "sizes", "replay", "pages", "balance",
        "month_end",
    )
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Exit code 1 where a figure misses its aim."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure; var/bench.json holds the result.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all where none is named")
    parser.add_argument("--quick", action="store_true", help="a tenth of every size")
    asked = parser.parse_args(arguments)
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}: name {', '.join(PARTS)}")
    bench, began = Bench(10 if asked.quick else 1), time.perf_counter()
    database = f"{connection.settings_dict['NAME']}_bench"
    databases.make_test_database(database)
    try:
        bench.run(asked.parts or list(PARTS))
    finally:
        databases.drop_test_database(database)
    _write(bench.figures, time.perf_counter() - began, scale=10 if asked.quick else 1)
    return int(any(figure.is_missed for figure in bench.figures))


def _write(figures: list[Figure], seconds: float, *, scale: int) -> None:
    """The figures of this run in the place of the same parts'; those of another scale go."""
    RESULT.parent.mkdir(exist_ok=True)
    kept = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    measured = {figure.part for figure in figures}
    before = kept.get("figures", []) if kept.get("scale") == scale else []
    others = [one for one in before if one["part"] not in measured]
    result = {"seed": book.SEED, "scale": scale, "figures": [*others, *(figure._asdict() for figure in figures)]}
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(f"{seconds:,.0f} seconds in all; {RESULT}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

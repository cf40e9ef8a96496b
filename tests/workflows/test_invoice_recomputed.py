"""The employer's own sum: every line of an invoice from its files alone, by arithmetic that is not the product's."""

import csv
import io
import json
from datetime import date
from fractions import Fraction
from hashlib import sha256

from tests.workflows.stories import agree, at, charge_fees, decide, enrol, reverse, terminate
from tests.workflows.test_invoice_rows import dependent_of, record
from tests.workflows.test_month_end import FEBRUARY, JANUARY, issue
from tpa.workflows.invoice_files import FILES, invoice_file

FEES = (
    (
        "pepm",
        "Administration",
        {"bands": [{"up_to": 3, "rates_cents": {"ALL": 3_000}}, {"rates_cents": {"ALL": 2_500}}]},
    ),
    ("pmpm", "Nurse line", {"rates_cents": {"ALL": 85}, "count_rule": "pro_rata"}),
    ("per_claim", "Claim handling", {"rate_cents": 550, "lines": ["medical"]}),
    ("percent_of_savings", "Savings", {"rate_bp": 3_000, "cap_cents": 20_00}),
    ("cobra", "COBRA", {"notice_cents": 1_500}),
    ("flat", "Website", {"amount_cents": 9_900}),
    ("minimum", "Minimum", {"minimum_cents": 500_00}),
)


def rounded(amount):
    """To the nearest cent, halves away from zero."""
    sign = -1 if amount < 0 else 1
    return sign * int(abs(Fraction(amount)) + Fraction(1, 2))


def cents(text):
    return int(Fraction(text) * 100)


def covered_days(row, month):
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    starts, ends = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_before"])
    return max(0, (min(ends, following) - max(starts, month)).days), (following - month).days


class Sum:
    """An invoice recomputed from its files."""

    def __init__(self, files):
        self.invoice = json.loads(files["invoice.json"])
        self.roster = list(csv.DictReader(io.StringIO(files["roster.csv"].decode())))
        self.claims = list(csv.DictReader(io.StringIO(files["claims.csv"].decode())))

    def amount(self, line):
        basis = line["basis"]
        if "billed" in basis:
            return self._of(basis["now"], line) - self._of(basis["billed"], line)
        return self._of(basis, line)

    def _of(self, basis, line):
        if basis is None:
            return 0
        month = date.fromisoformat(line["month"])
        return getattr(self, f"_{basis['rows'].replace(' ', '_')}")(basis, line, month)

    def _roster(self, basis, line, month):
        """Lives of the tier; of a line of this invoice they are counted here, of an earlier one they are as told."""
        heads = "members" if basis["dependents"] else "lives"
        days = [
            covered_days(row, month)
            for row in self.roster
            if row["tier"] == basis["tier"] and (basis["dependents"] or not row["dependent"])
        ]
        if basis["count_rule"] == "pro_rata":
            whole = days[0][1] if days else 1
            counted = sum(inside for inside, _ in days)
            parts = basis[heads] if "billed" in line["basis"] else counted
            return rounded(Fraction(parts * basis["rate_cents"], whole))
        return basis[heads] * basis["rate_cents"]

    def _claims(self, basis, line, month):
        rows = [row for row in self.claims if not basis.get("lines") or row["line"] in basis["lines"]]
        if line["kind"] == "claims":
            return sum(cents(row["paid"]) for row in rows if row["line"] == line["code"])
        if "cap_cents" in basis:
            shares = [rounded(Fraction(cents(row["savings"]) * basis["rate_bp"], 10_000)) for row in rows]
            return sum(max(-basis["cap_cents"], min(basis["cap_cents"], share)) for share in shares)
        return sum(int(row["claims"]) for row in rows) * basis["rate_cents"]

    def _counts(self, basis, line, month):
        return self.invoice["basis"]["figures"][basis["counted"]] * basis["rate_cents"]

    def _none(self, basis, line, month):
        return basis["amount_cents"]

    def _fees(self, basis, line, month):
        if "billed" in line["basis"]:
            return basis["minimum_cents"] - basis["fees_cents"]
        others = [
            one
            for one in self.invoice["lines"]
            if one["kind"] == "fee" and one["month"] == line["month"] and one != line
        ]
        return basis["minimum_cents"] - sum(self.amount(one) for one in others)


def files_of(employer, invoice):
    return {name: invoice_file(employer=employer, invoice_id=invoice.pk, name=name)[1] for name in FILES}


def test_every_fee_is_recomputed_from_the_exported_rows_alone(in_employer):
    agree(in_employer)
    charge_fees(in_employer, *FEES)
    people = enrol("EE", count=4)
    dependent_of(people[0], date(2025, 1, 17))
    first = decide(people[0], 100_00, date(2025, 1, 10), charge_cents=300_00)
    decide(people[1], 80_00, date(2025, 1, 11), charge_cents=90_00)
    decide(people[1], 45_00, date(2025, 1, 12), line="dental", charge_cents=50_00)
    record(JANUARY, "cobra_notices", 3)
    january = issue(JANUARY)
    terminate(people[3], date(2025, 1, 20), at(2025, 2, 10))
    reverse(first, date(2025, 2, 3))
    february = issue(FEBRUARY)
    for invoice in (january, february):
        found = Sum(files_of(in_employer, invoice))
        lines = found.invoice["lines"]
        assert {line["description"]: found.amount(line) for line in lines} == {
            line["description"]: line["cents"] for line in lines
        }
        assert len(lines) >= 8
        assert sum(line["cents"] for line in lines) == found.invoice["total_cents"] == invoice.total_cents
    assert any("billed" in line["basis"] for line in lines)


def test_files_are_the_same_bytes_whenever_they_are_asked_for(in_employer):
    agree(in_employer)
    charge_fees(in_employer, ("pepm", "=HYPERLINK()", {"rates_cents": {"ALL": 3_000}}))
    people = enrol("EE", count=2)
    decide(people[0], 100_00, date(2025, 1, 10))
    january = issue(JANUARY)
    before = {name: sha256(content).hexdigest() for name, content in files_of(in_employer, january).items()}
    terminate(people[1], date(2025, 1, 2), at(2025, 2, 10))
    decide(people[0], 7_00, date(2025, 1, 31))
    issue(FEBRUARY)
    again = files_of(in_employer, january)
    assert {name: sha256(content).hexdigest() for name, content in again.items()} == before
    assert b'\n1,fee,pepm,2025-01,"\'=HYPERLINK(), EE",2,30.00,60.00,' in again["invoice.csv"]

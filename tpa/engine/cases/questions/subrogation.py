"""What a plan recovers of a settlement with a liable third party."""

from __future__ import annotations

from collections.abc import Mapping

from tpa.engine.cases.question import Answer, Kind
from tpa.engine.coordination.subrogation import FeeTerms, Settlement, fee_of, owed_to_carrier, settle
from tpa.engine.plan.terms_values import amount, percent_bp
from tpa.kernel.document import DocumentError, Section


def solve(row: Section) -> Mapping[str, Answer]:
    """All amounts of the settlement; with `stop_loss` what of the recovery the carrier gets back."""
    settlement_cents = amount(row, "settlement")
    if "fee" in row and "fee_amount" in row:
        raise DocumentError("Either fee or fee_amount is wanted.", where=row.at("fee_amount"))
    fee_cents = amount(row, "fee_amount", None)
    if fee_cents is None:
        fee_cents = fee_of(settlement_cents, percent_bp(row, "fee", 0))
    row.value("fee", None)
    found = settle(
        amount(row, "lien"),
        Settlement(settlement_cents, fee_cents, amount(row, "costs", 0), amount(row, "damages", None)),
        fee_terms=FeeTerms(row.choice("fee_terms", tuple(FeeTerms), FeeTerms.SILENT)),
        made_whole=row.flag("made_whole", False),
    )
    answers: dict[str, Answer] = {
        "lien": found.lien_cents,
        "fee": fee_cents,
        "after_fees": found.after_fees_cents,
        "fee_share": found.fee_share_cents,
        "costs_share": found.costs_share_cents,
        "recovered": found.recovered_cents,
        "member": found.member_cents,
    }
    if "stop_loss" in row:
        with row.section("stop_loss") as one:
            carrier = owed_to_carrier(
                amount(one, "eligible"),
                found.recovered_cents,
                amount(one, "specific_deductible"),
                amount(one, "reimbursed"),
            )
        answers |= {"carrier": carrier, "fund": found.recovered_cents - carrier}
    row.value("stop_loss", None)
    return answers


KIND = Kind("What a plan recovers from a liable third party.", solve)

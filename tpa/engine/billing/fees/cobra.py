"""Administration of continued coverage (COBRA): for each notice sent and for each person who continues.

Terms: `notice_cents`, `participant_cents`, at least one. Counted are `cobra_notices` and `cobra_participants`.
"""

from typing import NamedTuple

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import Band, Scale, rows_of, unit_charges
from tpa.kernel.document import DocumentError, Section


class Terms(NamedTuple):
    """The rate of a notice and of a participant; None where it costs nothing."""

    notice_cents: int | None
    participant_cents: int | None


def parse(section: Section) -> Terms:
    """The terms from their document."""
    found = Terms(section.cents("notice_cents", None), section.cents("participant_cents", None))
    if found == Terms(None, None):
        raise DocumentError("notice_cents or participant_cents is wanted.", where=section.where)
    return found


def charge(_census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """A charge for the notices and one for the participants."""
    found = []
    for name, rate in (("notices", terms.notice_cents), ("participants", terms.participant_cents)):
        count = activity.counts.get(f"cobra_{name}", 0)
        if rate is not None:
            found += unit_charges(
                Scale((Band(None, rate),)), count, name, rows_of("counts", counted=f"cobra_{name}"), name
            )
    return found


FEE = Fee("cobra", "COBRA administration", parse, charge)

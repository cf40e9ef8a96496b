"""Administration of continued coverage (COBRA): for each notice sent and for each person who continues.

Terms: `notice_cents`, `participant_cents`, at least one. Counted are `cobra_notices` and `cobra_participants`.
"""

from typing import NamedTuple

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import Scale, parse_unit_scale, rows_of, unit_charges
from tpa.kernel.document import DocumentError, Section


class Terms(NamedTuple):
    """The rate of a notice and of a participant; None where it costs nothing."""

    notice: Scale[int] | None
    participant: Scale[int] | None


def parse(section: Section) -> Terms:
    """The terms from their document."""
    found = Terms(*(_scale(section, key) for key in ("notice_cents", "participant_cents")))
    if found == Terms(None, None):
        raise DocumentError("notice_cents or participant_cents is wanted.", where=section.where)
    return found


def _scale(section: Section, key: str) -> Scale[int] | None:
    if key in section:
        return parse_unit_scale(section, key)
    section.value(key, None)
    return None


def charge(_census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """A charge for the notices and one for the participants."""
    found = []
    for name, scale in (("notices", terms.notice), ("participants", terms.participant)):
        count = activity.counts.get(f"cobra_{name}", 0)
        if scale is not None:
            found += unit_charges(scale, count, name, rows_of("counts", counted=f"cobra_{name}"), name)
    return found


FEE = Fee("cobra", "COBRA administration", parse, charge)

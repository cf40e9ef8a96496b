"""Is the patient one of the family?"""

from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule


def find_member(work: ClaimWork) -> None:
    """Pend a claim whose member is not of the family: it must be matched before it can be decided."""
    if work.person is None:
        work.pend("member_unknown", "eligibility", f"member {work.claim.member_id}")


RULE = Rule("The patient must be a known member of the family.", find_member)

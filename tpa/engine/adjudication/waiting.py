"""Why a claim waits, in plain words for the member: by the code of the reason. What is not here a person looks at."""

_OURS = "You need not do anything."

WAITING = {
    "accident": "These services may follow from an accident. Tell us whether somebody else has to pay for them.",
    "work_related": "These services may follow from your work. Tell us whether workers' compensation pays for them.",
    "other_coverage": "Another plan that covers you comes first. Send us what it has paid.",
    "order_of_benefits": "We need to know more of your other plan before we can say which one pays first.",
    "authorization": "This service needs an authorization, and we have none yet. Your provider can ask for it.",
    "contribution_unpaid": "Your contribution for this time has not come in. Once it has, this claim is decided.",
    "dependent_age": "Your child is older than the plan covers. Tell us if your child has a disability.",
    "extraction_date": "We need to know when the tooth was lost. Your dentist can tell us.",
    "site_missing": "We need to know which tooth or part of the mouth was treated. Your dentist can tell us.",
    "member_unknown": "We could not tell whom this claim is for. Check the member number with your provider.",
    "sanctioned_provider": f"We check whether this provider may be paid. {_OURS}",
    "suspected_duplicate": f"This looks like a service that we have paid already. We check it. {_OURS}",
    "code_pair_paid": f"This looks like a service that we have paid in part already. We check it. {_OURS}",
    "no_price": f"We are finding the price of this service. {_OURS}",
    "by_report": f"We are finding the price of this service. {_OURS}",
    "network_unknown": f"We check which network your provider is in. {_OURS}",
    "review_amount": f"This claim is large, and a person looks at it first. {_OURS}",
    "audit_sample": f"This claim was drawn at random to be checked. {_OURS}",
    "replacement": f"This claim corrects an earlier one. Both are looked at together. {_OURS}",
    "void": f"Your provider takes an earlier claim back. {_OURS}",
    "service_after_receipt": f"A day on this claim cannot be right. We ask your provider. {_OURS}",
    "dates": f"A day on this claim cannot be right. We ask your provider. {_OURS}",
}

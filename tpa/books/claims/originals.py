"""Which earlier claim a replacement (frequency 7) or a void (8) is about."""

from typing import NamedTuple

from django.db.models import Q, QuerySet

from tpa.books.claims.models import Claim, Closing, Decision, Pend
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of, public_id


class Original(NamedTuple):
    """The earlier claim, and whether it has a live decision; or `problem`, which says why there is none to be taken."""

    claim_id: int = 0
    is_decided: bool = False
    problem: str = ""


def find_original(*, employer_id: int, claim_id: int) -> Original:
    """The claim that this one corrects.

    A person may have named it when releasing the pend. Else the payer's claim control number (REF F8, our public id)
    names it; without one, it is the latest claim under the same patient control number of the same provider for the same
    member that has not been replaced or taken back.
    """
    claim = Claim.objects.get(pk=claim_id)
    named = Pend.objects.filter(claim_id=claim_id, original_id__isnull=False).order_by("-id").first()
    if named is not None and named.original_id is not None:
        return _checked(employer_id, claim, named.original_id, provider_matters=False)
    if claim.original_reference:
        try:
            key = key_of(claim.original_reference, "clm", employer_id)
        except NotFoundError:
            return Original(problem=f"{claim.original_reference} is no claim of this employer")
        return _checked(employer_id, claim, key, provider_matters=True)
    return _by_control_number(employer_id, claim)


def check_original(*, employer_id: int, claim_id: int, original_id: int) -> Original:
    """Whether `original_id` can be the claim that `claim_id` corrects, as a person says."""
    return _checked(employer_id, Claim.objects.get(pk=claim_id), original_id, provider_matters=False)


def _checked(employer_id: int, claim: Claim, key: int, *, provider_matters: bool) -> Original:
    found, name = Claim.objects.filter(pk=key).exclude(pk=claim.pk).first(), public_id("clm", employer_id, key)
    if found is None:
        return Original(problem=f"{name} is no claim of this employer")
    if found.member_id != claim.member_id:
        return Original(problem=f"{name} is a claim of another member")
    if provider_matters and not _is_same_provider(found, claim):
        return Original(problem=f"{name} is a claim of another provider")
    closing = Closing.objects.filter(pk=key).first()
    if closing is not None:
        by = f" by {public_id('clm', employer_id, closing.by_claim_id)}" if closing.by_claim_id else ""
        done = "was replaced" if closing.why == Closing.Why.REPLACED else "was taken back"
        return Original(problem=f"{name} {done} already{by}")
    return _standing(found)


def _is_same_provider(one: Claim, other: Claim) -> bool:
    by_npi = one.provider_npi != "" and one.provider_npi == other.provider_npi
    return by_npi or (one.provider_tax_id != "" and one.provider_tax_id == other.provider_tax_id)


def _by_control_number(employer_id: int, claim: Claim) -> Original:
    number = claim.patient_control_number
    if not number:
        return Original(problem="it names no claim, and has no patient control number")
    found = _of_provider(claim).filter(patient_control_number=number, member_id=claim.member_id, pk__lt=claim.pk)
    closed = Closing.objects.filter(pk__in=found.values("pk"))
    standing = list(found.exclude(pk__in=closed.values("pk")).order_by("-pk")[:2])
    if not standing:
        before = "was replaced or taken back already" if found.exists() else "is unknown"
        return Original(problem=f"patient control number {number} {before}")
    if len(standing) > 1:
        return Original(problem=f"several claims stand under patient control number {number}")
    return _standing(standing[0])


def _of_provider(claim: Claim) -> QuerySet[Claim]:
    same = Q(pk__in=[])
    if claim.provider_npi:
        same |= Q(provider_npi=claim.provider_npi)
    if claim.provider_tax_id:
        same |= Q(provider_tax_id=claim.provider_tax_id)
    return Claim.objects.filter(same, family_id=claim.family_id)


def _standing(claim: Claim) -> Original:
    last = Decision.objects.filter(claim_id=claim.pk).order_by("-version").values_list("outcome", flat=True).first()
    return Original(claim.pk, last is not None and last != Decision.Outcome.REVERSED)

"""Replay: recorded claims decided again on the facts as they were known, whatever has been learned since."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from tenants.scope import desk_scope
from tests.workflows.claim_stories import new_claim, open_book, register
from tests.workflows.test_ripple import apply, claim, decide, open_plan
from tpa.books.claims.models import DecisionLine
from tpa.books.providers.models import NetworkMembership, Price, PriceListVersion, Provider
from tpa.infra import clock
from tpa.kernel.ids import public_id
from tpa.kernel.periods import Span
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.corrections import preview_claims
from tpa.workflows.proof import Proof, replay

VISIT = (("99213", 20_000), ("80053", 4_000))


def learn_otherwise():
    """The clinic was never in the network, has another specialty, and its prices were others from the start."""
    with desk_scope():
        NetworkMembership.objects.update(tier="other", ends_before=date(2020, 2, 1))
        Provider.objects.update(specialty="207RC0000X")
        first = PriceListVersion.objects.get()
        later = PriceListVersion.objects.create(
            price_list_id=first.price_list_id, number=2, effective_on=first.effective_on + timedelta(days=1)
        )
        Price.objects.create(version=later, code="99213", amount_cents=1)
        PriceListVersion.objects.filter(pk=later.pk).update(state="published", published_at=clock.now())


def test_what_is_learned_of_providers_and_prices_later_does_not_change_what_was_decided(in_employer):
    home = open_book(in_employer)[0]
    register(new_claim(home, *VISIT), new_claim(home, *VISIT, who=1))
    decide_waiting(employer_id=in_employer.pk)
    learn_otherwise()
    assert replay(employer_id=in_employer.pk) == Proof(2, [])
    # What is decided from now on knows it.
    register(new_claim(home, *VISIT, on=date(2026, 3, 9), ref="later"))
    decide_waiting(employer_id=in_employer.pk)
    tiers = DecisionLine.objects.order_by("decision_id", "number").values_list("tier", flat=True)
    assert list(tiers) == ["network"] * 4 + ["outside"] * 2
    assert replay(employer_id=in_employer.pk) == Proof(3, [])


def test_a_replay_takes_the_claims_or_days_that_it_is_asked_for(in_employer, capsys):
    home = open_plan(in_employer)[0]
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    apply(preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True))
    today = clock.today(in_employer.time_zone)
    assert replay(employer_id=in_employer.pk, claim_ids=[two]) == Proof(3, [])
    assert replay(employer_id=in_employer.pk, decided=Span(today, today + timedelta(days=1))).decisions_count == 5
    assert replay(employer_id=in_employer.pk, decided=Span(date(2020, 1, 1), today)).decisions_count == 0
    call_command("replay", in_employer.code, public_id("clm", in_employer.pk, one))
    assert capsys.readouterr().out == "2 decisions come out byte for byte as they are recorded\n"


def test_a_replay_that_comes_out_otherwise_fails_and_says_where(in_employer, monkeypatch):
    home = open_plan(in_employer)[0]
    decide(in_employer, claim(home, 40_000, 1))
    monkeypatch.setattr("tpa.workflows.proof.line_row", lambda *given: ("otherwise",))
    with pytest.raises(CommandError, match="1 differences in 1 decisions"):
        call_command("replay", in_employer.code)


@pytest.mark.parametrize("wrong", [("nobody",), ("acme", "clm_nonsense")])
def test_an_unknown_employer_or_claim_is_refused(in_employer, wrong):
    with pytest.raises(CommandError):
        call_command("replay", *wrong)

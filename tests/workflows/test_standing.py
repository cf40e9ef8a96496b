"""Facts that no claim tells: a list of excluded providers, contributions not paid, a court's order; kept and decided by."""

import re
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from tenants.scope import desk_scope, employer_scope
from tests.web.api.book import key_for
from tests.web.operator.desk import EVIL, desk_as, page_of
from tests.workflows import stories
from tests.workflows.claim_stories import LONG_AGO, RECEIVED, new_claim, open_book, register
from tpa.books.claims import facts
from tpa.books.claims.models import DecisionLine, Pend
from tpa.books.members.models import Contribution, PayeeOrder
from tpa.books.members.services import record_other_coverages
from tpa.books.members.standing import record_contributions, record_payee_order
from tpa.books.payments.models import Payment
from tpa.books.payments.selectors import payables, payee_of
from tpa.books.providers.errors import SanctionFileError
from tpa.books.providers.models import Sanction
from tpa.books.providers.sanctions import LoadedSanctions, load_sanctions
from tpa.engine.adjudication.facts import OtherCoverage, OwnCoverage
from tpa.engine.coordination.coverage import HeldCoverage
from tpa.engine.paying.planning import Payee
from tpa.infra.clock import clock_at
from tpa.kernel.ids import public_id
from tpa.kernel.periods import FOREVER
from tpa.workflows.adjudication import Counts, decide_waiting
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.payment_run import run_payments
from tpa.workflows.proof import Proof, verify_books

DAY, LISTED = date(2026, 3, 2), date(2026, 1, 8)
HEADER = "LASTNAME,FIRSTNAME,BUSNAME,NPI,EXCLTYPE,EXCLDATE,REINDATE\n"


@pytest.fixture
def home(employer):
    return open_book(employer, count=1)[0]


def claimed(home, on=DAY, ref="c1", assigned=True):
    new = new_claim(home, ("99213", 20_000), on=on, ref=ref)
    return register(new._replace(claim=new.claim._replace(assigned=assigned)))[0]


def listed(*rows, on=LISTED, at=LONG_AGO):
    data = (HEADER + "".join(f"{row}\n" for row in rows)).encode()
    with desk_scope():
        return load_sanctions(name="LEIE", data=data, listed_on=on, at=at)


def known():
    with desk_scope():
        rows = Sanction.objects.filter(superseded_at=None)
        return list(rows.values_list("npi", "name", "starts_on", "ends_before"))


def npi_of(home):
    return new_claim(home, ("99213", 20_000)).claim.provider_npi


def excluded(npi, on="20260302", until="00000000"):
    return f"ELM,ANN,,{npi},1128a1,{on},{until}"


@pytest.mark.parametrize(
    ("on", "until", "found"),
    [
        ("20260303", "00000000", ""),
        ("20260302", "00000000", "LEIE"),
        ("20200101", "20260302", ""),
        ("20200101", "20260303", "LEIE"),
    ],
)
def test_a_claim_is_asked_by_its_first_day(home, in_employer, on, until, found):
    listed(excluded(npi_of(home), on, until))
    (one,) = facts.chosen_claims(in_employer.pk, [claimed(home)])
    assert one.claim.sanction == found


def test_a_provider_on_the_list_waits_and_a_replay_goes_by_what_was_known(home, in_employer):
    claim_id = claimed(home)
    with clock_at(RECEIVED):
        assert decide_waiting(employer_id=in_employer.pk) == Counts(paid=1)
    listed(excluded(npi_of(home)), at=RECEIVED + timedelta(days=9))
    assert facts.chosen_claims(in_employer.pk, [claim_id], known_at=RECEIVED)[0].claim.sanction == ""
    assert verify_books(employer_id=in_employer.pk) == Proof(1, [])
    waits = claimed(home, date(2026, 3, 4), "c2")
    assert decide_waiting(employer_id=in_employer.pk) == Counts(pended=1)
    assert list(Pend.objects.values_list("claim_id", "code", "detail")) == [(waits, "sanctioned_provider", "LEIE")]


def test_the_whole_list_takes_the_place_of_the_one_before(in_employer):
    rows = excluded("1992999824", "20200101"), excluded("1234567893", "20210101"), excluded("0000000000")
    assert listed(*rows) == LoadedSanctions(2, 0, 1)
    assert listed(*rows) == LoadedSanctions(0, 0, 1)
    ends = "ELM,ANN,,1992999824,1128a1,20200101,20251231"
    assert listed(ends, on=date(2026, 2, 8), at=RECEIVED) == LoadedSanctions(1, 1, 0)
    assert sorted(known()) == [
        ("1234567893", "ELM ANN", date(2021, 1, 1), date(2026, 2, 8)),
        ("1992999824", "ELM ANN", date(2020, 1, 1), date(2025, 12, 31)),
    ]
    with desk_scope():
        assert Sanction.objects.filter(superseded_at=RECEIVED, ends_before=FOREVER).count() == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("ELM,ANN,,12345,x,20200101,", "'12345' is no NPI"),
        ("ELM,ANN,,1234567893,x,20201301,", "'20201301' is no day"),
        ("ELM,ANN,,1234567893,x,,", "needs a first day"),
        ("ELM,ANN,,1234567893,x,20200101,20200101", "needs a first day"),
        ("ELM,ANN", "2 cells, the header 7"),
        ("ELM,ANN,,0000000000,x,20200101,", "names no provider by a number"),
    ],
)
def test_a_file_with_a_fault_stores_nothing(in_employer, row, message):
    good = [] if "no provider" in message else [excluded("1992999824")]
    with pytest.raises(SanctionFileError, match=message):
        listed(*good, row)
    assert known() == []


def test_the_command_loads_a_list(in_employer, tmp_path, capsys):
    path = tmp_path / "list.csv"
    path.write_text("tax_id,name,starts_on\n12-3456789,Elm Clinic,2026-01-01\n")
    call_command("load_sanctions", "STATE", path, listed_on=LISTED)
    assert capsys.readouterr().out.startswith("1 listed, 0 listed no longer; 0 rows")
    path.write_text("name\nElm\n")
    with pytest.raises(CommandError, match="must name the columns"):
        call_command("load_sanctions", "STATE", path, listed_on=LISTED)


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ({"": DAY}, Counts(pended=1)),
        ({"": DAY + timedelta(days=1)}, Counts(paid=1)),
        ({"dental": DAY}, Counts(paid=1)),
        ({"": DAY, "medical": DAY + timedelta(days=1)}, Counts(paid=1)),
    ],
)
def test_a_service_in_the_grace_period_waits(home, in_employer, told, counts):
    record_contributions(member_id=home.member_ids[0], paid_until=told, at=LONG_AGO, by="story")
    claimed(home)
    assert decide_waiting(employer_id=in_employer.pk) == counts
    assert verify_books(employer_id=in_employer.pk) == Proof(counts.paid, [])


def test_contributions_and_order_are_read_as_they_were_known(home, in_employer):
    member_id, claim_id = home.member_ids[0], claimed(home)
    record_contributions(member_id=member_id, paid_until={"": DAY}, at=LONG_AGO, by="story")
    record_payee_order(member_id=member_id, pay_to="Ann Elm", at=LONG_AGO, by="story")
    record_contributions(member_id=member_id, paid_until={}, at=RECEIVED, by="story")
    record_payee_order(member_id=member_id, pay_to="", at=RECEIVED, by="story")

    def told(known_at):
        waiting = facts.chosen_claims(in_employer.pk, [claim_id], known_at=known_at)
        family = facts.families_of(waiting, known_at=known_at)[home.family_id].family
        return [one.paid_until for one in family.coverages[member_id]], family.people[member_id].pay_to

    before = RECEIVED - timedelta(days=1)
    assert [told(one) for one in (before, RECEIVED, None)] == [([DAY], "Ann Elm"), ([None], ""), ([None], "")]
    assert (Contribution.objects.count(), PayeeOrder.objects.count()) == (1, 1)


def test_whom_a_court_names_is_paid_in_the_members_place(home, in_employer):
    stories.agree(in_employer)
    record_payee_order(member_id=home.member_ids[0], pay_to="Ann Elm", at=LONG_AGO, by="story")
    claimed(home, assigned=False)
    with clock_at(RECEIVED):
        assert decide_waiting(employer_id=in_employer.pk) == Counts(paid=1)
    record_payee_order(member_id=home.member_ids[0], pay_to="", at=RECEIVED + timedelta(days=9), by="story")
    paid, (owed,) = DecisionLine.objects.get().paid_cents, payables()
    with clock_at(RECEIVED):
        receive_deposit(purpose="fund", received_on=date(2026, 3, 20), cents=paid, reference="wire-1")
        assert run_payments().paid_cents == paid == 11_500
    payment = Payment.objects.get()
    assert (payment.payee, payment.payee_name, payment.amount_cents) == ("ordered", "Ann Elm", 11_500)
    assert payee_of(payment) == owed.payee == Payee("ordered", family_id=home.family_id, name="Ann Elm")


def test_contributions_and_order_over_rest(employer, home, portal_client):
    headers = key_for(employer)
    path = f"/api/v1/members/{public_id('mem', employer.pk, home.member_ids[0])}/"
    for part, told, wrong in (
        (
            "contributions/",
            {"contributions": [{"paid_until": "2026-03-01"}, {"line": "dental", "paid_until": "2026-04-01"}]},
            {"contributions": [{"paid_until": "2026-03-01"}, {"paid_until": "2026-04-01"}]},
        ),
        ("payee-order/", {"pay_to": "Ann Elm"}, {"pay_to": "Ann\x07Elm"}),
    ):
        answer = portal_client.put(path + part, told, "application/json", **headers)
        assert (answer.status_code, answer.json()) == (200, told)
        assert portal_client.get(path + part, **headers).json() == told
        assert portal_client.put(path + part, wrong, "application/json", **headers).status_code == 400
        assert portal_client.put(path + part, {}, "application/json", **headers).status_code == 400
        assert portal_client.get(path + part, **headers).json() == told


def test_the_desk_sees_what_claims_go_by(employer, home):
    member_id = home.member_ids[0]
    path = page_of(employer, "members", "mem", member_id)
    client = desk_as("examiner", employer)
    assert "What claims also go by" not in client.get(path).content.decode()
    with employer_scope(employer):
        record_contributions(member_id=member_id, paid_until={"": DAY}, at=LONG_AGO, by="story")
        record_payee_order(member_id=member_id, pay_to=EVIL, at=LONG_AGO, by="story")
        told = OtherCoverage(HeldCoverage("Blue"), "dental", date(2026, 4, 1))
        record_other_coverages(
            member_id=member_id, own=OwnCoverage(), others=(told,), recorded_at=LONG_AGO, recorded_by="story"
        )
    text = client.get(path).content.decode()
    assert "are paid for the days before 2026-03-02" in text
    assert "order &lt;script&gt;alert(1)&lt;/script&gt; is paid" in text
    row = text.partition('<th scope="row">Blue</th>')[2].partition("</tr>")[0]
    assert re.findall("<td>(.*?)</td>", row)[:4] == ["dental", "self", "", "2026-03-31"]

"""A plan's way from a text to terms by which claims are decided, and that it stays what it was."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from tenants.scope import desk_scope, employer_scope
from tpa.books.plans import selectors, services
from tpa.books.plans.documents import read_document
from tpa.books.plans.errors import DocumentTextError, FindingsError, PlanCodeError, PublishedError
from tpa.books.plans.models import Plan, PlanVersion
from tpa.engine.plan.parse import parse_plan
from tpa.kernel.errors import InvariantError, NotFoundError

pytestmark = pytest.mark.usefixtures("in_employer")

MARCH, APRIL = (datetime(2025, month, 1, 9, tzinfo=UTC) for month in (3, 4))
NEW_YEAR, JULY = date(2025, 1, 1), date(2025, 7, 1)
TEXT = """
name = "Test plan"
line = "medical"
grandfathered = true
dependent_age_limit = 25

[[tiers]]
name = "in"
network = true
prices = [{ method = "price_list" }]

[[tiers]]
name = "out"
network = false
prices = [{ method = "percent_of_charge", percent = "60" }]

[[deductibles]]
code = "medical"
individual = "500.00"
family = "1000.00"

[[out_of_pocket_maximums]]
code = "medical"
counts = ["copay", "deductible", "coinsurance"]
individual = "4000.00"
family = "8000.00"

[[benefits]]
code = "office"
match = { codes = ["99202-99215"] }
shares.in = { member_pays = ["copay"], copay = "30.00" }
shares.out = { member_pays = ["deductible:medical", "coinsurance"], coinsurance = "40" }

[[benefits]]
code = "other"
shares.all = { member_pays = ["deductible:medical", "coinsurance"], coinsurance = "20" }
"""


@pytest.fixture
def plan():
    return services.create_plan(code="PPO", name="PPO 500", line="medical", at=MARCH)


def draft(plan, text=TEXT, effective_on=NEW_YEAR):
    return services.draft_version(plan_id=plan.pk, text=text, effective_on=effective_on, by="ana", at=MARCH)


def publish(version, at=MARCH):
    return services.publish_version(version_id=version.pk, by="bert", at=at)


def test_a_draft_becomes_terms_once_it_is_published(plan):
    version = draft(plan)
    assert selectors.published_terms([plan.pk]) == {}
    publish(version)
    ((key, effective_on, terms),) = selectors.published_terms([plan.pk])[plan.pk]
    assert (key, effective_on) == (version.pk, NEW_YEAR)
    assert terms == parse_plan(read_document(TEXT))
    assert terms.deductibles[0].individual_cents == 50_000


def test_parsed_terms_are_kept_in_the_process(plan, django_assert_num_queries):
    publish(draft(plan))
    first = selectors.published_terms([plan.pk])
    with django_assert_num_queries(1):
        again = selectors.published_terms([plan.pk])
    assert again[plan.pk][0].terms is first[plan.pk][0].terms


def test_the_version_in_force_is_the_latest_that_has_begun(plan):
    first, second = publish(draft(plan)), publish(draft(plan, effective_on=JULY))
    corrected = publish(draft(plan, effective_on=JULY), at=APRIL)
    days = [date(2024, 12, 31), NEW_YEAR, date(2025, 6, 30), JULY]
    found = [selectors.version_in_force(plan.pk, day) for day in days]
    assert found == [None, first, first, corrected]
    assert [one.version_id for one in selectors.published_terms([plan.pk])[plan.pk]] == [first.pk, corrected.pk]
    known = selectors.published_terms([plan.pk], known_at=MARCH)[plan.pk]
    assert [one.version_id for one in known] == [first.pk, second.pk]


def test_terms_of_one_employer_are_not_the_terms_of_another(plan, other_employer):
    publish(draft(plan))
    assert plan.pk in selectors.published_terms([plan.pk])
    with employer_scope(other_employer):
        assert selectors.published_terms([plan.pk]) == {}


def test_json_and_toml_say_the_same():
    text = '{"name": "X", "line": "medical", "since": "2025-01-01"}'
    assert read_document(text) == read_document('name = "X"\nline = "medical"\nsince = 2025-01-01')


@pytest.mark.parametrize(
    ("text", "where"),
    [("name = ", ""), ('{"name": }', "line 1, column 10"), ("{" * 100_000, "line 1, column 2"), ("a = 09:30:00", "")],
)
def test_a_text_that_is_no_document_is_refused_and_nothing_is_drafted(plan, text, where):
    with pytest.raises(DocumentTextError) as refusal:
        draft(plan, text)
    assert refusal.value.where == where
    assert not PlanVersion.objects.exists()


@pytest.mark.parametrize("text", ['name = "a\\u0000b"', '{"name": "a\\u0000b"}'])
def test_a_nul_in_a_document_is_refused(plan, text):
    with pytest.raises(DocumentTextError, match="NUL"):
        draft(plan, text)


def test_an_unknown_key_keeps_the_version_a_draft_and_is_named(plan):
    version = draft(plan, TEXT.replace("individual =", "indivdual =", 1))
    with pytest.raises(FindingsError) as refusal:
        publish(version)
    assert "/deductibles/0/ind" in refusal.value.where
    assert selectors.version(version.pk).state == "draft"
    assert selectors.published_terms([plan.pk]) == {}


def test_every_error_is_named_and_warnings_do_not_stop(plan):
    tie = TEXT + '\n[[benefits]]\ncode = "visit"\nmatch = { codes = ["99213"] }\nshares.all = { member_pays = [] }\n'
    version = draft(plan, tie)
    with pytest.raises(FindingsError) as refusal:
        publish(version)
    assert [one["code"] for one in refusal.value.findings if one["severity"] == "error"] == ["tie"]
    assert refusal.value.where == "/benefits/2"
    kept = publish(draft(plan)).findings
    assert {one["severity"] for one in kept} == {"warning"}


def test_a_dental_document_is_not_published_for_a_medical_plan(plan):
    version = draft(plan, TEXT.replace('line = "medical"', 'line = "dental"'))
    assert "line_of_plan" in [one["code"] for one in services.check_version(version)]


def test_a_draft_may_be_revised_and_discarded_and_a_published_version_not(plan):
    version = draft(plan)
    services.revise_draft(version_id=version.pk, text=TEXT.replace("500.00", "600.00"), by="cleo", at=APRIL)
    publish(version)
    assert selectors.published_terms([plan.pk])[plan.pk][0].terms.deductibles[0].individual_cents == 60_000
    for refused in (
        lambda: services.revise_draft(version_id=version.pk, text=TEXT, by="cleo", at=APRIL),
        lambda: services.discard_draft(version_id=version.pk),
        lambda: publish(version),
    ):
        with pytest.raises(PublishedError):
            refused()
    other = draft(plan)
    services.discard_draft(version_id=other.pk)
    assert [one.number for one in selectors.versions(plan.pk)] == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE plans_planversion SET effective_on = '2024-01-01'",
        "UPDATE plans_planversion SET state = 'draft', published_at = NULL",
        "DELETE FROM plans_planversion",
    ],
)
def test_a_published_version_stays_also_against_sql(plan, statement):
    publish(draft(plan))
    with pytest.raises(Exception, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert selectors.versions(plan.pk).get().effective_on == NEW_YEAR


def test_what_a_version_changes_is_shown_as_text(plan):
    first, second = draft(plan), draft(plan, TEXT.replace('copay = "30.00"', 'copay = "40.00"'))
    lines = selectors.versions_difference(first.pk, second.pk).splitlines()
    assert lines[:2] == ["--- version 1", "+++ version 2"]
    assert [line.replace(" ", "") for line in lines if line[0] in "+-"][2:] == [
        '-"copay":"30.00",',
        '+"copay":"40.00",',
    ]
    assert selectors.versions_difference(first.pk, first.pk) == ""


def test_a_code_belongs_to_one_plan(plan):
    with pytest.raises(PlanCodeError):
        services.create_plan(code="PPO", name="Another", line="dental", at=MARCH)
    assert Plan.objects.count() == 1


def test_what_is_not_there_is_not_found(plan):
    for missing in (
        lambda: selectors.plan(plan.pk + 1),
        lambda: selectors.version(999),
        lambda: services.publish_version(version_id=999, by="ana", at=MARCH),
        lambda: services.draft_version(plan_id=999, text=TEXT, effective_on=NEW_YEAR, by="ana", at=MARCH),
    ):
        with pytest.raises(NotFoundError):
            missing()


def test_the_age_limit_of_children_is_the_one_in_force(plan):
    publish(draft(plan))
    publish(draft(plan, TEXT.replace("dependent_age_limit = 25", ""), effective_on=JULY))
    assert selectors.child_age_limits(date(2024, 12, 31)) == {}
    assert selectors.child_age_limits(NEW_YEAR) == {plan.pk: 25}
    assert selectors.child_age_limits(JULY) == {}


def test_plans_are_not_read_at_the_desk(plan):
    with pytest.raises(InvariantError), desk_scope():
        selectors.published_terms([plan.pk])

"""A plan is published only if its own example claims come out; the sample designs are ready to be published."""

from datetime import UTC, date, datetime
from importlib.resources import files

import pytest

from tpa.books.plans import services
from tpa.books.plans.errors import FindingsError
from tpa.books.plans.models import PlanVersion

pytestmark = pytest.mark.usefixtures("in_employer")

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
DESIGNS = {
    "ppo": "medical",
    "hdhp_embedded": "medical",
    "hdhp_aggregate": "medical",
    "dental": "dental",
    "vision": "vision",
}


def draft_of(name, change=lambda text: text):
    text = files("tpa.books.plans").joinpath("templates", f"{name}.toml").read_text(encoding="utf-8")
    plan = services.create_plan(code=name, name=name, line=DESIGNS[name], at=NOW)
    return services.draft_version(plan_id=plan.pk, text=change(text), effective_on=date(2026, 1, 1), by="ana", at=NOW)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_sample_design_is_published_without_a_finding(name):
    version = services.publish_version(version_id=draft_of(name).pk, by="bert", at=NOW)
    assert (version.is_published, version.findings) == (True, [])


def test_an_example_with_another_answer_keeps_the_version_a_draft():
    draft = draft_of("ppo", lambda text: text.replace("deductible = 500, coinsurance = 1900", "deductible = 501"))
    with pytest.raises(FindingsError) as refusal:
        services.publish_version(version_id=draft.pk, by="bert", at=NOW)
    assert refusal.value.where == "/examples/1/claims/1/lines/0/expect/deductible"
    assert [one["code"] for one in refusal.value.findings] == ["example"]
    assert PlanVersion.objects.get(pk=draft.pk).state == PlanVersion.State.DRAFT


def test_a_pricing_method_that_does_not_exist_keeps_the_version_a_draft():
    draft = draft_of("dental", lambda text: text.replace('"price_list"', '"magic"'))
    with pytest.raises(FindingsError, match="no pricing method 'magic'"):
        services.publish_version(version_id=draft.pk, by="bert", at=NOW)

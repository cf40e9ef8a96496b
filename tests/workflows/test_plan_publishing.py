"""Plan documents into force, with their example claims; by command too."""

import io
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from django.core.management import CommandError, call_command

from tenants.scope import employer_scope
from tests.workflows.eligibility_files import covered, file_834, member
from tpa.books.audit.models import AuditEvent
from tpa.books.members import selectors as members
from tpa.books.plans import selectors
from tpa.books.plans.errors import FindingsError
from tpa.books.plans.models import Plan, PlanVersion
from tpa.workflows.plan_publishing import put_in_force

NOW = datetime(2025, 11, 1, 9, tzinfo=UTC)
NEW_YEAR = date(2026, 1, 1)
TEMPLATES = sorted(
    one.name.removesuffix(".toml")
    for one in files("tpa.books.plans").joinpath("templates").iterdir()
    if ".toml" in one.name
)


def template(name):
    return files("tpa.books.plans").joinpath("templates", f"{name}.toml").read_text(encoding="utf-8")


def publish(text, code="PPO", line="medical", effective_on=NEW_YEAR):
    return put_in_force(code=code, name=code, line=line, text=text, effective_on=effective_on, by="ana", at=NOW)


@pytest.mark.usefixtures("in_employer")
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_sample_design_is_published_with_its_examples(name):
    version = publish(template(name), line=name if name in ("dental", "vision") else "medical")
    ((key, effective_on, terms),) = selectors.published_terms([version.plan_id])[version.plan_id]
    assert (key, effective_on, version.findings) == (version.pk, NEW_YEAR, [])
    assert terms.examples
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_id, event.actor) == ("plan.published", version.pk, "ana")


@pytest.mark.usefixtures("in_employer")
def test_an_example_that_comes_out_otherwise_stops_the_publishing():
    text = template("ppo").replace("expect = { denied = true, paid = 0 } }]", "expect = { paid = 1 } }]", 1)
    with pytest.raises(FindingsError) as refusal:
        publish(text)
    (error,) = [one for one in refusal.value.findings if one["severity"] == "error"]
    assert (error["code"], error["path"]) == ("example", refusal.value.where)
    assert "expected 1.00, decided 0.00" in error["message"]
    assert (Plan.objects.count(), PlanVersion.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


@pytest.mark.usefixtures("in_employer")
def test_the_same_document_again_is_the_version_that_is_in_force():
    first = publish(template("ppo"))
    assert publish(template("ppo")) == first
    assert publish(template("ppo"), effective_on=date(2026, 7, 1)) == first
    changed = publish(template("ppo").replace("# ", "#  "), effective_on=date(2026, 7, 1))
    assert changed == first


def test_a_plan_and_an_enrolment_file_by_command(employer, tmp_path):
    document, enrolment = tmp_path / "ppo.toml", tmp_path / "january.834"
    document.write_text(template("ppo"), encoding="utf-8")
    enrolment.write_bytes(
        file_834(member("S1", "ADA", "19800501", covered(starts="20260101")), use="4", day="20260105")
    )
    out = io.StringIO()
    call_command("publish_plan", "acme", "PPO", str(document), "--effective", "2026-01-01", stdout=out)
    assert out.getvalue() == "PPO version 1 from 2026-01-01: published\n"
    out = io.StringIO()
    call_command("load_eligibility", "acme", str(enrolment), stdout=out)
    assert out.getvalue().endswith(": staged\n")
    out = io.StringIO()
    call_command("load_eligibility", "acme", str(enrolment), "--apply", stdout=out)
    assert out.getvalue().endswith(": applied\n")
    assert "members added               1\n" in out.getvalue()
    with employer_scope(employer):
        assert [one.member_number for one in members.members()] == ["S1"]


def test_a_command_says_what_is_wrong(employer, tmp_path):
    document = tmp_path / "plan.toml"
    document.write_text('name = "X"\nlin = "medical"\n', encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError, match="The plan is not published"):
        call_command("publish_plan", "acme", "PPO", str(document), "--effective", "2026-01-01", stdout=out)
    assert "error /lin: " in out.getvalue()
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_eligibility", "acme", str(tmp_path / "none"))
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"a,b\n")
    err = io.StringIO()
    with pytest.raises(CommandError, match="The file is refused"):
        call_command("load_eligibility", "acme", str(bad), stderr=err)
    assert err.getvalue() == "row 1: The first line does not name the columns.\n"

"""A plan at the desk: made, drafted from a booklet's document, checked, put right, published."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.scope import employer_scope
from tests.web.operator.desk import EVIL, desk_as, page_of, root
from tpa.books.plans.models import Plan, PlanVersion
from tpa.books.plans.selectors import design


def versions(employer):
    with employer_scope(employer):
        return list(PlanVersion.objects.order_by("number"))


def test_a_plan_is_made_drafted_from_a_design_put_right_and_published(employer):
    desk, plans = desk_as("tpa_admin"), f"{root(employer)}plans/"
    assert "No plan yet." in desk.get(plans).content.decode()
    told = {"code": "DEN", "name": EVIL, "line": "dental"}
    page = desk.post(f"{plans}make/", told)["Location"]
    assert "There is a plan &#x27;DEN&#x27; already." in desk.post(f"{plans}make/", told).content.decode()
    assert EVIL not in desk.get(plans).content.decode()
    assert "annual_maximum" in desk.get(f"{page}?design=dental").content.decode()
    assert desk.get(f"{page}?design=../ppo").status_code == 404

    wrong = design("dental").replace('line = "dental"', 'line = "dental"\ncolour = "blue"')
    refused = desk.post(f"{page}draft/", {"effective_on": "2026-01-01", "text": "name = ="}).content.decode()
    assert "at line 1, column 8" in refused and "name = =" in refused and versions(employer) == []
    for content, said in (
        (b"#" * 8_000_001, "The file has 8,000,001 bytes, a document at most 8,000,000: nothing of it was read."),
        (b"#" * 2_000_001, "The document is longer than 2,000,000 characters."),
        (b"name = '\xe9'", "The file is no text in UTF-8."),
    ):
        sent = {"effective_on": "2026-01-01", "file": SimpleUploadedFile("a.toml", content)}
        assert said in desk.post(f"{page}draft/", sent).content.decode() and versions(employer) == []
    sent = {"effective_on": "2026-01-01", "note": "New year", "file": SimpleUploadedFile("den.toml", wrong.encode())}
    address = desk.post(f"{page}draft/", sent)["Location"]
    shown = desk.get(address).content.decode()
    assert "<code>/colour</code>" in shown
    assert "fault" in desk.post(f"{address}publish/", follow=True).content.decode()
    assert [one.state for one in versions(employer)] == ["draft"]

    seen = versions(employer)[0].drafted_at.isoformat()
    right = {"text": design("dental"), "seen": seen}
    assert desk.post(f"{address}revise/", right).status_code == 302
    assert "Somebody else changed the draft." in desk.post(f"{address}revise/", right).content.decode()
    published = desk.post(f"{address}publish/", {"reason": "Board"}, follow=True).content.decode()
    assert "is published." in published and "it never changes" in published
    assert "DEN version 1 from 2026-01-01 is published" in desk.post(f"{address}discard/", follow=True).content.decode()
    (version,) = versions(employer)
    assert (version.state, version.published_by) == ("published", "tpa_admin@tpa.example")

    cheaper = design("dental").replace('name = "', 'name = "Another ', 1)
    second = desk.post(f"{page}draft/", {"effective_on": "2027-01-01", "text": cheaper})["Location"]
    assert "+  &quot;name&quot;: &quot;Another" in desk.get(second).content.decode()
    assert desk.post(f"{second}discard/")["Location"] == page
    assert len(versions(employer)) == 1


def test_whoever_only_reads_plans_changes_nothing(employer):
    with employer_scope(employer):
        plan = Plan.objects.create(code="PPO", name="PPO", line="medical", created_at="2026-01-01T00:00Z")
    desk, page = desk_as("examiner"), page_of(employer, "plans", "pln", plan.pk)
    assert "Next version" not in desk.get(page).content.decode()
    assert desk.post(f"{page}draft/", {"effective_on": "2026-01-01", "text": design("ppo")}).status_code == 404
    assert desk.post(f"{root(employer)}plans/make/", {"code": "X", "name": "X", "line": "dental"}).status_code == 404
    assert versions(employer) == []

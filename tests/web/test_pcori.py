"""The PCORI fee of a plan year over REST and on the pages of both hosts."""

from datetime import UTC, date, datetime

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.web.login import log_in
from tests.web.operator.desk import desk_as, root
from tests.web.portal.test_pages import person
from tests.workflows.stories import agree, enrol
from tpa.infra.clock import clock_at


def test_the_fee_of_a_plan_year_for_the_program_the_desk_and_the_employer(employer, portal_client):
    """Four alone the whole of 2024 and a family from July: the amount is that of years which end from October 2024 on."""
    agree(employer, starts_on=date(2024, 1, 1))
    with employer_scope(employer):
        enrol("EE", starts_on=date(2024, 1, 1), count=4)
        enrol("EF", starts_on=date(2024, 7, 1))
    path, headers = "/api/v1/pcori-fee/", key_for(employer)
    with clock_at(datetime(2025, 3, 1, tzinfo=UTC)):
        told = portal_client.get(path, **headers).json()
        assert (told["starts_on"], told["ends_on"], told["due_on"]) == ("2024-01-01", "2024-12-31", "2025-07-31")
        assert [(one["method"], one["lives"], one["cents"]) for one in told["counts"]] == [
            ("actual_count", "4.50", 1_562), ("snapshot_count", "4.50", 1_562), ("snapshot_factor", "5.18", 1_796),
            ("form_5500", "9.00", 3_123),
        ]  # fmt: skip
        own = portal_client.get(
            f"{path}?ends_on=2024-12-31&participants_begin=10&participants_end=20", **headers
        ).json()
        assert own["counts"][3]["cents"] == 10_410
        for query, said in (
            ("?ends_on=2025-12-31", "not over yet"),
            ("?ends_on=2012-09-30", "2012-09-30 is not known"),
            ("?ends_on=2024-12-31&starts_on=2023-12-31", "twelve months"),
            ("?ends_on=2024-12-31&starts_on=2025-01-01", "before it ends"),
            ("?ends_on=2024-12-31&participants_begin=1", "or not at all"),
        ):
            answer = portal_client.get(f"{path}{query}", **headers)
            assert (answer.status_code, said in answer.json()["detail"]) == (422, True), query
        assert portal_client.get(f"{path}?ends_on=1900-01-01", **headers).status_code == 400
    desk, examiner = desk_as("finance", employer), desk_as("examiner", employer)
    log_in(portal_client, person(employer, "employer_finance"), employer)
    with clock_at(datetime(2027, 3, 1, tzinfo=UTC)):
        for client, at in ((desk, f"{root(employer)}pcori-fee/"), (portal_client, "/pcori-fee/")):
            page = client.get(f"{at}?ends_on=2024-12-31").content.decode()
            assert "$15.62" in page
            assert "due 2025-07-31" in page
            assert "2026-12-31 is not known" in client.get(at).content.decode()
            assert "not over yet" in client.get(f"{at}?ends_on=2027-12-31").content.decode()
            assert "is wanted" in client.get(f"{at}?ends_on=x").content.decode()
            assert "whole numbers" in client.get(f"{at}?participants_begin=1").content.decode()
        assert examiner.get(f"{root(employer)}pcori-fee/").status_code == 404

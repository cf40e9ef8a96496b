"""Addresses that no browser makes: they are refused, and nothing breaks."""

import pytest
from django.test import Client

from tests.web.operator.desk import desk_as, root
from tpa.books.edi.models import InboundFile
from tpa.books.identity.models import ApiKey


@pytest.mark.parametrize("path", ["/desk/jobs/?state=%00", "/desk/queues/a%00b/", "claims/?q=a%00", "members/?q=%00"])
def test_a_zero_character_in_an_address_is_refused(db, employer, path):
    client = desk_as("tpa_admin")
    assert client.get(path if path.startswith("/") else root(employer) + path).status_code == 400


@pytest.mark.parametrize(
    ("asked", "kept"),
    [("/", "upload"), ("..", "upload"), ("a/b.837", "b.837"), ("%0D%0Ax", "upload"), ("x.837", "x.837")],
)
def test_the_name_of_an_upload_is_a_file_name(db, asked, kept):
    _, text = ApiKey.objects.create_key(name="files", scopes=["files.write"])
    answer = Client(SERVER_NAME="localhost").post(
        f"/api/v1/claim-files/?name={asked}",
        data=b"hello",
        content_type="application/octet-stream",
        HTTP_AUTHORIZATION=f"Bearer {text}",
    )
    assert (answer.status_code, InboundFile.objects.get().name) == (202, kept)

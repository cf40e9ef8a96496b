"""The demo's trading partner: sends files to the API over HTTP, as any partner does."""

from __future__ import annotations

import http.client
import json
from typing import Any

from tpa.kernel.errors import DomainError
from tpa.kernel.ids import public_id


class DoorError(DomainError):
    """The API did not take what the demo sent."""

    code = "demo_door"


class Door:
    """One connection's worth of calls to the TPA's host, with one key."""

    def __init__(self, host: str, port: int, key: str) -> None:
        self._host, self._port, self._key = host, port, key

    def call(self, method: str, path: str, body: bytes = b"", *, employer_id: int | None = None, kind: str = "") -> Any:
        """The JSON answer. Raises DoorError with the problem's text for every answer of 400 and above."""
        headers = {"Host": f"{self._host}:{self._port}", "Authorization": f"Bearer {self._key}"}
        if employer_id is not None:
            headers["Employer"] = public_id("emp", 0, employer_id)
        if body:
            headers["Content-Type"] = kind or "application/edi-x12"
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            connection.request(method, f"/api/v1/{path}", body=body or None, headers=headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise DoorError(f"{method} {path} was answered {answer.status}: {text[:300].decode(errors='replace')}")
        return json.loads(text)

    def send_claims(self, content: bytes, name: str) -> None:
        """An 837 to the TPA."""
        self.call("POST", f"claim-files/?name={name}", content)

    def send_enrolment(self, content: bytes, name: str, employer_id: int) -> str:
        """An 834 for an employer; the public id of the file."""
        return str(self.call("POST", f"eligibility-files/?name={name}", content, employer_id=employer_id)["id"])

    def staged_load(self, file: str, employer_id: int) -> dict[str, Any] | None:
        """The load that a file became, once a worker has read it. Raises DoorError for a file that was refused."""
        told = self.call("GET", f"eligibility-files/{file}/", employer_id=employer_id)
        if told["state"] == "refused":
            raise DoorError(f"The enrolment file was refused: {told['issues'][:1]}")
        loads = self.call("GET", f"eligibility-loads/?file={file}", employer_id=employer_id)["data"]
        return loads[0] if loads else None

    def apply(self, load: str, employer_id: int) -> None:
        """Write a staged load into the books."""
        self.call("POST", f"eligibility-loads/{load}/apply/", b"{}", employer_id=employer_id, kind="application/json")

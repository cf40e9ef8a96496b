"""Schemathesis over the whole description, in this process: whatever is sent, the answer is one that is described.

Each call runs inside a savepoint that is taken back, so that the books stay as they were.
"""

import json

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.web.api.book import key_for
from tpa.config.wsgi import application
from tpa.web.api import docs
from tpa.web.api.core.places import ID_KINDS

JUDGES = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = {GenerationMode.POSITIVE: 2, GenerationMode.NEGATIVE: 2}


def described():
    return schemathesis.openapi.from_dict(json.loads(docs.schema_text()))


OPERATIONS = {f"{one.ok().method} {one.ok().path}": one.ok() for one in described().get_all_operations()}


@pytest.fixture
def book(shared_book):
    """Filled books; the end of a request leaves the test's connection open, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield shared_book
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def places(path, ids):
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return {name: ids.get(ID_KINDS.get(name), "1000") for name in names}


def try_out(operation, mode, headers, path_parameters):
    """Send what the strategy makes up and judge the answers."""
    operation.app = application
    strategy = operation.as_strategy(
        generation_mode=mode, **({"path_parameters": path_parameters} if path_parameters else {})
    )

    @given(case=strategy)
    @bounds(
        max_examples=EXAMPLES[mode],
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case):
        with transaction.atomic():
            answer = case.call(base_url=f"http://{settings.TPA_HOST}", headers=headers)
            transaction.set_rollback(True)
        case.validate_response(answer, checks=JUDGES)

    call()


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_described_whatever_is_sent(name, book):
    operation = OPERATIONS[name]
    headers = {
        "Authorization": key_for(None)["HTTP_AUTHORIZATION"],
        "Employer": book.ids["emp"],
        "Idempotency-Key": "fuzz",
    }
    ids = places(operation.path, book.ids)
    try_out(operation, GenerationMode.POSITIVE, headers, ids)
    try_out(operation, GenerationMode.NEGATIVE, headers, None)

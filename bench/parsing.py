"""Reading an 837, against a plain split of the same bytes into segments and elements."""

from __future__ import annotations

import io
import random
import time
from typing import NamedTuple

from bench.book import SEED
from tests.workflows.claim_stories import RECEIVED
from tpa.workflows.demo.claims import ClaimMaker, make_providers
from tpa.workflows.demo.files import claim_files
from tpa.workflows.demo.population import make_families
from tpa.x12.claims import Claim837
from tpa.x12.readers.claim_837 import read_837

VISITS_OF_A_PERSON = 6.0


class Parsed(NamedTuple):
    """Megabytes (10^6 bytes) and claims of the file, and the CPU seconds of both ways to read it."""

    megabytes: float
    claims_count: int
    seconds: float
    split_seconds: float


def parsed(families_count: int) -> Parsed:
    """Read the professional claims of a seeded year."""
    content = _file(families_count)
    began = time.process_time()
    count = sum(isinstance(event, Claim837) for event in read_837(io.BytesIO(content)))
    read = time.process_time()
    elements = sum(len(segment.split("*")) for segment in content.decode("ascii").split("~"))
    split = time.process_time()
    if count == 0 or elements < count:
        raise RuntimeError("the file holds no claims")
    return Parsed(len(content) / 1e6, count, read - began, split - read)


def _file(families_count: int) -> bytes:
    chance = random.Random(SEED)
    families = make_families(chance, prefix="B", count=families_count, medical=(("PPO", 1),), dental="")
    claims = ClaimMaker(chance, "B", make_providers(chance)).year_of(families, VISITS_OF_A_PERSON)
    professional = [one for one in claims if one.form == "P"]
    return b"".join(claim_files(professional, {"B": "BENCH", "X": "BENCH"}, at=RECEIVED, number=1))

"""Files that others wrote, beside the repository; absent on most machines. Never copied, only read."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not on this machine")


class CorpusFile(NamedTuple):
    """A file, and what an independent check counted in it: the README of its folder."""

    path: Path
    interchanges: int
    sets: int
    records: int

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"


def corpus_files() -> list[CorpusFile]:
    """Every file of the x12 folders."""
    found = []
    for readme in sorted(CORPUS.glob("x12-*/README.md")):
        for row in readme.read_text().splitlines():
            cells = [cell.strip() for cell in row.split("|")]
            path = readme.parent / cells[1] if len(cells) > 3 else readme
            if path.is_file() and path != readme:
                counts = [int(one) for one in cells[3].split("/")]
                found.append(CorpusFile(path, *counts))
    return found

"""Two independent programs as judges: pyx12 (maps of the guides) and oxedi (segments, lossless)."""

from __future__ import annotations

import io
import logging
import os
import tempfile

import oxedi
import pyx12.params
import pyx12.x12n_document


def pyx12_verdict(data: bytes) -> tuple[bool, str]:
    """Whether pyx12 finds a file valid, and the answer (997 or 999) that it would send."""
    with tempfile.NamedTemporaryFile("wb", suffix=".txt", delete=False) as file:
        file.write(data)
    answer = io.StringIO()
    logging.disable(logging.CRITICAL)
    try:
        valid = pyx12.x12n_document.x12n_document(pyx12.params.params(), file.name, answer, None, None)
    finally:
        logging.disable(logging.NOTSET)
        os.unlink(file.name)
    return bool(valid), answer.getvalue()


def oxedi_segments(data: bytes) -> list[tuple[str, int]]:
    """Id and byte offset of every segment as oxedi finds them."""
    document = oxedi.parse(data).document
    found = []
    for index in range(len(document)):
        one = document[index]
        name = one.id.decode() if isinstance(one.id, bytes) else one.id
        if one.raw.strip(b"~ \r\n\t"):
            found.append((name, one.span[0] + len(one.raw) - len(one.raw.lstrip(b" \r\n\t"))))
    return found


ENVELOPE_RULES = ("count", "control", "trailer")


def oxedi_envelope_faults(data: bytes) -> list[str]:
    """What oxedi finds wrong with counts and control numbers."""
    return [
        str(one) for one in oxedi.parse(data).diagnostics if any(word in one.kind.lower() for word in ENVELOPE_RULES)
    ]

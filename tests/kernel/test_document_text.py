"""Whatever text is given as a document, the answer is its values or a refusal that can be shown."""

from decimal import Decimal

import pytest

from tpa.kernel.document import DocumentError
from tpa.kernel.document_text import DEEPEST, TooDeepError, read_json, read_toml, refuse_deep


def nested(levels):
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_texts_become_values():
    assert read_json('{"a": [1, "b"]}') == {"a": [1, "b"]}
    assert read_json("7") == 7
    assert read_toml("a = 0.1") == {"a": Decimal("0.1")}


@pytest.mark.parametrize(
    ("read", "text"), [(read_json, "{"), (read_json, "9" * 5000), (read_toml, "="), (read_toml, f"a = {'9' * 5000}")]
)
def test_a_text_that_is_none_is_refused(read, text):
    with pytest.raises(DocumentError):
        read(text)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_json, "[" * 100_000),
        (read_json, "[" * 100_000 + "]" * 100_000),
        (read_json, '{"a":' * 100_000 + "1" + "}" * 100_000),
        (read_toml, "a = " + "[" * 100_000 + "]" * 100_000),
        (read_toml, ".".join(["a"] * 5_000) + " = 1"),
    ],
    ids=["open", "lists", "tables", "toml lists", "dotted keys"],
)
def test_brackets_without_end_are_refused(read, text):
    with pytest.raises(TooDeepError):
        read(text)


def test_the_deepest_document_passes_and_one_level_more_does_not():
    refuse_deep(nested(DEEPEST))
    refuse_deep({"a": nested(DEEPEST - 1)})
    with pytest.raises(TooDeepError):
        refuse_deep(nested(DEEPEST + 1))

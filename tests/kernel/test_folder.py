"""A folder is the registry of what lies in it."""

import sys

import pytest

from tpa.kernel.folder import exports


class Rule:
    def __init__(self, name):
        self.name = name


@pytest.fixture
def rules_package(tmp_path, monkeypatch):
    package = tmp_path / "folder_of_rules"
    (package / "screens").mkdir(parents=True)
    for place in (package, package / "screens"):
        (place / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    for name in [name for name in sys.modules if name.startswith("folder_of_rules")]:
        del sys.modules[name]


def test_each_file_gives_its_one_export_under_its_name(rules_package):
    (rules_package / "copay.py").write_text(
        "from tests.kernel.test_folder import Rule\nRULE = Rule('copay')\n_SPARE = Rule('spare')\n"
    )
    (rules_package / "screens" / "duplicate.py").write_text(
        "from tests.kernel.test_folder import Rule\nRULE = Rule('duplicate')\n"
    )
    found = exports("folder_of_rules", Rule)
    assert {name: rule.name for name, rule in found.items()} == {"copay": "copay", "screens.duplicate": "duplicate"}


def test_a_file_without_an_export_is_named(rules_package):
    (rules_package / "empty.py").write_text("")
    with pytest.raises(TypeError, match=r"folder_of_rules\.empty must define exactly one Rule, has 0"):
        exports("folder_of_rules", Rule)

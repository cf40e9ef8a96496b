"""All recipes, found in their folder, and the one way from facts to an entry."""

from __future__ import annotations

from typing import Any

from tpa.engine.journal.entry import Entry, Recipe
from tpa.kernel.errors import InvariantError
from tpa.kernel.folder import exports

RECIPES: dict[str, Recipe] = exports("tpa.engine.journal.recipes", Recipe)
"""Event -> its recipe."""

_BY_FACTS = {recipe.facts: recipe.build for recipe in RECIPES.values()}


def entry_for(facts: Any) -> Entry:
    """The entry of an event, from the facts of any recipe. Raises InvariantError for facts of no recipe."""
    build = _BY_FACTS.get(type(facts))
    if build is None:
        raise InvariantError(f"no recipe takes {type(facts).__name__}")
    return build(facts)

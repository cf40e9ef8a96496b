"""One file, one thing: a folder is the registry of what lies in it.

`exports("tpa.engine.billing.fees", Fee)` imports every module of that package and takes the single instance of `Fee`
that each defines. Adding a fee type is adding a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TypeVar

T = TypeVar("T")


def exports(package: str, kind: type[T]) -> dict[str, T]:
    """Module name -> its single instance of `kind`, for every module of `package` and below, in name order.

    Keys are dotted names relative to the package. Raises TypeError where a module has none or several.
    """
    root = importlib.import_module(package)
    found: dict[str, T] = {}
    for info in sorted(pkgutil.walk_packages(root.__path__, f"{package}."), key=lambda info: info.name):
        if info.ispkg:
            continue
        module = importlib.import_module(info.name)
        own = [value for name, value in vars(module).items() if isinstance(value, kind) and not name.startswith("_")]
        if len(own) != 1:
            raise TypeError(f"{info.name} must define exactly one {kind.__name__}, has {len(own)}")
        found[info.name.removeprefix(f"{package}.")] = own[0]
    return found

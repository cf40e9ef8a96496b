"""The platform on which a third-party administrator runs self-funded benefit plans. Map: tpa/ARCHITECTURE.md."""

from pathlib import Path

_MARK = Path(__file__).with_name(".compiled")
if _MARK.exists():
    _made_at = _MARK.stat().st_mtime
    for _module in _MARK.read_text().split():
        if (_MARK.parents[1] / _module).stat().st_mtime > _made_at:
            raise ImportError(f"{_module} is newer than its compiled form: run 'make compile', or 'make plain'.")

"""PDF by Typst: a template of `templates/pdf/` and data make a tagged PDF/UA-1 document.

The data go in as JSON and come out as text: a name such as `#panic()` or `<b>` stays the characters that it is. Only
the fonts inside the typst package are used, and no clock: the same data give the same bytes on every machine.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings

from tpa.kernel.errors import must


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def render(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of `templates/pdf/<template>.typ`, which reads `data` from its input of that name.

    `data` is plain JSON with amounts already written as text: templates do no arithmetic.
    """
    folder = Path(settings.BASE_DIR) / "templates" / "pdf"
    compiler = typst.Compiler(
        (folder / f"{template}.typ").read_bytes(),
        root=str(folder),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
    )
    made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=0)
    must(isinstance(made, bytes), "a document is one file")
    return cast(bytes, made)

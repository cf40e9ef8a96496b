"""PDF by Typst: a template of `templates/pdf/` and data make a tagged PDF/UA-1 document.

The data go in as JSON and come out as text: a name such as `#panic()` or `<b>` stays the characters that it is. Only
the fonts inside the typst package are used, and no clock: the same data give the same bytes on every machine.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings

from tpa.kernel.errors import must


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
_BEYOND = dict.fromkeys(range(0x2E80, 0x110000), "?")
"""Scripts of which the fonts have nothing: from the radicals of Chinese on."""


def render(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of `templates/pdf/<template>.typ`, which reads `data` from its input of that name.

    `data` is plain JSON with amounts already written as text: templates do no arithmetic. A character that the fonts do
    not have is printed as a question mark: it spoils a name, not the document.
    """
    folder = Path(settings.BASE_DIR) / "templates" / "pdf"
    source, text = (folder / f"{template}.typ").read_bytes(), json.dumps(data, ensure_ascii=False)
    while True:
        try:
            return _compiled(source, str(folder), text)
        except typst.TypstError as error:
            missing = _MISSING.search(str(error))
            if missing is None:
                raise
            text = text.translate(_BEYOND | dict.fromkeys(map(ord, missing[1]), "?"))


def _compiled(source: bytes, folder: str, text: str) -> bytes:
    compiler = typst.Compiler(
        source, root=folder, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"data": text}
    )
    made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=0)
    must(isinstance(made, bytes), "a document is one file")
    return cast(bytes, made)

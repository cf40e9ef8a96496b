"""Refusals of the plans book."""

from tpa.kernel.errors import ConflictError, DomainError


class PlanCodeError(ConflictError):
    """Another plan has this code."""

    code = "plan_code_taken"


class DocumentTextError(DomainError):
    """The text is neither TOML nor JSON."""

    code = "plan_text"
    remedy = "Write the document as TOML, or as JSON; the format is in tpa/books/plans/README.md."


class PublishedError(ConflictError):
    """A published version never changes."""

    code = "plan_published"
    remedy = "Draft another version."


class FindingsError(DomainError):
    """The version has faults with which it may not decide claims; `findings` lists every one."""

    code = "plan_findings"
    remedy = "Correct the document and draft it again."

    def __init__(self, message: str, *, where: str = "", findings: list[dict[str, str]]) -> None:
        super().__init__(message, where=where)
        self.findings = findings

"""Which lines of coverage an employer can sensibly bear itself, and why not the others."""

from tpa.books.agreements.models import Line

UNSUITABLE: dict[str, str] = {
    Line.LIFE: (
        "Life insurance is rare and severe: one death can cost more than years of premium, reserves would be needed, "
        "and benefits paid by the employer may be taxable to the family."
    ),
    Line.EXTENDED_HEALTH: (
        "Extended health care has no natural ceiling (drugs, travel emergencies): a single claim can exceed what the "
        "group saves in a decade."
    ),
}
"""Line -> why self-funding it is refused."""

"""What the demo's providers do and charge: procedure values with a usual charge and the network's price, in cents.

Codes are values only. A visit is a list of services done on one day; its weight says how often it occurs.
"""

from __future__ import annotations

from typing import NamedTuple


class Service(NamedTuple):
    """One priced service. `price_cents` is what the network's price list allows."""

    code: str
    charge_cents: int
    price_cents: int
    diagnosis: str = ""


class Visit(NamedTuple):
    """A kind of claim: form P, I or D, place of service or bill type, its services, a weight, a minimum age."""

    name: str
    form: str
    place: str
    services: tuple[Service, ...]
    diagnoses: tuple[str, ...]
    weight: int
    specialty: str
    age_from: int = 0
    age_to: int = 120


OFFICE = Service("99213", 16_500, 9_850)
OFFICE_LONG = Service("99214", 24_000, 14_120)
SPECIALIST = Service("99204", 33_500, 20_460)
PREVENTIVE_ADULT = Service("99395", 26_000, 17_240)
PREVENTIVE_CHILD = Service("99392", 21_500, 13_810)
VACCINE = Service("90686", 4_500, 2_610)
BLOOD_COUNT = Service("85025", 4_200, 1_180)
METABOLIC = Service("80053", 6_100, 1_660)
LIPIDS = Service("80061", 7_400, 2_080)
XRAY = Service("73610", 13_900, 5_240)
THERAPY = Service("97110", 9_800, 5_070)
MRI = Service("73721", 198_000, 71_400)
CHIROPRACTIC = Service("98941", 7_900, 4_420)
EMERGENCY_PROFESSIONAL = Service("99284", 89_500, 31_900)
EXAM = Service("D0120", 6_800, 5_100)
CLEANING = Service("D1110", 11_900, 8_600)
BITEWINGS = Service("D0274", 8_400, 6_250)
FILLING = Service("D2392", 26_500, 18_900)
CROWN = Service("D2740", 148_000, 104_500)
COSMETIC = Service("D9972", 42_000, 30_000)
ACUPUNCTURE_NOT_COVERED = Service("97810", 12_500, 8_800)

EMERGENCY_ROOM = Service("0450", 286_000, 121_000)
ROOM_AND_BOARD = Service("0120", 342_000, 168_000)
PHARMACY_REVENUE = Service("0250", 118_000, 52_000)
SURGERY_REVENUE = Service("0360", 1_180_000, 610_000)
LABORATORY_REVENUE = Service("0300", 41_000, 16_400)

VISITS = (
    Visit("office", "P", "11", (OFFICE,), ("J069",), 260, "primary"),
    Visit("office with tests", "P", "11", (OFFICE_LONG, BLOOD_COUNT, METABOLIC), ("E119", "I10"), 120, "primary", 18),
    Visit("adult check-up", "P", "11", (PREVENTIVE_ADULT, LIPIDS, VACCINE), ("Z0000",), 90, "primary", 18),
    Visit("child check-up", "P", "11", (PREVENTIVE_CHILD, VACCINE), ("Z00129",), 90, "primary", 0, 17),
    Visit("specialist", "P", "11", (SPECIALIST,), ("M2550",), 90, "specialist", 18),
    Visit("ankle", "P", "11", (OFFICE, XRAY), ("S93409A",), 40, "specialist", 6),
    Visit("therapy", "P", "11", (THERAPY, THERAPY), ("M545",), 60, "specialist", 12),
    Visit("chiropractor", "P", "11", (CHIROPRACTIC,), ("M9903",), 70, "chiropractor", 18),
    Visit("knee image", "P", "22", (MRI,), ("M2391",), 12, "specialist", 18),
    Visit("not covered", "P", "11", (ACUPUNCTURE_NOT_COVERED,), ("M545",), 8, "specialist", 18),
    Visit("emergency", "I", "131", (EMERGENCY_ROOM, LABORATORY_REVENUE), ("R1031",), 16, "hospital"),
    Visit(
        "hospital stay",
        "I",
        "111",
        (ROOM_AND_BOARD, PHARMACY_REVENUE, LABORATORY_REVENUE),
        ("J189",),
        4,
        "hospital",
        30,
    ),
)
DENTAL_VISITS = (
    Visit("dental check-up", "D", "11", (EXAM, CLEANING, BITEWINGS), ("Z0120",), 60, "dentist", 3),
    Visit("filling", "D", "11", (FILLING,), ("K0250",), 20, "dentist", 5),
    Visit("crown", "D", "11", (CROWN,), ("K0381",), 5, "dentist", 25),
    Visit("whitening", "D", "11", (COSMETIC,), ("Z0120",), 1, "dentist", 18),
)
SHOCK = Visit("surgery", "I", "111", (SURGERY_REVENUE, ROOM_AND_BOARD, PHARMACY_REVENUE), ("C7951",), 0, "hospital", 30)

PRICED = {
    service.code: service
    for visit in (*VISITS, *DENTAL_VISITS, SHOCK)
    for service in (*visit.services, EMERGENCY_PROFESSIONAL)
}
"""Every service of the demo by code: the rows of its price list."""

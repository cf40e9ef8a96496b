"""The elements of each segment that the guides use (X12 005010 data dictionary).

One token an element, in order: type, minimum-maximum length, `!` where required, `+` where it may repeat.
A text, I code, N whole number, R decimal, M amount of money, D day CCYYMMDD, T time, F period in the format that the
element before it names, X anything. `I=CO|PR` lists the codes allowed. `(...)` is a composite of components.

Money is at most 99,999,999.99: the guides limit element 782 to ten digits.
"""

from __future__ import annotations

_PROCEDURE = "(I2-2! A1-48! A2-2 A2-2 A2-2 A2-2 A1-80 A1-48)"
_POINTERS = "(N1-2! N1-2 N1-2 N1-2)"
_HEALTH_CODE = "(I1-3! A1-30! I2-3 F M R1-15 A1-30 A1-30 I1-1)"
_CAUSES = "(I2-3! I2-3 I2-3 I2-2 I2-3)"

ELEMENTS: dict[str, str] = {
    "ACT": "A1-35! A1-60 I1-2 A2-80 I1-3 A1-35 A1-80 I1-1",
    "AMT": "I1-3! M! I1-1",
    "BGN": "I2-2! A1-50! D! T I2-2 A1-50 I2-2 I1-2 I2-2",
    "BHT": "I4-4! I2-2! A1-50 D T I2-2",
    "CAS": "I=CO|CR|OA|PI|PR! I1-5! M! R1-15" + " I1-5 M R1-15" * 5,
    "CL1": "I1-1 I1-1 I1-2 I1-1",
    "CLM": f"A1-38! M! I1-2 I1-2 (A1-2! I1-2! I1-1!)! I1-1 I1-1 I1-1 I1-1 I1-1 {_CAUSES}"
    " I2-3 I1-1 I1-3 I1-1 I1-1 I1-2 I1-1 I2-2 I1-2",
    "CN1": "I2-2! M R1-6 A1-50 R1-6 A1-30",
    "COB": "I1-1 A1-50 I1-1 I1-2+",
    "CR1": "I2-2 R1-10 I1-1 I1-1 I2-2 R1-15 A1-55 A1-55 A1-80 A1-80",
    "CR2": "N1-9 R1-15 I2-3 I2-3 I2-2 R1-15 R1-15 I1-1 I1-1 A1-80 A1-80 I1-1",
    "CR3": "I1-1 I2-2 R1-15 I1-1 A1-80",
    "CRC": "I2-2! I1-1! I2-3! I2-3 I2-3 I2-3 I2-3",
    "CTP": "I2-2 I3-3 R1-17 R1-15 (I2-2! R1-15 R1-10) I3-3 R1-10 M I2-2 A1-10 N1-9",
    "CUR": "I2-3! I3-3! R4-10 I2-3 I3-3 I3-3",
    "DMG": "I2-3 F I1-1 I1-1 X+ I1-2 I2-3 I1-2 R1-15 I1-3 A1-30",
    "DN1": "R1-15 R1-15 I1-1 A1-80",
    "DN2": "A1-50! I1-2! R1-15 I2-3 F I1-3",
    "DSB": "I1-1! R1-15 I4-6 I1-1 I1-2 A1-15",
    "DTP": "I3-3! I2-3! F!",
    "EC": "A1-3! A1-3 A1-3 R1-10 I1-1 I2-6 I1-3",
    "FRM": "A1-20! I1-1 A1-50 D R1-6",
    "HCP": "I2-2! M M A1-50 R1-9 A1-50 M A1-48 I2-2 A1-48 I2-2 R1-15 I2-2 I1-2 I1-2",
    "HD": "I3-3! I2-2 I2-3! A1-50 I3-3 N1-9 N1-9 I1-1 I1-1 A1-1 I1-1",
    "HI": f"{_HEALTH_CODE}!" + f" {_HEALTH_CODE}" * 11,
    "HL": "A1-12! A1-12 I1-2! I1-1!",
    "HLH": "I1-1 R1-8 R1-10 A1-256 D I1-1 A1-80",
    "ICM": "I1-1! M! R1-15 A1-30 A1-10 I3-3",
    "IDC": "A1-50! I1-1! R1-15 I1-1",
    "INS": "I=Y|N! I2-2! I3-3 I2-3 I1-1! (I1-1! I1-1 D) I1-2 I2-2 I1-1 I1-1 I2-3 F I1-1 A2-30 I2-2 I2-3 N1-9",
    "K3": "A1-80! I1-2 X",
    "LE": "A1-4!",
    "LIN": "A1-20 I2-2! A1-48!",
    "LQ": "I1-3! A1-30!",
    "LS": "A1-4!",
    "LUI": "I1-2 A2-80 A1-80 I1-2 I1-2",
    "LX": "N1-6!",
    "MEA": "I2-2 I1-3 R1-20! X",
    "MIA": "R1-15! M R1-15 M A1-50 M M M M M M M M M R1-15 M M M M A1-50 A1-50 A1-50 A1-50 M",
    "MOA": "R1-10 M A1-50 A1-50 A1-50 A1-50 A1-50 M M",
    "N1": "I2-3! A1-60 I1-2 A2-80 I2-2 I2-3",
    "N3": "A1-55! A1-55",
    "N4": "A2-30! I2-2 I3-15 I2-3 I1-2 A1-30 I1-3",
    "NM1": "I2-3! I1-1! A1-60 A1-35 A1-25 A1-10 A1-10 I1-2 A2-80 I2-2 I2-3 A1-60",
    "NTE": "I3-3 A1-80!",
    "OI": "I1-2 I2-2 I1-1 I1-1 I1-1 I1-1",
    "PAT": "I2-2 I1-1 I2-2 I1-1 I2-3 F I2-2 R1-10 I1-1",
    "PER": "I2-2! A1-60 I2-2! A1-256! I2-2 A1-256 I2-2 A1-256 A1-20",
    "PLA": "I1-2! I2-3! D! T I2-3",
    "PRV": "I1-3! I2-3! A1-50! I2-2 X I3-3",
    "PS1": "A1-50! M! I2-2",
    "PWK": "I2-2! I1-2 N1-2 I2-3 I1-2 A2-80 A1-80 X I1-2",
    "QTY": "I2-2! R1-15! X A1-30",
    "REF": "I2-3! A1-50! A1-80 X",
    "SBR": "I1-1! I2-2 A1-50 A1-60 I1-3 I1-1 I1-1 I2-2 I1-2",
    "ST": "I3-3! A4-9! A1-35",
    "SV1": f"{_PROCEDURE}! M! I2-2! R1-15! A1-2 I1-2 {_POINTERS} M I1-1 I1-2 I1-1 I1-1 I1-2 I1-2 I1-1 M",
    "SV2": f"A1-48! {_PROCEDURE} M! I2-2! R1-15! R1-10 M I1-1 I1-1 I1-1",
    "SV3": f"{_PROCEDURE}! M! A1-2 (I1-3! I1-3 I1-3 I1-3 I1-3) I1-1 R1-15 A1-80 I1-1 I1-1 I1-1 {_POINTERS}",
    "SV5": f"{_PROCEDURE}! I2-2! R1-15! M M I1-1 I1-1",
    "SVD": f"A2-80! M! {_PROCEDURE} A1-48 R1-15! N1-6",
    "TOO": "I1-3! A1-30! (I1-2! I1-2 I1-2 I1-2 I1-2)",
}

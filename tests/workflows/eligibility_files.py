"""Enrolment files for tests: an 834 from a few words a member, a CSV from a few words a row."""

CSV_HEADER = (
    "subscriber_number,group_number,relationship,last_name,first_name,birth_on,line,plan,tier,starts_on,last_on,action"
)
RELATIONSHIPS = {"self": "18", "spouse": "01", "child": "19"}


def file_834(*members, use="2", day="20250110", control="000000001"):
    """An interchange with one set; `members` are lists of segments as `member` gives them."""
    inner = [
        "ST*834*0001*005010X220A1",
        f"BGN*00*REF1*{day}*1200****{use}",
        "N1*P5*ACME TOOLS*FI*100000001",
        "N1*IN*TPA*FI*100000002",
        *(segment for one in members for segment in one),
    ]
    segments = [
        f"ISA*00*          *00*          *ZZ*HRIS           *ZZ*TPA            *{day[2:]}*1200*^*00501*{control}*0*P*:",
        f"GS*BE*HRIS*TPA*{day}*1200*1*X*005010X220A1",
        *inner,
        f"SE*{len(inner) + 1}*0001",
        "GE*1*1",
        f"IEA*1*{control}",
    ]
    return "".join(f"{segment}~\n" for segment in segments).encode()


def member(subscriber, first, birth, *coverages, relationship="self", maintenance="021", ended="", ssn="900000001"):
    """The segments of one INS; `coverages` as `covered` gives them, `ended` a last day for the whole member."""
    yes = "Y" if relationship == "self" else "N"
    segments = [
        f"INS*{yes}*{RELATIONSHIPS[relationship]}*{maintenance}*XN*A***FT",
        f"REF*0F*{subscriber}",
        "REF*1L*G1",
        *([f"DTP*357*D8*{ended}"] if ended else []),
        f"NM1*IL*1*LIND*{first}****34*{ssn}",
        f"DMG*D8*{birth}*F",
    ]
    return [*segments, *(segment for one in coverages for segment in one)]


def covered(line="HLT", plan="PPO", tier="", starts="20250101", last="", maintenance="021"):
    """The segments of one HD."""
    segments = [f"HD*{maintenance}**{line}*{plan}*{tier}".rstrip("*")]
    if starts:
        segments.append(f"DTP*348*D8*{starts}")
    if last:
        segments.append(f"DTP*349*D8*{last}")
    return segments


def file_csv(*rows):
    """Rows as (subscriber, relationship, first name, birth date, line, plan, tier, start, last day, action)."""
    lines = [CSV_HEADER]
    for subscriber, relationship, first, birth, *rest in rows:
        cells = [subscriber, "G1", relationship, "Lind", first, birth, *rest]
        lines.append(",".join(cells + [""] * (12 - len(cells))))
    return "\n".join(lines).encode()

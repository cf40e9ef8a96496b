"""A second engine: slow, plain, and written from the plan format's page alone. It shares no code with the first.

It reads a plan document and a case as they stand in TOML, keeps every service that it has decided in a list, and works
out each figure from that list anew. What it does not know it refuses, so that it never agrees by silence.
"""

from datetime import date, timedelta
from fractions import Fraction
from operator import eq, ge, gt, le, lt
from typing import Any

Table = dict[str, Any]
PARTS = ("copay", "deductible", "coinsurance")
PLENTY = 10**15
COMPARE = {"above": gt, "at_least": ge, "below": lt, "at_most": le, "equal": eq}

_KNOWN = {
    "plan": {"name", "line", "year_starts_month", "grandfathered", "hsa_qualified", "timely_filing_months",
             "dependent_age_limit", "review_over", "unlisted", "tiers", "deductibles", "out_of_pocket_maximums",
             "limits", "benefits", "examples", "review_rules", "sanctioned_providers", "assignment_of_benefits"},
    "tier": {"name", "label", "network", "prices", "lesser_of_billed", "excess", "clause"},
    "bucket": {"code", "individual", "family", "family_rule", "family_members", "tiers", "fed_by", "period",
               "carry_over", "counts", "self_only_cap", "clause"},
    "benefit": {"code", "label", "class", "priority", "match", "covered", "shares", "copay_group", "clause"},
    "match": {"codes", "revenue_codes", "diagnoses", "places", "modifiers", "specialties", "tiers", "forms",
              "age_from", "age_to"},
    "share": {"member_pays", "copay", "copay_per", "coinsurance", "coinsurance_least", "coinsurance_most",
              "first_visits", "outside_out_of_pocket", "covered", "clause"},
    "limit": {"code", "measure", "most", "per", "period", "months", "benefits", "classes", "tiers", "clause"},
    "case": {"name", "people", "coverage_tier", "prices", "claims"},
    "claim": {"person", "on", "received_on", "network", "provider", "specialty", "form", "lines", "assigned", "sanction"},
    "line": {"charge", "code", "revenue_code", "modifiers", "diagnoses", "place", "units", "on", "through_on",
             "repriced"},
}  # fmt: skip
ACA_SELF_ONLY = {
    2014: 6350, 2015: 6600, 2016: 6850, 2017: 7150, 2018: 7350, 2019: 7900, 2020: 8150, 2021: 8550, 2022: 8700,
    2023: 9100, 2024: 9450, 2025: 9200, 2026: 10600,
}  # fmt: skip
"""The yearly limit of one person's cost sharing, in whole dollars, by the year in which the plan year begins."""


class NotAudited(Exception):
    """The plan or the case uses something that this engine does not know."""


class Pended(Exception):
    """The claim waits for a person."""


def cents(amount: Any) -> int:
    """An amount as documents write it, in cents."""
    value = Fraction(str(amount)) * 100
    if value.denominator != 1:
        raise NotAudited(f"{amount} is not in whole cents")
    return int(value)


def percent(text: str) -> Fraction:
    """`"20%"` as a fraction of one."""
    return Fraction(text.rstrip("%")) / 100


def to_cents(value: Fraction) -> int:
    """Half a cent and more is a cent."""
    return int((2 * value + 1) // 2)


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the month's last."""
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    following = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def refuse_unknown(table: Table, kind: str) -> None:
    unknown = set(table) - _KNOWN[kind]
    if unknown:
        raise NotAudited(f"{kind}: {', '.join(sorted(unknown))}")


def fits(value: str, patterns: list[str]) -> bool:
    """`A`, `A*`, or `A-B` of equal length."""
    for pattern in patterns:
        if pattern.endswith("*"):
            if value.startswith(pattern[:-1]):
                return True
        elif "-" in pattern:
            low, high = pattern.split("-")
            if low <= value[: len(low)] <= high and len(value) >= len(low):
                return True
        elif value == pattern:
            return True
    return False


def age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class SecondEngine:
    """One family under one plan. `decide` takes its claims in order."""

    def __init__(self, plan: Table, case: Table) -> None:
        self.plan = plan
        refuse_unknown(plan, "plan")
        refuse_unknown(case, "case")
        self.people = {person["name"]: person for person in case.get("people", [{"name": "employee"}])}
        self.first = next(iter(self.people))
        self.prices = {str(code): amount for code, amount in case.get("prices", {}).items()}
        self.tier_of_coverage = case.get("coverage_tier", "EE" if len(self.people) == 1 else "EF")
        self.tier_names = [tier["name"] for tier in plan["tiers"]]
        self.services: list[Table] = []
        """Every line decided so far, with all that was worked out about it."""

    def decide(self, claim: Table) -> Table:
        """The claim's answer: outcome, and per line the figures of the case format, in cents."""
        refuse_unknown(claim, "claim")
        kept = len(self.services)
        try:
            lines = [self._line(claim, line) for line in claim["lines"]]
            looked_at = self._to_be_looked_at(lines)
            if looked_at:
                raise Pended(*looked_at)
        except Pended as why:
            del self.services[kept:]
            return {"outcome": "pended", "pends": sorted(why.args), "lines": []}
        outcome = "denied" if all(line["denied"] for line in lines) else "paid"
        return {"outcome": outcome, "payee": self._payee(claim, lines), "lines": lines}

    def _to_be_looked_at(self, lines: list[Table]) -> set[str]:
        """The codes of what makes a decided claim wait."""
        found = set()
        if "review_over" in self.plan and sum(line["paid"] for line in lines) > cents(self.plan["review_over"]):
            found.add("review_amount")
        for rule in self.plan.get("review_rules", []):
            amounts = [
                line[rule["amount"]]
                for line in lines
                if not line["denied"] and line["benefit"] in rule.get("benefits", [line["benefit"]])
            ]
            if rule.get("of", "line") == "claim" and amounts:
                amounts = [sum(amounts)]
            than = cents(rule["than"])
            if any(COMPARE[rule["is"]](amount, than) for amount in amounts):
                found.add(rule["code"])
        return found

    def _payee(self, claim: Table, lines: list[Table]) -> str:
        inside = any("tier" in line and line["tier"]["network"] for line in lines)
        if claim.get("assigned", True) and (inside or self.plan.get("assignment_of_benefits") != "network_only"):
            return "provider"
        return "ordered" if self.people[claim.get("person", self.first)].get("pay_to") else "member"

    # One line

    def _line(self, claim: Table, line: Table) -> Table:
        refuse_unknown(line, "line")
        now = self._facts(claim, line)
        if not self._may_be_paid(now, claim):
            return self._closed(now)
        now["tier"] = self._tier(claim)
        benefit = self._benefit(now, claim)
        if benefit is None:
            if self.plan.get("unlisted", "deny") == "pend":
                raise Pended("unlisted")
            return self._closed(now)
        now["benefit"] = benefit["code"]
        now["class"] = benefit.get("class", "")
        share = self._share(benefit, now["tier"]["name"])
        if share is None:
            return self._closed(now)
        self._price(now, line)
        if not self._limit(now):
            return self._closed(now)
        self._share_cost(now, benefit, share)
        self._maximums(now)
        now["paid"] = now["open"]
        self.services.append(now)
        return now

    def _facts(self, claim: Table, line: Table) -> Table:
        on = line.get("on", claim["on"])
        return {
            "claim": id(claim),
            "who": claim.get("person", self.first),
            "provider": claim.get("provider", ""),
            "on": on,
            "through": line.get("through_on", on),
            "code": str(line.get("code", "")),
            "revenue_code": str(line.get("revenue_code", "")),
            "modifiers": tuple(line.get("modifiers", [])),
            "diagnoses": line.get("diagnoses", []),
            "place": line.get("place", ""),
            "units": Fraction(str(line.get("units", 1))),
            "charge": cents(line["charge"]),
            "form": claim.get("form", "dental" if self.plan["line"] == "dental" else "professional"),
            "specialty": claim.get("specialty", ""),
            "denied": False,
            "allowed": 0, "deductible": 0, "copay": 0, "coinsurance": 0, "beyond": 0, "paid": 0, "member": 0,
            "counts": [],
        }  # fmt: skip

    def _closed(self, now: Table) -> Table:
        """Denied: nothing is allowed, paid or counted, but the service is remembered for duplicates."""
        now.update(denied=True, allowed=0, paid=0, counts=[])
        self.services.append(now)
        return now

    def _may_be_paid(self, now: Table, claim: Table) -> bool:
        person, on = self.people[now["who"]], now["on"]
        covered = person.get("covered", {})
        if not covered.get("starts_on", date.min) <= on < covered.get("ends_before", date.max):
            return False
        if on >= person.get("paid_until", date.max):
            raise Pended("contribution_unpaid")
        limit = self.plan.get("dependent_age_limit")
        born = person.get("birth_on", date(1980, 1, 1))
        if limit is not None and person.get("relationship") == "child" and age(born, on) >= limit:
            raise Pended("dependent_age")
        if claim.get("sanction"):
            what = self.plan.get("sanctioned_providers", "pend")
            if what == "pend":
                raise Pended("sanctioned_provider")
            if what == "deny":
                return False
        months = self.plan.get("timely_filing_months")
        if months is not None and claim.get("received_on", claim["on"]) > months_later(on, months):
            return False
        same = ("who", "provider", "on", "code", "revenue_code", "modifiers", "units", "charge")
        before = [one for one in self.services if one["claim"] != now["claim"] and not one["denied"]]
        return not any(all(one[key] == now[key] for key in same) for one in before)

    def _tier(self, claim: Table) -> Table:
        if len(self.plan["tiers"]) == 1:
            return self.plan["tiers"][0]
        name = claim.get("network", "")
        for tier in self.plan["tiers"]:
            refuse_unknown(tier, "tier")
            if tier["name"] == name or (not name and not tier["network"]):
                return tier
        raise NotAudited(f"tier {name!r}")

    def _benefit(self, now: Table, claim: Table) -> Table | None:
        found: list[tuple[int, int, Table]] = []
        for place, benefit in enumerate(self.plan["benefits"]):
            refuse_unknown(benefit, "benefit")
            match = benefit.get("match", {})
            refuse_unknown(match, "match")
            if self._matches(match, now, claim):
                conditions = len(set(match) - {"age_from", "age_to"}) + bool({"age_from", "age_to"} & set(match))
                found.append((-benefit.get("priority", conditions), place, benefit))
        return min(found, key=lambda one: one[:2])[2] if found else None

    def _matches(self, match: Table, now: Table, claim: Table) -> bool:
        years = age(self.people[now["who"]].get("birth_on", date(1980, 1, 1)), now["on"])
        diagnoses = [str(one).replace(".", "") for one in now["diagnoses"]]
        told = {
            "codes": lambda asked: fits(now["code"], asked),
            "revenue_codes": lambda asked: fits(now["revenue_code"], asked),
            "diagnoses": lambda asked: any(fits(one, asked) for one in diagnoses),
            "places": lambda asked: now["place"] in asked,
            "modifiers": lambda asked: any(one in asked for one in now["modifiers"]),
            "specialties": lambda asked: fits(now["specialty"], asked),
            "tiers": lambda asked: now["tier"]["name"] in asked,
            "forms": lambda asked: now["form"] in asked,
            "age_from": lambda asked: years >= asked,
            "age_to": lambda asked: years <= asked,
        }
        return all(told[key](asked) for key, asked in match.items())

    def _share(self, benefit: Table, tier: str) -> Table | None:
        if not benefit.get("covered", True):
            return None
        share = benefit["shares"].get(tier) or benefit["shares"]["all"]
        refuse_unknown(share, "share")
        return share if share.get("covered", True) else None

    # Price

    def _price(self, now: Table, line: Table) -> None:
        tier = now["tier"]
        price = next((one for one in (self._step(step, now, line) for step in tier["prices"]) if one is not None), None)
        if price is None:
            raise Pended("no_price")
        if tier.get("lesser_of_billed", True):
            price = min(price, now["charge"])
        now["allowed"] = price
        excess = now["charge"] - price
        if tier.get("excess", "write_off" if tier["network"] else "member") == "member":
            now["member"] += max(0, excess)
        now["open"] = price

    def _step(self, step: Table, now: Table, line: Table) -> int | None:
        match step["method"]:
            case "repriced":
                return cents(line["repriced"]) if "repriced" in line else None
            case "percent_of_charge":
                return to_cents(now["charge"] * percent(step["percent"]))
            case "price_list":
                amount = self.prices.get(now["code"], self.prices.get(now["revenue_code"]))
                return None if amount is None else to_cents(cents(amount) * now["units"])
            case "schedule" if set(step) <= {"method", "amounts", "percent"}:
                amounts = {str(code): amount for code, amount in step["amounts"].items()}
                if now["code"] not in amounts:
                    return None
                return to_cents(cents(amounts[now["code"]]) * now["units"] * percent(step.get("percent", "100%")))
        raise NotAudited(f"price: {step}")

    # Limits of visits, days, units and allowed amounts; then of what the plan pays

    def _limit(self, now: Table) -> bool:
        """Cut the line by its limits; False where nothing of it is left."""
        part = Fraction(1)
        for limit in self._limits_of(now):
            wanted = self._wanted(limit, now)
            if wanted:
                part = min(part, Fraction(max(0, min(wanted, self._left_of(limit, now)))) / wanted)
        if part <= 0:
            return False
        if part < 1:
            covered = to_cents(now["allowed"] * part)
            self._beyond(now, now["open"] - covered)
        for limit in self._limits_of(now):
            wanted = self._wanted(limit, now)
            if limit["measure"] in ("visits", "days", "units") and wanted:
                now["counts"].append((limit["code"], wanted * part))
        for limit in self._limits_of(now):
            if limit["measure"] == "allowed":
                left = max(0, self._left_of(limit, now))
                if left == 0 and now["open"] > 0:
                    return False
                self._beyond(now, max(0, now["open"] - left))
        for limit in self._limits_of(now):
            if limit["measure"] == "allowed":
                now["counts"].append((limit["code"], now["open"]))
        return True

    def _maximums(self, now: Table) -> None:
        """What the plan pays at most: each maximum sees what the others have left."""
        paid = [limit for limit in self._limits_of(now) if limit["measure"] == "paid"]
        for limit in paid:
            self._beyond(now, max(0, now["open"] - max(0, self._left_of(limit, now))))
        for limit in paid:
            now["counts"].append((limit["code"], now["open"]))

    def _beyond(self, now: Table, amount: int) -> None:
        now["open"] -= amount
        now["beyond"] += amount
        now["member"] += amount

    def _limits_of(self, now: Table) -> list[Table]:
        found = []
        for limit in self.plan.get("limits", []):
            refuse_unknown(limit, "limit")
            by_code = not limit.get("benefits") or now["benefit"] in limit["benefits"]
            by_class = not limit.get("classes") or now["class"] in limit["classes"]
            if by_code and by_class and now["tier"]["name"] in limit.get("tiers", self.tier_names):
                found.append(limit)
        return found

    def _wanted(self, limit: Table, now: Table) -> Fraction:
        match limit["measure"]:
            case "units":
                return now["units"]
            case "visits":
                return Fraction(0 if self._counted(limit, now, same_provider=True) else 1)
            case "days":
                if now["through"] != now["on"]:
                    raise NotAudited("days of a line of several days")
                return Fraction(0 if self._counted(limit, now, same_provider=False) else 1)
        return Fraction(0)

    def _counted(self, limit: Table, now: Table, *, same_provider: bool) -> bool:
        """Whether this visit or day has been counted to the limit already."""
        return any(
            one["who"] == now["who"]
            and one["on"] == now["on"]
            and (not same_provider or one["provider"] == now["provider"])
            and any(code == limit["code"] and amount for code, amount in one["counts"])
            for one in self.services
        )

    def _left_of(self, limit: Table, now: Table) -> Fraction:
        most = Fraction(limit["most"]) if limit["measure"] in ("units", "visits", "days") else cents(limit["most"])
        used = sum(
            amount
            for one in self.services
            if limit.get("per", "person") == "family" or one["who"] == now["who"]
            for code, amount in one["counts"]
            if code == limit["code"] and self._in_period(limit, one["on"], now["on"])
        )
        return Fraction(most - used)

    def _in_period(self, limit: Table, day: date, now: date) -> bool:
        match limit.get("period", "plan_year"):
            case "plan_year":
                return self._year(day) == self._year(now)
            case "calendar_year":
                return day.year == now.year
            case "lifetime":
                return True
            case "month":
                return (day.year, day.month) == (now.year, now.month)
            case "day":
                return day == now
            case "rolling":
                return day <= now < months_later(day, limit["months"])
        raise NotAudited(f"period {limit['period']}")

    def _year(self, day: date) -> date:
        """The first day of the plan year in which a day lies."""
        month = self.plan.get("year_starts_month", 1)
        return date(day.year if day.month >= month else day.year - 1, month, 1)

    # Cost sharing

    def _share_cost(self, now: Table, benefit: Table, share: Table) -> None:
        steps, first = share["member_pays"], share.get("first_visits")
        if first:
            if set(first) - {"count", "counter", "member_pays"}:
                raise NotAudited(f"first visits: {first}")
            now["visit_counter"] = first.get("counter", benefit["code"])
            if self._visits_before(now) < first["count"]:
                steps = first["member_pays"]
        now["group"] = benefit.get("copay_group", benefit["code"])
        for step in steps:
            part, _, name = step.partition(":")
            if part == "copay":
                self._member_pays(now, share, "copay", self._copay(now, share))
            elif part == "deductible":
                bucket = self._deductible(name, now["tier"]["name"])
                if bucket is not None:
                    self._member_pays(now, share, "deductible", now["open"], bucket)
            else:
                self._member_pays(now, share, "coinsurance", self._coinsurance(now, share))

    def _visits_before(self, now: Table) -> int:
        """Visits of the plan year that count with this one and were another provider's or another day's."""
        visits = {
            (one["provider"], one["on"])
            for one in self.services
            if one["who"] == now["who"]
            and not one["denied"]
            and one.get("visit_counter") == now["visit_counter"]
            and self._year(one["on"]) == self._year(now["on"])
        }
        return len(visits - {(now["provider"], now["on"])})

    def _copay(self, now: Table, share: Table) -> int:
        copay = cents(share["copay"])
        match share.get("copay_per", "visit"):
            case "line":
                return copay
            case "unit":
                return to_cents(copay * now["units"])
            case "visit" | "day" as per:
                same = ("who", "on", "group", "provider")[: 4 if per == "visit" else 3]
                taken = sum(one["copay"] for one in self.services if all(one.get(key) == now[key] for key in same))
                return max(0, copay - taken)
        raise NotAudited(f"copay per {share['copay_per']}")

    def _coinsurance(self, now: Table, share: Table) -> int:
        amount = to_cents(now["open"] * percent(share["coinsurance"]))
        amount = max(amount, cents(share.get("coinsurance_least", 0)))
        return min(amount, cents(share["coinsurance_most"])) if "coinsurance_most" in share else amount

    def _deductible(self, name: str, tier: str) -> Table | None:
        for bucket in self.plan.get("deductibles", []):
            if bucket["code"] == name or (not name and tier in bucket.get("tiers", self.tier_names)):
                return bucket
        return None

    def _member_pays(self, now: Table, share: Table, part: str, amount: int, bucket: Table | None = None) -> None:
        """Never more than is open, than the deductible has left, or than the out-of-pocket maximums let."""
        amount = min(amount, now["open"])
        if bucket is not None:
            amount = min(amount, self._left_in(bucket, "deductible", now))
        outside = share.get("outside_out_of_pocket", False)
        counts = not (outside is True or (isinstance(outside, list) and part in outside))
        if counts:
            for maximum in self._oops(now["tier"]["name"], part):
                amount = min(amount, self._left_in(maximum, "oop", now))
        amount = max(0, amount)
        now[part] += amount
        now["open"] -= amount
        now["member"] += amount
        if bucket is not None and amount:
            self._file(now, "deductible", self.plan.get("deductibles", []), bucket, amount)
        if counts and amount:
            holding = self._oops(now["tier"]["name"], part)
            fed = [one for one in self.plan.get("out_of_pocket_maximums", []) if part in one.get("counts", PARTS)]
            for maximum in fed:
                if maximum in holding or now["tier"]["name"] in maximum.get(
                    "fed_by", maximum.get("tiers", self.tier_names)
                ):
                    self._count(now, "oop", maximum, amount)

    def _file(self, now: Table, kind: str, buckets: list[Table], own: Table, amount: int) -> None:
        for bucket in buckets:
            if bucket is own or now["tier"]["name"] in bucket.get("fed_by", bucket.get("tiers", [])):
                self._count(now, kind, bucket, amount)

    def _count(self, now: Table, kind: str, bucket: Table, amount: int) -> None:
        left = self._left_in(bucket, kind, now)
        now["counts"].append((f"{kind}.{bucket['code']}", min(amount, left)))

    def _oops(self, tier: str, part: str) -> list[Table]:
        return [
            one
            for one in self.plan.get("out_of_pocket_maximums", [])
            if tier in one.get("tiers", self.tier_names) and part in one.get("counts", PARTS)
        ]

    # What is left of a deductible or out-of-pocket maximum

    def _left_in(self, bucket: Table, kind: str, now: Table) -> int:
        refuse_unknown(bucket, "bucket")
        individual = cents(bucket["individual"]) if "individual" in bucket else None
        family = cents(bucket["family"]) if "family" in bucket else None
        rule = bucket.get("family_rule", "embedded")
        alone = self.tier_of_coverage == "EE"
        if alone:
            individual, family = (family if individual is None else individual), None
        elif rule == "aggregate":
            individual = None
        if kind == "oop" and self._capped_by_law(bucket):
            cap = ACA_SELF_ONLY[self._year(now["on"]).year] * 100
            individual = cap if individual is None else min(individual, cap)
        code = f"{kind}.{bucket['code']}"
        if rule == "members" and not alone and individual is not None:
            met = sum(self._used(code, bucket, name, now["on"], now) >= individual for name in self.people)
            if met >= bucket["family_members"]:
                return 0
        left = PLENTY
        if individual is not None:
            left = min(left, individual - self._used(code, bucket, now["who"], now["on"], now))
        if family is not None:
            left = min(left, family - self._used(code, bucket, None, now["on"], now))
        return max(0, left)

    def _capped_by_law(self, bucket: Table) -> bool:
        if "self_only_cap" in bucket:
            return bool(bucket["self_only_cap"])
        networks = {tier["name"] for tier in self.plan["tiers"] if tier["network"]}
        return (
            self.plan["line"] == "medical"
            and not self.plan.get("grandfathered", False)
            and set(bucket.get("counts", PARTS)) == set(PARTS)
            and bool(networks & set(bucket.get("tiers", self.tier_names)))
        )

    def _used(self, code: str, bucket: Table, who: str | None, on: date, now: Table) -> int:
        """Used by a person, or (None) by the family, in the period of a day, with what last year handed on."""
        used = self._sum(code, bucket, who, on, now)
        carry = bucket.get("carry_over")
        if carry and bucket.get("period", "plan_year") != "lifetime":
            used += self._carried(code, bucket, carry, who, on, now)
        return used

    def _carried(self, code: str, bucket: Table, carry: Table, who: str | None, on: date, now: Table) -> int:
        start = self._start(bucket, on)
        last_year = months_later(start, -12)
        late = months_later(start, -carry["months"]) if "months" in carry else start - timedelta(days=carry["days"])
        handed = 0
        for name in [who] if who else self.people:
            applied = self._sum(code, bucket, name, last_year, now)
            is_met = "individual" in bucket and applied >= cents(bucket["individual"])
            family_met = "family" in bucket and self._sum(code, bucket, None, last_year, now) >= cents(bucket["family"])
            if carry.get("even_if_met", False) or not (is_met or family_met):
                handed += sum(
                    amount
                    for one in (*self.services, now)
                    if one["who"] == name and late <= one["on"] < start
                    for other, amount in one["counts"]
                    if other == code
                )
        return handed

    def _sum(self, code: str, bucket: Table, who: str | None, on: date, now: Table) -> int:
        start = self._start(bucket, on)
        return sum(
            amount
            for one in (*self.services, now)
            if (who is None or one["who"] == who) and self._start(bucket, one["on"]) == start
            for other, amount in one["counts"]
            if other == code
        )

    def _start(self, bucket: Table, day: date) -> date:
        match bucket.get("period", "plan_year"):
            case "plan_year":
                return self._year(day)
            case "calendar_year":
                return date(day.year, 1, 1)
        return date.min

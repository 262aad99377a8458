"""The rows of a large account set. What belongs to what follows from the numbers: lead n of those
that were converted became customer n, contact n works at customer n modulo their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import Any, Final

from apps.core.kinds.search import searchable
from apps.core.parameters.models import DictionaryEntry
from apps.sales.large import texts
from apps.sales.large.loading import Row
from apps.sales.large.people import Seller
from apps.sales.models import OpportunityStage

DAY: Final = timedelta(days=1)
SPAN: Final = 900  # days that the firm has worked with this
POSITIONS: Final = ("设备科科长", "院长", "超声科主任", "采购员", "财务科科长")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows there are of what."""

    companies: int = 400_000
    leads: int = 120_000
    customers: int = 60_000
    contacts: int = 150_000
    opportunities: int = 50_000
    activities: int = 900_000

    def times(self, scale: float) -> Sizes:
        """The same in another size, never less than a few of each."""
        names = self.__dataclass_fields__
        return replace(self, **{n: max(12, round(getattr(self, n) * scale)) for n in names})

    @property
    def converted(self) -> int:
        """Leads that became customers."""
        return min(self.leads // 3, self.customers * 2 // 3)

    @property
    def promoted(self) -> int:
        """Companies that became leads."""
        return min(self.leads, self.companies) // 6

    @property
    def claimed(self) -> int:
        """Companies that somebody has claimed, and not promoted: all hold less than they may."""
        return self.companies // 100


@lru_cache(maxsize=1024)
def _firm(number: int) -> texts.Firm:
    return texts.firm(number)


@dataclass
class World:
    """What the rows are made of; the same seed makes the same rows."""

    sizes: Sizes
    sellers: Sequence[Seller]
    manager: Seller
    now: datetime
    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311  (no secret)

    def __post_init__(self) -> None:
        """Read what rows refer to: nothing can be asked while they are written."""
        rows = DictionaryEntry.objects.values_list("dictionary", "code", "pk")
        self.codes = {(dictionary, code): pk for dictionary, code, pk in rows}
        self.entries: dict[str, list[int]] = {}
        for (dictionary, _code), pk in self.codes.items():
            self.entries.setdefault(dictionary, []).append(pk)
        self.stages = list(OpportunityStage.objects.in_use().values_list("pk", flat=True))

    def any(self, dictionary: str) -> int:
        return self.random.choice(self.entries[dictionary])

    def seller(self, number: int) -> Seller:
        """Who owns customer or lead `number`."""
        return self.sellers[number * 7919 % len(self.sellers)]

    def ago(self, most: float = SPAN) -> datetime:
        return self.now - self.random.random() * most * DAY

    def record(self, number: int, owner: Seller, *words: tuple[str, ...]) -> dict[str, Any]:
        """What all records have; found by these texts, each in parts."""
        text, grams = searchable([reading for parts in words for reading in texts.read(parts)])
        created = self.ago()
        return {
            "id": number,
            "owner_id": owner[0],
            "department_id": owner[1],
            "version": 1,
            "created_at": created,
            "created_by_id": owner[0],
            "changed_at": created + self.random.random() * (self.now - created),
            "changed_by_id": owner[0],
            "search_text": text,
            "search_grams": f"{{{','.join(grams)}}}",  # letters and digits need no quotes
        }

    def of_firm(self, firm: texts.Firm) -> dict[str, Any]:
        """What companies, leads and customers have in common."""
        return {
            "name": firm.name,
            "name_normal": firm.name_normal,
            "phone": firm.phone,
            "phone_e164": firm.phone_e164,
            "region_id": self.codes["region", firm.region],
            "industry_id": self.codes["industry", firm.industry],
            "source_id": self.any("customer_source"),
        }

    # --- who is which firm ------------------------------------------------------------------------
    def firm_of_lead(self, number: int) -> texts.Firm:
        sizes = self.sizes
        company = number - sizes.converted
        return _firm(company if 0 < company <= sizes.promoted else sizes.companies + number)

    def firm_of_customer(self, number: int) -> texts.Firm:
        if number <= self.sizes.converted:
            return self.firm_of_lead(number)
        return _firm(self.sizes.companies + self.sizes.leads + number)

    # --- tables -----------------------------------------------------------------------------------
    def companies(self) -> Iterator[Row]:
        sizes, free = self.sizes, self.manager
        for number in range(1, sizes.companies + 1):
            firm, contact = _firm(number), texts.person(number) if number % 5 else ()
            tax_id = firm.tax_id if number % 3 == 0 else ""
            held = number <= sizes.promoted + sizes.claimed
            owner = self.seller(number + sizes.converted) if held else free
            row = self.record(number, owner, firm.parts, contact, (firm.phone,), (tax_id,))
            state = "void" if number % 50 == 0 else "unclaimed"
            if held:
                state = "promoted" if number <= sizes.promoted else "claimed"
            claimed = self.claimed_at(number) if held else None
            yield (
                row
                | self.of_firm(firm)
                | {
                    "tax_id": tax_id,
                    "contact_name": "".join(contact),
                    "address": firm.address,
                    "batch": f"{row['created_at']:%Y-%m}",
                    "state": state,
                    "claimed_at": claimed,
                    "promoted_at": claimed if state == "promoted" else None,
                    "last_contact_at": self.ago(25) if held and number % 3 else None,
                    "void_reason": "已停业" if state == "void" else "",
                }
            )

    def claimed_at(self, number: int) -> datetime:
        """When somebody claimed a company; not today, for the sake of their share of the day."""
        days = SPAN if number <= self.sizes.promoted else 25
        return self.now - (1 + number * 37 % days) * DAY

    def claims(self) -> Iterator[Row]:
        for number in range(1, self.sizes.promoted + self.sizes.claimed + 1):
            user, _department = self.seller(number + self.sizes.converted)
            yield {
                "id": number,
                "company_id": number,
                "user_id": user,
                "claimed_at": self.claimed_at(number),
            }

    def leads(self) -> Iterator[Row]:
        sizes = self.sizes
        for number in range(1, sizes.leads + 1):
            firm, mobile = self.firm_of_lead(number), texts.mobile(number)
            contact = texts.person(number + 7)
            words = firm.parts, contact, (mobile,), (firm.phone,)
            row = self.record(number, self.seller(number), *words)
            converted = number <= sizes.converted
            state = "converted" if converted else self.random.choice(LEAD_STATES)
            company = number - sizes.converted
            yield (
                row
                | self.of_firm(firm)
                | {
                    "contact_name": "".join(contact),
                    "contact_mobile": mobile,
                    "contact_mobile_e164": f"+86{mobile}",
                    "need": texts.NEEDS[number % len(texts.NEEDS)],
                    "budget": self.random.randrange(1, 400) * 5000 if number % 3 else None,
                    "timing_id": self.any("purchase_timing"),
                    "next_contact_on": (self.now + self.random.randrange(-20, 60) * DAY).date()
                    if state == "following"
                    else None,
                    "last_contact_at": self.ago(200) if number % 4 else None,
                    "company_id": company if 0 < company <= sizes.promoted else None,
                    "state": state,
                    "closed_at": row["changed_at"] if state in ("converted", "invalid") else None,
                    "close_reason": "没有需求" if state == "invalid" else "",
                    "customer_id": number if converted else None,
                    "promotion_key": f"large:{number}" if converted else "",
                }
            )

    def customers(self) -> Iterator[Row]:
        for number in range(1, self.sizes.customers + 1):
            firm, owner = self.firm_of_customer(number), self.seller(number)
            words = firm.parts, firm.parts[:2], (firm.phone,), (firm.tax_id,)
            row = self.record(number, owner, *words)
            stage = self.random.choice(CUSTOMER_STAGES)
            asleep = stage in ("dormant", "closed")
            yield (
                row
                | self.of_firm(firm)
                | {
                    "short_name": firm.short,
                    "level_id": self.any("customer_level"),
                    "tax_id": firm.tax_id,
                    "invoice_title": firm.name,
                    "stage": stage,
                    "stage_since": row["changed_at"],
                    "stage_before": "in_talk" if asleep else "",
                    "owner_before_id": owner[0] if asleep else None,
                    "stage_reason_id": self.any("stage_reason") if asleep else None,
                    "won_at": row["changed_at"] if stage == "won" else None,
                    "last_contact_at": self.ago(120) if number % 6 else None,
                    "protected_until": (row["created_at"] + 90 * DAY).date(),
                }
            )

    def contacts(self) -> Iterator[Row]:
        customers = self.sizes.customers
        for number in range(1, self.sizes.contacts + 1):
            customer = (number - 1) % customers + 1
            firm, name = self.firm_of_customer(customer), texts.person(number)
            mobile = texts.mobile(20_000_000 + number)
            row = self.record(number, self.seller(customer), name, firm.parts, (mobile,))
            yield row | {
                "customer_id": customer,
                "name": "".join(name),
                "role_id": self.any("contact_role"),
                "position": self.random.choice(POSITIONS),
                "mobile": mobile,
                "mobile_e164": f"+86{mobile}",
                "birth_month": number % 12 + 1 if number % 2 else None,
                "birth_day": number % 28 + 1 if number % 2 else None,
                "primary": number <= customers,
            }

    def opportunities(self, changes: list[Row]) -> Iterator[Row]:
        """Each with the changes of stage that it went through."""
        stages = self.stages
        for number in range(1, self.sizes.opportunities + 1):
            customer = self.customer_of_opportunity(number)
            firm, owner = self.firm_of_customer(customer), self.seller(customer)
            name = *firm.parts[:2], texts.NEEDS[number % len(texts.NEEDS)]
            row = self.record(number, owner, name, firm.parts, firm.parts[:2])
            state = self.random.choice(OPPORTUNITY_STATES)
            furthest = len(stages) if state == "won" else self.random.randrange(len(stages)) + 1
            passed = stages[:furthest]
            ways: list[tuple[str, int | None, int | None]] = [("opened", None, passed[0])]
            ways += [("moved", here, then) for here, then in pairwise(passed)]
            ways += [(state, passed[-1], None)] if state != "open" else []
            at = since = row["created_at"]
            pause = (self.now - at) * self.random.random() / len(ways)
            for event, left, entered in ways:
                changes.append(
                    {
                        "opportunity_id": number,
                        "event": event,
                        "from_stage_id": left,
                        "to_stage_id": entered,
                        "at": at,
                        "by_id": owner[0],
                        "days": None if left is None else pause.days,
                    }
                )
                since = at if entered is not None else since
                last, at = at, at + pause
            yield row | {
                "name": "".join(name),
                "customer_id": customer,
                "stage_id": passed[-1],
                "furthest_id": passed[-1],
                "amount": self.random.randrange(1, 600) * 5000,
                "expected_on": (self.now + self.random.randrange(-30, 120) * DAY).date(),
                "state": state,
                "stage_since": since,
                "closed_at": None if state == "open" else last,
                "win_reason_id": self.any("win_reason") if state == "won" else None,
                "loss_reason_id": self.any("loss_reason") if state == "lost" else None,
            }

    def customer_of_opportunity(self, number: int) -> int:
        """Half of the customers have some."""
        return (number - 1) % max(1, self.sizes.customers // 2) + 1

    def activities(self) -> Iterator[Row]:
        """Six of ten about customers, three about leads, one about companies."""
        sizes = self.sizes
        of = {"customer": sizes.customers, "lead": sizes.leads, "company": sizes.promoted}
        shares = {"customer": 0.6, "lead": 0.3, "company": 0.1}
        number = 0
        for about, many in of.items():
            own = round(sizes.activities * shares[about])
            for place in range(own):
                number += 1
                yield self._activity(number, about, place * many // own + 1)

    def _activity(self, number: int, about: str, party: int) -> Row:
        sizes, company, contact = self.sizes, about == "company", None
        if about == "customer":
            firm = self.firm_of_customer(party)
            contact = party if number % 2 and party <= sizes.contacts else None
        else:
            firm = _firm(party) if company else self.firm_of_lead(party)
        subject = texts.TOPICS[self.random.randrange(len(texts.TOPICS))]
        words = (subject,), firm.parts, texts.person(contact) if contact else ()
        owner = self.seller(party + sizes.converted if company else party)
        row, state = self.record(number, owner, *words), self.random.choice(ACTIVITY_STATES)
        planned = self.ago(40) + 35 * DAY if state == "planned" else self.ago()
        sells = about == "customer" and number % 4 == 0 and party <= sizes.customers // 2
        return row | {
            "kind_id": self.any("activity_kind"),
            "subject": subject,
            "planned_at": planned,
            f"{about}_id": party,
            "contact_id": contact,
            "opportunity_id": party if sells and party <= sizes.opportunities else None,
            "state": state,
            "done_at": planned if state == "done" else None,
            "outcome": "对方有兴趣，下周再联系" if state == "done" else "",
        }


LEAD_STATES: Final = ("new",) * 3 + ("following",) * 5 + ("invalid",) * 2
CUSTOMER_STAGES: Final = ("in_talk",) * 10 + ("won",) * 6 + ("dormant",) * 3 + ("closed",)
OPPORTUNITY_STATES: Final = ("open",) * 5 + ("won",) * 2 + ("lost",) * 3
ACTIVITY_STATES: Final = ("done",) * 17 + ("planned",) * 2 + ("cancelled",)

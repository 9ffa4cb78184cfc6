"""What a segment may ask about contacts, and where the answers come from.

| in a text | is |
|---|---|
| `contact.name`, `.first_name`, `.last_name`, `.username`, `.phone`, `.email` | text |
| `contact.language`, `.time_zone` | text: a tag (BCP 47) such as `pt-BR`; a name of the IANA database |
| `contact.country` | text: ISO 3166 alpha-2, of the number |
| `contact.tags` | words: `"vip" in contact.tags` |
| `contact.opted_out`, `.window_open` | yes or no; whether Meta's 24-hour window is open |
| `contact.opt_out_source` | text |
| `contact.last_seen`, `.opted_out_on`, `.created_on`, `.updated_on` | days; last seen is when they last wrote |
| `fields.KEY` | as the custom field's kind says |
| `campaign("ID").got`, `.delivered`, `.read`, `.answered`, `.failed` | yes or no: their part in that campaign |
| `campaigns_in_days(30).got`, … | yes or no: in any campaign that began in the last 30 days, 90 at most |

Days are those of the tenant's time zone. `got`: Meta took the message; `delivered` holds for who has read it too.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.clock import DAY_MS, EpochMs
from shared.domain.contacts.contact import Contact, ContactField
from shared.domain.contacts.first_name import first_name_of
from shared.domain.contacts.market import market_of
from shared.domain.expressions.condition import Kind, Subject
from shared.domain.expressions.problems import Fault, Refused
from shared.domain.expressions.program import Known
from shared.domain.expressions.vocabulary import KeyCheck, Vocabulary
from shared.ids import CampaignId

Engaged = Callable[[CampaignId], frozenset[str]]
"""Campaign id → what is known of somebody in that campaign, as in ENGAGEMENT; nothing when they were not in it."""
ENGAGEMENT = ("got", "delivered", "read", "answered", "failed")
MOST_DAYS = 90
"""How far back one may ask: what became of people is kept for 90 days after a campaign."""
WINDOW_MS = DAY_MS
"""How long after a person wrote Meta takes free-form messages to them (Meta, customer service windows)."""
_QUARTER_MS = 15 * 60_000
"""Days begin at quarters of an hour in every zone (IANA, tz database, since 1972), so one look serves for all of it."""
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,20})?\Z", re.ASCII)

ATTRIBUTES: Mapping[str, Kind] = {
    "contact.name": Kind.TEXT,
    "contact.first_name": Kind.TEXT,
    "contact.last_name": Kind.TEXT,
    "contact.username": Kind.TEXT,
    "contact.phone": Kind.TEXT,
    "contact.email": Kind.TEXT,
    "contact.language": Kind.TEXT,
    "contact.time_zone": Kind.TEXT,
    "contact.country": Kind.TEXT,
    "contact.tags": Kind.WORDS,
    "contact.opted_out": Kind.BOOLEAN,
    "contact.opted_out_on": Kind.DATE,
    "contact.opt_out_source": Kind.TEXT,
    "contact.last_seen": Kind.DATE,
    "contact.window_open": Kind.BOOLEAN,
    "contact.created_on": Kind.DATE,
    "contact.updated_on": Kind.DATE,
}
_FIELD_KINDS = {"number": Kind.NUMBER, "date": Kind.DATE, "boolean": Kind.BOOLEAN}
REFUSED: Mapping[str, str] = {
    "contact.lists": 'there are no lists of contacts yet; use a tag, as in "vip" in contact.tags',
}
"""What somebody may well ask for, and what to do meanwhile."""


def any_campaign(key: str | int) -> None:
    """Raises Refused for what cannot be a campaign's id."""
    if not isinstance(key, str) or not _ULID.match(key):
        raise Refused(Fault.UNKNOWN_CAMPAIGN, 'a campaign is named by its id, as in campaign("01J…").read')


def any_days(key: str | int) -> None:
    """Raises Refused for days that nobody can be asked about."""
    if not isinstance(key, int) or not 1 <= key <= MOST_DAYS:
        message = f"days are a whole number from 1 to {MOST_DAYS}, as in campaigns_in_days(30).read"
        raise Refused(Fault.WRONG_VALUE, message)


def vocabulary_of(fields: Sequence[ContactField], check_campaign: KeyCheck = any_campaign) -> Vocabulary:
    """Of a tenant with these custom fields."""
    return Vocabulary(
        attributes=ATTRIBUTES,
        open_roots={"fields": {field.key: _FIELD_KINDS.get(field.kind, Kind.TEXT) for field in fields}},
        keyed={f"campaign.{what}": (Kind.BOOLEAN, check_campaign) for what in ENGAGEMENT}
        | {f"campaigns_in_days.{what}": (Kind.BOOLEAN, any_days) for what in ENGAGEMENT},
        refused=REFUSED,
    )


def zone_of(name: str) -> tzinfo:
    """UTC for a tenant that has said none, or one that this machine does not know."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def known_of(
    subject: Subject, kind: Kind, now: EpochMs, zone: tzinfo, recent: Mapping[int, Sequence[CampaignId]]
) -> Callable[[Contact, Engaged], Known]:
    """What reads this of a contact, as of `now`. `recent`: the campaigns that began in the last so many days."""
    if subject.name == "fields":
        key, read = str(subject.key), _READ[kind]
        return lambda contact, _: read(contact.fields.get(key, ""))
    if subject.name.startswith("campaign."):
        campaign_id, what = CampaignId(str(subject.key)), subject.name.partition(".")[2]
        return lambda _, engaged: what in engaged(campaign_id)
    if subject.name.startswith("campaigns_in_days."):
        campaigns, what = recent[int(subject.key)], subject.name.partition(".")[2]
        return lambda _, engaged: any(what in engaged(one) for one in campaigns)

    @lru_cache(maxsize=4096)
    def day_of_quarter(quarter: int) -> date:
        return datetime.fromtimestamp(quarter * _QUARTER_MS / 1000, zone).date()

    def day(at: EpochMs | None) -> date | None:
        return day_of_quarter(at // _QUARTER_MS) if at else None

    attributes: Mapping[str, Callable[[Contact], Known]] = {
        "contact.name": lambda contact: contact.name or None,
        "contact.first_name": lambda contact: first_name_of(contact) or None,
        "contact.last_name": lambda contact: contact.last_name or None,
        "contact.username": lambda contact: contact.username or None,
        "contact.phone": lambda contact: contact.phone,
        "contact.email": lambda contact: contact.email or None,
        "contact.language": lambda contact: contact.language or None,
        "contact.time_zone": lambda contact: contact.time_zone or None,
        "contact.country": country_of,
        "contact.tags": lambda contact: list(contact.tags),
        "contact.opted_out": lambda contact: contact.opted_out_at is not None,
        "contact.opted_out_on": lambda contact: day(contact.opted_out_at),
        "contact.opt_out_source": lambda contact: contact.opt_out_source or None,
        "contact.last_seen": lambda contact: day(contact.last_inbound_at),
        "contact.window_open": lambda contact: (contact.last_inbound_at or 0) > now - WINDOW_MS,
        "contact.created_on": lambda contact: day(contact.created_at),
        "contact.updated_on": lambda contact: day(max(contact.updated_at, contact.created_at)),
    }
    of = attributes[subject.name]
    return lambda contact, _: of(contact)


def country_of(contact: Contact) -> str | None:
    return contact.region or market_of(contact.phone or contact.bsuid or "") or None


def _number(value: str) -> float | None:
    return float(value) if _NUMBER.match(value) and math.isfinite(float(value)) else None


@lru_cache(maxsize=4096)
def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


_READ: Mapping[Kind, Callable[[str], Known]] = {
    Kind.TEXT: lambda value: value or None,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.BOOLEAN: {"true": True, "false": False}.get,
    Kind.WORDS: lambda value: [value] if value else [],
}

"""What a segment may ask about contacts, and what answers."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact, ContactField
from shared.domain.expressions.condition import Kind
from shared.domain.expressions.problems import BadCondition
from shared.domain.segments.frozen import FrozenSegment
from shared.domain.segments.people import ATTRIBUTES, ENGAGEMENT, REFUSED, vocabulary_of, zone_of
from shared.domain.segments.segment import (
    MOST_CAMPAIGNS,
    MOST_RECENT,
    PeopleFilter,
    Segment,
    campaigns_of,
    checked,
    freeze,
)
from shared.ids import CampaignId, ContactId

NOW = EpochMs(int(datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp() * 1000))
DAY = 86_400_000
FIELDS = [
    ContactField("plan", "Plan"),
    ContactField("points", "Points", "number"),
    ContactField("renewal", "Renewal", "date"),
    ContactField("member", "Member", "boolean"),
]
ONE, OTHER = CampaignId("01K0000000000000000000000A"), CampaignId("01K0000000000000000000000B")


def ana(**changes: object) -> Contact:
    facts: dict[str, object] = {
        "contact_id": ContactId("0" * 32),
        "phone": "+34600111222",
        "name": "Ana Souza",
        "region": "ES",
        "username": "anita",
        "last_name": "Souza",
        "language": "es-ES",
        "time_zone": "Europe/Madrid",
        "email": "ana@example.com",
        "tags": frozenset({"vip", "new"}),
        "fields": {"plan": "gold", "points": "12.50", "renewal": "2026-12-07", "member": "true"},
        "last_inbound_at": EpochMs(NOW - 3_600_000),
        "created_at": EpochMs(NOW - 40 * DAY),
    }
    return Contact(**{**facts, **changes})  # type: ignore[arg-type]


def includes(text: str, contact: Contact, engaged: Mapping[str, frozenset[str]] | None = None, zone: str = "") -> bool:
    frozen = freeze(Segment("s", "n", text), FIELDS, zone)
    return PeopleFilter(frozen, NOW).includes(contact, lambda one: (engaged or {}).get(one, frozenset()))


@pytest.mark.parametrize(
    "text",
    [
        'contact.name == "Ana Souza"',
        'contact.first_name == "Ana"',
        'contact.last_name == "Souza" && contact.language.startsWith("es") && contact.time_zone == "Europe/Madrid"',
        'contact.email.endsWith("@example.com")',
        'contact.username.startsWith("ani")',
        'contact.phone.startsWith("+34600")',
        'contact.country in ["PT", "ES"]',
        '"vip" in contact.tags && !("old" in contact.tags)',
        "!contact.opted_out && !has(contact.opted_out_on) && !has(contact.opt_out_source)",
        "contact.window_open && contact.last_seen == today()",
        'contact.created_on == date("2026-10-21")',
        "contact.updated_on == days_ago(40)",
        'fields.plan == "gold" && fields.points > 12 && fields.points == 12.5',
        "fields.renewal <= days_ahead(7) && fields.renewal > days_ahead(6) && fields.member",
    ],
)
def test_what_is_known_of_somebody(text: str) -> None:
    assert includes(text, ana())


@pytest.mark.parametrize(
    "text",
    [
        "has(contact.name)",
        "has(contact.phone)",
        "has(contact.last_name)",
        "has(contact.language)",
        "has(contact.time_zone)",
        "has(contact.email)",
        "has(contact.tags)",
        "has(contact.last_seen)",
        "contact.window_open",
        "has(fields.plan)",
        "has(fields.points)",
        "has(fields.renewal)",
        "has(fields.member)",
        "fields.member == false",
        "fields.points < 5",
        "contact.created_on < today()",
    ],
)
def test_what_is_not_known(text: str) -> None:
    nobody = Contact(ContactId("0" * 32), bsuid="ES.1")
    assert not includes(text, nobody)
    assert includes(f"!({text})", nobody)


def test_the_country_is_that_of_the_number_where_none_is_stored() -> None:
    assert includes('contact.country == "ES"', ana(region=""))
    assert includes('contact.country == "BR"', ana(region="", phone=None, bsuid="BR.123"))


def test_values_that_are_not_of_their_kind_are_not_known() -> None:
    odd = ana(fields={"points": "inf", "renewal": "soon", "member": "perhaps"})
    assert includes("!has(fields.points) && !has(fields.renewal) && !has(fields.member)", odd)


def test_the_window_closes_after_a_day_and_consent_shows() -> None:
    late = ana(last_inbound_at=EpochMs(NOW - DAY), opted_out_at=EpochMs(NOW - DAY), opt_out_source="keyword")
    assert includes('!contact.window_open && contact.opted_out && contact.opt_out_source == "keyword"', late)
    assert includes("contact.opted_out_on == days_ago(1)", late)


def test_days_are_those_of_the_tenants_zone() -> None:
    just_before = ana(last_inbound_at=EpochMs(NOW - 12 * 3_600_000 - 1))
    assert includes('contact.last_seen == date("2026-11-29")', just_before)
    assert includes(
        'contact.last_seen == date("2026-11-30") && contact.last_seen == today()', just_before, zone="Asia/Tokyo"
    )
    assert includes('contact.last_seen == date("2026-11-29")', just_before, zone="America/Sao_Paulo")
    assert zone_of("Nowhere/Land") is UTC
    assert zone_of("../etc") is UTC


def test_what_became_of_them_in_a_campaign() -> None:
    text = f'campaign("{ONE}").read && !campaign("{OTHER}").got'
    assert includes(text, ana(), {ONE: frozenset({"got", "delivered", "read"})})
    assert not includes(text, ana(), {ONE: frozenset({"got"})})
    assert not includes(text, ana(), {ONE: frozenset({"read"}), OTHER: frozenset({"got"})})
    assert campaigns_of(checked(f'{text} || campaign("{ONE}").failed', vocabulary_of([]))) == (ONE, OTHER)


def test_every_kind_of_engagement_can_be_asked_for() -> None:
    for what in ENGAGEMENT:
        assert includes(f'campaign("{ONE}").{what}', ana(), {ONE: frozenset({what})})


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_asked_yet_says_so(name: str) -> None:
    with pytest.raises(BadCondition) as caught:
        checked(f"has({name})", vocabulary_of(FIELDS))
    assert caught.value.problems[0].code == "not_kept_yet"


@pytest.mark.parametrize("days", ["0", "91", '"30"', "-5"])
def test_days_have_a_bound(days: str) -> None:
    with pytest.raises(BadCondition) as caught:
        checked(f"campaigns_in_days({days}).got", vocabulary_of([]))
    assert caught.value.problems[0].code == "wrong_value"


def test_any_campaign_of_some_days() -> None:
    segment = Segment("s", "n", "campaigns_in_days(7).read && !campaigns_in_days(30).failed")
    began = {7: [ONE], 30: [ONE, OTHER]}
    frozen = freeze(segment, [], "", recent=began.__getitem__)
    assert (frozen.recent, frozen.campaigns) == ({7: (ONE,), 30: (ONE, OTHER)}, (ONE, OTHER))
    chosen = PeopleFilter(frozen, NOW)

    def includes_with(found: Mapping[str, frozenset[str]]) -> bool:
        return chosen.includes(ana(), lambda one: found.get(one, frozenset()))

    assert includes_with({ONE: frozenset({"got", "read"}), OTHER: frozenset({"got"})})
    assert not includes_with({OTHER: frozenset({"got", "read"})})
    assert not includes_with({ONE: frozenset({"read"}), OTHER: frozenset({"failed"})})


def test_so_many_campaigns_of_some_days_and_no_more() -> None:
    segment = Segment("s", "n", "campaigns_in_days(30).got")
    ids = [CampaignId(f"01K0000000000000000000{i:04d}") for i in range(MOST_RECENT + 1)]
    freeze(segment, [], "", recent=lambda _: ids[1:])
    with pytest.raises(BadCondition) as caught:
        freeze(segment, [], "", recent=lambda _: ids)
    assert caught.value.problems[0].code == "too_many_campaigns"


@pytest.mark.parametrize("key", ['"01J"', '"' + "0" * 40 + '"', "5", '"../x"'])
def test_a_campaign_is_named_by_its_id(key: str) -> None:
    with pytest.raises(BadCondition) as caught:
        checked(f"campaign({key}).read", vocabulary_of([]))
    assert caught.value.problems[0].code == "unknown_campaign"


def test_so_many_campaigns_and_no_more() -> None:
    def named(count: int) -> str:
        return " || ".join(f'campaign("01K0000000000000000000{i:04d}").read' for i in range(count))

    checked(named(MOST_CAMPAIGNS), vocabulary_of([]))
    with pytest.raises(BadCondition) as caught:
        checked(named(MOST_CAMPAIGNS + 1), vocabulary_of([]))
    assert caught.value.problems[0].code == "too_many_campaigns"


def test_what_is_frozen_decides_whatever_becomes_of_the_fields() -> None:
    frozen = freeze(Segment("s", "Big", "fields.points > 10", revision=3), FIELDS, "Asia/Tokyo")
    assert frozen == FrozenSegment("s", 3, "Big", "fields.points > 10", {"points": "number"}, (), "Asia/Tokyo")
    assert PeopleFilter(frozen, NOW).includes(ana(), lambda _: frozenset())


def test_a_segment_of_a_field_that_is_gone_cannot_be_frozen() -> None:
    with pytest.raises(BadCondition) as caught:
        freeze(Segment("s", "Big", "fields.points > 10"), [], "")
    assert caught.value.problems[0].code == "unknown_field"
    with pytest.raises(BadCondition):
        freeze(Segment("s", "Big", "fields.points > 10"), [ContactField("points", "Points", "text")], "")


def test_why_names_what_is_known() -> None:
    frozen = freeze(Segment("s", "n", 'contact.country == "PT" || fields.renewal > today()'), FIELDS, "")
    account = PeopleFilter(frozen, NOW).why(ana(), lambda _: frozenset())
    assert account.met
    assert [(t.known, t.met, t.decided) for t in account.tests] == [
        ("ES", False, False),
        (date(2026, 12, 7), True, True),
    ]


def test_every_attribute_has_something_that_reads_it() -> None:
    shown = {Kind.BOOLEAN: "{} == true", Kind.WORDS: '"x" in {}'}
    for name, kind in ATTRIBUTES.items():
        assert includes(shown.get(kind, "has({})").format(name), ana()) in (True, False)

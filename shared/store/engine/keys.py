"""Every kind of item in the four tables: whose it is, whether it says something of a person, how long it stays, and
how it goes when that person is erased.

Erasure, export and the register of processing read this table; a test fails for a prefix that is not in it. Keys are
written as `partition / sort key`; `<t>` is a tenant.
"""

from dataclasses import dataclass
from typing import Literal

Table = Literal["Directory", "Contacts", "Conversations", "Sends"]


@dataclass(frozen=True, slots=True)
class Key:
    """`personal`: whether an item holds or names a person who is written to. `retention`: until when it stays by
    itself. `eraser`: by what it is found and removed, or emptied, when a person is erased; "" where nothing is."""

    table: Table
    key: str
    owner: str
    personal: bool
    retention: str
    eraser: str = ""


_TENANT = "as long as the tenant"
_CONVERSATION = "as the messages: 400 days after the last"
_BLOCKS = "90 days after the campaign"

KEYS = (
    # Directory: documents of a tenant.
    Key("Directory", "T#<t> / TENANT", "accounts", False, _TENANT),
    Key("Directory", "T#<t> / MEMBER#<id>", "accounts", False, _TENANT),
    Key("Directory", "T#<t> / INVITE#<id>", "accounts", False, "until it is accepted or revoked"),
    Key("Directory", "T#<t> / REMOVAL#<member>", "accounts", False, "until the member's desk is empty"),
    Key("Directory", "T#<t> / SUPPORT#<id>", "accounts", False, "400 days"),
    Key("Directory", "T#<t> / STOP#suspension", "accounts", False, "until the suspension is lifted"),
    Key("Directory", "T#platform / OPERATOR#<id>", "accounts", False, "until the operator is removed"),
    Key("Directory", "T#platform / ACTING#<operator>", "accounts", False, "a day after the access has ended"),
    Key("Directory", "T#<t> / KEYUSE#<api key>", "accounts", False, "until it is revoked"),
    Key("Directory", "T#<t> / APIKEY#<id>", "accounts", False, "until it is revoked"),
    Key("Directory", "T#<t> / IDEM#<hash>", "http", True, "a day", "expires; answers may name a person"),
    Key("Directory", "T#<t> / GUARD#<prefix>", "engine", False, _TENANT),
    Key("Directory", "T#<t> / ORDER#<prefix>", "engine", False, _TENANT),
    Key("Directory", "T#<t> / WABA#<id>", "numbers", False, _TENANT),
    Key("Directory", "T#<t> / NUMBER#<id>", "numbers", False, _TENANT),
    Key("Directory", "T#<t> / PIN#<number>", "numbers", False, _TENANT),
    Key("Directory", "T#<t> / PROFILE#<number>", "numbers", False, _TENANT),
    Key("Directory", "T#<t> / ONBOARDING#<id>", "numbers", False, "until fifty newer ones were begun"),
    Key("Directory", "T#<t> / TOKEN#<account>", "numbers", False, _TENANT),
    Key("Directory", "T#<t> / NOTICE#<ms>-<id>", "numbers", False, "400 days"),
    Key("Directory", "T#<t> / TPL#<id>", "templates", False, _TENANT),
    Key("Directory", "T#<t> / TPLV#<id>#<version>", "templates", False, "until 50 later versions are kept"),
    Key("Directory", "T#<t> / TPLD#<id>", "templates", False, "until it is submitted or removed"),
    Key("Directory", "T#<t> / FIELD#<key>", "contacts", False, _TENANT),
    Key("Directory", "T#<t> / SEG#<id>", "segments", True, _TENANT, "by the tenant; a condition may name a person"),
    Key("Directory", "T#<t> / IMP#<id>", "contacts", True, _TENANT, "the file and its rejected rows, by import"),
    Key("Directory", "T#<t> / WORKERS#imports", "contacts", False, _TENANT),
    Key("Directory", "T#<t> / CMP#<id>", "campaigns", False, _TENANT),
    Key("Directory", "T#<t> / DRY#<campaign>", "campaigns", False, _TENANT),
    Key("Directory", "T#<t> / INCIDENT#<campaign>#<kind>", "campaigns", False, _TENANT),
    Key("Directory", "T#<t> / RATES", "campaigns", False, _TENANT),
    Key("Directory", "T#<t> / BOT#<id>", "bots", False, _TENANT),
    Key("Directory", "T#<t> / LABEL#<id>", "conversations", False, _TENANT),
    Key("Directory", "T#<t> / CANNED#<id>", "conversations", False, _TENANT),
    Key("Directory", "T#<t> / FILE#<id>", "media", False, _TENANT),
    Key("Directory", "T#<t> / WHE#<id>", "webhooks", False, _TENANT),
    Key("Directory", "T#<t> / SUBSCRIPTION#<id>", "billing", False, _TENANT),
    Key("Directory", "T#<t> / EVT#<provider>#<id>", "billing", False, "90 days"),
    # Directory: names that are unique over all tenants, and the index of what is due.
    Key("Directory", "SUB#<cognito subject>", "accounts", False, _TENANT),
    Key("Directory", "KEY#<hash>", "accounts", False, "until it is revoked"),
    Key("Directory", "SUPPORTKEY#<hash>", "accounts", False, "a day after the access has ended"),
    Key("Directory", "TENANTS#<plan>#<status>", "accounts", False, "with the tenant: an index"),
    Key("Directory", "SIGNUP#<hash of the address>", "accounts", False, "3 days after the last call"),
    Key("Directory", "PERSON#<cognito subject> / PERSON", "accounts", False, _TENANT),
    Key("Directory", "CUSTOMER#<id>", "billing", False, _TENANT),
    Key("Directory", "WABA#<id>", "numbers", False, _TENANT),
    Key("Directory", "CELLWABA#<id>", "numbers", False, "as long as another stack has the account"),
    Key("Directory", "CELL#<name> / HEALTH", "numbers", False, "always: one item for each other stack"),
    Key("Directory", "PN#<number>", "numbers", False, _TENANT),
    Key("Directory", "OWNED#<t>", "accounts", False, _TENANT),
    Key("Directory", "DUE#<kind>#<partition>", "engine", False, "until it is done"),
    Key("Directory", "DUE#<kind>", "engine", False, "until it is done; written before there were partitions"),
    Key("Directory", "T#<t> / STOP#sending", "campaigns", False, "until sending is resumed"),
    Key("Directory", "STOP#platform / STOP#sending", "campaigns", False, "until sending is resumed"),
    Key(
        "Directory",
        "T#<t>#AUDIT#<yyyy-mm> / E#<id>#<form>",
        "audit",
        False,
        "400 days, or as AUDIT_RETENTION_DAYS says",
    ),
    Key("Directory", "OPS#<yyyy-mm> / AUDIT#<id>", "accounts", False, "800 days"),
    # Contacts.
    Key("Contacts", "T#<t>#<shard> / C#<contact>", "contacts", True, _TENANT, "by contact id and every alias"),
    Key("Contacts", "T#<t>#<shard> / E#<contact>#<event>", "contacts", True, _TENANT, "by contact id"),
    Key("Contacts", "T#<t>#OPT / <ms>#<contact>", "contacts", True, "400 days", "expires; holds contact ids only"),
    Key("Contacts", "T#<t>#OPT / <ms>#<contact>#<other>", "contacts", True, "400 days", "expires; ids only"),
    # Conversations.
    Key("Conversations", "T#<t>#V#<conversation> / HEAD", "conversations", True, _CONVERSATION, "by conversation"),
    Key(
        "Conversations", "T#<t>#V#<conversation> / M#<message>", "conversations", True, _CONVERSATION, "by conversation"
    ),
    Key("Conversations", "T#<t>#V#<conversation> / W#<wamid>", "conversations", True, _CONVERSATION, "by conversation"),
    Key(
        "Conversations",
        "T#<t>#V#<conversation> / A#<wamid>#<id>",
        "conversations",
        True,
        _CONVERSATION,
        "by conversation",
    ),
    Key("Conversations", "T#<t>#V#<conversation> / N#<entry>", "conversations", True, _CONVERSATION, "by conversation"),
    Key("Conversations", "T#<t>#V#<conversation> / P#<member>", "conversations", False, "minutes"),
    Key("Conversations", "T#<t>#V#<conversation> / MOVED", "conversations", True, _CONVERSATION, "by conversation"),
    Key("Conversations", "T#<t>#CONV#<status>#<part>", "conversations", True, _CONVERSATION, "with the head: an index"),
    Key(
        "Conversations", "T#<t>#CONV#<status>#-#<part>", "conversations", True, _CONVERSATION, "with the head: an index"
    ),
    Key("Conversations", "T#<t>#CONV / PARTS", "conversations", False, _TENANT),
    Key(
        "Conversations", "T#<t>#DESK#<member>#<status>", "conversations", True, _CONVERSATION, "with the head: an index"
    ),
    Key("Conversations", "T#<t>#AT#<member> / <entry>", "conversations", False, _CONVERSATION),
    Key("Conversations", "T#<t>#SW#<start> / <word>#<message>", "conversations", True, _CONVERSATION, "search.forget"),
    Key(
        "Conversations",
        "T#<t>#SD#<digits> / <digits>#<message>",
        "conversations",
        True,
        _CONVERSATION,
        "search.forget",
    ),
    Key(
        "Conversations",
        "T#<t>#SN#<start> / <word>#<conversation>",
        "conversations",
        True,
        _CONVERSATION,
        "search.forget",
    ),
    Key(
        "Conversations",
        "T#<t>#SP#<digits> / <digits>#<conversation>",
        "conversations",
        True,
        _CONVERSATION,
        "search.forget",
    ),
    Key("Conversations", "T#<t>#ROTA / TURN", "conversations", False, _TENANT),
    # Sends: campaigns.
    Key("Sends", "T#<t>#C#<campaign>#<shard> / R#<block>", "campaigns", True, _BLOCKS, "by contact id, in the block"),
    Key("Sends", "T#<t>#C#<campaign>#<shard> / S#<block>", "campaigns", False, _BLOCKS),
    Key("Sends", "T#<t>#C#<campaign>#<shard> / I#<block>", "campaigns", False, _BLOCKS),
    Key("Sends", "T#<t>#C#<campaign>#DRY / <run>#<shard>", "campaigns", True, "a day", "expires"),
    Key("Sends", "T#<t>#C#<campaign>#LOAD / <run>#<shard>", "campaigns", True, "a day", "expires"),
    Key("Sends", "T#<t>#C#<campaign>#SUM / <shard>#<block>", "campaigns", False, _BLOCKS),
    Key("Sends", "T#<t>#C#<campaign>#RATE", "campaigns", False, _BLOCKS),
    Key("Sends", "T#<t>#C#<campaign>#J<part> / J#<ms>#<hash>", "campaigns", False, _BLOCKS),
    Key("Sends", "JOURNAL#<n> / OPEN#<t>#<campaign>#<part>", "campaigns", False, "until its journal is empty"),
    Key("Sends", "PN#<number> / LANE#<lane>", "campaigns", False, _TENANT),
    Key("Sends", "PN#<number> / RUN#<campaign>", "campaigns", False, "until the campaign is closed"),
    Key("Sends", "PN#<number> / Q#<lane>#<due>#<id>", "campaigns", False, "until it is sent"),
    Key("Sends", "PN#<number>#CLOSED / <campaign>", "campaigns", False, "400 days"),
    Key("Sends", "T#<t>#TURN / <campaign>", "campaigns", False, "until the sweep has looked at it, or an hour"),
    Key("Sends", "SWEEP# / PLACE", "campaigns", False, "always: one item of each schedule's tasks"),
    # Sends: what tenants are told.
    Key("Sends", "T#<t>#EVENTS / HEAD", "webhooks", False, _TENANT),
    Key("Sends", "T#<t>#EVENTS / E#<n>", "webhooks", True, "25 hours", "expires"),
    Key("Sends", "T#<t>#OUTCOMES / HEAD", "webhooks", False, _TENANT),
    Key("Sends", "T#<t>#OUTCOMES / E#<n>", "webhooks", True, "25 hours", "expires; holds contact ids only"),
    Key("Sends", "T#<t>#LEASES / <kind>", "accounts", False, "minutes"),
    Key("Sends", "T#<t>#CALLS / <caller>", "accounts", False, "an hour after the last call"),
    Key("Sends", "ATTEMPTS#<kind>#<hash> / account", "accounts", False, "two hours after the last attempt"),
    Key("Sends", "ATTEMPTS#<kind>#<hash> / network", "accounts", False, "two hours after the last attempt"),
    Key("Sends", "T#<t>#WH#<endpoint> / <ms>-<event>", "webhooks", True, "30 days", "expires"),
    Key("Sends", "T#<t>#WHB#<endpoint> / <window>", "webhooks", False, "6 to 9 days"),
    Key("Sends", "WHH#<host> / SLOW", "webhooks", False, "an hour after it was slow"),
    Key("Sends", "WHH#<host> / PLACE#<n>", "webhooks", False, "an hour after it was slow"),
)

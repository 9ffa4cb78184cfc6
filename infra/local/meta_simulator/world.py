"""The simulated business accounts: WABAs, numbers, templates, tokens, codes. All in memory."""

import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass, field

from . import chance
from .config import Json
from .errors import GraphError, missing_object
from .limits import Throughput
from .template_spec import SendSpec

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")


@dataclass(slots=True)
class Token:
    """A business token: what one customer granted to the app."""

    value: str
    proof: str
    waba_ids: set[str]
    issued_at: int
    expires_at: int = 0
    valid: bool = True
    scopes: tuple[str, ...] = SCOPES


@dataclass(slots=True)
class Number:
    """A business phone number. `throughput_per_second` is None while the general limit holds."""

    id: str
    waba_id: str
    display_phone_number: str
    verified_name: str
    throughput_per_second: int | None = None
    on_biz_app: bool = False
    registered: bool = False
    pin: str = ""
    status: str = "PENDING"
    quality_rating: str = "GREEN"
    maintenance: bool = False
    override_url: str = ""
    register_times: list[float] = field(default_factory=list)
    throughput: Throughput = field(default_factory=Throughput)
    service_messages: int = 0
    elsewhere: bool = False
    """Registered with another provider, which has to give it up first."""
    synced: set[str] = field(default_factory=set)
    sync_over: bool = False
    app_people: int = 0
    """How many people the WhatsApp Business app knows, if the number is used there; it has talked with each."""
    history_declined: bool = False
    profile: Json = field(default_factory=dict)
    name_status: str = "APPROVED"
    troubles: list[Json] = field(default_factory=list)
    """What keeps the number from sending, as `health_status` shows it."""

    @property
    def digits(self) -> str:
        """The number's digits only."""
        return digits_of(self.display_phone_number)


@dataclass(slots=True)
class Template:
    """A template in one language, with what a send must bring compiled from its components."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    status: str
    parameter_format: str
    components: list[Json]
    spec: SendSpec
    reason: str = "NONE"
    quality: str = "UNKNOWN"
    previous_category: str = ""
    ttl_seconds: int = 0
    edited_at: list[float] = field(default_factory=list)
    """Wall time in seconds of each edit while it was approved."""


@dataclass(slots=True)
class Waba:
    """A WhatsApp Business account (one customer)."""

    id: str
    name: str
    business_id: str
    number_ids: list[str] = field(default_factory=list)
    templates: dict[tuple[str, str], Template] = field(default_factory=dict)
    deleted_names: set[tuple[str, str]] = field(default_factory=set)
    subscribed: bool = False
    override_url: str = ""
    messaging_limit: int | None = None
    mm_onboarded: bool = True
    marketing_off_cloud_api: bool = False
    marketing_refusal: int = 0
    """The code with which /marketing_messages refuses this account; 0 when it does not."""
    restriction: str = ""
    banned: bool = False
    subscribe_refused: bool = False
    subscribe_ignored: bool = False
    """Meta says yes and does nothing."""


class World:
    """Everything that exists, by id."""

    def __init__(self, seed: str, app_secret: str) -> None:
        self.seed = seed
        self.app_secret = app_secret
        self.wabas: dict[str, Waba] = {}
        self.numbers: dict[str, Number] = {}
        self.templates: dict[str, Template] = {}
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, set[str]] = {}
        self.granted: dict[str, tuple[tuple[str, ...], int]] = {}
        """Code -> the scopes of its token, and when that ends (epoch seconds, 0 never), where they are not the usual
        ones."""
        self.expired_codes: set[str] = set()
        self.used_codes: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._base = 100_000_000_000_000 + chance.number(seed, "ids") % 800_000_000 * 1_000_000

    def new_id(self) -> str:
        """A fresh object id: 15 digits, as Graph's."""
        return str(self._base + self.count("id"))

    def count(self, name: str) -> int:
        """1, 2, 3… for each name."""
        self._counts[name] += 1
        return self._counts[name]

    def issue_token(self, waba_ids: set[str], now: int, code: str = "") -> Token:
        """A new business token for some WABAs, as its code grants it."""
        secret = hashlib.sha256(f"{self.seed}/token/{self.count('token')}".encode()).hexdigest()
        value = f"EAAJ{secret}"
        proof = hmac.new(self.app_secret.encode(), value.encode(), hashlib.sha256).hexdigest()
        scopes, expires_at = self.granted.get(code, (SCOPES, 0))
        token = Token(value, proof, set(waba_ids), now, expires_at, scopes=scopes)
        self.tokens[value] = token
        return token

    def redeem(self, code: str) -> set[str]:
        """The WABAs a signup code stands for; a code works once.

        Raises:
            GraphError: 100, unknown or used code.
        """
        waba_ids = self.codes.get(code)
        if waba_ids is None and code.startswith("code-") and code[5:] in self.wabas:
            waba_ids = {code[5:]}
        if code in self.used_codes:
            raise GraphError(
                100,
                "This authorization code has been used.",
                message="This authorization code has been used.",
                subcode=36009,
            )
        if waba_ids is None:
            raise GraphError(
                100, "Invalid verification code format.", message="Invalid verification code format.", subcode=36008
            )
        if code in self.expired_codes:
            raise GraphError(
                100, "This authorization code has expired.", message="This authorization code has expired."
            )
        self.used_codes.add(code)
        for number in self.numbers.values():
            if number.waba_id in waba_ids:
                # A sign-up opens the door to the app's data again.
                number.synced.clear()
                number.sync_over = False
        return waba_ids

    def waba(self, waba_id: str) -> Waba:
        """Raises GraphError 100/33 for an unknown id."""
        try:
            return self.wabas[waba_id]
        except KeyError:
            raise missing_object(waba_id) from None

    def number(self, number_id: str) -> Number:
        """Raises GraphError 100/33 for an unknown id."""
        try:
            return self.numbers[number_id]
        except KeyError:
            raise missing_object(number_id) from None


def digits_of(phone: str) -> str:
    """Only the digits of a phone number."""
    return "".join(char for char in phone if char.isascii() and char.isdigit())


def same_language(code: str) -> str:
    """`en-US` and `en_US` are one language."""
    return code.replace("-", "_")

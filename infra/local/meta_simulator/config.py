"""What can be set: once in the start file, and again at any time through POST /_sim/script."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

Json = dict[str, Any]
Span = tuple[float, float]


class BadScript(Exception):
    """The start file or a script asks for something that does not exist or has the wrong type."""


@dataclass(frozen=True, slots=True)
class StatusRules:
    """What happens to a message after it was accepted. Shares are 0-1, delays are seconds from the step before."""

    delivered_share: float = 0.95
    read_share: float = 0.6
    skip_delivered_share: float = 0.0
    sent_delay: Span = (0.1, 0.4)
    delivered_delay: Span = (0.3, 1.5)
    read_delay: Span = (1.0, 4.0)
    failed: dict[int, float] = field(default_factory=lambda: {131026: 0.01, 131049: 0.01})
    held_share: float = 0.0
    held_drop_share: float = 0.0
    held_delay: Span = (2.0, 5.0)


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """How updates are packed, spoiled and retried."""

    flush_seconds: float = 0.25
    max_updates_per_post: int = 50
    statuses_per_change: int = 10
    max_concurrent_posts: int = 4
    timeout_seconds: float = 20.0
    retry_first_seconds: float = 0.2
    retry_max_seconds: float = 5.0
    retry_attempts: int = 60
    duplicate_share: float = 0.0
    duplicate_delay: Span = (0.2, 2.0)
    reorder_share: float = 0.0
    reorder_delay: Span = (1.0, 5.0)
    lose_share: float = 0.0
    extra_delay_share: float = 0.0
    extra_delay: Span = (2.0, 5.0)


@dataclass(frozen=True, slots=True)
class PeopleRules:
    """What people do with a template message that reached them. The four shares exclude each other."""

    stop_share: float = 0.02
    button_share: float = 0.05
    answer_share: float = 0.08
    react_share: float = 0.02
    hidden_phone_share: float = 0.0
    delay: Span = (0.5, 3.0)
    answer_texts: tuple[str, ...] = (
        "Hi, is this still available?",
        "¡Hola! ¿Cuánto cuesta el envío a Córdoba?",
        "Olá, não entendi a promoção 🤔",
        "Merci beaucoup ❤️ à bientôt",
        "menu",
        "price?",
        "Можно узнать цену?",
        "أريد معرفة المزيد",
        "ok 👍🏽",
        "Größe M, bitte",
    )
    stop_texts: tuple[str, ...] = ("STOP", "Stop", "stop", "STOP.", " stop ")
    emojis: tuple[str, ...] = ("👍", "❤️", "😂", "🙏🏽")


@dataclass(frozen=True, slots=True)
class LimitRules:
    """Meta's limits as the simulator holds them."""

    throughput_per_second: int = 80
    pair_limit: bool = True
    pair_burst: int = 45
    pair_seconds: float = 6.0
    messaging_limit: int = 0  # unique people outside the service window in 24 h per WABA; 0 = unlimited
    templates_per_waba: int = 250
    free_service_messages: int = 1000


@dataclass(frozen=True, slots=True)
class TemplateRules:
    """How templates are reviewed."""

    review_seconds: float = 0.5
    reject_prefix: str = "reject_"
    edits: int = 10  # of an approved one in 30 days
    edit_seconds: float = 86_400.0  # between two of them


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one simulator."""

    app_id: str = "100200300400500"
    app_secret: str = "simulated-app-secret"
    verify_token: str = "simulated-verify-token"
    webhook_url: str = ""
    seed: str = "wasapbos"
    wa_id_quirks: bool = False
    statuses: StatusRules = StatusRules()
    webhooks: WebhookRules = WebhookRules()
    people: PeopleRules = PeopleRules()
    limits: LimitRules = LimitRules()
    templates: TemplateRules = TemplateRules()


Rules = TypeVar("Rules", Config, StatusRules, WebhookRules, PeopleRules, LimitRules, TemplateRules)

_SECTIONS = ("statuses", "webhooks", "people", "limits", "templates")


def changed(rules: Rules, change: object, where: str) -> Rules:
    """`rules` with the named values replaced.

    Raises:
        BadScript: an unknown name, or a value of another type than the present one.
    """
    if not isinstance(change, Mapping):
        raise BadScript(f"{where} must be an object")
    known = {item.name for item in fields(rules)}
    values: Json = {}
    for name, value in change.items():
        if name not in known:
            raise BadScript(f"{where}.{name} is not an option; known: {', '.join(sorted(known))}")
        present = getattr(rules, name)
        if name in _SECTIONS:
            values[name] = changed(present, value, name)
        else:
            values[name] = _like(present, value, f"{where}.{name}")
    return replace(rules, **values)


def _like(present: object, value: object, where: str) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match present:
        case bool() if isinstance(value, bool):
            return value
        case str() if value is None:
            return ""
        case str() if isinstance(value, str) or (number and isinstance(value, int)):
            return str(value)
        case int() | float() if (
            not isinstance(present, bool) and isinstance(value, int | float) and number and value >= 0
        ):
            return type(present)(value)
        case dict() if isinstance(value, Mapping):
            return _shares(value, where)
        case tuple():
            return _tuple_like(present, value, where)
    raise BadScript(f"{where} must look like {present!r}")


def _shares(value: Mapping[str, object], where: str) -> dict[int, float]:
    shares = {}
    for code, share in value.items():
        if not code.isdecimal() or isinstance(share, bool) or not isinstance(share, int | float):
            raise BadScript(f"{where} has error codes and shares")
        shares[int(code)] = float(share)
    return shares


def _tuple_like(present: tuple[object, ...], value: object, where: str) -> tuple[object, ...]:
    if isinstance(present[0], float):
        if isinstance(value, int | float):
            return (float(value), float(value))
        if isinstance(value, list) and len(value) == 2 and all(isinstance(item, int | float) for item in value):
            return tuple(float(item) for item in value)
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise BadScript(f"{where} must look like {list(present)!r}")

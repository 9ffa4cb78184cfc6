"""The rate card, for the OpenAPI document."""

from functions.api.http.description import Description

_RATE = {"country": "BR", "category": "marketing", "price_micros": 62500}

DESCRIPTION = Description(
    tags={"rate card": "Meta's prices, as the tenant noted them."},
    problems={"set_rate_card": {409: ("changed_meanwhile",)}},
    examples={
        "RateIn": _RATE,
        "RateOut": _RATE,
        "RateCardIn": {"currency": "USD", "revision": 0},
        "RateCardOut": {"currency": "USD", "revision": 1, "updated_at": "2026-11-30T09:00:00Z"},
    },
)

"""Ids of messages: Meta's and the conversation's own."""

from shared.clock import EpochMs

_WAMID_LENGTH = 256


def message_key(at: EpochMs, message_id: str) -> str:
    """The id under which the API and callback data know a message: it contains its time, so one read finds it."""
    return f"{at:013d}-{message_id}"


def time_of(key: str) -> EpochMs:
    """The time that an id of `message_key` contains."""
    return EpochMs(int(key[:13]))


def is_wamid(text: str) -> bool:
    """Whether this can be an id of Meta's: they are opaque, but short and plain (base64 behind `wamid.`)."""
    return 0 < len(text) <= _WAMID_LENGTH and text.isascii() and text.isprintable() and "#" not in text

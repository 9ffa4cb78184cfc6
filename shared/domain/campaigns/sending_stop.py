"""Sending that operators have stopped: of one tenant, or of the whole platform."""

from dataclasses import dataclass

from shared.clock import EpochMs
from shared.errors import SendRefused


@dataclass(frozen=True, slots=True)
class SendingStop:
    """Campaigns neither start nor send while it stands; with `everything`, bots, agents and the API do not write
    either. `by` is who stopped it, `at` when (epoch ms), `platform` whether it is everybody's."""

    reason: str
    by: str
    at: EpochMs
    everything: bool = False
    platform: bool = False


def require_sending(stop: SendingStop | None) -> None:
    """Raises SendRefused while everything is stopped, single messages too."""
    if stop is not None and stop.everything:
        raise SendRefused("sending is stopped for now: try again later", code="sending_stopped")

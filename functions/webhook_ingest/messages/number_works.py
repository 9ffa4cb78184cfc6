"""What a number has to do, remembered for those whose answers were written before it was read."""

from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.campaigns.number_work import NumberWork
from shared.ids import PhoneNumberId
from shared.store.campaigns.lanes import Lanes

_KEEP_MS = 60_000
_MOST = 500
"""Numbers that are remembered: some 10 MB, where each has many lanes."""


@dataclass(frozen=True, slots=True)
class _Work:
    """As it was read no earlier than `at` (epoch ms)."""

    at: EpochMs
    work: NumberWork


class NumberWorks:
    """What a lane takes up is known before it is sent, so work that is read after an answer was written tells of every
    message that it may answer. The people of a batch wrote before it began: what one of them read serves the next."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._kept: dict[PhoneNumberId, _Work] = {}

    def of(self, phone_number_id: PhoneNumberId, known_by: EpochMs, now: EpochMs) -> NumberWork:
        """A number's work as it was at `known_by` or later. Both in epoch ms; `now` is no later than this call."""
        kept = self._kept.get(phone_number_id)
        if kept is None or kept.at < known_by or now - kept.at >= _KEEP_MS:
            # Several may read at once: one that hangs is to hold up nobody else.
            kept = _Work(now, self._lanes.work(phone_number_id))
            if len(self._kept) >= _MOST:
                self._kept = {}
            self._kept[phone_number_id] = kept
        return kept.work

    def remembered(self, phone_number_id: PhoneNumberId, now: EpochMs, keep_ms: int) -> NumberWork | None:
        """What was read in the last so many ms, whatever happened since."""
        kept = self._kept.get(phone_number_id)
        return kept.work if kept is not None and now - kept.at < keep_ms else None

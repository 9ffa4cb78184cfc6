"""What stands in the way of a campaign that can be known beforehand: limits, quality, time. Pure."""

from dataclasses import dataclass

from shared.clock import DAY_MS, EpochMs, to_rfc3339
from shared.domain.numbers.number import UNLIMITED, Number


@dataclass(frozen=True, slots=True)
class Allowance:
    """`limit` is how many people the business may write to in 24 hours (None unknown, UNLIMITED without end), `used`
    how many messages its campaigns had accepted in the last 24: an upper estimate of the people, because somebody who
    got two, or who wrote themselves, counts once or not at all for Meta."""

    limit: int | None
    used: int = 0

    @property
    def left(self) -> int | None:
        """None when there is no limit, or none that is known."""
        if self.limit is None or self.limit == UNLIMITED:
            return None
        return max(0, self.limit - self.used)

    def beyond(self, people: int) -> int:
        """How many of so many people are more than may be written to now."""
        return 0 if self.left is None else max(0, people - self.left)


@dataclass(frozen=True, slots=True)
class Concern:
    """Something to know before launching. `code` is stable; `people` are those it concerns, None when it is all."""

    code: str
    message: str
    people: int | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Times in epoch ms. `seconds` is how long sending takes at the number's rate, all by itself."""

    starts_at: EpochMs
    seconds: int
    concerns: tuple[Concern, ...]

    @property
    def finishes_at(self) -> EpochMs:
        return EpochMs(self.starts_at + self.seconds * 1000)


def outlook(
    sendable: int, number: Number, allowance: Allowance, starts_at: EpochMs, offer_ends: EpochMs | None
) -> Outlook:
    """`sendable` people on this number from `starts_at` on; `offer_ends` is when the first offer in it ends."""
    seconds = -(-sendable // number.sending_rate)
    found: list[Concern] = []
    state = number.state_at(starts_at)
    if state != "active":
        found.append(Concern("number_inactive", f"the number is {state}: {number.reason or 'reconnect it'}"))
    if number.quality == "RED":
        words = "the number's quality is low: Meta may restrict it; write to fewer and warmer contacts, or wait"
        found.append(Concern("number_quality_low", words))
    elif number.quality == "YELLOW":
        words = "the number's quality is medium: complaints about this campaign may lower it further"
        found.append(Concern("number_quality_medium", words))
    beyond = allowance.beyond(sendable)
    if beyond:
        found.append(Concern("beyond_messaging_limit", limit_words(beyond, allowance), beyond))
    finish = EpochMs(starts_at + seconds * 1000)
    if offer_ends is not None and offer_ends < finish:
        late = min(sendable, (finish - max(offer_ends, starts_at)) * number.sending_rate // 1000)
        ends, ready = to_rfc3339(offer_ends), to_rfc3339(finish)
        words = f"the offer ends at {ends}, before sending is done (about {ready}); move its end, or start earlier"
        found.append(Concern("offer_ends_early", words, late))
    return Outlook(starts_at, seconds, tuple(found))


def limit_words(beyond: int, allowance: Allowance) -> str:
    """What exceeding the messaging limit means, and what to do."""
    return (
        f"{beyond} people are more than Meta lets this business write to now (limit {allowance.limit} in 24 hours, "
        f"about {allowance.used} used): the campaign will pause at the limit; narrow the audience, or resume it a day "
        "later"
    )


def within_a_day(minutes: dict[int, int], now: EpochMs) -> int:
    """Of messages counted by minute since 1970, those of the last 24 hours. `now` in epoch ms."""
    since = (now - DAY_MS) // 60_000
    return sum(count for minute, count in minutes.items() if minute >= since)

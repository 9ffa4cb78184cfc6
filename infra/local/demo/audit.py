"""Checking our books against what Meta saw. Everything here is pure."""

import operator
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from infra.local.demo.business import PRICE_WORDS
from infra.local.demo.client import Json
from infra.local.demo.evidence import Inbound, Send, really_throttled
from infra.local.demo.people import Person
from infra.local.standstill import Standstill, peak
from shared.ids import TenantId

OUTCOMES = ("sent", "failed", "skipped", "cancelled", "unknown", "waiting")
_REACHED = ("sent", "delivered", "read")
_FURTHEST = ("read", "delivered", "failed", "sent")
_PRICE_WORDS = frozenset(PRICE_WORDS)
_AFTER_A_NO_SECONDS = 3.0
"""A lane looks for new opt-outs about once a second; what leaves later than this after one was stored is a breach."""
_AWAY_SECONDS = 5.0
_LONG_SECONDS = 5.0
"""A busy machine holds messages up and lets them arrive together, as networks do: that fills one second too much,
and not five."""
_REFUSED_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Check:
    """One promise, whether it held, and the figures. Only a broken `promise` fails the run; others are goals."""

    name: str
    held: bool
    detail: str
    promise: bool = True


@dataclass(slots=True)
class Findings:
    """What the comparison showed. `dropped` are accepted sends whose answer never reached us."""

    double_sent: int = 0
    lost: int = 0
    accepted: int = 0
    dropped: int = 0
    bot_replies: int = 0
    peak: int = 0
    peak_of_all: int = 0
    rate: float = 0.0
    held: float = 0.0
    seconds: float = 0.0
    checks: list[Check] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return all(check.held for check in self.checks if check.promise)

    def verdict(self) -> list[str]:
        """In words, what the exit status says, and what it does not say."""
        broken = [check.name for check in self.checks if check.promise and not check.held]
        missed = [check.name for check in self.checks if not check.promise and not check.held]
        said = [f"not kept: {', '.join(broken)}"] if broken else ["every promise held"]
        return said + ([f"a goal was missed, which breaks no promise: {', '.join(missed)}"] if missed else [])

    def check(self, name: str, held: bool, detail: str, *, promise: bool = True) -> None:
        self.checks.append(Check(name, held, detail, promise))


@dataclass(frozen=True, slots=True)
class Story:
    """What is compared. `outcomes` has one entry for each recipient listed: (contact id, outcome). `statuses`:
    callback data → what Meta told of that send. `meanwhile`: who said no before their turn, digits → when the API
    first showed it (epoch s). `limit` and `cap` are messages per second; `standstills` are the simulator's own."""

    tenant_id: TenantId
    campaign_id: str
    report: Json
    outcomes: Sequence[tuple[str, str]]
    people: Sequence[Person]
    sends: Sequence[Send]
    inbound: Sequence[Inbound]
    statuses: Mapping[str, Set[str]]
    before: Sequence[Person]
    meanwhile: Mapping[str, float]
    stop_words: frozenset[str]
    cap: int
    limit: int
    standstills: Sequence[Standstill] = ()


def audit(story: Story) -> Findings:
    """Compare, and say which promises held."""
    found = Findings()
    ours = [send for send in story.sends if send.of_campaign(story.tenant_id, story.campaign_id)]
    accepted = Counter(send.digits for send in ours if send.accepted)
    outcomes = dict(story.outcomes)
    _books(found, story, outcomes)
    _once(found, accepted)
    _known(found, story, accepted, outcomes)
    _dropped(found, story, ours, outcomes)
    _told(found, story, ours, outcomes)
    _consent(found, story, accepted)
    _bot(found, story)
    _pace(found, story, ours)
    return found


def _books(found: Findings, story: Story, outcomes: Mapping[str, str]) -> None:
    report = story.report
    total = sum(report[name] for name in OUTCOMES)
    sums = " + ".join(f"{report[name]} {name}" for name in OUTCOMES if report[name])
    found.check("the books balance", report["planned"] == total and report["balanced"], f"{report['planned']} = {sums}")
    counted = Counter("sent" if outcome in _REACHED else outcome for outcome in outcomes.values())
    same = all(counted[name] == report[name] for name in OUTCOMES) and len(story.outcomes) == len(outcomes)
    found.check("the list of recipients says the same", same, f"{len(story.outcomes)} recipients listed")


def _once(found: Findings, accepted: Mapping[str, int]) -> None:
    found.accepted = len(accepted)
    found.double_sent = sum(times > 1 for times in accepted.values())
    found.check("nobody got it twice", found.double_sent == 0, f"{found.accepted} people, each accepted once by Meta")


def _known(found: Findings, story: Story, accepted: Mapping[str, int], outcomes: Mapping[str, str]) -> None:
    """Planned people without a stored outcome, and accepted sends of which our books say anything else."""
    stored = sum(outcome != "waiting" for outcome in outcomes.values())
    without = max(0, story.report["planned"] - stored)
    by_phone = {person.digits: person.contact_id for person in story.people}
    fates = Counter(outcomes.get(by_phone.get(digits, ""), "not a recipient") for digits in accepted)
    unknown_to_us = sum(count for fate, count in fates.items() if fate not in (*_REACHED, "failed"))
    found.lost = without + unknown_to_us
    detail = f"{without} without an outcome, {unknown_to_us} sends not in the books"
    found.check("everybody is accounted for", found.lost == 0, detail)
    phone_of = {person.contact_id: person.digits for person in story.people}
    claimed = sum(outcome in _REACHED and phone_of.get(who) not in accepted for who, outcome in outcomes.items())
    found.check("what the books call sent, Meta accepted", claimed == 0, f"{claimed} that Meta never saw")


def _dropped(found: Findings, story: Story, ours: Iterable[Send], outcomes: Mapping[str, str]) -> None:
    by_phone = {person.digits: person.contact_id for person in story.people}
    dropped = [send.digits for send in ours if send.accepted and send.fault.startswith("accept_then")]
    settled = sum(outcomes.get(by_phone.get(digits, "")) in (*_REACHED, "failed") for digits in dropped)
    found.dropped = len(dropped)
    detail = f"{settled} of {len(dropped)} settled by their status webhook, none sent again"
    found.check("answers that were lost", settled == len(dropped), detail)


def _told(found: Findings, story: Story, ours: Iterable[Send], outcomes: Mapping[str, str]) -> None:
    """Whatever the order in which Meta's statuses came, and however often: the furthest of them is the outcome."""
    by_phone = {person.digits: person.contact_id for person in story.people}
    expected: dict[str, str] = {}
    for send in ours:
        told = story.statuses.get(send.callback, frozenset())
        furthest = next((status for status in _FURTHEST if status in told), "sent")
        if send.accepted:
            expected[by_phone.get(send.digits, "")] = furthest
    same = sum(outcomes.get(who) == outcome for who, outcome in expected.items())
    found.check("what Meta told is what the books say", same == len(expected), f"{same} of {len(expected)} outcomes")


def _consent(found: Findings, story: Story, accepted: Mapping[str, int]) -> None:
    early = sum(person.digits in accepted for person in story.before)
    found.check("who said no before was not written to", early == 0, f"{len(story.before)} people, {early} written to")
    no_since = {p.digits: _epoch(p.opted_out_at) for p in story.people if p.opted_out_at} | dict(story.meanwhile)
    late = sum(
        send.accepted and send.wall > no_since.get(send.digits, send.wall) + _AFTER_A_NO_SECONDS for send in story.sends
    )
    spared = sum(digits not in accepted for digits in story.meanwhile)
    detail = f"{_meanwhile(len(story.meanwhile), spared)}; {late} sends after a no"
    found.check("who said no meanwhile was not written to", late == 0, detail)
    said = {message.digits for message in story.inbound if message.text in story.stop_words}
    stored = sum(digits in no_since for digits in said)
    found.check("every STOP is stored", stored == len(said), f"{stored} of {len(said)}")


def _meanwhile(said: int, spared: int) -> str:
    """Where a campaign is over before anybody says no, or its message has left by then, nobody was left to spare."""
    if not said:
        return "nobody was left to write STOP before their turn"
    if not spared:
        return f"{said} wrote STOP while it ran, when their message had left already"
    return f"{said} wrote STOP while it ran, {spared} of them were spared"


def _bot(found: Findings, story: Story) -> None:
    """The bot answers whoever asks for a price, once; an agent answers others."""
    asked = {m.digits for m in story.inbound if m.kind == "text" and not _PRICE_WORDS.isdisjoint(_words(m.text))}
    tries = [send for send in story.sends if send.callback.startswith("m1|") and send.digits in asked]
    answered = Counter(send.digits for send in tries if send.accepted)
    refused = {send.digits for send in tries if send.code} - answered.keys()
    found.bot_replies = answered.total()
    held = answered.keys() | refused == asked and found.bot_replies == len(answered)
    detail = f"{found.bot_replies} replies to {len(asked)} people"
    detail += f", {len(refused)} refused by Meta" if refused else ""
    found.check("the bot answered who asked for prices", held, detail)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _pace(found: Findings, story: Story, ours: Sequence[Send]) -> None:
    first = sorted(send.monotonic for send in ours if send.first_attempt)
    found.seconds = first[-1] - first[0] if len(first) > 1 else 0.0
    found.rate = (len(first) - 1) / found.seconds if found.seconds else 0.0
    # A lane that was killed sends nothing until the sweep finds that out; that is no matter of its pace.
    apart = [gap for gap in map(operator.sub, first[1:], first) if gap < _AWAY_SECONDS]
    found.held = len(apart) / sum(apart) if apart else 0.0
    found.peak = peak(send.monotonic for send in ours)
    found.peak_of_all = peak(send.monotonic for send in story.sends)
    steady = peak((send.monotonic for send in ours), story.standstills)
    detail = f"at most {found.peak} in any one second{_steadily(found.peak, steady)}, cap {story.cap}"
    found.check("the lane kept to its cap", steady <= story.cap, detail, promise=False)
    throttled = really_throttled(story.sends, story.standstills)
    most = peak((send.monotonic for send in story.sends), span=_LONG_SECONDS) / _LONG_SECONDS
    detail = f"at most {most:.0f} a second over {_LONG_SECONDS:.0f} s, {found.peak_of_all} in any one second, limit "
    detail += f"{story.limit}; {throttled} refused for it and sent later"
    kept = most <= story.limit and throttled <= _REFUSED_SHARE * len(story.sends)
    found.check("the number kept to its limit", kept, detail)


def _steadily(most: int, steady: int) -> str:
    return f" ({steady} where the simulator did not stand still)" if steady != most else ""


def _epoch(moment: str | None) -> float:
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0

"""Why a campaign is not sending just now, decided from one look at it and at what it depends on. Pure.

What is said here is what the sweep, the lanes and the load would decide from the same facts: their own functions are
asked, and nothing is decided a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.campaign_dispatch.lane.logic.claims import has_work
from functions.campaign_dispatch.sweep.logic.books import last_claim
from functions.campaign_dispatch.sweep.logic.step import (
    JUST_CLAIMED_MS,
    Close,
    CloseCancelled,
    Follow,
    Load,
    Open,
    Rest,
    SettleHeld,
    Start,
    correction,
    next_step,
)
from shared.clock import EpochMs, to_rfc3339
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.number_work import NumberWork
from shared.domain.campaigns.sending_stop import SendingStop
from shared.domain.campaigns.stop_conditions import reason_not_to_begin, reason_to_idle
from shared.domain.campaigns.stop_reasons import next_action
from shared.domain.numbers.number import Number
from shared.domain.templates.template import Template


@dataclass(frozen=True, slots=True)
class Look:
    """`number` and `template` are None when they are gone; `waits` says that the load waits for another campaign."""

    campaign: Campaign
    work: NumberWork
    number: Number | None
    template: Template | None
    waits: bool
    now: EpochMs
    stop: SendingStop | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """`code` is stable; `what` is in the way, `remedy` what ends it, "" where nothing needs to be done."""

    code: str
    what: str
    remedy: str = ""


SENDING = "sending"
"""The code of a campaign that is sending right now: nothing is in the way."""
_SAYS: Mapping[str, tuple[str, str]] = {
    SENDING: ("it is sending right now", ""),
    "draft": ("it was not launched", "its tenant launches it"),
    "lanes_not_told": ("its lanes have not been told what it does now", "the sweep does, within a minute"),
    "start_overdue": (
        "its start is overdue",
        "the sweep announces it each minute; if that lasts: see the Start queue and its dead letters",
    ),
    "not_before_lanes": ("it is loaded and not yet before its lanes", "the sweep puts it there within a minute"),
    "ending": ("everybody has an outcome: it is being taken off its number", ""),
    "settling_held": ("it has ended; the sweep looks at it for the last time, and gives up on what Meta kept back", ""),
    "scheduled": ("its moment has not come", ""),
    "cancelling": ("it was cancelled, and a lane may not have seen that yet", ""),
    "waits_for_another": ("it waits for a campaign whose people it must know", "its reason names that one: look at it"),
    "loading": (
        "its audience is being frozen",
        "if that lasts: see the Load queue and its dead letters",
    ),
    "all_claimed": ("everybody was written to; it ends when their statuses are in, or the grace is over", ""),
    "no_worker": (
        "there is work, and no worker",
        "the sweep wakes one within a minute; if that lasts: see the Lane queue, its dead letters, its concurrency",
    ),
    "waits_for_worker": (
        "its lane is kept for a worker that was woken, or has one that claims nobody",
        "if that lasts: see the Lane queue, its concurrency, and the lane's log",
    ),
    "number_gone": ("its number is not there any more", "its tenant connects the number again"),
    "template_gone": ("its template is not there any more", "its tenant starts a new campaign"),
}

_ENDS: Mapping[State, str] = {
    State.COMPLETED: "it has come to its end: everybody of its audience has an outcome",
    State.CANCELLED: "it was cancelled, and its lanes have let go of it: nobody more is written to",
}


def why_not_sending(look: Look) -> list[Why]:
    """Everything that is in the way, what weighs most first; of one that sends, that it does."""
    found = [*_of_stops(look), *_of_its_state(look), *_of_number_and_template(look)]
    return found or [_why(SENDING)]


def _of_stops(look: Look) -> list[Why]:
    if look.stop is None or look.campaign.state in (State.DRAFT, State.COMPLETED, State.CANCELLED):
        return []
    whose = "platform" if look.stop.platform else "tenant"
    what = f"operators have stopped the sending of the {whose}: {look.stop.reason}"
    return [Why(f"{whose}_stopped", what, f"see `sending status`, then `sending resume` for the {whose}")]


def _why(code: str, more: str = "") -> Why:
    what, remedy = _SAYS[code]
    return Why(code, f"{what}: {more}" if more else what, remedy)


def _of_its_state(look: Look) -> list[Why]:
    campaign, work = look.campaign, look.work
    if campaign.state is State.DRAFT:
        return [_why("draft")]
    wrong = correction(campaign, work)
    found = [_why("lanes_not_told", str(wrong))] if wrong else []
    match next_step(campaign, work, look.now):
        case Rest():
            return [*found, _at_rest(campaign)]
        case Start():
            return [*found, _why("start_overdue")]
        case Load():
            return [*found, _why("waits_for_another" if look.waits else "loading")]
        case Open():
            return [*found, _why("not_before_lanes")]
        case Follow(wake):
            return [*found, *_followed(look, wake)]
        case Close() | CloseCancelled():
            return [*found, _ended(campaign) if campaign.closed else _why("ending")]
        case SettleHeld():
            return [*found, _why("settling_held")]


def _at_rest(campaign: Campaign) -> Why:
    if campaign.state is State.SCHEDULED:
        return _why("scheduled", f"it begins at {to_rfc3339(campaign.begins or EpochMs(0))}")
    if campaign.state is State.PAUSED:
        reason = campaign.reason or "no reason"
        return Why("paused", f"it is paused: {reason}", next_action(campaign.reason) or "its tenant resumes it")
    return _ended(campaign) if campaign.closed else _why("cancelling")


def _ended(campaign: Campaign) -> Why:
    what = _ENDS[campaign.state]
    return Why("ended", f"{what}: {campaign.reason}" if campaign.reason else what, next_action(campaign.reason))


def _followed(look: Look, wake: tuple[int, ...]) -> list[Why]:
    """Of one whose state says that it sends."""
    campaign, work, now = look.campaign, look.work, look.now
    if not any(has_work(work, lane) for lane in range(campaign.lanes)):
        return [_why("all_claimed")]
    if wake:
        return [_why("no_worker", f"lane {', '.join(map(str, wake))}")]
    if now - last_claim(campaign, work) <= JUST_CLAIMED_MS:
        return []
    batches = [batch for batch in work.retries if batch.campaign_id == campaign.campaign_id]
    if batches and min(batch.due for batch in batches) > now:
        count, due = sum(len(batch.entries) for batch in batches), min(batch.due for batch in batches)
        return [Why("retries_wait", f"{count} wait for another try, the next at {to_rfc3339(due)}")]
    return [_why("waits_for_worker")]


def _of_number_and_template(look: Look) -> list[Why]:
    campaign, found = look.campaign, list[Why]()
    if campaign.state in (State.DRAFT, State.COMPLETED, State.CANCELLED):
        return found
    idle = reason_to_idle(look.number, look.now) if look.number is not None else ""
    if look.number is None:
        found.append(_why("number_gone"))
    elif idle:
        found.append(Why("number_idle", f"its number may not send: {idle}", next_action(idle) or "see the number"))
    if look.template is None:
        found.append(_why("template_gone"))
    elif look.number is not None and campaign.started_at is None:
        # What a campaign that has begun may not do any more is its reason by now.
        reason = reason_not_to_begin(campaign, look.template, look.number, look.now)
        if reason and reason != idle:
            found.append(Why("may_not_begin", f"it may not begin: {reason}", next_action(reason)))
    return found

"""The campaign: made, tried, scheduled, followed until nothing can change any more."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from infra.local.demo.business import VARIABLES, Business
from infra.local.demo.client import Api, DemoError, Json, Simulator, wait_until
from infra.local.demo.people import STAFF, TAG
from infra.local.demo.screen import Screen

_AHEAD_SECONDS = 3
_DRY_RUN_SECONDS = 60.0
_POLL_SECONDS = 1.0
_START_SECONDS = 90.0
_SETTLE_SECONDS = 120.0
_CLOSE_SECONDS = 90.0
"""The sweep closes a campaign; it runs once a minute."""
_OUTCOMES = ("sent", "failed", "skipped", "cancelled", "unknown", "waiting")


@dataclass(slots=True)
class Followed:
    """What was seen of a campaign. Times are `time.monotonic` seconds; `reports` is how often it was asked for."""

    campaign_id: str
    launched: float
    report: Json = field(default_factory=dict)
    reports: int = 0
    loaded: float = 0.0
    sent: float = 0.0
    settled: float = 0.0
    closed: float = 0.0


def prepare(api: Api, business: Business, template_id: str, screen: Screen) -> str:
    """Make the campaign and try it; its id."""
    campaign = api.post(
        "/v1/campaigns",
        {
            "name": "Points until Sunday",
            "phone_number_id": business.phone_number_id,
            "template_id": template_id,
            "audience": {"tags": [TAG], "exclude_tags": [STAFF]},
            "variables": VARIABLES,
        },
    )
    path = f"/v1/campaigns/{campaign['id']}/dry-run"
    api.post(path)

    def complete() -> Json | None:
        found = api.get(path)
        return found if found["status"] == "complete" else None

    tried = wait_until("the dry run", complete, _DRY_RUN_SECONDS)
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(tried["skipped"].items()))
    screen.step("dry run", f"{tried['planned']} planned, {tried['sendable']} would be sent; skipped: {reasons}")
    for sample in tried["samples"][:1]:
        for line in sample["text"].splitlines():
            screen.step("", f"  | {line}")
    return str(campaign["id"])


def launch(api: Api, campaign_id: str, screen: Screen) -> Followed:
    """Schedule it a few seconds ahead."""
    start = datetime.now(UTC) + timedelta(seconds=_AHEAD_SECONDS)
    api.post(f"/v1/campaigns/{campaign_id}/launch", {"start_at": start.isoformat(timespec="seconds"), "sharp": True})
    screen.step("scheduled with EventBridge", f"for {start:%H:%M:%S} UTC")
    return Followed(campaign_id, time.monotonic())


def follow(
    api: Api,
    meta: Simulator,
    seen: Followed,
    screen: Screen,
    moments: list[tuple[float, Callable[[], None]]],
    each_time: Callable[[], None],
) -> None:
    """Watch until the campaign is settled and closed, and Meta has nothing left to tell.

    `moments` happen once each, when that share of the recipients has an outcome; `each_time` at every look.
    Raises DemoError when it does not start, or the books don't balance at any moment.
    """
    rates: deque[tuple[float, int]] = deque(maxlen=6)
    quiet_since = 0.0
    before: Json = {}
    while True:
        report = _ask(api, seen)
        now = time.monotonic()
        done = sum(report[name] for name in ("sent", "failed", "unknown"))
        rates.append((now, done))
        _note_times(seen, report, now)
        screen.progress(report["status"], report, _rate(rates))
        while moments and seen.loaded and report["planned"] and done >= moments[0][0] * report["planned"]:
            moments.pop(0)[1]()
        each_time()
        # As of when the books are, changes with every look.
        told = {name: value for name, value in report.items() if name != "as_of"}
        if told != before or meta.state()["pending_webhooks"]:
            quiet_since, before = now, told
        if _over(seen, report, now, now - quiet_since):
            return
        time.sleep(_POLL_SECONDS)


def _ask(api: Api, seen: Followed) -> Json:
    report = api.get(f"/v1/campaigns/{seen.campaign_id}/report")
    # Null before the audience is frozen, when all else is 0.
    report["planned"] = report["planned"] or 0
    seen.report, seen.reports = report, seen.reports + 1
    if not report["balanced"] or report["planned"] != sum(report[name] for name in _OUTCOMES):
        raise DemoError(f"the books don't balance: {report}")
    return report


def _note_times(seen: Followed, report: Json, now: float) -> None:
    if not seen.loaded and report["planned"]:
        seen.loaded = now
    if seen.loaded and not seen.sent and report["waiting"] == 0:
        seen.sent = now


def _over(seen: Followed, report: Json, now: float, quiet: float) -> bool:
    """Whether to stop watching; late things are waited for within bounds."""
    if not seen.loaded:
        if now - seen.launched > _START_SECONDS:
            raise DemoError(f"the campaign is still {report['status']} after {_START_SECONDS:.0f} s")
        return False
    if not seen.sent:
        halted = report["status"] in ("paused", "cancelled")
        return quiet > (_POLL_SECONDS * 5 if halted else _SETTLE_SECONDS)
    if not seen.settled:
        if (report["unknown"] == 0 and quiet > _POLL_SECONDS * 2) or now - seen.sent > _SETTLE_SECONDS:
            seen.settled = now
        return False
    if report["status"] == "completed" and report["finished_at"]:
        seen.closed = now
        return True
    return now - seen.settled > _CLOSE_SECONDS


def _rate(points: deque[tuple[float, int]]) -> float:
    (first, before), (last, after) = points[0], points[-1]
    return max(0.0, (after - before) / (last - first)) if last > first else 0.0

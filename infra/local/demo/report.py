"""The report at the end: on the screen, as a JSON file, and as the last line."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.local.demo.audit import OUTCOMES, Findings
from infra.local.demo.client import Json
from infra.local.demo.costs import Invocations, Line
from infra.local.demo.screen import Screen

_FUNNEL = ("planned", "sent", "delivered", "read", "replied")
_REASONS = {
    "131026": "not on WhatsApp, or cannot take it",
    "131049": "Meta keeps marketing to this person low",
    "opted_out": "said no",
    "missing_variable": "no value for a variable of the template",
    "us_marketing": "Meta delivers no marketing in the United States",
}
_NOTES = (
    "Counted from launch until closed, without the demo's own API calls; durations are this machine's.",
    "On AWS statuses are gathered for 20 s and kept together; the local queues hand over ten messages at a time.",
    "Not in it: what Meta charges, egress, logs, storage.",
)


@dataclass(frozen=True, slots=True)
class Results:
    """All that is reported. `times` are seconds by what took them; `functions` are those that ran meanwhile."""

    contacts: int
    imported: Json
    campaign: Json
    findings: Findings
    times: dict[str, float]
    cost: Sequence[Line]
    functions: dict[str, Invocations]
    updates_per_webhook: float
    conversations: int
    agent: str
    subscription: Json
    cap: int
    limit: int

    @property
    def per_million(self) -> float:
        """Dollars for a million messages like these; 0 when none was sent."""
        sent = self.findings.accepted
        return sum(line.dollars for line in self.cost) / sent * 1_000_000 if sent else 0.0


def show(results: Results, screen: Screen) -> None:
    """Print the report."""
    campaign, found = results.campaign, results.findings
    screen.title("Funnel")
    for name in _FUNNEL:
        share = campaign[name] / max(1, campaign["planned"])
        screen.line(f"  {name:<10}{campaign[name]:>9,}  {share:6.1%}  {'█' * round(share * 40)}")
    _reasons(results, screen)
    screen.title("Time")
    for name, seconds in results.times.items():
        screen.line(f"  {name:<34}{seconds:8.1f} s")
    screen.line(f"  {'rate from first to last send':<34}{found.rate:8.1f} /s")
    screen.line(f"  {'rate held while a lane was at work':<34}{found.held:8.1f} /s")
    screen.line(f"  {'most in any one second':<34}{found.peak:8} /s  cap of the lane {results.cap}")
    screen.line(
        f"  {'most in any one second, all sends':<34}{found.peak_of_all:8} /s  limit of the number {results.limit}"
    )
    _cost(results, screen)
    screen.title("Checked against Meta's side")
    for check in found.checks:
        mark = "✓" if check.held else "✗" if check.promise else "!"
        screen.line(f"  {mark} {check.name}: {check.detail}")
    screen.line()
    for words in found.verdict():
        screen.line(words)


def _reasons(results: Results, screen: Screen) -> None:
    screen.title("Why not")
    campaign = results.campaign
    for kind, by in (("skipped", "skipped_by"), ("failed", "failed_by")):
        for reason, count in sorted(campaign[by].items(), key=lambda item: -item[1]):
            screen.line(f"  {kind:<10}{count:>9,}  {reason}  {_REASONS.get(reason, '')}".rstrip())
    if not (campaign["skipped_by"] or campaign["failed_by"]):
        screen.line("  nobody was left out")


def _cost(results: Results, screen: Screen) -> None:
    sent = max(1, results.findings.accepted)
    screen.title("AWS cost of this campaign, webhooks and answers included")
    screen.line(f"  {'':<22}{'counted':>12}{'':<10}{'per message':>13}{'$ per million messages':>26}")
    for line in results.cost:
        each, million = line.amount / sent, line.dollars / sent * 1_000_000
        screen.line(f"  {line.name:<22}{line.amount:>12,.1f} {line.unit:<9}{each:>13.4f}{million:>26.3f}")
    screen.line(f"  {'together':<22}{'':>22}{'':>13}{results.per_million:>26.3f}")
    alone = results.cost[0].dollars * results.updates_per_webhook / sent * 1_000_000
    for note in _NOTES:
        screen.line(f"  {note}")
    screen.line(
        f"  A webhook carried {results.updates_per_webhook:.1f} updates; if each came alone, the HTTP API would cost "
        f"${alone:.2f} per million."
    )


def write(results: Results, path: Path) -> None:
    """The same as JSON."""
    found = results.findings
    document = {
        "contacts": results.contacts,
        "import": results.imported,
        "campaign": results.campaign,
        "sending": {
            "accepted_by_meta": found.accepted,
            "answers_lost": found.dropped,
            "double_sent": found.double_sent,
            "lost": found.lost,
            "per_second": found.rate,
            "per_second_while_at_work": found.held,
            "peak_per_second": found.peak,
            "peak_per_second_of_the_number": found.peak_of_all,
            "cap_per_second": results.cap,
            "limit_per_second": results.limit,
        },
        "seconds": results.times,
        "conversations": {
            "people": results.conversations,
            "bot_replies": found.bot_replies,
            "agent_answer": results.agent,
        },
        "subscription": results.subscription,
        "cost": {
            "dollars_per_million_messages": results.per_million,
            "updates_per_webhook": results.updates_per_webhook,
            "lines": [{**asdict(line), "dollars": line.dollars} for line in results.cost],
            "functions": {name: asdict(run) for name, run in sorted(results.functions.items())},
        },
        "checks": [asdict(check) for check in found.checks],
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False))


def last_line(results: Results) -> str:
    """`campaign planned=N sent=N … double_sent=N lost=N`."""
    counts = " ".join(f"{name}={results.campaign[name]}" for name in ("planned", *OUTCOMES))
    return f"campaign {counts} double_sent={results.findings.double_sent} lost={results.findings.lost}"

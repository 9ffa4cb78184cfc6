"""Compares what the platform says of a campaign with what Meta has on record. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.evidence import Record

_PARTS = ("sent", "failed", "skipped", "cancelled", "unknown", "waiting")
_REACHED = ("sent", "delivered", "read")


@dataclass(slots=True)
class Verdict:
    """`lost` counts people whose story the platform does not know or tells wrongly; `problems` says how."""

    planned: int = 0
    double_sent: int = 0
    lost: int = 0
    unknown: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.double_sent or self.lost or self.problems)


def judge(
    audience: Mapping[str, str], outcomes: Sequence[tuple[str, str]], report: Mapping[str, int], meta: Record
) -> Verdict:
    """`audience` maps each contact id to the phone without plus; `outcomes` are the API's (contact id, outcome)."""
    found = dict(outcomes)
    verdict = Verdict(planned=report["planned"], unknown=report["unknown"])
    verdict.double_sent = sum(1 for times in meta.accepted.values() if times > 1)
    for contact_id, phone in audience.items():
        problem = _problem(found.get(contact_id), phone, meta)
        if problem:
            verdict.lost += 1
            verdict.problems.append(f"{contact_id}: {problem}")
    strangers = {phone for phone, times in meta.accepted.items() if times} - set(audience.values())
    verdict.problems += [f"{len(strangers)} people got it who are not in the audience"] if strangers else []
    verdict.problems += _unbalanced(len(audience), outcomes, report)
    return verdict


def _problem(outcome: str | None, phone: str, meta: Record) -> str:
    accepted, acknowledged, told = (
        meta.accepted[phone],
        meta.acknowledged.get(phone, set()),
        meta.told.get(phone, set()),
    )
    if outcome is None:
        return "is not among the recipients"
    if outcome == "waiting":
        return "still waits"
    if not accepted:
        return f"is {outcome}, but Meta never accepted a message" if outcome in _REACHED else ""
    if outcome in ("skipped", "cancelled"):
        return f"is {outcome}, but Meta accepted a message"
    if outcome == "failed" and "failed" not in told:
        return "failed, but Meta accepted a message and reported no failure"
    return "" if _believable(outcome, acknowledged) else f"is {outcome}, but Meta reported {sorted(acknowledged)}"


def _believable(outcome: str, acknowledged: set[str]) -> bool:
    """Whether an outcome agrees with the statuses that we took: the furthest one counts, a failure before `sent`."""
    for status, good_enough in (
        ("read", {"read"}),
        ("delivered", {"delivered", "read"}),
        ("failed", {"failed", "delivered", "read"}),
        ("sent", {"sent", "failed", "delivered", "read"}),
    ):
        if status in acknowledged:
            return outcome in good_enough
    return True


def _unbalanced(audience: int, outcomes: Sequence[tuple[str, str]], report: Mapping[str, int]) -> list[str]:
    problems = []
    if report["planned"] != audience:
        problems.append(f"{report['planned']} were planned, the audience has {audience}")
    if len(outcomes) != len(dict(outcomes)):
        problems.append("the recipient list names somebody twice")
    if report["planned"] != sum(report[part] for part in _PARTS):
        problems.append(f"the books do not balance: { {part: report[part] for part in _PARTS} }")
    listed = Counter("sent" if outcome in _REACHED else outcome for _, outcome in outcomes)
    if any(listed[part] != report[part] for part in _PARTS):
        problems.append(
            f"the recipient list says {dict(listed)}, the report { {part: report[part] for part in _PARTS} }"
        )
    return problems

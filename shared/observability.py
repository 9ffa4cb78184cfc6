"""The one Logger, and what is counted. Ids go into logs; secrets, phone numbers and message text never do, nor does
Meta's id of a message, which has the person's number in it.

Logs are paid by the byte and hot paths run millions of times: an invocation writes one line, which says what it was
about and has the sums of what was counted in it. What Lambda and API Gateway count themselves (invocations, calls) is
not counted again. No metric has a dimension but the stack: what is of one tenant, number or campaign is searched for in
the lines.
"""

import functools
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NewType

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from shared.failures import InvocationFailed, failure
from shared.ids import CampaignId, TenantId

Handler = Callable[..., Any]
Metric = NewType("Metric", str)
"""The name of a CloudWatch metric, where it is not written out in the call that counts: so that every name can be found
in the sources, and has an alarm or a reason for none."""

logger = Logger()
_metrics = Metrics()
_counts: Counter[str] = Counter()
_longest: dict[str, int] = {}
_said: dict[str, object] = {}
_concerned: dict[str, dict[str, None]] = {"tenant_id": {}, "campaign_id": {}}
_counting = threading.Lock()
"""A batch is worked on by several threads, and a Counter reads, adds and writes."""
_MOST_NAMED = 10
"""Tenants, or campaigns, that one line names."""


def count(name: str, value: int = 1) -> None:
    """Add to a CloudWatch metric; the name is a past-tense fact such as `WebhookRejected`, and one of few. Shown when
    the invocation ends (`one_line`)."""
    with _counting:
        _counts[name] += value


def measure(name: str, duration_ms: int) -> None:
    """Note how long something took (ms); of several in an invocation the longest is shown, with its counts."""
    with _counting:
        _longest[name] = max(_longest.get(name, 0), duration_ms)


def concerns(tenant_id: TenantId | None, campaign_id: CampaignId | None = None) -> None:
    """Note for whom the invocation works: its line names the first ten."""
    with _counting:
        for kind, one in (("tenant_id", tenant_id), ("campaign_id", campaign_id)):
            if one and len(_concerned[kind]) <= _MOST_NAMED:
                _concerned[kind][one] = None


def say(**fields: object) -> None:
    """Add to the invocation's line: ids, counts and our own words, nothing that a person wrote or is called."""
    with _counting:
        _said.update(fields)


def one_line(handler: Handler) -> Handler:
    """Each invocation writes one line, with function, request id, tenants, latency (ms) and status, or the number of
    records and of those that failed. What was counted stands in it as sums (CloudWatch's embedded metric format).

    What the handler does not catch is logged, and raised as `InvocationFailed`.
    """
    return _with_line(handler, always=True)


def one_line_if_counted(handler: Handler) -> Handler:
    """As `one_line`, but nothing is written by an invocation that counted nothing: for handlers whose work another line
    tells of, or that run too often."""
    return _with_line(handler, always=False)


def show_counts() -> None:
    """Write what was counted, if anything was."""
    _write({}, {}, always=False)


def _with_line(handler: Handler, *, always: bool) -> Handler:
    cold = True

    @functools.wraps(handler)
    def invoke(event: Any, context: Any) -> Any:
        nonlocal cold
        began = time.monotonic()
        ids = _ids(event, context) | ({"cold_start": True} if cold else {})
        cold = False
        _clear()
        logger.clear_state()
        logger.append_keys(**ids)
        try:
            answer = handler(event, context)
        except Exception as error:
            about = {**_about(event, None, began), **failure(error)}
            about.pop("message")
            logger.error("invocation failed", extra=about)
            show_counts()
            raise InvocationFailed(type(error).__name__) from None
        _write(ids, _about(event, answer, began), always=always)
        return answer

    return invoke


def _ids(event: Any, context: Any) -> dict[str, object]:
    """Which function ran, and for which request: Lambda's own id, and that of the gateway, which callers see too."""
    found: dict[str, object] = {
        "function_name": getattr(context, "function_name", ""),
        "function_request_id": getattr(context, "aws_request_id", ""),
    }
    gateway = event.get("requestContext") if isinstance(event, Mapping) else None
    if isinstance(gateway, Mapping) and gateway.get("requestId"):
        found["request_id"] = gateway["requestId"]
    return found


def _about(event: Any, answer: Any, began: float) -> dict[str, object]:
    """What the invocation was for and came to; `began` in seconds. What was said comes last: it knows better."""
    found: dict[str, object] = {}
    records = event.get("Records") if isinstance(event, Mapping) else None
    if isinstance(records, list):
        found = {"message": "batch taken", "records": len(records)}
        if isinstance(answer, Mapping):
            found["failed"] = len(answer.get("batchItemFailures", ()))
        found |= _waited(records)
    elif isinstance(event, Mapping) and "requestContext" in event:
        found = {"message": "request answered"}
        if isinstance(answer, Mapping) and "statusCode" in answer:
            found["status"] = answer["statusCode"]
    else:
        found = {"message": "run ended"}
    found["latency_ms"] = round((time.monotonic() - began) * 1000)
    with _counting:
        for kind, named in _concerned.items():
            if named:
                found[kind] = ",".join([*named][:_MOST_NAMED]) + (",…" if len(named) > _MOST_NAMED else "")
        return found | _said


def _waited(records: list[Any]) -> dict[str, object]:
    """How long the first of the batch had been in its queue; nothing for a stream's."""
    first = records[0] if records else None
    attributes = first.get("attributes") if isinstance(first, Mapping) else None
    sent = str(attributes.get("SentTimestamp", "")) if isinstance(attributes, Mapping) else ""
    return {"waited_ms": max(0, int(time.time() * 1000) - int(sent))} if sent.isdecimal() else {}


def _write(ids: Mapping[str, object], about: dict[str, object], *, always: bool) -> None:
    """In the line of the counts, if there are any; the logger knows the ids already."""
    with _counting:
        shown, longest = dict(_counts), dict(_longest)
        _counts.clear()
        _longest.clear()
    if shown or longest:
        for name, number in shown.items():
            _metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
        for name, duration_ms in longest.items():
            _metrics.add_metric(name=name, unit=MetricUnit.Milliseconds, value=duration_ms)
        for key, value in {**ids, **about}.items():
            _metrics.add_metadata(key, value)
        _metrics.flush_metrics()
    elif always:
        logger.info(about.pop("message"), extra=about)


def _clear() -> None:
    """What an invocation that was cut off has left behind."""
    with _counting:
        _said.clear()
        for named in _concerned.values():
            named.clear()

"""`parked`: what could be neither routed nor understood. Listed, read, tried again, or dropped with a reason.

Trying again is safe: see `ways.py`. What is still not understood is parked once more, under the day's key.
"""

import argparse
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, said_why
from infra.ops.redact import redacted
from infra.ops.ways import NoWay, Post, Send, Tell, Way, way_of
from shared.clients.parking import Parking
from shared.clients.queue import Queue
from shared.domain.numbers.cells import SIGNATURE, meta_signature
from shared.errors import InvalidInput, NotFound, RetryableError
from shared.ids import new_ulid
from shared.services.tell_later import put_off

_FOLDER = "parked/"
_MOST = 1_000
_SECONDS = 60


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "parked", "what could be neither routed nor understood")
    lister = add_verb(verbs, "list", _list, "keys and reasons, newest first")
    lister.add_argument("--days", type=int, default=7, help="how far back; they are kept for 90")
    lister.add_argument("--most", type=int, default=50)
    reader = add_verb(verbs, "read", _read, "one, without what is personal, and how it would be tried again", ("key",))
    reader.add_argument("--personal", action="store_true", help="with numbers and words")
    replay = add_verb(verbs, "replay", _replay, "try again, then take it away; it is parked anew if need be", acts=True)
    drop = add_verb(verbs, "drop", _drop, "delete; it can be fetched back for a week", acts=True)
    for verb in (replay, drop):
        which = verb.add_mutually_exclusive_group(required=True)
        which.add_argument("--key", default="", help="one")
        which.add_argument("--because", default="", help="all of the last days whose reason begins so")
        verb.add_argument("--days", type=int, default=7)
        verb.add_argument("--most", type=int, default=100, help="no more than so many at a time")
    said_why(drop, "why they may go")


def _keys(desk: Desk, days: int) -> Iterator[Mapping[str, Any]]:
    """Of the last days, newest first."""
    today = datetime.fromtimestamp(desk.now / 1000, UTC)
    for back in range(max(1, min(days, 90))):
        prefix = f"{_FOLDER}{today - timedelta(days=back):%Y/%m/%d}/"
        pages = desk.aws.s3.get_paginator("list_objects_v2").paginate(Bucket=_bucket(desk), Prefix=prefix)
        found = [one for page in pages for one in page.get("Contents", [])]
        yield from sorted(found, key=lambda one: one["LastModified"], reverse=True)


def _bucket(desk: Desk) -> str:
    return desk.stack.env["DATA_BUCKET"]


def _document(desk: Desk, key: str) -> tuple[str, object]:
    """(reason, the thing itself). Raises NotFound."""
    if not key.startswith(_FOLDER):
        raise InvalidInput(f"a key of what is parked begins with {_FOLDER}", field="key")
    try:
        found = Parking(desk.aws, _bucket(desk)).read(key)
    except InvalidInput as error:
        raise NotFound("nothing is parked under this key", field="key") from error
    document = found if isinstance(found, dict) else {}
    return str(document.get("reason", "")), document.get("raw")


def _list(desk: Desk, args: argparse.Namespace) -> Answer:
    found = list(_keys(desk, args.days))
    shown = [
        {"key": one["Key"], "at": f"{one['LastModified']:%Y-%m-%dT%H:%M:%SZ}", "reason": _document(desk, one["Key"])[0]}
        for one in found[: args.most]
    ]
    return {"parked": len(found), "of_days": args.days, "newest": shown}


def _read(desk: Desk, args: argparse.Namespace) -> Answer:
    reason, raw = _document(desk, args.key)
    return {
        "key": args.key,
        "reason": reason,
        "would_go": described(way_of(reason, raw)),
        "thing": raw if args.personal else redacted(raw),
    }


def described(way: Way) -> str:
    """How it is tried again, in words."""
    match way:
        case Post(body):
            return f"by the public door, {len(body)} bytes"
        case Send(queue):
            return f"to the {queue} queue"
        case Tell(tenant_id, events):
            return f"as {len(events)} events to tenant {tenant_id}"
        case NoWay(why):
            return f"nowhere: {why}"


def _chosen(desk: Desk, args: argparse.Namespace) -> list[str]:
    if args.key:
        _document(desk, args.key)
        return [args.key]
    found = (str(one["Key"]) for one in _keys(desk, args.days))
    chosen = [key for key in found if _document(desk, key)[0].startswith(args.because)]
    return chosen[: min(args.most, _MOST)]


def _replay(desk: Desk, args: argparse.Namespace) -> Answer:
    keys = _chosen(desk, args)
    ways = {key: way_of(*_document(desk, key)) for key in keys}

    def do() -> Answer:
        done, left = 0, dict[str, str]()
        for key, way in ways.items():
            if isinstance(way, NoWay):
                left[key] = way.why
                continue
            version = desk.aws.s3.head_object(Bucket=_bucket(desk), Key=key).get("VersionId", "null")
            go(desk, way)
            # Only what was read: what could again not be handled may be parked under the same key by now.
            desk.aws.s3.delete_object(Bucket=_bucket(desk), Key=key, VersionId=version)
            done += 1
        return {"replayed": done, "not_replayed": left}

    preview = {"items": [{"key": key, "would_go": described(way)} for key, way in ways.items()]}
    return desk.act(args, "parked.replay", args.key or f"because {args.because}", do, preview=preview)


def go(desk: Desk, way: Way) -> None:
    """Raises RetryableError when it was not taken."""
    match way:
        case Post(body):
            post(desk, body)
        case Send(queue, body, group, fifo):
            request: dict[str, Any] = {"QueueUrl": desk.stack.queues[f"{queue}Queue"], "MessageBody": body}
            if group:
                request["MessageGroupId"] = group
            if fifo:
                request["MessageDeduplicationId"] = f"again-{new_ulid()}"
            desk.aws.sqs.send_message(**request)
        case Tell(tenant_id, events):
            put_off(Queue(desk.aws.sqs, desk.stack.queues["WebhookQueue"]), {tenant_id: events}, desk.now)
        case NoWay(why):
            raise InvalidInput(why)


def post(desk: Desk, body: bytes) -> None:
    """As Meta posts it. Raises RetryableError unless it is taken."""
    headers = {"content-type": "application/json", SIGNATURE: meta_signature(body, desk.meta_secrets.meta_app_secret)}
    status = answer_to(desk.stack.outputs["MetaWebhookUrl"], body, headers)
    if status != 200:
        raise RetryableError(f"the receiver answered {status} and took nothing: see its log, then try again")


def answer_to(url: str, body: bytes | None, headers: Mapping[str, str]) -> int:
    """The status of the answer; a GET without a body. Raises RetryableError when there is none."""
    request = urllib.request.Request(url, body, dict(headers))  # noqa: S310 - the stack's own addresses
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        raise RetryableError(f"no answer: {type(error).__name__}") from error


def _drop(desk: Desk, args: argparse.Namespace) -> Answer:
    keys = _chosen(desk, args)

    def do() -> Answer:
        for key in keys:
            desk.aws.s3.delete_object(Bucket=_bucket(desk), Key=key)
        return {"dropped": len(keys)}

    target = args.key or f"because {args.because}"
    return desk.act(args, "parked.drop", target, do, reason=args.reason, preview={"keys": keys})

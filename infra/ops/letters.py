"""`letters`: what a queue gave up on. Listed, read, sent again to the queue it came from, or dropped with a reason.

All who read our queues are made to take a message twice, so sending one again is safe; and within five minutes a FIFO
queue takes each letter once (Amazon SQS, exactly-once processing).
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, moment, said_why
from infra.ops.redact import redacted
from shared.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

CHANGE = "Change"
"""Its letters only say where in a stream something stands: see `changes`."""
_HELD_SECONDS = 120
_BATCH = 10
_FIRST_TEN = (
    "of a FIFO group SQS shows the ten oldest, and those behind them once these are replayed or dropped, "
    "each by its `--id` or with `--all`"
)
_EMPTY = 2
"""Reads in a row that bring nothing before a queue counts as read through: SQS may answer with none of those it has."""


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "letters", "dead letters: what a queue gave up on")
    add_verb(verbs, "list", _list, "how many each queue has")
    for name, run, what, acts in (
        ("read", _read, "what they say, without what is personal", False),
        ("replay", _replay, "send them to the queue they came from", True),
        ("drop", _drop, "delete them", True),
    ):
        verb = add_verb(verbs, name, run, what, ("queue",), acts=acts)
        which = verb.add_mutually_exclusive_group(required=acts)
        which.add_argument("--id", default="", help="one, by its message id")
        which.add_argument("--all", action="store_true", help="all of the queue")
        verb.add_argument("--most", type=int, default=100 if acts else 20, help="no more than so many at a time")
        if name == "drop":
            said_why(verb, "why they may go")
        if name == "read":
            verb.add_argument("--personal", action="store_true", help="with numbers and words")


def _list(desk: Desk, _args: argparse.Namespace) -> Answer:
    counts = {name: count(desk, url) for name, url in sorted(desk.stack.dead_letters.items())}
    return {"letters": sum(counts.values()), "queues": {name: many for name, many in counts.items() if many}}


def count(desk: Desk, url: str) -> int:
    """About how many a queue has."""
    found = desk.aws.sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"]
    return sum(map(int, found.values()))


def letters_of(desk: Desk, queue: str) -> str:
    """URL of a queue's dead letters. Raises NotFound, which names those there are."""
    if queue not in desk.stack.dead_letters:
        raise NotFound(f"there is no such queue; there are {', '.join(sorted(desk.stack.dead_letters))}", field="queue")
    return desk.stack.dead_letters[queue]


@contextmanager
def held(desk: Desk, url: str, most: int, wanted: str = "") -> Iterator[list["MessageTypeDef"]]:
    """Up to so many letters, or the one `wanted` by its id, held while they are worked on. What is still there
    afterwards is let go at once."""
    taken: dict[str, MessageTypeDef] = {}
    empty = 0
    while len(taken) < most and empty < _EMPTY and wanted not in taken:
        found = desk.aws.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=_BATCH if wanted else min(_BATCH, most - len(taken)),
            VisibilityTimeout=_HELD_SECONDS,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        empty = 0 if found else empty + 1
        taken |= {one["MessageId"]: one for one in found}
    try:
        yield [one for key, one in taken.items() if not wanted or key == wanted]
    finally:
        let_go(desk, url, list(taken.values()))


def let_go(desk: Desk, url: str, letters: Sequence["MessageTypeDef"]) -> None:
    """Those that were deleted meanwhile are refused by SQS, one by one, which is as well."""
    for i in range(0, len(letters), _BATCH):
        desk.aws.sqs.change_message_visibility_batch(
            QueueUrl=url,
            Entries=[
                {"Id": str(n), "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": 0}
                for n, one in enumerate(letters[i : i + _BATCH])
            ],
        )


def _read(desk: Desk, args: argparse.Namespace) -> Answer:
    url = letters_of(desk, args.queue)
    with held(desk, url, _most(args), args.id) as found:
        if args.id and not found:
            raise _missing(desk, url)
        behind = 0 if args.id else max(0, count(desk, url) - len(found))
        note = f"--most shows more; {_FIRST_TEN}" if _is_fifo(url) else "--most shows more"
        return {
            "queue": args.queue,
            "letters": [_shown(one, personal=args.personal) for one in found],
            **({"not_shown": behind, "note": note} if behind else {}),
        }


def _is_fifo(url: str) -> bool:
    return url.endswith(".fifo")


def _missing(desk: Desk, url: str) -> NotFound:
    words = "there is no such letter, or another reader holds it: try again in two minutes"
    return NotFound(
        f"{words}; or it is behind others: {_FIRST_TEN}" if _is_fifo(url) and count(desk, url) else words, field="id"
    )


def _work_off(
    desk: Desk, url: str, args: argparse.Namespace, what: str, work: Callable[["MessageTypeDef"], None]
) -> Answer:
    """Up to `--most` letters, each deleted after `work`: a FIFO group shows ten at a time. Raises NotFound."""
    done, most = 0, _most(args)
    while done < most:
        with held(desk, url, most - done, args.id) as found:
            for letter in found:
                work(letter)
                desk.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
        done += len(found)
        if args.id or not found or not _is_fifo(url):
            break
    if args.id and not done:
        raise _missing(desk, url)
    return {what: done, "left": count(desk, url)}


def _shown(letter: "MessageTypeDef", *, personal: bool) -> Answer:
    said = letter.get("Attributes", {})
    return {
        "id": letter["MessageId"],
        "sent": moment(int(said.get("SentTimestamp", 0))),
        "group": said.get("MessageGroupId", ""),
        "body": letter["Body"] if personal else redacted(letter["Body"]),
    }


def _most(args: argparse.Namespace) -> int:
    if args.most < 1:
        raise InvalidInput("--most is at least 1", field="most")
    return int(args.most) if not args.id else 10_000


def _replay(desk: Desk, args: argparse.Namespace) -> Answer:
    source = desk.stack.queues.get(f"{args.queue}Queue")
    url = letters_of(desk, args.queue)
    if args.queue == CHANGE or source is None:
        raise InvalidInput("these say only where a change stands: `changes rebuild` tells of it", field="queue")

    def do() -> Answer:
        return _work_off(desk, url, args, "replayed", lambda letter: send_again(desk, source, letter))

    preview = {"letters": count(desk, url), "at_most": args.most}
    return desk.act(args, "letters.replay", f"{args.queue} {args.id or 'all'}", do, preview=preview)


def send_again(desk: Desk, queue_url: str, letter: "MessageTypeDef") -> None:
    """With the group it had, which is its order or its share."""
    request: dict[str, Any] = {"QueueUrl": queue_url, "MessageBody": letter["Body"]}
    group = letter.get("Attributes", {}).get("MessageGroupId", "")
    if group:
        request["MessageGroupId"] = group
    if queue_url.endswith(".fifo"):
        request["MessageDeduplicationId"] = f"again-{letter['MessageId']}"
    if attributes := letter.get("MessageAttributes"):
        request["MessageAttributes"] = attributes
    desk.aws.sqs.send_message(**request)


def _drop(desk: Desk, args: argparse.Namespace) -> Answer:
    url = letters_of(desk, args.queue)

    def do() -> Answer:
        return _work_off(desk, url, args, "dropped", lambda _letter: None)

    preview = {"letters": count(desk, url), "at_most": args.most}
    return desk.act(args, "letters.drop", f"{args.queue} {args.id or 'all'}", do, reason=args.reason, preview=preview)

"""Sending to our queues: every entry is accepted, or the caller hears of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from shared.errors import RetryableError
from shared.queue_messages import QueueMessage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_BATCH = 10
_BATCH_BYTES = 900_000
"""SQS takes 10 messages and 1 MiB in one call (Amazon SQS quotas)."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`group`: in a FIFO queue its messages keep their order; in a standard queue it names whose they are, and nobody's
    backlog delays another's (Amazon SQS, fair queues). `dedupe` is for FIFO queues: one copy in five minutes."""

    message: QueueMessage
    group: str = ""
    dedupe: str = ""
    delay_seconds: int = 0


class Queue:
    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, message: QueueMessage, *, group: str = "", dedupe: str = "", delay_seconds: int = 0) -> None:
        self.send_all([Outgoing(message, group, dedupe, delay_seconds)])

    def send_all(self, messages: Iterable[Outgoing]) -> None:
        """Raises RetryableError when the queue did not take every one; some may have been taken then."""
        batch: list[tuple[Outgoing, str]] = []
        size = 0
        for outgoing in messages:
            body = outgoing.message.to_json()
            length = len(body.encode())
            if batch and (len(batch) == _BATCH or size + length > _BATCH_BYTES):
                self._send(batch)
                batch, size = [], 0
            batch.append((outgoing, body))
            size += length
        if batch:
            self._send(batch)

    def _send(self, batch: Sequence[tuple[Outgoing, str]]) -> None:
        entries: list[SendMessageBatchRequestEntryTypeDef] = []
        for i, (outgoing, body) in enumerate(islice(batch, _BATCH)):
            entry: SendMessageBatchRequestEntryTypeDef = {"Id": str(i), "MessageBody": body}
            if outgoing.group:
                entry["MessageGroupId"] = outgoing.group
            if outgoing.dedupe:
                entry["MessageDeduplicationId"] = outgoing.dedupe
            if outgoing.delay_seconds:
                entry["DelaySeconds"] = outgoing.delay_seconds
            entries.append(entry)
        answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        if answer.get("Failed"):
            raise RetryableError("the queue did not take every message")

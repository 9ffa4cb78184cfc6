"""What cannot be routed or understood is put aside in S3 with the reason, counted, and looked at by a person."""

import hashlib
import json
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from shared.clients.aws import AwsClients
from shared.clock import epoch_ms
from shared.errors import InvalidInput
from shared.observability import count


class Parking:
    """`metric` counts what is parked. Objects hold personal data: the bucket's life-cycle rules delete them.

    The S3 client is made when first needed, which for most of its owners is never.
    """

    def __init__(self, aws: AwsClients, bucket: str, metric: str = "WebhookParked") -> None:
        self._aws = aws
        self._bucket = bucket
        self._metric = metric

    def park(self, reason: str, raw: object) -> str:
        """Write `parked/<yyyy>/<mm>/<dd>/<digest>.json` with the reason and the thing itself; returns the key."""
        key = self._put("parked", {"reason": reason, "raw": raw})
        count(self._metric)
        return key

    def keep(self, folder: str, document: object) -> str:
        """Write `<folder>/<yyyy>/<mm>/<dd>/<digest>.json`: kept for later; returns the key."""
        return self._put(folder, document)

    def read(self, key: str) -> object:
        """What was kept under this key. Raises InvalidInput when it is not there any more."""
        try:
            answer = self._aws.s3.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            # Who may not list the bucket, and no function may, hears of what is not there as of what it may not read.
            if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
                raise InvalidInput("what was kept of it is gone") from error
            raise
        document: object = json.loads(answer["Body"].read())
        return document

    def _put(self, folder: str, document: object) -> str:
        body = json.dumps(document, separators=(",", ":")).encode()
        day = datetime.fromtimestamp(epoch_ms() / 1000, UTC).strftime("%Y/%m/%d")
        # Named after what it says: what comes twice is there once.
        key = f"{folder}/{day}/{hashlib.sha256(body).hexdigest()[:32]}.json"
        self._aws.s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/json")
        return key

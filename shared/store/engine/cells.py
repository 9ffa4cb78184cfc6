"""Which accounts are another cell's, in the control stack's Directory table: the claims of their `WABA#<id>`, so that
an account is connected in one stack only. For the receiver, which loads no PynamoDB.

| access | cost |
|---|---|
| where an account is (`callback_of`) | 1 RRU |
| a cell claims an account (`claim`) | 3 WRU |
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.errors import Conflict
from shared.ids import WabaId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CELL = "cell:"
"""No tenant's id has a colon."""


class CellDirectory:
    """`client` is asked for when it is first needed, which in a stack without other cells is never."""

    def __init__(self, client: "Callable[[], DynamoDBClient]", table: str) -> None:
        self._client = client
        self._table = table

    def callback_of(self, waba_id: WabaId) -> str:
        """The callback URL of the cell that has this account; empty when it is here or nowhere."""
        key = {"pk": {"S": f"WABA#{waba_id}"}, "sk": {"S": "OWNER"}}
        found = self._client().get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        owner = json.loads(found["doc"]["S"])["tenant_id"] if found else ""
        return owner.removeprefix(_CELL) if owner.startswith(_CELL) else ""

    def claim(self, waba_id: WabaId, callback: str) -> None:
        """The account is that cell's; again changes nothing. Raises Conflict when it is another's or a tenant's."""
        owner, name = f"{_CELL}{callback}", f"WABA#{waba_id}"
        document = json.dumps({"tenant_id": owner, "details": {"waba_id": waba_id}})
        try:
            self._client().put_item(
                TableName=self._table,
                Item={
                    "pk": {"S": name},
                    "sk": {"S": "OWNER"},
                    "doc": {"S": document},
                    "gsi1pk": {"S": f"OWNED#{owner}"},
                    "gsi1sk": {"S": name},
                    "version": {"N": "1"},
                },
                ConditionExpression="attribute_not_exists(pk) OR gsi1pk = :mine",
                ExpressionAttributeValues={":mine": {"S": f"OWNED#{owner}"}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise Conflict("the account is connected elsewhere", code="already_claimed") from error
            raise

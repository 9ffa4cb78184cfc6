"""Conditional writes whose writer knows its own.

The client repeats a call whose answer was lost (`database`), and the condition of the second may fail because of the
first. Each write leaves a token, so that its writer can tell that from somebody else's: one consistent read more, 1 RRU
per 4 KB, where a condition failed. What has been changed by others since then counts as theirs.
"""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from shared.ids import new_ulid
from shared.store.engine.database import TableItem, refusal_code


class OwnItem(TableItem):
    """`tok` is of the last write that left one; None after a write in a transaction, which DynamoDB recognises itself
    (TransactWriteItems, ClientRequestToken)."""

    tok = UnicodeAttribute(null=True)


def written(item: OwnItem, condition: Condition) -> bool:
    """Whether it is stored; False when the condition did not hold. Raises what the client raises."""
    item.tok = new_ulid()
    try:
        item.save(condition)
    except PutError as exc:
        if refusal_code(exc) != "ConditionalCheckFailedException":
            raise
        return _stands(item)
    return True


def _stands(item: OwnItem) -> bool:
    try:
        found = type(item).get(item.pk, item.sk, consistent_read=True)
    except type(item).DoesNotExist:
        return False
    return bool(found.tok == item.tok)

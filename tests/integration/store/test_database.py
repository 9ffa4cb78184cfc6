"""The one conditional put: where something stands, it stays, and the caller is told what."""

import pytest
from botocore.exceptions import ClientError

from shared.ids import TenantId
from shared.store.engine.codec import Item
from shared.store.engine.database import Database, put_if_absent
from tests.support.faults import at_once


def test_of_many_who_put_at_once_one_stands_and_all_are_told_which(database: Database, tenant: TenantId) -> None:
    def item(i: int) -> Item:
        return {"pk": f"T#{tenant}", "sk": "C#1", "by": str(i)}

    told = at_once(8, lambda i: put_if_absent(database.client, database.contacts, item(i)))
    assert len({str(one["by"]) for one in told}) == 1
    assert put_if_absent(database.client, database.contacts, item(9)) == told[0]


def test_another_error_is_not_taken_for_something_that_stands(database: Database, tenant: TenantId) -> None:
    with pytest.raises(ClientError):
        put_if_absent(database.client, "no-such-table", {"pk": f"T#{tenant}", "sk": "C#1"})

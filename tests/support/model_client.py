"""PynamoDB's models of all tables share one client: that of the database which was opened last."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.store.engine.database import TableItem


@contextmanager
def model_client_put_back() -> Iterator[None]:
    """For a database that ends before others of this process do: behind it the models go to the one before again."""
    before = vars(TableItem).get("_client")
    try:
        yield
    finally:
        if before is not None:
            TableItem._client = before

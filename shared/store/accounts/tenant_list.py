"""All tenants, in the order of their names: for operators of the platform, who may look at every one.

| access | key | cost |
|---|---|---|
| a page of `limit` tenants | index `TENANTS#<plan>#<status>` / `<folded name>#<t>` | at most 6 reads of `limit` + 1 documents of about 1 KB, 0.5 RRU per 4 KB |

A tenant's own document stands in the index under the plan that holds for it and whether it is suspended, so every
filter is a choice among six lists, and none is read to be thrown away. The lists are read side by side and merged; a
page goes on behind the last name that it showed. Names are found by how they begin, without case and accents: the
beginning is a range of the same lists. No search reads more than a page, however many tenants there are.

One that has not been changed since before it had a place there is in no list; `python -m infra.ops tenant index` gives
all of them theirs.
"""  # noqa: E501 - a table's row is a line

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Final, cast

from shared.domain.accounts.account import Tenant, TenantStatus
from shared.domain.accounts.plans import PLAN_NAMES
from shared.domain.text_fold import fold_words
from shared.store.engine.cursor import Page, PageBytes, decode_cursor, encode_cursor
from shared.store.engine.database import ActivityIndex
from shared.store.engine.directory import Directory
from shared.store.engine.directory_items import DirectoryItem, Place
from shared.store.engine.documents import from_document

TENANT: Final = "TENANT"
"""Sort key of a tenant's own document."""
_LIST: Final = "TENANTS#"
_MOST_CHARACTERS: Final = 100
"""Of a name that are in its place; the rest does not order it."""
_LAST: Final = "\U0010ffff"
_SORT: Final = r"[^#]{0,400}#[0-9A-Za-z-]{1,64}"


@dataclass(frozen=True, slots=True)
class TenantFilter:
    """None is any. `name` is how it begins, as somebody types it; "" for any."""

    plan: str | None = None
    status: TenantStatus | None = None
    name: str = ""

    def takes(self, tenant: Tenant) -> bool:
        """Of one that was found in another way."""
        return self.plan in (None, tenant.entitlements.plan) and self.status in (None, tenant.status)

    def lists(self) -> list[str]:
        plans = PLAN_NAMES if self.plan is None else (self.plan,)
        statuses = tuple(TenantStatus) if self.status is None else (self.status,)
        return [f"{_LIST}{plan}#{status}" for plan in plans for status in statuses]


def place_of(tenant: Tenant) -> Place:
    """Where it stands among all tenants."""
    name = fold_words(tenant.name)[:_MOST_CHARACTERS]
    return Place(f"{_LIST}{tenant.entitlements.plan}#{tenant.status}", f"{name}#{tenant.tenant_id}")


class TenantList:
    def __init__(self, directory: Directory) -> None:
        """`directory` names the table."""
        self._directory = directory

    def page(self, chosen: TenantFilter, limit: int, cursor: str | None) -> Page[Tenant]:
        """In the order of names. As of a second ago: the index follows its table. Raises InvalidInput for a cursor of
        anything else."""
        begins = fold_words(chosen.name)[:_MOST_CHARACTERS]
        if chosen.name.strip() and not begins:
            return Page([], None)
        position = decode_cursor(_LIST, cursor, at=_SORT)
        # No place is one character longer than another one: right behind the last that was shown.
        first = max(begins, f"{position['at']}0" if position else "")
        rows = _merged(chosen.lists(), first or "\x00", begins + _LAST, limit + 1)
        room, shown = PageBytes(), list[DirectoryItem]()
        for row in rows[:limit]:
            if not room.takes(len(row.doc.encode())):
                break
            shown.append(row)
        more = encode_cursor(_LIST, {"at": str(shown[-1].gsi1sk)}) if len(shown) < len(rows) else None
        return Page([from_document(Tenant, row.doc) for row in shown], more)


def _merged(lists: Sequence[str], first: str, last: str, most: int) -> list[DirectoryItem]:
    between = ActivityIndex.gsi1sk.between(first, last)
    found = [cast("list[DirectoryItem]", list(DirectoryItem.index.query(one, between, limit=most))) for one in lists]
    return list(islice(merge(*found, key=lambda row: str(row.gsi1sk)), most))

"""Documents that do not overwrite each other, and names that belong to one tenant."""

from dataclasses import dataclass, replace

import pytest

from shared.clock import EpochMs
from shared.errors import Conflict, InvalidInput, NotFound, RetryableError
from shared.ids import TenantId, new_ulid
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory, Due
from tests.support.faults import at_once


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    marks: tuple[int, ...] = ()
    at: int = 0


@pytest.fixture
def directory(database: Database) -> Directory:
    return Directory(database)


def test_a_document_comes_back_as_it_was(directory: Directory, tenant: TenantId) -> None:
    directory.create(tenant, "NOTE#1", Note("olá", (1, 2)))
    assert directory.get(tenant, "NOTE#1", Note) == Note("olá", (1, 2))
    assert directory.get(tenant, "NOTE#2", Note) is None
    with pytest.raises(NotFound):
        directory.need(tenant, "NOTE#2", Note)


def test_a_key_is_created_once(directory: Directory, tenant: TenantId) -> None:
    directory.create(tenant, "NOTE#1", Note("first"))
    with pytest.raises(Conflict):
        directory.create(tenant, "NOTE#1", Note("second"))
    assert directory.need(tenant, "NOTE#1", Note).text == "first"


def test_of_many_who_create_the_same_key_one_succeeds(directory: Directory, tenant: TenantId) -> None:
    def create(i: int) -> int | None:
        try:
            directory.create(tenant, "NOTE#1", Note(str(i)))
        except Conflict:
            return None
        return i

    winners = [i for i in at_once(8, create) if i is not None]
    assert len(winners) == 1
    assert directory.need(tenant, "NOTE#1", Note).text == str(winners[0])


def test_another_tenants_document_is_not_there(directory: Directory, tenant: TenantId) -> None:
    directory.create(tenant, "NOTE#1", Note("secret"))
    other = TenantId(new_ulid())
    assert directory.get(other, "NOTE#1", Note) is None
    assert directory.all(other, "NOTE#", Note) == []
    with pytest.raises(NotFound):
        directory.update(other, "NOTE#1", Note, lambda note: note)
    directory.delete(other, "NOTE#1")
    assert directory.need(tenant, "NOTE#1", Note).text == "secret"


def test_changes_of_eight_at_once_are_all_kept(directory: Directory, tenant: TenantId) -> None:
    directory.create(tenant, "NOTE#1", Note("x"))

    def add(i: int) -> int:
        for n in range(5):
            while True:
                try:
                    directory.update(
                        tenant,
                        "NOTE#1",
                        Note,
                        lambda note, mark=i * 10 + n: replace(note, marks=(*note.marks, mark)),  # type: ignore[misc]
                    )
                except RetryableError:
                    continue
                break
        return i

    at_once(8, add)
    assert sorted(directory.need(tenant, "NOTE#1", Note).marks) == sorted(
        i * 10 + n for i in range(8) for n in range(5)
    )


def test_what_a_change_raises_comes_through_and_nothing_is_written(directory: Directory, tenant: TenantId) -> None:
    directory.create(tenant, "NOTE#1", Note("x"))

    def refuse(_note: Note) -> Note:
        raise Conflict("no")

    with pytest.raises(Conflict, match="no"):
        directory.update(tenant, "NOTE#1", Note, refuse)
    assert directory.need(tenant, "NOTE#1", Note) == Note("x")


def test_pages_hold_everything_once_newest_first(directory: Directory, tenant: TenantId) -> None:
    for i in range(7):
        directory.create(tenant, f"NOTE#{i}", Note(str(i)))
    directory.create(tenant, "OTHER#1", Note("other"))
    seen: list[str] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor:
        page = directory.page(tenant, "NOTE#", Note, limit=3, cursor=cursor)
        assert len(page.items) <= 3
        seen += [note.text for note in page.items]
        cursor = page.cursor
        pages += 1
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_a_cursor_of_another_list_is_refused(directory: Directory, tenant: TenantId) -> None:
    for i in range(2):
        directory.create(tenant, f"NOTE#{i}", Note(str(i)))
    cursor = directory.page(tenant, "NOTE#", Note, limit=1).cursor
    with pytest.raises(InvalidInput):
        directory.page(tenant, "OTHER#", Note, cursor=cursor)


def test_what_is_due_appears_when_its_time_has_come_and_goes_when_it_is_no_more(
    directory: Directory, tenant: TenantId
) -> None:
    kind = f"NOTE{tenant}"
    for i, at in enumerate((300, 100, 200)):
        directory.create(tenant, f"NOTE#{i}", Note(str(i), at=at), due=Due(kind, EpochMs(at)))

    def due(now: int) -> list[str]:
        found = list(directory.due(kind, EpochMs(now)))
        assert all(one.tenant_id == tenant for one in found)
        return sorted(one.key for one in found)

    assert due(99) == []
    assert due(100) == ["NOTE#1"]
    assert due(1_000) == ["NOTE#0", "NOTE#1", "NOTE#2"]

    def later(note: Note) -> Due | None:
        return Due(kind, EpochMs(note.at)) if note.at else None

    directory.update(tenant, "NOTE#1", Note, lambda note: replace(note, at=0), due=later)
    directory.update(tenant, "NOTE#2", Note, lambda note: replace(note, at=5_000), due=later)
    directory.update(tenant, "NOTE#0", Note, lambda note: replace(note, text="kept"))
    assert due(1_000) == ["NOTE#0"]


def test_what_is_due_is_read_on_from_any_place_round_to_it(directory: Directory, tenant: TenantId) -> None:
    kind = f"NOTE{tenant}"
    for i in range(40):
        directory.create(tenant, f"NOTE#{i}", Note(str(i)), due=Due(kind, EpochMs(100 + i % 3)))
    everybody = list(directory.due(kind, EpochMs(1_000)))
    assert len({one.key for one in everybody}) == len(everybody) == 40
    assert len({one.place.partition("|")[0] for one in everybody}) > 8, "they are spread over the keys of the index"
    for i in (0, 7, 23, 39):
        one = everybody[i]
        assert list(directory.due(kind, EpochMs(1_000), one.place)) == everybody[i + 1 :] + everybody[: i + 1]
    gone = everybody[20]
    directory.delete(tenant, gone.key)
    rest = everybody[21:] + everybody[:20]
    assert list(directory.due(kind, EpochMs(1_000), gone.place)) == rest, "whoever stood there may have gone"
    assert list(directory.due(kind, EpochMs(99), gone.place)) == []


def test_what_became_due_under_the_one_key_of_before_is_found_until_it_changes(
    directory: Directory, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = f"NOTE{tenant}"
    with monkeypatch.context() as before:
        before.setattr("shared.store.engine.directory_items.due_key", lambda kind, _of: f"DUE#{kind}")
        for i in range(3):
            directory.create(tenant, f"NOTE#{i}", Note("old", at=100), due=Due(kind, EpochMs(100)))
    old = list(directory.due(kind, EpochMs(1_000)))
    assert [one.place.partition("|")[0] for one in old] == [f"DUE#{kind}"] * 3
    assert list(directory.due(kind, EpochMs(1_000), old[0].place)) == [*old[1:], old[0]]
    directory.update(
        tenant, "NOTE#1", Note, lambda note: replace(note, at=200), due=lambda note: Due(kind, EpochMs(note.at))
    )
    found = list(directory.due(kind, EpochMs(1_000)))
    assert sorted(one.key for one in found) == ["NOTE#0", "NOTE#1", "NOTE#2"]
    assert sum(one.place.startswith(f"DUE#{kind}|") for one in found) == 2


def test_a_name_belongs_to_one_tenant(directory: Directory, tenant: TenantId) -> None:
    name, other = f"PN#{tenant}", TenantId(new_ulid())
    directory.claim(tenant, {name: {"display": "+1"}}, {"NUMBER#1": Note("mine")})
    with pytest.raises(Conflict) as caught:
        directory.claim(other, {f"FREE#{other}": {}, name: {}}, {"NUMBER#1": Note("theirs")})
    assert caught.value.code == "already_claimed"
    owner = directory.owner_of(name)
    assert owner is not None
    assert (owner.tenant_id, owner.details) == (tenant, {"display": "+1"})
    assert directory.owner_of(f"FREE#{other}") is None
    assert directory.get(other, "NUMBER#1", Note) is None


def test_claiming_again_refreshes_the_details(directory: Directory, tenant: TenantId) -> None:
    name = f"PN#{tenant}"
    directory.claim(tenant, {name: {"display": "+1"}}, {})
    directory.claim(tenant, {name: {"display": "+2"}}, {"NUMBER#1": Note("new")})
    owner = directory.owner_of(name)
    assert owner is not None
    assert owner.details == {"display": "+2"}
    assert directory.need(tenant, "NUMBER#1", Note).text == "new"


def test_of_many_tenants_who_claim_one_name_one_gets_it(directory: Directory, tenant: TenantId) -> None:
    name = f"PN#{tenant}"

    def claim(_i: int) -> TenantId | None:
        who = TenantId(new_ulid())
        try:
            directory.claim(who, {name: {}}, {"DOC": Note(who)})
        except (Conflict, RetryableError):
            assert directory.get(who, "DOC", Note) is None
            return None
        return who

    winners = [who for who in at_once(8, claim) if who is not None]
    owner = directory.owner_of(name)
    assert owner is not None
    assert winners == [owner.tenant_id]


def test_only_the_owner_releases_a_name(directory: Directory, tenant: TenantId) -> None:
    name = f"PN#{tenant}"
    directory.claim(tenant, {name: {}}, {})
    directory.release(TenantId(new_ulid()), name)
    assert directory.owner_of(name) is not None
    directory.release(tenant, name)
    assert directory.owner_of(name) is None
    directory.release(tenant, name)

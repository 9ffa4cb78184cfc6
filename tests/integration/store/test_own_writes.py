"""A call that the client repeats because its answer was lost is its writer's own, and nobody else's."""

from dataclasses import dataclass, replace

import pytest

from shared.clock import EpochMs
from shared.domain.accounts.signup import hold_for_signup
from shared.errors import Conflict
from shared.ids import TenantId, new_ulid
from shared.store.accounts.signups import Signups
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from tests.support.faults import sent_twice

KEY, NOW = "NOTE#1", EpochMs(1_800_000_000_000)


@dataclass(frozen=True, slots=True)
class Note:
    count: int = 0


def more(found: Note) -> Note:
    return replace(found, count=found.count + 1)


def only_from_0(found: Note) -> Note:
    if found.count:
        raise Conflict("it has begun")
    return more(found)


@pytest.fixture
def directory(database: Database) -> Directory:
    return Directory(database)


def test_what_one_has_created_was_not_there_before(database: Database, directory: Directory, tenant: TenantId) -> None:
    with sent_twice(database, "PutItem"):
        directory.create(tenant, KEY, Note())
    with pytest.raises(Conflict, match="exists"):
        directory.create(tenant, KEY, Note())


def test_a_change_that_is_allowed_once_is_not_refused_for_itself(
    database: Database, directory: Directory, tenant: TenantId
) -> None:
    directory.create(tenant, KEY, Note())
    with sent_twice(database, "PutItem"):
        assert directory.update(tenant, KEY, Note, only_from_0) == Note(1)
    with pytest.raises(Conflict, match="begun"):
        directory.update(tenant, KEY, Note, only_from_0)


def test_a_change_is_made_once(database: Database, directory: Directory, tenant: TenantId) -> None:
    directory.create(tenant, KEY, Note())
    with sent_twice(database, "PutItem"):
        assert directory.update(tenant, KEY, Note, more) == Note(1)
    assert directory.need(tenant, KEY, Note) == Note(1)


def test_what_others_wrote_meanwhile_is_theirs(database: Database, directory: Directory, tenant: TenantId) -> None:
    directory.create(tenant, KEY, Note())
    with sent_twice(database, "PutItem", between=lambda: directory.update(tenant, KEY, Note, more)):
        assert directory.update(tenant, KEY, Note, more) == Note(3), "the first, the other's, and the first anew"
    other = TenantId(new_ulid())
    with sent_twice(database, "PutItem", between=lambda: directory.delete(other, KEY)):
        directory.create(other, KEY, Note())
    assert directory.need(other, KEY, Note) == Note()


def test_a_sign_up_is_not_held_up_by_itself(database: Database, directory: Directory) -> None:
    signups, email = Signups(directory), f"{new_ulid()}@example.com"
    with sent_twice(database, "PutItem"):
        held = signups.change(email, hold_for_signup(NOW), NOW)
    assert held.signups == (NOW,)
    assert signups.find(email) == held

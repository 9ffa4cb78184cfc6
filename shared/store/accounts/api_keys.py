"""API keys, in the Directory table: made and listed by `Accounts`; here they are rotated, revoked, and seen at work.

| access | cost |
|---|---|
| rotate | as `guarded.change`, with two or three names |
| revoke | 1 RRU + 2 WRU each for the document and its names |
| note a use | 2 WRU, and 2 for the look whether the key is there |
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from shared.clock import EpochMs
from shared.domain.accounts.account import ApiKey
from shared.errors import Conflict, NotFound, RetryableError
from shared.ids import TenantId
from shared.store.accounts.tenants import API_KEYS, key_details
from shared.store.engine import audited, guarded
from shared.store.engine.directory import Directory, DirectoryItem, document_item, tenant_key
from shared.store.engine.documents import from_document

_USE = "KEYUSE#"


@dataclass(frozen=True, slots=True)
class KeyUse:
    key_id: str
    at: EpochMs


class ApiKeys:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def rotate(self, tenant_id: TenantId, seen: ApiKey, fresh: ApiKey) -> None:
        """Put `fresh` in the place of the key as it was `seen`: its former key is good until `fresh.former_until`, and
        the one before that is not any more. Raises NotFound, and Conflict (`changed_meanwhile`)."""
        name = f"APIKEY#{seen.key_id}"

        def decide(found: Mapping[str, ApiKey]) -> Mapping[str, ApiKey]:
            if name not in found:
                raise NotFound("there is no such thing here")
            if found[name].key_hash != seen.key_hash:
                raise Conflict("somebody has rotated this key meanwhile; read it again", code="changed_meanwhile")
            return {name: fresh}

        former = replace(seen, expires_at=fresh.former_until)
        guarded.change(
            tenant_id,
            API_KEYS,
            decide,
            names={f"KEY#{fresh.key_hash}": key_details(fresh), f"KEY#{seen.key_hash}": key_details(former)},
            freed=[f"KEY#{seen.former_hash}"] if seen.former_hash else [],
        )

    def revoke(self, tenant_id: TenantId, key_id: str) -> None:
        """It and its former key open nothing any more. Raises NotFound."""
        for attempt in range(guarded.ATTEMPTS):
            if _revoked(tenant_id, key_id):
                self._directory.delete(tenant_id, _USE + key_id)
                return
            guarded.pause_after(attempt)
        raise RetryableError("many changes at the same moment; try again")

    def note_use(self, tenant_id: TenantId, key_id: str, now: EpochMs) -> None:
        """Of a key that was revoked meanwhile nothing is kept: the gateway lets it in for a minute more, and nobody
        would ever remove that again."""
        try:
            with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
                there = DirectoryItem.pk.exists()
                transaction.condition_check(DirectoryItem, tenant_key(tenant_id), f"APIKEY#{key_id}", condition=there)
                transaction.save(document_item(tenant_id, _USE + key_id, KeyUse(key_id, now)))
        except TransactWriteError as exc:
            if not guarded.RACE.intersection(audited.codes_of(exc)):
                raise

    def uses(self, tenant_id: TenantId) -> Mapping[str, EpochMs]:
        """When each key of the tenant was last seen, by id."""
        return {use.key_id: use.at for use in self._directory.all(tenant_id, _USE, KeyUse)}


def _revoked(tenant_id: TenantId, key_id: str) -> bool:
    """False when it was changed meanwhile."""
    try:
        item = DirectoryItem.get(tenant_key(tenant_id), f"APIKEY#{key_id}", consistent_read=True)
    except DirectoryItem.DoesNotExist:
        raise NotFound("there is no such thing here") from None
    key = from_document(ApiKey, item.doc)
    hashes = [one for one in (key.key_hash, key.former_hash) if one]
    entry = audited.entry_of_change(tenant_id, item.sk, before=item.doc, after=None)
    try:
        with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
            transaction.delete(DirectoryItem(item.pk, item.sk), condition=DirectoryItem.version == item.version)
            guarded.give_up_names(transaction, tenant_id, [f"KEY#{one}" for one in hashes])
            audited.add_entry(transaction, entry)
    except TransactWriteError as exc:
        codes = audited.codes_of(exc)
        if audited.is_entered(entry, codes):
            return _revoked(tenant_id, key_id)
        if not guarded.RACE.intersection(codes):
            raise
        return False
    audited.note_written(entry)
    return True

"""What may be done with API keys by whom."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared.clock import EpochMs
from shared.domain.accounts.account import API_KEY_PREFIX, ApiKey, Principal
from shared.domain.accounts.permissions import Scope
from shared.errors import Forbidden, InvalidInput
from shared.failures import failure
from shared.ids import TenantId
from shared.observability import logger
from shared.store.accounts.api_keys import ApiKeys
from shared.store.accounts.tenants import Accounts, hash_key

_NOTED_MS = 600_000
"""How exactly it is known when a key was last used."""
_MOST_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class KeyParts:
    accounts: Accounts
    keys: ApiKeys


@dataclass(frozen=True, slots=True)
class NewKey:
    """`key_id` is the operation's, `created_at` its moment (epoch ms), and `token` the chance that it draws: it makes
    the same key each time."""

    key_id: str
    name: str
    scopes: Sequence[Scope]
    created_at: EpochMs
    expires_at: EpochMs | None
    token: str = field(repr=False)


def create_api_key(parts: KeyParts, principal: Principal, new: NewKey) -> tuple[ApiKey, str]:
    """The key as it is stored, and as it is shown this once. Raises Forbidden for scopes that the caller has not and
    for one that outlives the caller's own (`outlives_key`), InvalidInput and TooMany (`too_many_api_keys`)."""
    excess = sorted(scope for scope in new.scopes if scope not in principal.scopes)
    if excess:
        raise Forbidden(f"you cannot grant what you do not have: {', '.join(excess)}", field="scopes")
    check_expiry(new.expires_at, new.created_at)
    _check_end(parts, principal, new.expires_at)
    secret = API_KEY_PREFIX + new.token
    key = ApiKey(
        key_id=new.key_id,
        name=new.name,
        scopes=tuple(sorted(set(new.scopes))),
        hint=secret[-4:],
        key_hash=hash_key(secret),
        created_at=new.created_at,
        created_by=principal.member_id,
        expires_at=new.expires_at,
    )
    return parts.accounts.add_api_key(principal.tenant_id, key), secret


@dataclass(frozen=True, slots=True)
class Rotation:
    """The former key is good for `overlap_hours` more; None as `expires_at` leaves the date as it is. `token` is as a
    new key's."""

    overlap_hours: int
    expires_at: EpochMs | None
    token: str = field(repr=False)


def rotate_api_key(
    parts: KeyParts, principal: Principal, key_id: str, rotation: Rotation, now: EpochMs
) -> tuple[ApiKey, str]:
    """As `create_api_key`, under the same id; once for the same token. Raises NotFound, Forbidden (`wider_key`,
    `outlives_key`), InvalidInput and Conflict (`changed_meanwhile`)."""
    seen = parts.accounts.api_key(principal.tenant_id, key_id)
    _check_scopes(principal, seen, "rotate")
    secret = API_KEY_PREFIX + rotation.token
    if hash_key(secret) in (seen.key_hash, seen.former_hash):
        return seen, secret
    expires_at = rotation.expires_at or seen.expires_at
    check_expiry(expires_at, now)
    _check_end(parts, principal, expires_at)
    until = EpochMs(now + rotation.overlap_hours * 3_600_000)
    fresh = replace(
        seen,
        hint=secret[-4:],
        key_hash=hash_key(secret),
        expires_at=expires_at,
        former_hash=seen.key_hash,
        former_until=min(until, seen.expires_at or until),
    )
    parts.keys.rotate(principal.tenant_id, seen, fresh)
    return fresh, secret


def revoke_api_key(parts: KeyParts, principal: Principal, key_id: str) -> None:
    """Raises NotFound, and Forbidden for a key of others with a scope that the caller has not: whoever holds one key
    could else put an end to all others."""
    key = parts.accounts.api_key(principal.tenant_id, key_id)
    if key_id != principal.member_id:
        _check_scopes(principal, key, "revoke")
    parts.keys.revoke(principal.tenant_id, key_id)


def check_expiry(expires_at: EpochMs | None, now: EpochMs) -> None:
    """Raises InvalidInput."""
    if expires_at is not None and expires_at <= now:
        raise InvalidInput("this is over; choose a date to come", field="expires_at")


def _check_end(parts: KeyParts, principal: Principal, expires_at: EpochMs | None) -> None:
    """Raises Forbidden (`outlives_key`): a key that ends on a day gives nobody one that is good for longer. A former
    key ends with its overlap, whatever the one in its place does."""
    if not principal.is_key:
        return
    stored = parts.accounts.api_key(principal.tenant_id, principal.member_id).expires_at
    own = min((end for end in (stored, principal.key_ends) if end is not None), default=None)
    if own is not None and (expires_at is None or expires_at > own):
        raise Forbidden(
            "your key ends on a day, and makes none that ends later: name a date by then, or ask an owner or an admin",
            field="expires_at",
            code="outlives_key",
        )


def _check_scopes(principal: Principal, key: ApiKey, verb: str) -> None:
    excess = sorted(scope for scope in key.scopes if scope not in principal.scopes)
    if excess:
        raise Forbidden(
            f"this key has scopes that you have not: {', '.join(excess)}; ask an owner or an admin to {verb} it",
            code="wider_key",
        )


class KeyWatch:
    """Notes when a key is used. One for each worker, which writes of each key once in ten minutes."""

    def __init__(self, keys: ApiKeys) -> None:
        self._keys = keys
        self._noted: dict[tuple[TenantId, str], float] = {}

    def note(self, principal: Principal, now: EpochMs) -> None:
        """Never raises: that nobody can see when a key was used is no reason to refuse it."""
        key = principal.tenant_id, principal.member_id
        if not principal.is_key or time.monotonic() * 1000 < self._noted.get(key, 0):
            return
        if len(self._noted) >= _MOST_REMEMBERED:
            self._noted.clear()
        self._noted[key] = time.monotonic() * 1000 + _NOTED_MS
        try:
            self._keys.note_use(*key, now)
        except Exception as error:
            logger.warning("the use of a key is not noted", extra=failure(error))

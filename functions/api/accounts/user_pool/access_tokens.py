"""Verifying Cognito access tokens (Amazon Cognito, verifying a JSON web token)."""

import json
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from shared.clock import EpochMs

_REFETCH_MS = 60_000
_TIMEOUT_SECONDS = 5
Fetch = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class TokenRules:
    """`issuer` is where the keys are; tokens are issued by it or, when it is a stand-in, by the pool's own name."""

    issuer: str
    user_pool_id: str
    client_id: str

    @property
    def keys_url(self) -> str:
        return f"{self.issuer.rstrip('/')}/.well-known/jwks.json"

    @property
    def issuers(self) -> list[str]:
        region = self.user_pool_id.partition("_")[0]
        return [self.issuer, f"https://cognito-idp.{region}.amazonaws.com/{self.user_pool_id}"]


def fetch_keys(url: str) -> bytes:
    """Raises OSError when the keys cannot be had."""
    with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - our own setting
        content: bytes = answer.read()
        return content


@dataclass(frozen=True, slots=True)
class AccessToken:
    """`subject` is the person's id in the user pool; `session` what all tokens of one log-in have in common, "" where
    the pool does not say; `issued_at` is epoch ms, of a whole second. `groups` are those of the pool that the person
    was in then (Amazon Cognito, the access token: cognito:groups)."""

    subject: str
    session: str
    issued_at: EpochMs
    groups: tuple[str, ...] = ()


def claimed(token: str) -> AccessToken:
    """What a token says that came straight from the pool: nobody's word is taken for it here."""
    return _access_token(jwt.decode(token, options={"verify_signature": False}))


def _access_token(claims: Mapping[str, Any]) -> AccessToken:
    issued_at = EpochMs(int(claims.get("iat", 0)) * 1000)
    groups = tuple(str(group) for group in claims.get("cognito:groups") or ())
    return AccessToken(str(claims["sub"]), str(claims.get("origin_jti", "")), issued_at, groups)


class TokenExpired(Exception):
    """It was ours, and is too old."""


class TokenVerifier:
    """Keeps the pool's keys, and asks for them again at most once a minute when a token names an unknown one."""

    def __init__(self, rules: TokenRules, fetch: Fetch = fetch_keys) -> None:
        self._rules = rules
        self._fetch = fetch
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: EpochMs | None = None

    def read(self, token: str, now: EpochMs) -> AccessToken | None:
        """What it says, or None for a token that is not ours. `now` in epoch ms.

        Raises TokenExpired, and OSError, ValueError or PyJWTError when the keys cannot be had.
        """
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
        except jwt.PyJWTError:
            return None
        # What is wrong with the keys is no fault of the token's.
        key = self._key(kid, now)
        if key is None:
            return None
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=self._rules.issuers,
                options={"require": ["exp", "iat", "iss", "sub", "token_use", "client_id"], "verify_aud": False},
            )
        except jwt.ExpiredSignatureError as exc:
            raise TokenExpired from exc
        except jwt.PyJWTError:
            return None
        if (claims["token_use"], claims["client_id"]) != ("access", self._rules.client_id):
            return None
        return _access_token(claims)

    def _key(self, kid: str, now: EpochMs) -> jwt.PyJWK | None:
        due = self._fetched_at is None or now - self._fetched_at >= _REFETCH_MS
        if kid not in self._keys and due:
            found = jwt.PyJWKSet.from_dict(json.loads(self._fetch(self._rules.keys_url)))
            self._keys = {str(key.key_id): key for key in found.keys}
            self._fetched_at = now
        return self._keys.get(kid)

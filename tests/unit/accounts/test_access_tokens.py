import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from functions.api.accounts.user_pool.access_tokens import AccessToken, TokenExpired, TokenRules, TokenVerifier
from shared.clock import EpochMs

RULES = TokenRules("https://keys.example/eu-west-1_Pool", "eu-west-1_Pool", "client")
ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLAIMS: dict[str, Any] = {
    "sub": "person",
    "iss": ISSUER,
    "token_use": "access",
    "client_id": "client",
    "exp": 4_000_000_000,
}
CLAIMS |= {"iat": 1_700_000_000, "origin_jti": "session"}
PERSON = AccessToken("person", "session", EpochMs(1_700_000_000_000))


class Keys:
    """Serves the pool's keys and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.names = ["k1"]

    def fetch(self, url: str) -> bytes:
        assert url == "https://keys.example/eu-west-1_Pool/.well-known/jwks.json"
        self.asked += 1
        public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
        return json.dumps({"keys": [{**public, "kid": name, "alg": "RS256"} for name in self.names]}).encode()


def token(claims: dict[str, Any], key: rsa.RSAPrivateKey = KEY, kid: str = "k1") -> str:
    return jwt.encode(claims, key, "RS256", headers={"kid": kid})


def test_a_token_of_ours_names_its_person() -> None:
    keys = Keys()
    verifier = TokenVerifier(RULES, keys.fetch)
    assert verifier.read(token(CLAIMS), EpochMs(0)) == PERSON
    assert verifier.read(token({**CLAIMS, "iss": RULES.issuer}), EpochMs(0)) == PERSON
    assert keys.asked == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"},
        {"token_use": "id"},
        {"client_id": "another"},
        {"sub": None},
        {"iat": None},
    ],
)
def test_a_token_with_a_wrong_claim_opens_nothing(changed: dict[str, Any]) -> None:
    claims = {name: value for name, value in {**CLAIMS, **changed}.items() if value is not None}
    assert TokenVerifier(RULES, Keys().fetch).read(token(claims), EpochMs(0)) is None


def test_a_token_of_ours_that_is_too_old_is_told_from_one_that_is_not_ours() -> None:
    verifier = TokenVerifier(RULES, Keys().fetch)
    with pytest.raises(TokenExpired):
        verifier.read(token({**CLAIMS, "exp": 1}), EpochMs(0))
    assert verifier.read(token({**CLAIMS, "exp": 1}, OTHER), EpochMs(0)) is None


def test_only_our_signature_and_algorithm_count() -> None:
    verifier = TokenVerifier(RULES, Keys().fetch)
    assert verifier.read(token(CLAIMS, OTHER), EpochMs(0)) is None
    assert verifier.read(jwt.encode(CLAIMS, "x" * 32, "HS256", headers={"kid": "k1"}), EpochMs(0)) is None
    assert verifier.read(jwt.encode(CLAIMS, "", "none", headers={"kid": "k1"}), EpochMs(0)) is None
    assert verifier.read("not a token", EpochMs(0)) is None


def test_unknown_keys_are_asked_for_at_most_once_a_minute() -> None:
    keys = Keys()
    verifier = TokenVerifier(RULES, keys.fetch)
    for now in (0, 1_000, 59_999):
        assert verifier.read(token(CLAIMS, kid="k2"), EpochMs(now)) is None
    assert keys.asked == 1
    keys.names = ["k1", "k2"]
    assert verifier.read(token(CLAIMS, kid="k2"), EpochMs(60_000)) == PERSON


@pytest.mark.parametrize("answer", [b"{}", b'{"keys": []}', b"<html>"])
def test_keys_that_are_none_are_no_fault_of_the_token(answer: bytes) -> None:
    """Whoever calls is not turned away then: it is an error, and asked again."""
    verifier = TokenVerifier(RULES, lambda _url: answer)
    with pytest.raises((jwt.PyJWTError, ValueError)):
        verifier.read(token(CLAIMS), EpochMs(0))

"""What recognises a password again: scrypt at OWASP's cost, each time with another salt."""

import base64
import hashlib

from functions.api.accounts.user_pool.passwords import is_same_password, verifier_of

PASSWORD = "Correct-horse-1"


def test_a_verifier_knows_its_password_and_no_other() -> None:
    verifier = verifier_of(PASSWORD)
    assert is_same_password(PASSWORD, verifier)
    assert not is_same_password("Correct-horse-2", verifier)
    assert not is_same_password(PASSWORD, "")


def test_it_is_scrypt_at_the_cost_that_owasp_asks_for() -> None:
    kept = base64.b64decode(verifier_of(PASSWORD))
    salt, stretched = kept[:16], kept[16:]
    most = 64 * 1024 * 1024
    assert stretched == hashlib.scrypt(PASSWORD.encode(), salt=salt, n=2**15, r=8, p=3, maxmem=most, dklen=32)


def test_no_two_verifiers_are_alike() -> None:
    assert verifier_of(PASSWORD) != verifier_of(PASSWORD)

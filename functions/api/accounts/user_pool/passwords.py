"""What a password must be, and how one is recognised again while the user pool cannot tell."""

import base64
import hashlib
import hmac
import secrets
import string

from shared.errors import InvalidInput

SHORTEST = 12
# scrypt as OWASP's password storage cheat sheet (2025) has it: N=2^15, r=8, p=3. It takes 32 MB.
_N, _R, _P = 2**15, 8, 3
_MOST_MEMORY = 64 * 1024 * 1024
_SALT_BYTES = 16
_NOBODYS_CHARACTERS = 48


def check_password(password: str, field: str = "password") -> None:
    """Raises InvalidInput (`weak_password`) as the user pool's own rule would (its PasswordPolicy in the template).

    Asked before the pool is, so that a weak password is refused alike whether the address is known or not.
    """
    missing = [
        words
        for words, there in (
            (f"at least {SHORTEST} characters", len(password) >= SHORTEST),
            ("a lower case letter", any("a" <= char <= "z" for char in password)),
            ("an upper case letter", any("A" <= char <= "Z" for char in password)),
            ("a digit", any("0" <= char <= "9" for char in password)),
            ("no space at either end", password == password.strip()),
        )
        if not there
    ]
    if missing:
        raise InvalidInput(f"the password needs {', '.join(missing)}", field=field, code="weak_password")


def nobodys_password() -> str:
    """One that `check_password` takes and nobody knows: whoever has it has another one set by a mailed code."""
    letters = string.ascii_letters + string.digits
    return "Aa1" + "".join(secrets.choice(letters) for _ in range(_NOBODYS_CHARACTERS))


def verifier_of(password: str) -> str:
    """What recognises the password again (scrypt with a salt); the password cannot be had from it."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return base64.b64encode(salt + _stretch(password, salt)).decode()


def is_same_password(password: str, verifier: str) -> bool:
    """Takes as long for an empty verifier, which is nobody's."""
    kept = base64.b64decode(verifier) if verifier else bytes(_SALT_BYTES)
    found = _stretch(password, kept[:_SALT_BYTES])
    return hmac.compare_digest(found, kept[_SALT_BYTES:])


def _stretch(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=_N, r=_R, p=_P, maxmem=_MOST_MEMORY, dklen=32
    )

import hashlib
import hmac

import pytest

from functions.webhook_ingest.receive.signature import is_signed

BODY = b'{"object":"whatsapp_business_account","note":"\\u00e9\\/"}'


def sign(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("secret", ["now", "before"])
def test_the_present_and_the_previous_app_secret_sign(secret: str) -> None:
    assert is_signed(BODY, sign(BODY, secret), ("now", "before"))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        sign(BODY, "another"),
        sign(BODY + b" ", "now"),
        sign(BODY, "now").upper(),
        sign(BODY, "now").removeprefix("sha256="),
        sign(BODY, "now").replace("sha256=", "sha1="),
        sign(BODY, "now") + "0",
        "sha256=é\ud800",
        sign(BODY, ""),
    ],
)
def test_anything_else_does_not(header: str) -> None:
    assert not is_signed(BODY, header, ("now", ""))

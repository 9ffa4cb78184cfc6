"""Where a media URL may lead: a tenant's token goes to Meta's own hosts and nowhere else."""

import re
from collections.abc import Collection

# Stricter than URLs are: no user, no backslash, nothing that two parsers could read as two hosts.
_URL = re.compile(r"(https?)://([A-Za-z0-9.-]+)(?::([0-9]{1,5}))?(?:[/?][\x21-\x5b\x5d-\x7e]*)?")


def is_allowed(url: str, hosts: Collection[str], api_url: str) -> bool:
    """Whether the URL is https on one of `hosts` (`*.example.com` stands for every host below), or on the very origin
    of `api_url`, which has the token already."""
    match = _URL.fullmatch(url)
    if match is None:
        return False
    scheme, host, port = match[1], match[2].lower().rstrip("."), match[3]
    api = _URL.fullmatch(api_url)
    if api is not None and (scheme, host, port) == (api[1], api[2].lower(), api[3]):
        return True
    if scheme != "https" or port not in (None, "443"):
        return False
    return any(host == known or (known.startswith("*.") and host.endswith(known[1:])) for known in hosts)

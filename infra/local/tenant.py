"""A tenant made ready through the public HTTP API, as a business would make itself ready."""

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.services import script

APPLICANT = {"name": "Ana Example", "phone": "+34600000001", "policy_version": "2026-11"}
"""Who signs a business up, and what they accept."""
_SCOPES = ["campaigns", "contacts", "conversations", "read", "settings"]


@dataclass(frozen=True, slots=True)
class Tenant:
    """What a client needs to act for a tenant."""

    email: str
    password: str
    api_key: str
    phone_number_id: str
    waba_id: str


class ApiError(Exception):
    """The API refused a call; the message holds its answer."""


def ready_tenant(api_url: str, simulator_url: str) -> Tenant:
    """Signs a new business up and connects a new WhatsApp number of it.

    Raises ApiError when the API refuses a step.
    """
    name = secrets.token_hex(4)
    email, password = f"owner-{name}@example.com", f"Correct-Horse-{secrets.token_hex(6)}"
    account = {"business_name": f"Example {name}", "email": email, "password": password, "country": "ES"} | APPLICANT
    _post(f"{api_url}/v1/signup", account)
    token = _post(f"{api_url}/v1/login", {"email": email, "password": password})["access_token"]
    waba = script(simulator_url, {"create_waba": {"name": f"Example {name}"}})["create_waba"]
    number_id = waba["phone_numbers"][0]["id"]
    signed_up = {"code": waba["code"], "waba_id": waba["waba_id"], "phone_number_id": number_id}
    _post(f"{api_url}/v1/whatsapp/connect", signed_up, token)
    key = _post(f"{api_url}/v1/api-keys", {"name": "local", "scopes": _SCOPES}, token)["key"]
    return Tenant(email, password, key, number_id, waba["waba_id"])


def _post(url: str, body: Mapping[str, object], token: str = "") -> Any:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise ApiError(f"POST {url}: {error.code} {error.read().decode(errors='replace')}") from error

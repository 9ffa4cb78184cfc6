"""One request to the Graph API, taken apart, and the answer to it."""

import hmac
import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import web

from .config import Json
from .errors import GraphError
from .world import Token, World

# Versions alive in November 2026; older ones have ended, newer ones are not known.
OLDEST_VERSION, NEWEST_VERSION = 21, 26
_PATH = re.compile(r"/v(\d{2})\.0/([^/]+)(?:/([a-z_]+))?/?")
_BODY_SHOWN = 4000


@dataclass(slots=True)
class Call:
    """A request. `object_id` is the first path element after the version, `edge` the second (or empty)."""

    method: str
    path: str
    object_id: str
    edge: str
    query: dict[str, str]
    body: Json
    raw: bytes
    shown: bytes
    bearer: str
    base_url: str
    headers: dict[str, str] = field(default_factory=dict)
    file: tuple[str, bytes] | None = None
    accepted: bool = False
    number_id: str = ""
    to: str = ""
    callback: str = ""
    wamid: str = ""
    fault: str = ""

    def parameter(self, name: str) -> str:
        """A parameter from the query or the body."""
        value = self.query.get(name)
        if value is None:
            value = self.body.get(name)
        return "" if value is None else str(value)

    def token_text(self) -> str:
        """The access token given, from header, query or body."""
        return self.bearer or self.parameter("access_token")

    def token(self, world: World) -> Token:
        """The valid business token of the request.

        Raises:
            GraphError: 190 for a missing, unknown or revoked token, 100 for a wrong appsecret_proof.
        """
        text = self.token_text()
        token = world.tokens.get(text)
        if token is None or not token.valid:
            what = "Error validating access token" if text else "An access token is required"
            raise GraphError(190, what, message=f"{what}: Invalid OAuth access token - Cannot parse access token")
        proof = self.parameter("appsecret_proof")
        if proof and not hmac.compare_digest(proof.encode(), token.proof.encode()):
            raise GraphError(
                100,
                "Invalid appsecret_proof provided in the API argument",
                message="Invalid appsecret_proof provided in the API argument",
            )
        return token

    def is_app(self, app_id: str, app_secret: str) -> bool:
        """True when the app's own token was given."""
        return hmac.compare_digest(self.token_text().encode(), f"{app_id}|{app_secret}".encode())


@dataclass(slots=True)
class Reply:
    """An answer. `reset` closes the socket without it; `delay_seconds` holds it back."""

    status: int
    body: bytes
    content_type: str = "application/json"
    delay_seconds: float = 0.0
    reset: bool = False


def ok(answer: Json) -> Reply:
    """A 200 with JSON."""
    return Reply(200, json.dumps(answer).encode())


async def read_call(request: web.Request) -> Call:
    """Take a request apart.

    Raises:
        GraphError: 2500 for a path or version that does not exist; its call is not known then.
    """
    match = _PATH.fullmatch(request.path)
    if match is None or not OLDEST_VERSION <= int(match[1]) <= NEWEST_VERSION:
        raise GraphError(2500, f"Unknown path components: {request.path}")
    authorization = request.headers.get("Authorization", "")
    scheme, _, bearer = authorization.partition(" ")
    call = Call(
        method=request.method,
        path=request.path,
        object_id=match[2],
        edge=match[3] or "",
        query=dict(request.query),
        body={},
        raw=b"",
        shown=b"",
        bearer=bearer.strip() if scheme in ("Bearer", "OAuth") else "",
        base_url=f"{request.scheme}://{request.host}",
    )
    if call.object_id.startswith("upload:"):
        call.headers = {name.lower(): value for name, value in request.headers.items()}
    if request.content_type == "multipart/form-data":
        await _read_form(request, call)
    elif request.body_exists:
        call.raw = await request.read()
        _read_body(request.content_type, call)
    return call


async def _read_form(request: web.Request, call: Call) -> None:
    form = await request.post()
    named: dict[str, str] = {}
    for name, value in form.items():
        if isinstance(value, web.FileField):
            call.file = (value.content_type, value.file.read())
            # aiohttp gives the bare type; what was written has the codec.
            named = {"file": value.filename, "file_type": value.headers.get("Content-Type", "")}
        elif isinstance(value, str):
            call.body[name] = value
    size = len(call.file[1]) if call.file else 0
    call.shown = json.dumps({"multipart": {**call.body, **named, "bytes": size}}).encode()


def _read_body(content_type: str, call: Call) -> None:
    raw = call.raw
    if content_type == "application/x-www-form-urlencoded":
        call.body = dict(parse_qsl(raw.decode("utf-8", "replace")))
        call.shown = json.dumps(call.body).encode()
        return
    if call.object_id.startswith("upload:"):
        call.shown = json.dumps({"bytes": len(raw)}).encode()
        return
    # A body that is no JSON object is to Graph a body without parameters.
    try:
        parsed = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        call.shown = json.dumps(raw[:_BODY_SHOWN].decode("utf-8", "replace")).encode()
        return
    call.shown = json.dumps(parsed).encode() if not raw.isascii() else raw
    if isinstance(parsed, dict):
        call.body = parsed


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")

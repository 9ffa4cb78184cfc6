"""`secret`: change one of the platform's own, step by step, each with a check by the public door.

Meta's app secret: reset it in the app's settings, `begin` with the new one at once (both verify webhooks then; what
Meta signed meanwhile is refused, and delivered again), `check`, then `finish`, and `check` again. A mistyped one is put
right by another `begin`. The others: `begin`, `check`. Functions read secrets anew within five minutes. None is
printed: eight digits of its hash tell which it is.
"""

import argparse
import getpass
import hashlib
import hmac
import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb
from infra.ops.parked import answer_to
from shared.domain.numbers.cells import SIGNATURE, meta_signature
from shared.errors import Conflict, InvalidInput, RetryableError

PREVIOUS = "meta_app_secret_previous"
SETTINGS: Mapping[str, str] = {
    "meta_app_secret": "META_SECRET_ARN",
    "meta_verify_token": "META_SECRET_ARN",
    "stripe_api_key": "STRIPE_SECRET_ARN",
    "stripe_webhook_secret": "STRIPE_WEBHOOK_SECRET_ARN",
}
"""The setting that names the secret which holds each."""
_SHORTEST = 8
_EMPTY = b'{"object":"whatsapp_business_account","entry":[]}'
"""A webhook that says nothing: it is only let in or not."""
_PING = b'{"id":"evt_operators_check","type":"ping","object":"event"}'
"""An event of Stripe's that nobody acts on."""


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "secret", "the platform's own secrets")
    add_verb(verbs, "status", _status, "which there are, by their hash")
    begin = add_verb(verbs, "begin", _begin, "put in a new one, read from the terminal or standard input", acts=True)
    check = add_verb(verbs, "check", _check, "whether what is stored is what the public door goes by")
    finish = add_verb(verbs, "finish", _finish, "take away the app secret of before", acts=True)
    for verb, names in ((begin, SETTINGS), (check, SETTINGS), (finish, ("meta_app_secret",))):
        verb.add_argument("name", choices=list(names))
    check.add_argument("--wait", type=int, default=0, help="seconds to wait for it; functions take up to 300")


def _values(desk: Desk, name: str) -> dict[str, str]:
    found = desk.aws.secrets.get_secret_value(SecretId=desk.stack.env[SETTINGS[name]])["SecretString"]
    return {str(key): str(value) for key, value in json.loads(found).items()}


def _put(desk: Desk, name: str, values: Mapping[str, str]) -> None:
    desk.aws.secrets.put_secret_value(SecretId=desk.stack.env[SETTINGS[name]], SecretString=json.dumps(values))


def mark(secret: str) -> str:
    """Tells secrets apart, and says nothing of them."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8] if secret else "none"


def _status(desk: Desk, _args: argparse.Namespace) -> Answer:
    marks = {name: mark(_values(desk, name).get(name, "")) for name in SETTINGS}
    return {**marks, PREVIOUS: mark(_values(desk, "meta_app_secret").get(PREVIOUS, ""))}


def begun(values: Mapping[str, str], name: str, new: str, is_metas: Callable[[str], bool]) -> dict[str, str]:
    """With the new one; of Meta's app secret the one of before still counts.

    While an earlier change of it is not finished, only one that Meta itself knows (`is_metas` asks) replaces the
    current one, which then was not Meta's: it is forgotten, and the one that webhooks were signed with before stays.
    Raises Conflict for another, and InvalidInput for what is no secret.
    """
    if len(new) < _SHORTEST or new != new.strip() or not new.isascii():
        raise InvalidInput(f"a secret has at least {_SHORTEST} ASCII characters, and no blanks around them", field=name)
    if values.get(name) == new:
        raise Conflict("this is the one that is stored already", code="unchanged")
    if name != "meta_app_secret":
        return {**values, name: new}
    previous = values.get(PREVIOUS, "")
    if not previous:
        return {**values, name: new, PREVIOUS: values[name]}
    if not is_metas(new):
        if is_metas(values[name]):
            message = "an earlier change is not finished: `secret finish meta_app_secret` first"
            raise Conflict(message, code="not_finished")
        message = "Meta knows neither the one that is stored nor this one: `secret begin` with the one it shows"
        raise Conflict(message, code="not_metas")
    # Back to the one of before: nothing was changed at Meta, and nothing is left to be finished.
    return {**values, name: new, PREVIOUS: "" if new == previous else previous}


def _begin(desk: Desk, args: argparse.Namespace) -> Answer:
    new = getpass.getpass(f"new {args.name}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    before = _values(desk, args.name)
    after = begun(before, args.name, new, lambda secret: meta_knows(desk, secret))

    known = {"meta_knows_it": _if_it_answers(desk, new)} if args.name == "meta_app_secret" else {}

    def do() -> Answer:
        _put(desk, args.name, after)
        return {**known, "next": f"`secret check {args.name} --wait 300`"}

    preview = {"from": mark(before.get(args.name, "")), "to": mark(new), **known}
    return desk.act(args, "secret.begin", f"{args.name} {mark(new)}", do, preview=preview)


def _if_it_answers(desk: Desk, secret: str) -> bool | str:
    """Whether Meta knows it already: one that was mistyped is seen before it is stored. A new one is stored also while
    Meta does not answer."""
    try:
        return meta_knows(desk, secret)
    except RetryableError as error:
        return error.message


def _check(desk: Desk, args: argparse.Namespace) -> Answer:
    until = time.monotonic() + args.wait
    while True:
        found = checked(desk, args.name)
        if all(found.values()) or time.monotonic() >= until:
            break
        time.sleep(5)
    return {"name": args.name, **found, "failed": not all(found.values()), "note": _note(found)}


def _note(found: Mapping[str, bool]) -> str:
    if not found.get("meta_knows_it", True):
        return "Meta signs with another secret: `secret begin meta_app_secret` with the one in the app's settings"
    return "" if all(found.values()) else "functions take up to five minutes to read a secret anew: check again"


def checked(desk: Desk, name: str) -> dict[str, bool]:
    """What holds of a secret, by the public door: that it is gone by, the previous one too, and no other. Of Meta's
    app secret also whether Meta knows it: the door goes by whatever is stored."""
    values = _values(desk, name)
    secret, other = values.get(name, ""), secrets.token_hex(16)
    goes_by = _DOORS[name]
    found = {"current_is_gone_by": goes_by(desk, secret), "another_is_refused": not goes_by(desk, other)}
    if name == "meta_app_secret":
        found["meta_knows_it"] = meta_knows(desk, secret)
        if values.get(PREVIOUS):
            found["previous_is_gone_by"] = goes_by(desk, values[PREVIOUS])
    return found


def meta_knows(desk: Desk, secret: str) -> bool:
    """Whether it is the secret that Meta signs with: the app's own token, which it is a part of, reads the app (Meta,
    Graph API, Application). It goes in a header: addresses are logged on their way. Raises RetryableError where Meta
    says neither."""
    app_id = desk.stack.parameters["MetaAppId"]
    base = f"{desk.stack.env['GRAPH_API_URL']}/{desk.stack.env['GRAPH_API_VERSION']}"
    return _said("Meta", answer_to(f"{base}/{app_id}?fields=id", None, _bearer(f"{app_id}|{secret}"))) == 200


def _said(who: str, status: int) -> int:
    """The status of their answer. Raises RetryableError for an outage of theirs, which is no word on the secret."""
    if status in (408, 429) or status >= 500:
        raise RetryableError(f"{who} answered {status} and did not say whether it knows the secret: try again")
    return status


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def _meta_door(desk: Desk, secret: str) -> bool:
    headers = {"content-type": "application/json", SIGNATURE: meta_signature(_EMPTY, secret)}
    return answer_to(desk.stack.outputs["MetaWebhookUrl"], _EMPTY, headers) == 200


def _challenge(desk: Desk, token: str) -> bool:
    query = urlencode({"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1"})
    return answer_to(f"{desk.stack.outputs['MetaWebhookUrl']}?{query}", None, {}) == 200


def _stripe_door(desk: Desk, secret: str) -> bool:
    at = desk.now // 1000
    signature = hmac.new(secret.encode(), f"{at}.".encode() + _PING, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "stripe-signature": f"t={at},v1={signature}"}
    return answer_to(desk.stripe_webhook_url, _PING, headers) == 200


def _stripe_api(desk: Desk, key: str) -> bool:
    """Whether Stripe itself knows it: what it says of a customer that there is not."""
    url = f"{desk.stack.env['STRIPE_API_URL']}/v1/customers/cus_none"
    return _said("Stripe", answer_to(url, None, _bearer(key))) not in (401, 403)


_DOORS: Mapping[str, Callable[[Desk, str], bool]] = {
    "meta_app_secret": _meta_door,
    "meta_verify_token": _challenge,
    "stripe_api_key": _stripe_api,
    "stripe_webhook_secret": _stripe_door,
}


def _finish(desk: Desk, args: argparse.Namespace) -> Answer:
    values = _values(desk, args.name)
    previous = values.pop(PREVIOUS, "")
    if not previous:
        raise Conflict("there is no previous app secret: nothing is to be finished", code="nothing_to_finish")
    if not _meta_door(desk, values[args.name]):
        raise Conflict("webhooks signed with the new one are refused still: `secret check` first", code="not_gone_by")
    if not meta_knows(desk, values[args.name]):
        raise Conflict("Meta does not know the new one: `secret begin` with the one it shows", code="not_metas")

    def do() -> Answer:
        _put(desk, args.name, values)
        return {"next": "`secret check meta_app_secret`; what is signed with the one before is refused in five minutes"}

    return desk.act(args, "secret.finish", f"{args.name} {mark(previous)}", do, preview={"taken_away": mark(previous)})

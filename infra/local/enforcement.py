"""The local AWS in its enforcing mode (`AUTH=true`): every call is checked against its role's policy, and noted.

ministack 1.5.33 gets a few things wrong there, which are put right here: a batch call to SQS is checked by the name of
the batch, where AWS checks the single action; plain HTTP on this machine counts as an insecure transport; a call to KMS
is checked without its encryption context; a schedule is checked in the group `default`, whatever group it is made in;
a mail is checked without the identity that it is sent by.
An ASGI application around ministack's. `GET /_decisions` answers a JSON list of what was decided, once each:
`[principal, action, resource, "allowed" or "denied"]`.
"""

import contextvars
import json
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qs

from ministack.core import iam_evaluator

from infra.local.asgi import Application, Message, Receive, Send, answer, read_body, replay
from infra.local.stack import REGION

PATH = "/_decisions"
_SINGLE = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
_KMS = b"TrentService."
_SCHEDULES = "/schedules/"
_MAILS = "/v2/email/outbound-emails"


@dataclass(frozen=True, slots=True)
class _Request:
    """What ministack's check leaves out. `context` holds condition keys; `group` is a schedule's, `identity` whose name
    a mail is sent in."""

    context: dict[str, str] = field(default_factory=dict)
    group: str = ""
    identity: str = ""


_request: contextvars.ContextVar[_Request | None] = contextvars.ContextVar("request", default=None)


class Enforcement:
    """Wraps the application `app`, and mends ministack's evaluation."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._decisions: dict[tuple[str, str, str, str], None] = {}
        self._asked: tuple[str, str, str] | None = None
        self._evaluate, self._enforce = iam_evaluator.evaluate, iam_evaluator.enforce
        iam_evaluator.evaluate, iam_evaluator.enforce = self._decide, self._note

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] == PATH:
            await answer(send, json.dumps(list(self._decisions)).encode())
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        secure = {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
        if headers.get(b"x-amz-target", b"").startswith(_KMS):
            body = await read_body(receive)
            context = json.loads(body).get("EncryptionContext", {})
            _request.set(_Request({f"kms:encryptioncontext:{name}".lower(): text for name, text in context.items()}))
            receive = replay(body)
        elif scope["path"].startswith(_SCHEDULES):
            body = await read_body(receive)
            named = parse_qs(scope["query_string"].decode()).get("groupName", [""])[0]
            _request.set(_Request(group=named or json.loads(body or b"{}").get("GroupName", "")))
            receive = replay(body)
        elif scope["path"] == _MAILS:
            body = await read_body(receive)
            _request.set(_Request(identity=parseaddr(json.loads(body or b"{}").get("FromEmailAddress", ""))[1]))
            receive = replay(body)
        await self._app(secure, receive, send)

    def _note(self, *arguments: Any, **more: Any) -> Any:
        """ministack's decision as a whole: None, or a refusal. It asks `_decide` of a role's policies, then others'."""
        self._asked = None
        refusal = self._enforce(*arguments, **more)
        if self._asked is not None:
            self._decisions[*self._asked, "denied" if refusal else "allowed"] = None
        return refusal

    def _decide(self, asked: Any, policies: Any, *limits: Any) -> Any:
        request = _request.get() or _Request()
        resource = asked.resource_arn
        if request.group:
            resource = resource.replace(":schedule/default/", f":schedule/{request.group}/")
        if request.identity and resource == "*":
            account = str(asked.principal_arn).split(":")[4]
            resource = f"arn:aws:ses:{REGION}:{account}:identity/{request.identity}"
        mended = replace(
            asked,
            action=_SINGLE.get(asked.action, asked.action),
            resource_arn=resource,
            service_context={**asked.service_context, **request.context},
        )
        self._asked = self._asked or (mended.principal_arn, mended.action, mended.resource_arn)
        return self._evaluate(mended, policies, *limits)

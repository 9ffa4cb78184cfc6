"""The HTTP API's handler, called as API Gateway calls it, and the stores behind it."""

import base64
import functools
import itertools
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.api import handler
from functions.api.accounts.parts import AccountParts
from functions.api.accounts.user_pool.pool import UserPool
from functions.api.bots.parts import BotParts
from functions.api.campaigns.parts import CampaignParts
from functions.api.events.parts import EndpointParts, FeedParts
from functions.api.http.wiring import Parts
from functions.api.inbox.chat_signals import ChatSignals
from functions.api.inbox.lookup_parts import TimelineParts
from functions.api.inbox.parts import ConversationParts, DeskParts
from functions.api.meta.calls import Graph
from functions.api.templates.parts import TemplateParts
from shared.clients.queue import Queue
from shared.clients.vault import Vault
from shared.ids import TenantId
from shared.services.media import MediaService
from shared.services.single_send import SingleSender
from shared.store.accounts.leases import LeaseBook
from shared.store.accounts.tenants import Accounts
from shared.store.bots.bots import Bots
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.conversations.agents import Agents
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.inbox_settings import InboxSettings
from shared.store.engine.directory import Directory
from shared.store.numbers.notices import Notices
from shared.store.templates.drafts import TemplateDrafts
from shared.store.templates.templates import Templates
from shared.store.webhooks.backlog import WebhookBacklog
from shared.store.webhooks.deliveries import WebhookDeliveries
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed
from shared.store.webhooks.slow_hosts import SlowHosts
from tests.support.api_document import api_document
from tests.support.declared import Declared
from tests.support.fake_aws import Context

_NUMBERS = itertools.count(1)


def scopes_for(path: str) -> dict[str, Any]:
    """What a call of an operators' route is made with, beside what every call has; nothing for other routes."""
    return {"role": "operator", "scopes": "enrolment,platform"} if path.startswith("/v1/operator") else {}


@functools.cache
def declared() -> Declared:
    return Declared(api_document())


@dataclass(frozen=True, slots=True)
class Stores:
    """What the handler works with, for tests that look behind it or prepare what it finds."""

    accounts: Accounts
    agents: Agents
    backlog: WebhookBacklog
    bots: Bots
    campaigns: Campaigns
    contacts: Contacts
    conversations: Conversations
    deliveries: WebhookDeliveries
    directory: Directory
    drafts: TemplateDrafts
    endpoints: WebhookEndpoints
    feed: EventFeed
    fields: ContactFields
    graph: Graph
    hosts: SlowHosts
    inbox: InboxSettings
    leases: LeaseBook
    media: MediaService
    notices: Notices
    sender: SingleSender
    sends: Sends
    signals: ChatSignals
    templates: Templates
    users: UserPool
    vault: Vault
    webhook_queue: Queue

    @classmethod
    def of(cls, parts: Parts) -> "Stores":
        def part(kind: type[Any]) -> Any:
            return parts[kind]

        conversations, drafts, endpoints = part(ConversationParts), part(ConversationParts).drafts, part(EndpointParts)
        return cls(
            accounts=part(Accounts),
            agents=part(DeskParts).agents,
            backlog=endpoints.backlog,
            bots=part(BotParts).bots,
            campaigns=part(CampaignParts).campaigns,
            contacts=conversations.contacts,
            conversations=conversations.conversations,
            deliveries=endpoints.deliveries,
            directory=part(Directory),
            drafts=part(TemplateParts).drafts,
            endpoints=endpoints.endpoints,
            feed=part(FeedParts).feed,
            fields=part(CampaignParts).fields,
            graph=part(TemplateParts).graph,
            hosts=endpoints.hosts,
            inbox=part(InboxSettings),
            leases=endpoints.leases,
            media=drafts.media,
            notices=part(Notices),
            sender=conversations.sender,
            sends=part(TimelineParts).sends,
            signals=conversations.signals,
            templates=drafts.templates,
            users=part(AccountParts).entrance.doors.users,
            vault=endpoints.vault,
            webhook_queue=endpoints.webhook_queue,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str]
    size: int
    """Bytes of all that the function gives back."""
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Api:
    """Calls the HTTP handler as API Gateway does. `tenant` is who calls; None is nobody."""

    deps: Stores
    s3: Any
    sqs: Any
    scheduler: Any

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        tenant: TenantId | None = None,
        member: str = "member",
        role: str = "owner",
        scopes: str = "audit,campaigns,contacts,conversations,ownership,read,self,settings,team",
        plan: str = "free",
        headers: dict[str, str] | None = None,
        query: str = "",
        params: dict[str, str] | None = None,
        encoded: bool = False,
        address: str = "",
        user_agent: str = "",
        granted: Mapping[str, str] | None = None,
    ) -> Answer:
        """`granted` is what the authorizer said of the caller, in the place of what `tenant` and the like make up."""
        text = body if isinstance(body, str) or body is None else "" if isinstance(body, bytes) else json.dumps(body)
        if isinstance(body, bytes):
            text = base64.b64encode(body).decode()
        elif encoded and text is not None:
            text = base64.b64encode(text.encode()).decode()
        context: dict[str, Any] = {
            "requestId": f"request-{next(_NUMBERS)}",
            "stage": "$default",
            "http": {"method": method, "path": path, "sourceIp": address, "userAgent": user_agent},
        }
        if tenant is not None:
            caller = {"tenant_id": tenant, "member_id": member, "role": role, "scopes": scopes, "plan": plan}
            context["authorizer"] = {"lambda": caller}
        pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair) if params is None else params
        if granted is not None:
            context["authorizer"] = {"lambda": granted}
        event = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": query,
            "queryStringParameters": pairs,
            "headers": {"content-type": "application/json", **(headers or {})},
            "requestContext": context,
            "body": text,
            "isBase64Encoded": encoded or isinstance(body, bytes),
        }
        answer = handler.lambda_handler(event, Context())
        is_json = "json" in str(answer["headers"].get("Content-Type", "json"))
        parsed = json.loads(answer["body"]) if answer["body"] and is_json else {}
        size = len(json.dumps(answer, ensure_ascii=False).encode())
        refused = answer["statusCode"] >= 400
        code, shown = (parsed.get("code"), None) if refused else (None, parsed if answer["body"] and is_json else None)
        if path == "/v1/events":
            shown = None  # tests put there what they make up; what the platform makes is checked where it does so
        declared().check(method, path, answer["statusCode"], code, shown)
        assert answer["statusCode"] != 429 or int(answer["headers"]["Retry-After"]) >= 1
        return Answer(answer["statusCode"], parsed, answer["headers"], size, tuple(answer.get("cookies", ())))

    def queued(self, queue: str, tenant: TenantId) -> list[dict[str, Any]]:
        """What waits in a queue for a tenant; the queue is emptied."""
        found: list[dict[str, Any]] = []
        url = os.environ[f"{queue}_QUEUE_URL"]
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message for message in found if message["tenant_id"] == tenant]


def is_problem(answer: Answer, status: int, code: str, field: str | None = None) -> bool:
    body = answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "detail"} <= set(body)
    assert body["instance"] == answer.headers["X-Request-Id"]
    assert (answer.status, body["status"], body["code"], body.get("field")) == (status, status, code, field)
    return True


def problem(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status, answer.body["code"]

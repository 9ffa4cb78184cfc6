"""After the campaign: what people wrote, what the bot answered, and an agent's answer over the API."""

from dataclasses import dataclass

from infra.local.demo.client import Api, DemoError, Json, wait_until
from infra.local.demo.screen import Screen
from infra.local.demo.team import Agent

_ANSWER = "Hello! We are at Rua Aurora 100, open until nine. Your coffee is reserved."
_SENT_SECONDS = 30.0


_READ = 50


@dataclass(frozen=True, slots=True)
class Talks:
    """How many conversations there are, and what became of the agent's answer."""

    conversations: int
    agent_status: str


def look_in(agent: Agent, screen: Screen) -> Talks:
    """List the conversations, read the latest, answer one that the bot left to people. Raises DemoError when the answer
    is not the agent's own."""
    api = agent.api
    conversations = list(api.pages("/v1/conversations"))
    screen.step("conversations", f"{len(conversations)}, every one with a person who wrote to us")
    for conversation in conversations[:_READ]:
        messages = api.get(f"/v1/conversations/{conversation['id']}/messages", limit=20)["items"]
        newest = messages[0]
        if newest["author"] == "contact" and newest["type"] in ("text", "button") and not _opted_out(api, conversation):
            return Talks(len(conversations), _answer(agent, conversation, screen))
    return Talks(len(conversations), "nobody to answer")


def _opted_out(api: Api, conversation: Json) -> bool:
    return bool(api.get(f"/v1/contacts/{conversation['contact_id']}")["opted_out"])


def _answer(agent: Agent, conversation: Json, screen: Screen) -> str:
    api = agent.api
    path = f"/v1/conversations/{conversation['id']}/messages"
    sent = api.post(path, {"type": "text", "text": {"body": _ANSWER}})
    if sent["author_id"] != agent.member_id:
        raise DemoError("the agent's answer is somebody else's")

    def arrived() -> Json | None:
        for message in api.get(path, limit=20)["items"]:
            if message["id"] == sent["id"] and message["status"] in ("delivered", "read"):
                found: Json = message
                return found
        return None

    try:
        status = str(wait_until("the delivery of the agent's answer", arrived, _SENT_SECONDS)["status"])
    except DemoError:
        status = str(sent["status"])
    screen.step("an agent answered", f"“{conversation['last_message_text']}” → {status}")
    return status

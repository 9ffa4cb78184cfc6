"""Two ways to send without a ledger, to compare a lane with: what a Python shop would write, and the bare client.

Neither knows after a crash who was written to.
"""

import asyncio

import httpx
from pywa.types.templates import TemplateLanguage
from pywa_async.client import WhatsApp

from shared.clients.graph import GraphAccess, GraphClient
from shared.domain.campaigns.outcome import Kind
from shared.ids import PhoneNumberId

_VERSION = "v26.0"


async def send_by_pywa(url: str, messages: int, at_once: int) -> int:
    """pywa's own client and its own httpx session, with so many messages under way at once."""
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=at_once)) as session:
        whatsapp = WhatsApp(phone_id="1", token="token", session=session)
        session.base_url = httpx.URL(f"{url}/{_VERSION}")
        turns = asyncio.Semaphore(at_once)

        async def one(i: int) -> None:
            async with turns:
                await whatsapp.send_template(f"5511{i:09d}", "sale", TemplateLanguage.ENGLISH_US, [])

        await asyncio.gather(*(one(i) for i in range(messages)))
    return messages


async def send_bare(url: str, messages: int, at_once: int) -> int:
    """The client that lanes use, and nothing else: the most that a lane could reach."""
    graph, access = GraphClient(url, _VERSION, max_connections=900), GraphAccess.of("token", "secret")
    turns = asyncio.Semaphore(at_once)

    async def one(i: int) -> None:
        async with turns:
            template = {"name": "sale", "language": {"code": "en_US"}, "components": []}
            body = {"to": f"+5511{i:09d}", "type": "template", "template": template}
            outcome = await graph.send(PhoneNumberId("1"), access, body, "messages")
            assert outcome.kind is Kind.ACCEPTED, outcome

    await asyncio.gather(*(one(i) for i in range(messages)))
    await graph.aclose()
    return messages

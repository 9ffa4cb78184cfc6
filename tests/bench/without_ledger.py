"""Two ways to send without any book of what was sent: what a shop would write with pywa, and the HTTP client alone."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
from pyreqwest.client import ClientBuilder
from pywa_async.client import WhatsApp
from pywa_async.types.templates import BodyText, TemplateLanguage

_BODY: Any = BodyText("Hi {{1}}, we are back.", "Ana")


async def send_with_pywa(url: str, messages: int, at_once: int) -> int:
    """A loop over `send_template`, with so many on their way at a time."""
    async with httpx.AsyncClient(timeout=30) as session:
        client: Any = WhatsApp(phone_id="1", token="token", session=session)
        session.base_url = httpx.URL(f"{url}/v26.0")

        async def one(i: int) -> None:
            values = [_BODY.params("Ana Souza")]
            await client.send_template(f"5511{i:09d}", "sale", TemplateLanguage.PORTUGUESE_BR, values, tracker=f"c|{i}")

        return await _all_of(messages, at_once, one)


async def send_bare(url: str, messages: int, at_once: int) -> int:
    """The limit: the same request to pyreqwest, and a look at the answer."""
    client = ClientBuilder().max_connections(at_once).http1_only().build()
    headers = {"authorization": "Bearer token", "content-type": "application/json"}
    template = {"name": "sale", "language": {"code": "pt_BR"}, "components": [{"type": "body", "parameters": []}]}

    async def one(i: int) -> None:
        body = {"messaging_product": "whatsapp", "to": f"+5511{i:09d}", "type": "template", "template": template}
        request = client.post(f"{url}/v26.0/1/messages").headers(headers).body_bytes(json.dumps(body).encode())
        answer = await request.timeout(timedelta(seconds=30)).build().send()
        assert json.loads(bytes(await answer.bytes()))["messages"]

    try:
        return await _all_of(messages, at_once, one)
    finally:
        await client.close()


async def _all_of(messages: int, at_once: int, one: Callable[[int], Awaitable[None]]) -> int:
    numbers = iter(range(messages))

    async def worker() -> None:
        for i in numbers:
            await one(i)

    await asyncio.gather(*(worker() for _ in range(at_once)))
    return messages

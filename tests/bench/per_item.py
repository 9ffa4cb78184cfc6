"""The plain design to compare with: one item per message, one conditional write per state, the same concurrency."""

import asyncio
import json

import httpx
from pyreqwest.client import ClientBuilder
from pyreqwest.compatibility.httpx import HttpxTransport

from shared.store.engine.database import Database

_TEXT = "Ana Souza 1"


async def send_per_item(database: Database, url: str, campaign_id: str, messages: int, rate: float) -> int:
    """Per message: put as pending (the load), claim on condition, send, record the result. Returns how many."""
    client = database.client
    workers = asyncio.Semaphore(600)

    def load(i: int) -> None:
        client.put_item(
            TableName=database.sends,
            Item={"pk": {"S": f"PLAIN#{campaign_id}"}, "sk": {"S": f"{i:08d}"}, "state": {"S": "pending"}},
            ConditionExpression="attribute_not_exists(pk)",
        )

    def move(i: int, before: str, after: str) -> None:
        client.update_item(
            TableName=database.sends,
            Key={"pk": {"S": f"PLAIN#{campaign_id}"}, "sk": {"S": f"{i:08d}"}},
            UpdateExpression="SET #state = :after",
            ConditionExpression="#state = :before",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":before": {"S": before}, ":after": {"S": after}},
        )

    transport = HttpxTransport(ClientBuilder().max_connections(900).http1_only().build())
    async with httpx.AsyncClient(base_url=url, transport=transport, timeout=30) as http:

        async def one(i: int) -> None:
            async with workers:
                await asyncio.to_thread(load, i)
                await asyncio.to_thread(move, i, "pending", "claimed")
                body = {"to": f"+5511{i:09d}", "type": "template", "template": {"name": "sale", "text": _TEXT}}
                answer = await http.post("/v26.0/1/messages", content=json.dumps(body).encode())
                answer.raise_for_status()
                await asyncio.to_thread(move, i, "claimed", "sent")

        tasks = []
        for i in range(messages):
            tasks.append(asyncio.create_task(one(i)))
            await asyncio.sleep(1 / rate)
        await asyncio.gather(*tasks)
    return messages

"""Bodies with anything anywhere: the simulator always answers in Meta's terms and never fails itself."""

import copy
import json
import random
from typing import Any

import pytest

from tests.support.meta_simulator import Json, Sim, error

from .test_send_freeform import RIGHT
from .test_send_template import NAME, PAYLOAD, PICTURE, RICH, SUFFIX

JUNK: list[Any] = [None, 0, -1, True, "", "x", "\ud800", "²", [], {}, [[]], [{}], {"a": 1}, [None], "\x00", "1" * 400]
TO = {"messaging_product": "whatsapp", "to": "+5215512345678"}


def spoiled(body: Json, draw: random.Random) -> Json:
    result: Any = copy.deepcopy(body)
    for _ in range(draw.randint(1, 3)):
        node = result
        while node:
            key = draw.choice(list(node)) if isinstance(node, dict) else draw.randrange(len(node))
            if isinstance(node[key], dict | list) and node[key] and draw.random() < 0.75:
                node = node[key]
            elif draw.random() < 0.2:
                del node[key]
                break
            else:
                node[key] = draw.choice(JUNK)
                break
    answer: Json = result
    return answer


@pytest.mark.parametrize("seed", range(3))
def test_spoiled_bodies_never_break_the_simulator(sim: Sim, seed: int) -> None:
    draw = random.Random(seed)
    sim.approved_template(RICH)
    sim.script(
        inbound={"phone_number_id": sim.number_id, "from": "+5215512345678", "text": "x"},
        limits={"throughput_per_second": 100_000, "pair_limit": False},
    )
    template = {"name": "promo", "language": {"code": "es"}, "components": [PICTURE, NAME, PAYLOAD, SUFFIX]}
    create = {"name": "other", "language": "es", "category": "MARKETING", "components": RICH}
    reads = {"messaging_product": "whatsapp", "status": "read", "message_id": "x", "typing_indicator": {"type": "text"}}
    sends = [{**TO, "type": "template", "template": template}, reads, *({**TO, **body} for body in RIGHT)]
    for _ in range(150):
        body = spoiled(draw.choice([create, *sends]), draw)
        edge = f"{sim.waba_id}/message_templates" if "category" in body else f"{sim.number_id}/messages"
        headers = {"Authorization": f"Bearer {sim.token}", "Content-Type": "application/json"}
        answer = sim.http.post(f"/v26.0/{edge}", content=json.dumps(body), headers=headers)
        if answer.status_code != 200:
            assert error(answer)[0] in (400, 404), body

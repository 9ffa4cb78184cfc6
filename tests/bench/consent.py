"""How long a no takes, from the webhook's 200 until it is stored and the last message to that person is accepted.

A campaign goes out in the local cloud at the cap of a number with 80 messages a second while strangers write to it, 300
messages a second (`CONSENT_INBOUND`). Nothing takes them from the inbound queue meanwhile, as on a bad day, so
everything that people write waits, and every STOP is queued behind it. Up to thirteen people a second say no, by words,
by a template's button or in WhatsApp's settings, for `CONSENT_SECONDS` (30 unless told). The target is a p99 of 2 s.

`CONSENT_WORKED_OFF=1` leaves the inbound consumer on: two cores and an emulator of one process then do at once what on
AWS is done by machines of their own, the rates that are printed are lower, and what is slow is the emulator. Beside it:
how long anything else that is said waits, and what a message costs the receiver, its own work and the whole process.
"""

import json
import os
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.cloud import LocalCloud
from infra.local.services import script
from infra.local.workers import Workers
from tests.bench.ingest import measured, receive
from tests.support.api import (
    HTTP,
    Business,
    Json,
    approved_template,
    aws,
    envelope,
    import_csv,
    in_queues,
    journal,
    meta_signature,
    says,
    signed_up,
    take_inbound,
    wait_for,
)
from tests.support.campaigns import campaign_body

INBOUND_A_SECOND = int(os.environ.get("CONSENT_INBOUND", "300"))
SECONDS = int(os.environ.get("CONSENT_SECONDS", "30"))
WORKED_OFF = os.environ.get("CONSENT_WORKED_OFF") == "1"
CAP = 80
NOES_A_SECOND = 13
POSTS_A_SECOND = 3
WARM_SECONDS = 3
TARGET_SECONDS = 2.0
_POSTERS = 8
_LANE_SECONDS = 4
"""A lane that did not hear of a no by then never will; it looks every second, and has at most some seconds in hand."""
_QUIET = dict.fromkeys(("stop_share", "button_share", "answer_share", "react_share"), 0)


@dataclass
class Crowd:
    """What strangers wrote: bodies as posted, the first of them, and from when to when."""

    sample: list[bytes] = field(default_factory=list)
    messages: int = 0
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    counting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def rate(self) -> float:
        return self.messages / max(0.001, self.ended - self.began)


def main() -> None:
    busy = os.getloadavg()[0]
    print(f"load average before: {busy:.1f} on {os.cpu_count()} cores; above half a core figures are the machine's")
    with LocalCloud(parameters={"LaneSliceSeconds": "30"}) as cloud:
        # Statuses have a queue and a function of their own; two cores have enough to do without them.
        quiet = {"webhooks": {"lose_share": 1.0}, "templates": {"review_seconds": 0.1}}
        script(cloud.simulator_url, {"people": _QUIET, **quiet})
        business = signed_up(cloud, number={})
        people = [f"+346{n:08d}" for n in range(10_000_000, 10_000_000 + CAP * (SECONDS + 2 * WARM_SECONDS))]
        path = _campaign(business, people)
        _warm_up(cloud, business)
        wait_for(lambda: in_queues(cloud), lambda count: count == 0)
        if not WORKED_OFF:
            take_inbound(cloud, on=False)
        over, crowd, spent = threading.Event(), Crowd(), _receiver_seconds(cloud)
        writing = [
            threading.Thread(target=_write, args=(cloud, business, over, crowd), daemon=True)
            for _ in range(POSTS_A_SECOND)
        ]
        for one in writing:
            one.start()
        wait_for(lambda: crowd.messages, lambda count: count >= WARM_SECONDS * INBOUND_A_SECOND)
        business.owner.post(f"{path}/launch")
        wait_for(lambda: business.owner.get(f"{path}/report"), lambda report: report["sent"])
        waited = in_queues(cloud, ("Inbound",))
        answered = _say_no(cloud, business, people)
        waiting = (waited, in_queues(cloud, ("Inbound",)))
        over.set()
        for one in writing:
            one.join()
        spent = _receiver_seconds(cloud) - spent
        wait_for(lambda: in_queues(cloud, ("Consent",)), lambda count: count == 0)
        time.sleep(_LANE_SECONDS)
        _print_load(crowd, len(answered), waiting, spent)
        _print_noes(cloud, business, answered)


def _warm_up(cloud: LocalCloud, business: Business) -> None:
    """As many workers as will be needed at a time: to start one takes seconds where all of them share two cores."""
    noes = [no(business, "+34699999999") for no in (_by_words, _by_button, _in_settings)] * _POSTERS
    with ThreadPoolExecutor(_POSTERS) as pool:
        list(pool.map(lambda no: _post(cloud, no), noes))


def _campaign(business: Business, people: Sequence[str]) -> str:
    rows = "\n".join(["phone,name", *(f"{phone},Ana" for phone in people)])
    import_csv(business.owner, rows.encode(), tags="all")
    template = approved_template(business.owner, "offer")
    body = campaign_body(business.phone_number_id, template["id"], {"tags": ["all"]})
    return f"/v1/campaigns/{business.owner.post('/v1/campaigns', body)['id']}"


def _post(cloud: LocalCloud, document: Json) -> tuple[float, bytes]:
    """When the 200 came, epoch s, and to which body. Whatever else is answered, Meta sends it again."""
    body = json.dumps(document).encode()
    headers = {"content-type": "application/json", "x-hub-signature-256": meta_signature(cloud.app_secret, body)}
    while HTTP.post(cloud.meta_webhook_url, content=body, headers=headers).status_code != 200:
        time.sleep(0.1)
    return time.time(), body


def _write(cloud: LocalCloud, business: Business, over: threading.Event, crowd: Crowd) -> None:
    """What one in three of the strangers writes, in one POST a second."""
    count = INBOUND_A_SECOND // POSTS_A_SECOND
    due = time.monotonic()
    while count and not over.is_set():
        phones = [f"+347{random.randrange(10**8):08d}" for _ in range(count)]
        written = [says(business.phone_number_id, phone, "Is it blue?") for phone in phones]
        _, body = _post(cloud, envelope(*((business.waba_id, "messages", value) for value in written)))
        with crowd.counting:
            crowd.messages += count
            if len(crowd.sample) < 10 * POSTS_A_SECOND:
                crowd.sample.append(body)
        due += 1
        time.sleep(max(0.0, due - time.monotonic()))
    crowd.ended = time.monotonic()


def _by_words(business: Business, phone: str) -> Json:
    return envelope((business.waba_id, "messages", says(business.phone_number_id, phone, "Please stop.")))


def _by_button(business: Business, phone: str) -> Json:
    value = says(business.phone_number_id, phone, "")
    (message,) = value["messages"]
    message |= {"type": "button", "button": {"text": "Stop promotions", "payload": "Stop promotions"}}
    del message["text"]
    return envelope((business.waba_id, "messages", value))


def _in_settings(business: Business, phone: str) -> Json:
    chosen = {"wa_id": phone[1:], "category": "marketing_messages", "value": "stop", "timestamp": int(time.time())}
    value = {"metadata": {"phone_number_id": business.phone_number_id}, "user_preferences": [chosen]}
    return envelope((business.waba_id, "user_preferences", value))


def _say_no(cloud: LocalCloud, business: Business, people: Sequence[str]) -> dict[str, float]:
    """Phone -> when its no was answered with 200. Half are about to be written to; the others whoever was not, yet."""
    answered: dict[str, float] = {}
    asked: set[str] = set()
    ids = {contact["phone"]: contact["id"] for contact in business.owner.pages("/v1/contacts", limit=100)}
    in_turn = sorted(people, key=lambda phone: str(ids[phone]))

    free = threading.BoundedSemaphore(_POSTERS)

    def say(phone: str) -> None:
        try:
            no = random.choice((_by_words, _by_button, _in_settings))
            answered[phone] = _post(cloud, no(business, phone))[0]
        finally:
            free.release()

    began = due = time.monotonic()
    looked, left = 0.0, in_turn
    with ThreadPoolExecutor(_POSTERS) as pool:
        while time.monotonic() - began < SECONDS:
            if time.monotonic() - looked > 1:
                looked = time.monotonic()
                reached = {f"+{entry['to'].lstrip('+')}" for entry in journal(cloud, business.phone_number_id)}
                left = [phone for phone in in_turn if phone not in reached and phone not in asked]
            if not left:
                break
            # An audience is sent in the order of contact ids, more or less.
            phone = random.choice(left[: 4 * CAP] if random.random() < 0.5 else left)
            left.remove(phone)
            asked.add(phone)
            free.acquire()  # so that a slow machine gets fewer, and not a queue of them
            pool.submit(say, phone)
            due = max(due + 1 / NOES_A_SECOND, time.monotonic() - 1)
            time.sleep(max(0.0, due - time.monotonic()))
    return answered


def _receiver_seconds(cloud: LocalCloud) -> float:
    """CPU of the processes that run the receiver."""
    ticks = 0
    for worker in Workers(cloud.run_directory).all():
        if worker.function == "WebhookReceive":
            # proc(5): utime and stime are the 14th and 15th fields; the second, in brackets, may hold blanks.
            fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _stored(cloud: LocalCloud, business: Business) -> Iterator[tuple[str, float]]:
    """(contact id, when its no was taken up, epoch s), from the feed that lanes follow; the first time counts."""
    pages = (
        aws(cloud, "dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=cloud.outputs["ContactsTableName"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"T#{business.tenant_id}#OPT"}},
            ScanIndexForward=False,
        )
    )
    for item in (item for page in pages for item in page["Items"]):
        at, contact_id = item["sk"]["S"].split("#")[:2]
        yield contact_id, int(at) / 1000


def _print_load(crowd: Crowd, noes: int, waiting: tuple[int, int], spent: float) -> None:
    print(f"{noes} noes, {noes / SECONDS:.1f}/s; {crowd.messages:,} messages of others, {crowd.rate:,.0f}/s")
    print(f"messages that waited when the first no was said, and the last: {waiting[0]:,}, {waiting[1]:,}")
    if WORKED_OFF:
        handled = (crowd.messages + noes - waiting[1]) / max(0.001, crowd.ended - crowd.began)
        print(f"{'anything else said then waits for at least':44} {waiting[1] / max(0.1, handled):6.0f} s")
    posted = len(crowd.sample) * (INBOUND_A_SECOND // POSTS_A_SECOND)
    _, own = measured(lambda: receive(crowd.sample))
    print(f"{'receiver, its own work (target 0.2 ms)':44} {own[0] / max(1, posted) * 1000:6.3f} ms CPU a message")
    whole = spent / (crowd.messages + noes) * 1000
    print(f"{'receiver, all of its process with the queues':44} {whole:6.3f} ms CPU a message")


def _print_noes(cloud: LocalCloud, business: Business, answered: Mapping[str, float]) -> None:
    ids = {contact["phone"]: contact["id"] for contact in business.owner.pages("/v1/contacts", limit=100)}
    stored = dict(_stored(cloud, business))
    accepted: dict[str, float] = {}
    for entry in journal(cloud, business.phone_number_id):
        accepted[f"+{entry['to'].lstrip('+')}"] = float(entry["wall"])
    heard = {phone: at for phone, at in answered.items() if ids[phone] in stored}
    took = [max(0.0, stored[ids[phone]] - at) for phone, at in heard.items()]
    late = [max(0.0, accepted.get(phone, 0.0) - at) for phone, at in answered.items()]
    done = [max(0.0, stored[ids[phone]] - at, accepted.get(phone, 0.0) - at) for phone, at in heard.items()]
    _row("200 to the no stored", took)
    _row("200 to the last message accepted, if any", [seconds for seconds in late if seconds])
    _row("200 to the later of both", done)
    after, later = (sum(seconds > limit for seconds in late) for limit in (0, TARGET_SECONDS))
    print(f"{'written to after their no':44} {after} of {len(late)}, {later} of them more than 2 s after it")
    held = len(heard) == len(answered) and _share(done, 0.99) <= TARGET_SECONDS
    print(f"{'target: p99 of 2 s':44} {'held' if held else 'missed'}; not stored: {len(answered) - len(heard)}")


def _row(name: str, seconds: Sequence[float]) -> None:
    shares = "  ".join(f"p{share * 100:g} {_share(seconds, share):6.3f} s" for share in (0.5, 0.9, 0.99))
    print(f"{name:44} {shares}  most {max(seconds, default=0):6.3f} s  of {len(seconds)}")


def _share(seconds: Sequence[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

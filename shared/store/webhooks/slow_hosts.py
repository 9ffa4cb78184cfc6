"""In the Sends table: hosts that answer webhooks slowly, whoever's endpoints are there.

| access | key | cost |
|---|---|---|
| a host's state, with each delivery | `WHH#<host>` / `SLOW`, `PLACE#<n>` | 0.5 RRU |
| note that it is slow | `WHH#<host>` / `SLOW` | 1 WRU, every five minutes at most, and for each that is too late |
| take a place at a slow host, give it back | `WHH#<host>` / `PLACE#<n>` | 1 WRU each |
| until when hosts count as slow (`slow_until`) | `WHH#<host>` / `SLOW` | 0.5 RRU each |
"""

from collections.abc import Iterable

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.webhooks.slow_host import PLACE_MS, RENEWED_MS, SLOW_FOR_MS, HostState
from shared.store.engine.batch_read import read_items
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, Value, decode_item, encode, encode_item, moment, text
from shared.store.engine.database import Database
from shared.store.engine.paging import query_all

_SLOW, _PLACE = "SLOW", "PLACE#"
_KEPT_SECONDS = 3_600


class SlowHosts:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def state(self, host: str, now: EpochMs) -> HostState:
        """As it was a moment ago; what counts is whether a place can be taken."""
        slow_until, taken = EpochMs(0), set[int]()
        for item in query_all(self._client, self._table, "pk = :pk", {":pk": _partition(host)}, consistent=False):
            key, until = text(item, "sk"), moment(item, "until")
            if until <= now:
                continue
            if key == _SLOW:
                slow_until = until
            else:
                taken.add(int(key.removeprefix(_PLACE)))
        return HostState(slow_until, frozenset(taken))

    def note(self, host: str, now: EpochMs) -> None:
        """It was slow just now (epoch ms)."""
        condition = "attribute_not_exists(pk) OR #until < :soon"
        until = EpochMs(now + SLOW_FOR_MS)
        self._put(host, _SLOW, {"until": until}, condition, {":soon": now + RENEWED_MS}, until)

    def take(self, host: str, place: int, token: str, now: EpochMs) -> bool:
        """Whether the place was free; it is again when it is given back, or after PLACE_MS."""
        condition = "attribute_not_exists(pk) OR #until <= :now"
        until = EpochMs(now + PLACE_MS)
        return self._put(host, f"{_PLACE}{place}", {"until": until, "token": token}, condition, {":now": now}, until)

    def give_back(self, host: str, place: int, token: str) -> None:
        """Nothing changes when somebody else has it by now."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item({"pk": _partition(host), "sk": f"{_PLACE}{place}"}),
                UpdateExpression="SET #until = :free",
                ConditionExpression="#token = :token",
                ExpressionAttributeNames={"#until": "until", "#token": "token"},
                ExpressionAttributeValues={":free": encode(0), ":token": encode(token)},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def slow_until(self, hosts: Iterable[str], now: EpochMs) -> dict[str, EpochMs]:
        """Those that count as slow, and until when."""
        keys = {_partition(host): host for host in hosts if host}
        keys_read: list[Item] = [{"pk": pk, "sk": _SLOW} for pk in keys]
        rows = read_items(self._client, {self._table: keys_read}, consistent=False)[self._table]
        notes = [decode_item(row) for row in rows]
        return {keys[text(note, "pk")]: moment(note, "until") for note in notes if moment(note, "until") > now}

    def _put(
        self, host: str, key: str, values: Item, condition: str, compared: dict[str, Value], until: EpochMs
    ) -> bool:
        item: Item = {"pk": _partition(host), "sk": key, **values, "ttl": until // 1000 + _KEPT_SECONDS}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=encode_item(item),
                ConditionExpression=condition,
                ExpressionAttributeNames={"#until": "until"},
                ExpressionAttributeValues={name: encode(value) for name, value in compared.items()},
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True


def _partition(host: str) -> str:
    return f"WHH#{host}"

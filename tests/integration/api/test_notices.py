from typing import Any

from shared.clock import EpochMs
from shared.domain.numbers.notice import Notice
from shared.ids import TenantId, new_ulid
from shared.store.engine.cursor import encode_cursor
from tests.support.api_handler import Api


def notice(at: EpochMs, **more: Any) -> Notice:
    return Notice(f"{at:013d}-n", "security", "critical", f"told at {at}", at, **more)


def test_notices_page_by_page_newest_first(api: Api) -> None:
    tenant, other = TenantId(new_ulid()), TenantId(new_ulid())
    for at in (1_000, 3_000, 2_000, 3_000):
        api.deps.notices.put(tenant, notice(EpochMs(at), waba_id="1", phone_number="+15550783881"))
    api.deps.notices.put(other, notice(EpochMs(9_000)))
    first = api.call("GET", "/v1/notices", tenant=tenant, query="limit=2").body
    assert [item["text"] for item in first["items"]] == ["told at 3000", "told at 2000"]
    assert first["items"][0] == {
        "id": "0000000003000-n",
        "kind": "security",
        "severity": "critical",
        "text": "told at 3000",
        "at": "1970-01-01T00:00:03Z",
        "waba_id": "1",
        "phone_number": "+15550783881",
        "template_id": None,
    }
    rest = api.call("GET", "/v1/notices", tenant=tenant, query=f"cursor={first['next_cursor']}").body
    assert ([item["text"] for item in rest["items"]], rest["next_cursor"]) == (["told at 1000"], None)


def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    cursor = encode_cursor("CMP#", {"sk": "CMP#1"})
    answer = api.call("GET", "/v1/notices", tenant=TenantId(new_ulid()), query=f"cursor={cursor}")
    assert (answer.status, answer.body["field"]) == (422, "cursor")

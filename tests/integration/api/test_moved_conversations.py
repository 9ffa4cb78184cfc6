"""A conversation that was taken over by another one is that other one, also under the id that it had."""

from collections.abc import Callable

import pytest

from shared.clock import epoch_ms
from shared.ids import ConversationId
from shared.store.conversations.moves import ConversationMoves
from shared.store.engine.database import Database
from tests.support.teams import Team, team

__all__ = ["team"]


Becomes = Callable[[ConversationId, ConversationId], None]


@pytest.fixture
def becomes(team: Team, database: Database) -> Becomes:
    """Moves one conversation into another one."""
    moves = ConversationMoves(database, team.api.deps.conversations.messages)

    def become(gone: ConversationId, kept: ConversationId) -> None:
        contact = team.ok("GET", f"/v1/conversations/{kept}")["contact_id"]
        assert moves.move(team.tenant, gone, kept, contact, epoch_ms(), lambda: False)

    return become


def test_its_timeline_is_the_one_of_the_conversation_that_took_it_over(team: Team, becomes: Becomes) -> None:
    gone, kept = team.hears("Ana again", "first"), team.hears("Ana", "second")
    team.ok("POST", f"/v1/conversations/{gone}/notes", {"text": "a note"})
    becomes(gone, kept)
    listed = team.ok("GET", f"/v1/conversations/{gone}/timeline")["items"]
    said = [(item["message"] or item["entry"])["text"] for item in listed]
    assert said == ["a note", "second", "first"]
    assert listed == team.ok("GET", f"/v1/conversations/{kept}/timeline")["items"]
    page = team.ok("GET", f"/v1/conversations/{gone}/timeline", query="limit=2")
    rest = team.ok("GET", f"/v1/conversations/{gone}/timeline", query=f"limit=2&cursor={page['next_cursor']}")
    assert page["items"] + rest["items"] == listed


def test_members_see_each_other_under_either_id(team: Team, becomes: Becomes) -> None:
    gone, kept = team.hears("Ana again"), team.hears("Ana")
    becomes(gone, kept)
    old, new = f"/v1/conversations/{gone}", f"/v1/conversations/{kept}"
    assert [p["member_id"] for p in team.ok("PUT", f"{old}/presence", {"status": "viewing"})["items"]] == [team.ana]
    both = {team.ana: "viewing", team.bea: "typing"}
    there = team.ok("PUT", f"{new}/presence", {"status": "typing"}, by=team.bea)["items"]
    assert {p["member_id"]: p["status"] for p in there} == both
    for path in (old, new):
        assert {p["member_id"]: p["status"] for p in team.ok("GET", f"{path}/presence")["items"]} == both
    team.ok("PUT", f"{old}/presence", {"status": "gone"}, by=team.bea)
    assert [p["member_id"] for p in team.ok("GET", f"{new}/presence")["items"]] == [team.ana]


def test_who_writes_under_the_old_id_is_seen_under_the_new_one(team: Team, becomes: Becomes) -> None:
    gone, kept = team.hears("Ana again"), team.hears("Ana")
    becomes(gone, kept)
    team.ok("PUT", f"/v1/conversations/{kept}/presence", {"status": "viewing"}, by=team.bea)
    shown = team.ok("POST", f"/v1/conversations/{gone}/typing")["present"]
    assert {p["member_id"]: p["status"] for p in shown} == {team.ana: "typing", team.bea: "viewing"}
    assert team.ok("GET", f"/v1/conversations/{kept}/presence")["items"] == shown

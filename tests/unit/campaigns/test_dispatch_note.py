"""Notes of when messages left, as they are stored: whose they are is never lost, and their block stays a write unit."""

import hashlib
import random
import struct

from hypothesis import given
from hypothesis import strategies as st

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.dispatch_note import (
    SLACK_MS,
    DispatchNote,
    is_notes,
    pack_notes,
    unpack_former_notes,
    unpack_notes,
)
from shared.domain.contacts.market import pack_markets
from shared.store.campaigns.status_block_items import update_of

NOW = 1_796_000_000_000
NOTES = st.dictionaries(
    st.integers(0, BLOCK_SIZE - 1),
    st.builds(DispatchNote.of, st.integers(NOW, NOW + 200_000).map(EpochMs), st.sampled_from(["", "wamid.1", "w2"])),
)


def paced(first: int, end: int, every_ms: int, jitter: random.Random | None = None) -> dict[int, DispatchNote]:
    """Messages that left one after the other, as a lane sends them."""
    late = {slot: jitter.randint(0, 30) if jitter else 0 for slot in range(first, end)}
    return {
        slot: DispatchNote.of(EpochMs(NOW + slot * every_ms + late[slot]), f"wamid.{slot}")
        for slot in range(first, end)
    }


def assert_same(found: dict[int, DispatchNote], noted: dict[int, DispatchNote]) -> None:
    assert {slot: note.digest for slot, note in found.items()} == {slot: note.digest for slot, note in noted.items()}
    early = [noted[slot].at - note.at for slot, note in found.items()]
    assert all(0 <= one <= SLACK_MS for one in early), "never later than it left, which nobody can have answered"


@given(NOTES, NOTES)
def test_what_is_noted_later_stands_beside_what_was_noted_before(
    first: dict[int, DispatchNote], second: dict[int, DispatchNote]
) -> None:
    assert_same(unpack_notes(pack_notes(first)), first)
    later = {slot: DispatchNote(EpochMs(note.at + 300_000), note.digest) for slot, note in second.items()}
    assert_same(unpack_notes({**pack_notes(later), **pack_notes(first)}), {**first, **later})
    assert_same(unpack_notes({**pack_notes(first), **pack_notes(first), **pack_notes(later)}), {**first, **later})


def test_one_alone_is_noted_to_the_millisecond() -> None:
    note = DispatchNote.of(EpochMs(NOW + 17), "wamid.1")
    assert unpack_notes(pack_notes({79: note})) == {79: note}
    assert (note.is_of("wamid.1"), note.is_of("wamid.2"), DispatchNote(EpochMs(1)).is_of("wamid.1")) == (
        True,
        False,
        None,
    )


def test_notes_of_one_moment_that_are_written_one_after_the_other_are_all_kept() -> None:
    parts = [{slot: DispatchNote.of(EpochMs(NOW), f"wamid.{slot}")} for slot in range(BLOCK_SIZE)]
    stored = {name: data for part in parts for name, data in pack_notes(part).items()}
    assert unpack_notes(stored) == {slot: note for part in parts for slot, note in part.items()}


def test_a_lane_that_stood_still_begins_another_text() -> None:
    noted = {**paced(0, 40, 14), **{slot: DispatchNote(EpochMs(NOW + 60_000 + slot)) for slot in range(40, 80)}}
    assert len(pack_notes(paced(0, 80, 14))) == 1
    assert len(pack_notes(noted)) == 2
    assert_same(unpack_notes(pack_notes(noted)), noted)


def test_a_block_of_whom_all_got_and_read_their_message_is_one_write_unit() -> None:
    """Sent at 72/s by a lane that stores what it learns each second, while answers overtake each other."""
    noted, everybody = paced(0, BLOCK_SIZE, 14, random.Random(7)), set(range(BLOCK_SIZE))
    assert_same(unpack_notes(pack_notes(noted)), noted)
    second = {*range(60, BLOCK_SIZE), 51, 54, 55, 58}
    changes = [
        StatusChange(sent=one, noted={slot: noted[slot] for slot in one}) for one in (everybody - second, second)
    ]
    told = StatusChange(delivered=everybody, read=everybody, priced={"marketing": everybody}, replied={3, 4, 5, 6})
    size = len("pk") + len(f"T#{'t' * 26}#C#{'c' * 26}#f") + len("sk") + len("S#0000")
    size += len("n") + 2 + len("f") + 3 + len("mk") + len(pack_markets(["+5511987654321"])) + len("ttl") + 6
    sets: dict[str, frozenset[int]] = {}
    for change in (*changes, told):
        update = update_of(change)
        assert update is not None
        for placeholder, name in update.names.items():
            value = update.values[f":{placeholder[1:]}"]
            if isinstance(value, bytes):
                assert is_notes(name)
                size += len(name) + len(value)
            else:
                assert isinstance(value, frozenset)
                sets[name] = sets.get(name, frozenset()) | {slot for slot in value if isinstance(slot, int)}
    # A number takes a byte for two digits, and one more (Amazon DynamoDB, item sizes).
    size += sum(len(name) + 2 * len(slots) for name, slots in sets.items())
    assert set(sets) == {"ok", "dl", "rd", "bl", "rp"}
    assert 900 < size <= 1_024


def test_former_notes_of_two_blocks_are_read() -> None:
    def text(*notes: tuple[int, bytes]) -> bytes:
        return b"".join(struct.pack(">H", after) + hashed[:3] for after, hashed in notes)

    known = hashlib.sha256(b"wamid.1").digest()
    packed = {
        f"{NOW:x}.4e": bytes([78, 3]) + text((0, known), (5, bytes(3)), (9, known)),
        f"{NOW + 60_000:x}.50": bytes([80, 1]) + text((0, known)) + bytes([9, 1]) + text((700, known)),
    }
    of = {second: unpack_former_notes(packed, second=second) for second in (False, True)}
    assert {slot: note.at - NOW for slot, note in of[False].items()} == {78: 0, 79: 5, 9: 60_700}
    assert {slot: note.at - NOW for slot, note in of[True].items()} == {0: 60_000}
    assert (of[False][78].is_of("wamid.1"), of[False][79].is_of("wamid.1")) == (True, None)

"""Notes of when messages left, as they are stored: nothing of them is lost, and they stay within one write unit."""

from hypothesis import given
from hypothesis import strategies as st

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, block_number
from shared.domain.campaigns.dispatch_note import (
    NOTED_TOGETHER,
    DispatchNote,
    first_of_two,
    pack_notes,
    place_of,
    unpack_notes,
)

NOW = 1_796_000_000_000
NOTES = st.dictionaries(
    st.integers(0, NOTED_TOGETHER - 1),
    st.builds(DispatchNote.of, st.integers(NOW, NOW + 200_000).map(EpochMs), st.sampled_from(["", "wamid.1", "w2"])),
)


@given(NOTES, NOTES)
def test_what_is_noted_later_stands_beside_what_was_noted_before(first: object, second: object) -> None:
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert unpack_notes(pack_notes(first)) == first
    later = {place: DispatchNote(EpochMs(note.at + 300_000), note.digest) for place, note in second.items()}
    assert unpack_notes({**pack_notes(later), **pack_notes(first)}) == {**first, **later}
    assert unpack_notes({**pack_notes(first), **pack_notes(first), **pack_notes(later)}) == {**first, **later}


def test_notes_of_one_moment_that_are_written_one_after_the_other_are_all_kept() -> None:
    parts = [{place: DispatchNote.of(EpochMs(NOW), f"wamid.{place}")} for place in range(NOTED_TOGETHER)]
    stored = {name: data for part in parts for name, data in pack_notes(part).items()}
    assert unpack_notes(stored) == {place: note for part in parts for place, note in part.items()}


def test_all_notes_of_two_blocks_are_one_write_unit_also_when_they_come_in_many_parts() -> None:
    item = len("pk") + len(f"T#{'t' * 26}#C#{'c' * 26}#f") + len("sk") + len("I#0000") + len("ttl") + 6
    for parts in (1, 4):
        size = item
        for part in range(parts):
            places = range(part * NOTED_TOGETHER // parts, (part + 1) * NOTED_TOGETHER // parts)
            notes = {place: DispatchNote.of(EpochMs(NOW + place * 25), f"wamid.{place}") for place in places}
            size += sum(len(name) + len(data) for name, data in pack_notes(notes).items())
        assert size <= 1_024


def test_two_blocks_of_one_shard_stand_together() -> None:
    for shard in (0, 15):
        for n in (0, 1, 2, 3):
            block = block_number(shard, n)
            assert first_of_two(block) == block_number(shard, n // 2 * 2)
            assert place_of(block, 5) == (5 if n % 2 == 0 else BLOCK_SIZE + 5)

"""The demo's contacts file is what its generator makes, and is as messy as it says."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from infra.local.demo.contacts import DEFAULT_COUNTRY, HEADER, SHIPPED, SHIPPED_ROWS, write_contacts
from shared.domain.contacts.phone import InvalidPhone, normalise_phone


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *found = csv.reader(file)
    assert tuple(header) == HEADER
    return found


def test_the_shipped_file_is_what_the_generator_writes(tmp_path: Path) -> None:
    write_contacts(tmp_path / "again.csv", SHIPPED_ROWS)
    assert (tmp_path / "again.csv").read_bytes() == SHIPPED.read_bytes()


@pytest.mark.parametrize("count", [20, SHIPPED_ROWS, 5_000])
def test_a_file_has_as_many_rows_as_asked_with_bad_and_repeated_numbers(tmp_path: Path, count: int) -> None:
    write_contacts(tmp_path / "contacts.csv", count)
    phones: Counter[str] = Counter()
    regions = set()
    bad = 0
    for row in (found := rows(tmp_path / "contacts.csv")):
        try:
            phone, region = normalise_phone(row[1].strip().lstrip("'").removesuffix(".0"), DEFAULT_COUNTRY)
        except InvalidPhone:
            bad += 1
        else:
            phones[phone] += 1
            regions.add(region)
    assert len(found) == count
    assert bad == count // 100 or bad == 1
    assert sum(phones.values()) - len(phones) in (max(1, count * 12 // 1000), 0)
    if count >= SHIPPED_ROWS:
        assert {"BR", "MX", "IN", "ID", "MY", "DE", "ES", "GB", "NG", "US"} <= regions

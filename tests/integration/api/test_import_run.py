"""Imports over a real DynamoDB, the file in moto's S3."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.api.contacts.imports.job import (
    AWAITING_UPLOAD,
    COMPLETED,
    FAILED,
    RUNNING,
    Counts,
    ImportJob,
    Imports,
    Options,
)
from functions.api.contacts.imports.run import ImportRun
from shared.clients.files import Files
from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.contact import ContactField
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.numbers.number import Number, Waba
from shared.errors import Conflict
from shared.ids import ConversationId, PhoneNumberId, TenantId, WabaId, new_ulid
from shared.services.heads import Heads
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.conversations.conversations import Conversations, Head
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory

START = EpochMs(1_800_000_000_000)


class Clock:
    """Moves on by `step` ms at every look."""

    def __init__(self, time_left: int = 600_000, step: int = 1) -> None:
        self.at, self.ends, self.step = START, START + time_left, step

    def now(self) -> EpochMs:
        self.at = EpochMs(self.at + self.step)
        return self.at

    def remaining(self) -> int:
        return self.ends - self.now()


class Bench:
    def __init__(self, database: Database, s3: Any) -> None:
        self.tenant = TenantId(f"t-{new_ulid()}")
        self.s3 = s3
        self.directory = Directory(database)
        self.imports = Imports(self.directory, Files(s3, "data"))
        self.fields = ContactFields(self.directory)
        self.contacts = Contacts(database)
        self.conversations = Conversations(database)
        accounts = Accounts(self.directory)
        number = Number(PhoneNumberId(f"PN-{self.tenant}"), WabaId(f"W-{self.tenant}"), "+551130000000", "Shop")
        accounts.connect(self.tenant, Waba(number.waba_id, "Shop", "BRL", "sealed"), [number])
        self.heads = Heads(accounts, self.contacts, self.conversations)

    def upload(self, content: bytes | str, **options: Any) -> str:
        job = ImportJob(new_ulid(), "f.csv", Options("BR", **options), status="queued")
        self.imports.create(self.tenant, job)
        data = content.encode() if isinstance(content, str) else content
        self.imports.store_file(self.tenant, job.import_id, data)
        return job.import_id

    def run(self, import_id: str, clock: Clock | None = None, owner: str = "w1", margin: int = 30_000) -> bool:
        run = ImportRun(self.imports, self.fields, self.contacts, self.heads, clock or Clock())
        return run.work(self.tenant, import_id, owner, margin_ms=margin)

    def job(self, import_id: str) -> ImportJob:
        return self.imports.get(self.tenant, import_id)


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="data")
        yield Bench(database, s3)


def numbered(count: int) -> str:
    return "phone,name\n" + "".join(f"+5511912{i:06d},Person {i}\n" for i in range(count))


def test_counts_add_up_and_rejected_rows_have_their_reasons(bench: Bench) -> None:
    bench.fields.create(bench.tenant, ContactField("city", "Cidade"))
    content = (
        "Nome;Telefone;Cidade;Extra\nJosé;11 98765-4321;Rio;x\nNobody;123;;\nAgain;+5511987654321;;\n"
        "李;+14155552671;;\nNone;;Rio;\n"
    )
    import_id = bench.upload(content, tags=("spring",))
    assert bench.run(import_id) is False
    job = bench.job(import_id)
    assert (job.status, job.error) == (COMPLETED, "")
    assert job.counts == Counts(rows=5, created=2, updated=0, unchanged=0, duplicate=1, rejected=2)
    assert [(row.line, row.reason.split(";")[0]) for row in job.rejections] == [
        (3, "phone is not a number that exists in its country"),
        (6, "phone is empty"),
    ]
    assert job.ignored_columns == ("Extra",)
    contact = bench.contacts.find(bench.tenant, "phone", "+5511987654321")
    assert contact is not None
    assert (contact.name, dict(contact.fields), contact.tags) == ("José", {"city": "Rio"}, frozenset({"spring"}))
    listed = bench.s3.get_object(Bucket="data", Key=f"imports/{bench.tenant}/{import_id}/rejected.csv")["Body"].read()
    rows = list(csv.reader(io.StringIO(listed.decode("utf-8-sig"))))
    assert rows[0] == ["line", "reason", "Nome", "Telefone", "Cidade", "Extra"]
    assert [row[0] for row in rows[1:]] == ["3", "6"]
    assert [row.line for row in bench.imports.rejections(bench.tenant, import_id)] == [3, 6]


def test_attributes_come_from_columns_and_what_is_none_comes_back_with_its_row(bench: Bench) -> None:
    content = (
        "phone,first name,last name,email,language,time zone\n"
        "+5511912000001,Ana,Lima,ana@example.com,pt_BR,America/Sao_Paulo\n"
        "+5511912000002,Eva,Gómez,eva at home,es,\n"
        "+5511912000003,Rui,,,,GMT-3\n"
    )
    import_id = bench.upload(content)
    bench.run(import_id)
    job = bench.job(import_id)
    assert (job.counts, job.ignored_columns) == (Counts(rows=3, created=1, rejected=2), ())
    assert job.rejected_by_code == {"invalid_email": 1, "invalid_time_zone": 1}
    ana = bench.contacts.find(bench.tenant, "phone", "+5511912000001")
    assert ana is not None
    assert (ana.name, ana.given_name, ana.last_name, ana.email) == ("Ana Lima", "Ana", "Lima", "ana@example.com")
    assert (ana.language, ana.time_zone, ana.opted_out_at) == ("pt-BR", "America/Sao_Paulo", None)
    listed = bench.s3.get_object(Bucket="data", Key=f"imports/{bench.tenant}/{import_id}/rejected.csv")["Body"].read()
    mended = listed.decode("utf-8-sig").replace("eva at home", "eva@example.com").replace("GMT-3", "Etc/GMT+3")
    again = bench.upload(mended)
    bench.run(again)
    assert bench.job(again).counts == Counts(rows=2, created=2)
    bench.run(same := bench.upload(content))
    assert bench.job(same).counts == Counts(rows=3, unchanged=1, rejected=2)


def test_the_same_file_again_changes_nothing_and_a_better_one_updates(bench: Bench) -> None:
    bench.run(bench.upload(numbered(3)))
    again = bench.upload(numbered(3))
    bench.run(again)
    assert bench.job(again).counts == Counts(rows=3, unchanged=3)
    better = bench.upload(numbered(3).replace("Person 1", "Somebody"))
    bench.run(better)
    assert bench.job(better).counts == Counts(rows=3, updated=1, unchanged=2)


def test_a_long_file_takes_several_slices_and_no_row_is_lost_or_counted_twice(bench: Bench) -> None:
    content = numbered(1_000) + "+5511912000000,Twin\n12,Bad\n"
    import_id = bench.upload(content)
    slices = 1
    while bench.run(import_id, Clock(time_left=0), owner=f"w{slices}"):
        counts = bench.job(import_id).counts
        assert counts.rows == counts.created + counts.updated + counts.unchanged + counts.duplicate + counts.rejected
        slices += 1
    assert slices > 2
    assert bench.job(import_id).counts == Counts(rows=1_002, created=1_000, duplicate=1, rejected=1)


def test_after_a_crash_the_rows_already_written_come_out_unchanged(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = bench.upload(numbered(400))
    real, left = bench.contacts.upsert, iter([True] * 350)

    def dying(*args: Any) -> Any:
        if next(left, None) is None:
            raise ConnectionError("gone")
        return real(*args)

    monkeypatch.setattr(bench.contacts, "upsert", dying)
    with pytest.raises(ConnectionError):
        bench.run(import_id)
    assert bench.job(import_id).status == RUNNING
    monkeypatch.setattr(bench.contacts, "upsert", real)
    assert bench.run(import_id, owner="w2") is False
    counts = bench.job(import_id).counts
    assert (counts.rows, counts.created + counts.unchanged) == (400, 400)
    assert counts.unchanged >= 320


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "0 bytes"),
        (b"name,city\nAna,Rio\n", "no column holds phone numbers"),
        (b"phone,name\n", "no rows"),
        ("phone,name\n+5511912345678,José\n".encode("latin-1"), "not UTF-8"),
        (b'phone,name\n+5511912345678,Ana\n+5511912345679,"Bia\n', "line 3 is never closed"),
        (b"phone,name\n+5511912345678,Ana\n" + b"x" * 1_100_000, "line 3 is longer"),
    ],
)
def test_a_file_that_breaks_off_anywhere_imports_nothing(bench: Bench, content: bytes, words: str) -> None:
    import_id = bench.upload(content)
    assert bench.run(import_id) is False
    job = bench.job(import_id)
    assert (job.status, job.counts) == (FAILED, Counts())
    assert words in job.error
    assert bench.contacts.page(bench.tenant, "", 10) == []


def test_one_worker_at_a_time(bench: Bench) -> None:
    import_id = bench.upload(numbered(1))
    bench.imports.change(
        bench.tenant,
        import_id,
        lambda job: replace(job, status=RUNNING, owner="w1", leased_until=EpochMs(START + 10_000)),
    )
    with pytest.raises(Conflict):
        bench.run(import_id, owner="w2")
    late = Clock()
    late.at = EpochMs(late.at + 20_000)
    assert bench.run(import_id, late, owner="w2") is False
    assert bench.job(import_id).status == COMPLETED
    assert bench.run(import_id, owner="w3") is False


def test_a_file_replaced_between_slices_stops_the_import_and_says_how_far_it_came(bench: Bench) -> None:
    import_id = bench.upload(numbered(700))
    assert bench.run(import_id, Clock(time_left=0)) is True
    bench.imports.store_file(bench.tenant, import_id, numbered(5).encode())
    assert bench.run(import_id, owner="w2") is False
    job = bench.job(import_id)
    assert job.status == FAILED
    assert f"replaced while it was imported; the {job.counts.rows} rows before were imported" in job.error
    assert 0 < job.counts.rows < 700


def test_an_import_that_keeps_failing_is_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> Any:
        raise ConnectionError("gone")

    import_id = bench.upload(numbered(1))
    monkeypatch.setattr(bench.contacts, "upsert", broken)
    for attempt in range(5):
        with pytest.raises(ConnectionError):
            bench.run(import_id, owner=f"w{attempt}")
    assert bench.run(import_id, owner="w9") is False
    assert bench.job(import_id).status == FAILED


def test_new_columns_become_fields_on_request(bench: Bench) -> None:
    import_id = bench.upload("phone,Last order\n+5511912345678,shoes\n", create_fields=True)
    bench.run(import_id)
    assert bench.job(import_id).created_fields == ("last_order",)
    assert bench.fields.all(bench.tenant) == [ContactField("last_order", "Last order")]
    contact = bench.contacts.get(bench.tenant, contact_id_for(bench.tenant, "phone", "+5511912345678"))
    assert contact is not None
    assert dict(contact.fields) == {"last_order": "shoes"}


def test_who_is_stored_under_an_old_form_of_the_number_is_not_made_again(bench: Bench) -> None:
    old = contact_id_for(bench.tenant, "phone", "+553188887772")
    bench.contacts.upsert(bench.tenant, old, {"phone": "+553188887772", "name": "Ana"}, {}, frozenset(), EpochMs(1))
    import_id = bench.upload("phone\n+55 31 8888-7772\n31 98888-7772\n+5531988887773\n")
    bench.run(import_id)
    counts = bench.job(import_id).counts
    assert (counts.created, counts.updated, counts.duplicate) == (1, 1, 1)
    people = bench.contacts.page(bench.tenant, "", 10)
    assert {one.contact_id: (one.phone, one.name) for one in people} == {
        old: ("+5531988887772", "Ana"),
        contact_id_for(bench.tenant, "phone", "+5531988887773"): ("+5531988887773", ""),
    }


def test_of_those_under_old_forms_whoever_is_there_goes_before_who_was_deleted(bench: Bench) -> None:
    gone, there = (contact_id_for(bench.tenant, "phone", phone) for phone in ("+2416031234", "+24106031234"))
    for one, phone in ((gone, "+2416031234"), (there, "+24106031234")):
        bench.contacts.upsert(bench.tenant, one, {"phone": phone}, {}, frozenset(), EpochMs(1))
    assert bench.contacts.deletions.apply(bench.tenant, gone, EpochMs(2))
    bench.run(bench.upload("phone,name\n+24166031234,Ana\n"))
    [person] = bench.contacts.page(bench.tenant, "", 10)
    assert (person.contact_id, person.phone, person.name) == (there, "+24166031234", "Ana")


def test_rejections_are_counted_by_code_and_a_list_may_say_what_its_digits_are(bench: Bench) -> None:
    content = "phone\n51999887766\n600-FLORES\n+5511987654321\n"
    import_id = bench.upload(content)
    bench.run(import_id)
    assert bench.job(import_id).rejected_by_code == {"ambiguous_phone": 1, "invalid_phone": 1}
    assert [row.code for row in bench.imports.rejections(bench.tenant, import_id)] == [
        "ambiguous_phone",
        "invalid_phone",
    ]
    decided = bench.upload(content, bare_digits="international")
    bench.run(decided)
    assert bench.job(decided).rejected_by_code == {"invalid_phone": 1}
    assert bench.contacts.find(bench.tenant, "phone", "+51999887766") is not None


def test_an_import_does_not_touch_consent(bench: Bench) -> None:
    contact_id = contact_id_for(bench.tenant, "phone", "+5511912000000")
    bench.run(bench.upload(numbered(1)))
    bench.contacts.consent.record(
        bench.tenant, contact_id, opted_out=True, source="STOP", at=START, event_id="e", now=START
    )
    bench.run(bench.upload(numbered(1).replace("Person", "New")))
    contact = bench.contacts.get(bench.tenant, contact_id)
    assert contact is not None
    assert (contact.name, contact.opted_out_at) == ("New 0", START)


def test_the_document_stays_small(bench: Bench) -> None:
    import_id = bench.upload("phone\n" + "12\n" * 2_000)
    bench.run(import_id)
    job = bench.job(import_id)
    assert job.counts == Counts(rows=2_000, rejected=2_000)
    assert len(job.rejections) == 10
    assert len(bench.imports.rejections(bench.tenant, import_id)) == 1_000
    assert job.status != AWAITING_UPLOAD
    assert len(json.dumps([row.reason for row in job.rejections])) < 2_000


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (",".join(f"column {i}" for i in range(60_000)), "too_many_columns"),
        ("x" * 900_000, "header_too_long"),
        ("phone," + "\U0001f600" * 50_001, "header_too_long"),
    ],
    ids=["60,000 names", "900,000 characters", "emoji"],
)
def test_a_header_that_is_none_is_refused_at_once(bench: Bench, header: str, code: str) -> None:
    import_id = bench.upload(f"{header}\n+5511912345678\n")
    assert bench.run(import_id) is False
    job = bench.job(import_id)
    assert (job.status, job.error_code, job.attempts) == (FAILED, code, 1)


def test_the_widest_header_that_is_read_can_be_stored(bench: Bench) -> None:
    names = ["phone", *(f"{i:03}" + "\U0001f600" * 46 for i in range(999))]
    import_id = bench.upload(",".join(names) + "\n+5511912345678\n")
    assert bench.run(import_id) is False
    job = bench.job(import_id)
    assert (job.status, job.counts.created, len(job.ignored_columns)) == (COMPLETED, 1, 999)


def test_a_row_that_makes_its_contact_too_large_is_rejected_and_holds_up_no_other(bench: Bench) -> None:
    cell, large_tags = "\U0001f600" * 1_000, tuple(f"{i:02}" + "\U0001f600" * 62 for i in range(50))
    for half, tags in (("a", ()), ("b", large_tags)):
        names = [f"{half}{i}" for i in range(50)]
        bench.fields.create_all(bench.tenant, [ContactField(name, name) for name in names])
        rows = [["phone", *names], ["+5511912345678", *[cell] * 50], ["+5511912345679", *["short"] * 50]]
        import_id = bench.upload("\n".join(",".join(row) for row in rows), tags=tags)
        assert bench.run(import_id) is False
    job = bench.job(import_id)
    assert (job.status, job.counts.rows, job.counts.rejected, job.counts.updated) == (COMPLETED, 2, 1, 1)
    assert job.rejected_by_code == {"too_large": 1}


DANGEROUS = ["=1+1", "@SUM(A1)", "-cmd|' /C calc'!A0", "+cmd|x", "\tx", "\uff1d1", "  =1"]


def test_rejected_rows_do_nothing_in_a_spreadsheet_and_can_come_back(bench: Bench) -> None:
    rows = [["+55 11 9", cell, "-5"] for cell in DANGEROUS]
    content = io.StringIO(newline="")
    csv.writer(content).writerows([["phone", "=name", "points"], *rows])
    import_id = bench.upload(content.getvalue(), columns={"=name": "name"})
    bench.fields.create_all(bench.tenant, [ContactField("points", "points", "number")])
    assert bench.run(import_id) is False
    key = f"imports/{bench.tenant}/{import_id}/rejected.csv"
    returned = bench.s3.get_object(Bucket="data", Key=key)["Body"].read()
    cells = list(csv.reader(io.StringIO(returned.decode("utf-8-sig"), newline="")))
    assert cells[0] == ["line", "reason", "phone", "'=name", "points"]
    assert [row[2] for row in cells[1:]] == ["+55 11 9"] * len(DANGEROUS)
    assert [row[3] for row in cells[1:]] == ["'" + cell for cell in DANGEROUS]
    assert {row[4] for row in cells[1:]} == {"-5"}
    corrected = [[f"+551191234567{i}" if row[2][0] == "+" else row[2], *row[3:]] for i, row in enumerate(cells[1:])]
    again = io.StringIO(newline="")
    csv.writer(again).writerows([cells[0][2:], *corrected])
    import_id = bench.upload(again.getvalue(), columns={"=name": "name"})
    assert bench.run(import_id) is False
    names = {contact.name for contact in bench.contacts.page(bench.tenant, "", 100)}
    assert names == {" ".join(cell.split()) for cell in DANGEROUS}


PEOPLE = {"Ana": "+5511912000001", "Bia": "+5511912000002", "Caio": "+5511912000003"}


def talking(bench: Bench, name: str) -> ConversationId:
    """A contact of that name who has a conversation; its id."""
    contact_id = contact_id_for(bench.tenant, "phone", PEOPLE[name])
    bench.contacts.upsert(bench.tenant, contact_id, {"phone": PEOPLE[name], "name": name}, {}, frozenset(), START)
    conversation_id = conversation_id_for(bench.tenant, PhoneNumberId(f"PN-{bench.tenant}"), contact_id)
    message = Message(message_key(START, name), conversation_id, "in", "contact", "text", "oi", START, {"body": "oi"})
    bench.conversations.append(
        bench.tenant, Head(conversation_id, PhoneNumberId(f"PN-{bench.tenant}"), contact_id, name), message
    )
    return conversation_id


def test_whom_an_import_renames_is_so_in_their_conversation(bench: Bench) -> None:
    ana, bia = talking(bench, "Ana"), talking(bench, "Bia")
    before = bench.conversations.get(bench.tenant, ConversationId(bia))
    names = {"Ana": "Ana Lima", "Bia": "Bia", "Caio": "Caio"}
    bench.run(bench.upload("phone,name\n" + "".join(f"{PEOPLE[key]},{name}\n" for key, name in names.items())))
    renamed = bench.conversations.get(bench.tenant, ConversationId(ana))
    assert renamed is not None
    assert renamed.contact_name == "Ana Lima"
    assert bench.conversations.search.names(bench.tenant, "lima").ids == [("", ana)]
    assert bench.conversations.get(bench.tenant, ConversationId(bia)) == before


def test_whom_an_import_makes_anew_after_a_deletion_is_shown_so_in_their_conversation(bench: Bench) -> None:
    ana = talking(bench, "Ana")
    known = bench.contacts.find(bench.tenant, "phone", PEOPLE["Ana"])
    assert known is not None
    assert bench.contacts.deletions.apply(bench.tenant, known.contact_id, epoch_ms())
    bench.run(bench.upload(f"phone,name\n{PEOPLE['Ana']},Eva\n"))
    head = bench.conversations.get(bench.tenant, ConversationId(ana))
    assert head is not None
    assert head.contact_name == "Eva"


def test_who_is_deleted_while_an_import_is_under_way_is_not_there_again_by_rows_that_are_written_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = bench.upload(f"phone,name\n{PEOPLE['Ana']},Ana\n{PEOPLE['Bia']},Bia\n")
    with monkeypatch.context() as patched:
        patched.setattr(Heads, "refresh_many", None)
        with pytest.raises(TypeError):
            bench.run(import_id)
    ana = contact_id_for(bench.tenant, "phone", PEOPLE["Ana"])
    assert bench.contacts.deletions.apply(bench.tenant, ana, EpochMs(START + 5_000))
    later = Clock()
    later.at = EpochMs(START + 60_000)
    assert bench.run(import_id, later, owner="w2") is False
    assert [person.name for person in bench.contacts.page(bench.tenant, "", 10)] == ["Bia"]
    assert bench.job(import_id).counts == Counts(rows=2, unchanged=2)


def test_conversations_of_those_who_keep_their_names_are_not_looked_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for: list[list[str]] = []
    monkeypatch.setattr(Heads, "refresh_many", lambda _self, _tenant, ids: looked_for.append(list(ids)))
    talking(bench, "Ana")
    content = f"phone,name\n{PEOPLE['Ana']},Ana\n{PEOPLE['Caio']},Caio\n"
    bench.run(bench.upload(content, tags=("spring",)))
    assert looked_for == [[]]


def test_a_worker_that_dies_between_a_row_and_its_conversation_leaves_no_old_name(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = talking(bench, "Ana")
    import_id = bench.upload(f"phone,name\n{PEOPLE['Ana']},Ana Lima\n")
    with monkeypatch.context() as patched:
        patched.setattr(Heads, "refresh_many", None)
        with pytest.raises(TypeError):
            bench.run(import_id)
    assert bench.run(import_id, owner="w2") is False
    renamed = bench.conversations.get(bench.tenant, ana)
    assert renamed is not None
    assert renamed.contact_name == "Ana Lima"


def test_a_file_that_says_who_opted_out_fails_with_code_and_remedy(bench: Bench) -> None:
    import_id = bench.upload(f"phone,name,opted_out\n{PEOPLE['Ana']},Ana,yes\n")
    assert bench.run(import_id) is False
    job = bench.job(import_id)
    assert (job.status, job.error_code, job.counts) == (FAILED, "consent_column", Counts())
    for words in ("'opted_out'", "/opt-out", "`ignore`", "`columns`"):
        assert words in job.error
    assert bench.contacts.find(bench.tenant, "phone", PEOPLE["Ana"]) is None

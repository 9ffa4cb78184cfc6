"""A campaign that names a file of the library: given to Meta when it starts, and frozen as Meta's id."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from functions.campaign_dispatch.start.campaign import start_campaign
from shared.clients.aws import AwsClients
from shared.clients.files import Files
from shared.clients.graph import GraphAccess, GraphClient
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.media.library import LibraryFile, MetaCopy
from shared.domain.media.message_media import upload_key
from shared.domain.templates.compiler import Variable
from shared.errors import RetryableError
from shared.ids import CampaignId, TenantId
from shared.services.media import MediaService
from shared.services.meta_access import MetaAccess
from shared.store.engine.directory import Directory
from shared.store.media.library import MediaLibrary
from tests.support.engine import World, open_test_database
from tests.support.meta_simulator import APP_SECRET, Sim, receiving, simulating

JPEG = b"\xff\xd8\xff\xe0" + bytes(300)
FILE = "01HZZZZZZZZZZZZZZZZZZZZZZZ"
DAY_MS = 86_400_000
NOW = EpochMs(1_800_000_000_000)


@dataclass
class Shop:
    """A tenant of the engine's world whose number is the simulator's, and a scheduled campaign with a picture."""

    world: World
    sim: Sim
    library: MediaLibrary
    campaign_id: str

    def start(self, now: EpochMs = NOW) -> str:
        return start_campaign(self.world.deps.for_start(), self.world.tenant_id, CampaignId(self.campaign_id), now)

    def campaign(self) -> Campaign:
        return self.world.deps.campaigns.get(self.world.tenant_id, CampaignId(self.campaign_id))

    def scheduled_again(self) -> None:
        self.world.deps.campaigns.change(
            self.world.tenant_id, CampaignId(self.campaign_id), lambda c: replace(c, state=State.SCHEDULED, plan="")
        )

    def uploads(self) -> int:
        entries = self.sim.journal(fields="path")
        return sum(entry["path"].endswith(f"/{self.sim.number_id}/media") for entry in entries)

    def frozen_id(self) -> str:
        """The picture as the plan names it: under no variable of source media."""
        variables = json.loads(self.campaign().plan)["variables"]
        (picture,) = [v for v in variables if v["source"] == "constant"]
        assert {v["source"] for v in variables} == {"constant", "contact"}
        return str(picture["value"])


@pytest.fixture(scope="module")
def sim() -> Iterator[Sim]:
    with receiving() as receiver, simulating(receiver) as running:
        yield running


@pytest.fixture
def shop(dynoxide: str, sim: Sim) -> Iterator[Shop]:
    fresh = Sim(sim.http)
    database = open_test_database(dynoxide)
    world = World(database)
    library = MediaLibrary(Directory(database))
    access = GraphAccess.of(fresh.token, APP_SECRET)

    class Access(MetaAccess):
        def __init__(self) -> None:
            return

        def of_number(self, tenant_id: TenantId, phone_number_id: str, now: int) -> GraphAccess:
            return access

    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="data")
        s3.put_object(Bucket="data", Key=upload_key(world.tenant_id, FILE), Body=JPEG)
        graph = GraphClient(str(fresh.http.base_url), "v26.0")
        files = Files(AwsClients(database.session).s3, "data")
        service = MediaService(library, Access(), graph, files, upload_seconds=5)
        world.deps = replace(world.deps, media=lambda: service)
        library.create(world.tenant_id, LibraryFile(FILE, "a.jpg", "image/jpeg", "image", len(JPEG)))
        components = [{"type": "HEADER", "format": "IMAGE"}, *world.template.components]
        world.deps.templates.put(world.tenant_id, replace(world.template, components=components))
        campaign_id = world.launch()
        world.deps.campaigns.change(
            world.tenant_id,
            campaign_id,
            lambda c: replace(
                c,
                phone_number_id=fresh.number_id,
                variables={**c.variables, "header.image": Variable("media", FILE)},
            ),
        )
        yield Shop(world, fresh, library, campaign_id)


def test_a_file_is_frozen_as_metas_id_and_given_to_it_once(shop: Shop) -> None:
    assert shop.start() == "loading"
    first = shop.frozen_id()
    assert shop.sim.get(first).json()["file_size"] == str(len(JPEG))
    assert shop.campaign().variables["header.image"] == Variable("media", FILE)
    shop.scheduled_again()
    assert shop.start(EpochMs(NOW + 1)) == "loading"
    assert (shop.frozen_id(), shop.uploads()) == (first, 1)


def test_two_files_that_go_to_meta_slowly_go_there_at_the_same_time(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither upload begins before both are asked for."""
    other, world = FILE.replace("Z", "Y"), shop.world
    boto3.client("s3").put_object(Bucket="data", Key=upload_key(world.tenant_id, other), Body=JPEG)
    shop.library.create(world.tenant_id, LibraryFile(other, "b.jpg", "image/jpeg", "image", len(JPEG)))
    cards = [{"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Hi"}]} for _ in range(2)]
    components = [*world.template.components, {"type": "CAROUSEL", "cards": cards}]
    world.deps.templates.put(world.tenant_id, replace(world.template, components=components))
    files = {f"card.{i}.header.image": Variable("media", file_id) for i, file_id in enumerate((FILE, other))}
    world.deps.campaigns.change(
        world.tenant_id,
        CampaignId(shop.campaign_id),
        lambda c: replace(c, variables={k: v for k, v in c.variables.items() if k != "header.image"} | files),
    )
    upload, both = GraphClient.upload, asyncio.Barrier(2)

    async def slow(*arguments: Any, **more: Any) -> str:
        async with asyncio.timeout(60), both:
            return await upload(*arguments, **more)

    monkeypatch.setattr(GraphClient, "upload", slow)
    assert shop.start() == "loading"
    assert shop.uploads() == 2


def test_an_id_that_would_die_while_the_campaign_is_sent_is_replaced(shop: Shop) -> None:
    shop.start()
    first = shop.frozen_id()
    shop.scheduled_again()
    shop.start(EpochMs(NOW + 23 * DAY_MS))
    assert shop.frozen_id() != first
    assert shop.uploads() == 2


def test_a_file_that_was_deleted_since_launch_cancels_the_campaign(shop: Shop) -> None:
    shop.library.delete(shop.world.tenant_id, FILE)
    assert shop.start() == "refused"
    campaign = shop.campaign()
    assert campaign.state is State.CANCELLED
    assert "variables.header.image: there is no such file" in campaign.reason


def test_a_file_that_meta_does_not_take_cancels_the_campaign(shop: Shop) -> None:
    # As one that Meta's rules of tomorrow refuse, though ours did not.
    shop.library.change(shop.world.tenant_id, FILE, lambda f: replace(f, status="ready", mime_type="image/gif"))
    files = cast("Any", shop.world.deps.media())._files
    boto3.client("s3").put_object(Bucket="data", Key=f"library/{shop.world.tenant_id}/{FILE}", Body=JPEG)
    assert files.head(f"library/{shop.world.tenant_id}/{FILE}") is not None
    assert shop.start() == "refused"
    assert "Meta refused" in shop.campaign().reason


def test_while_meta_is_out_of_reach_the_start_is_tried_again(shop: Shop) -> None:
    service = cast("Any", shop.world.deps.media())
    working, service._graph = service._graph, GraphClient("http://127.0.0.1:9", "v26.0")
    with pytest.raises(RetryableError):
        shop.start()
    assert shop.campaign().state is State.SCHEDULED
    service._graph = working
    assert shop.start() == "loading"


def test_a_copy_made_for_a_message_yesterday_is_used(shop: Shop) -> None:
    shop.library.change(
        shop.world.tenant_id,
        FILE,
        lambda f: replace(f, status="ready", meta={shop.sim.number_id: MetaCopy("4711", EpochMs(NOW - DAY_MS))}),
    )
    assert shop.start() == "loading"
    assert (shop.frozen_id(), shop.uploads()) == ("4711", 0)

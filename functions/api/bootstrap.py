"""The composition root of the HTTP API: settings parsed at the start, and what a noun works with made when a request
first asks for it. Imports stand where things are made, so that a cold start pays for its own noun only.
"""

import functools
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from functions.api.accounts_bootstrap import AccountNouns
from functions.api.common_bootstrap import Settings
from functions.api.contacts_bootstrap import ContactNouns
from functions.api.http.wiring import Address, Parts
from shared.clients.aws import AwsClients
from shared.store.engine.database import Database, open_database

if TYPE_CHECKING:
    from functions.api.numbers.cell import Cell


@functools.cache
def parts() -> Parts:
    """Raises ConfigError, which names the missing setting."""
    env = os.environ
    database = open_database(env)
    return build(env, database, AwsClients(database.session))


def build(env: Mapping[str, str], database: Database, aws: AwsClients) -> Parts:
    """Everything the routes work with. Raises ConfigError."""
    # Asked here as well: stores that are made later would say later that a table has no name.
    _ = database.contacts, database.conversations, database.sends
    nouns = _Nouns(Settings.of(env), database, aws)
    return Parts(
        {
            "shared.store.engine.directory": lambda: [nouns.directory],
            "shared.store.audit.trail": lambda: [nouns.audit],
            "shared.store.accounts.tenants": lambda: [nouns.accounts],
            "shared.store.conversations.inbox_settings": lambda: [nouns.inbox],
            "shared.store.numbers.notices": nouns.notices,
            "functions.api.http.call_limits": nouns.call_limits,
            "functions.api.http.idempotency": nouns.idempotency,
            "functions.api.http.wiring": lambda: [Address(nouns.settings.api_url)],
            "functions.api.accounts.parts": nouns.of_accounts,
            "functions.api.accounts.audit.parts": nouns.of_the_audit,
            "functions.api.accounts.profile": nouns.of_profiles,
            "functions.api.accounts.api_keys.actions": nouns.of_keys,
            "functions.api.accounts.operators.parts": nouns.of_operators,
            "functions.api.accounts.team.parts": nouns.of_teams,
            "functions.api.bots.parts": nouns.of_bots,
            "functions.api.campaigns.parts": nouns.of_campaigns,
            "functions.api.contacts.parts": nouns.of_contacts,
            "functions.api.contacts.imports.parts": nouns.of_imports,
            "functions.api.events.parts": nouns.of_events,
            "functions.api.inbox.parts": nouns.of_the_inbox,
            "functions.api.inbox.lookup_parts": nouns.of_lookups,
            "functions.api.media.parts": nouns.of_media,
            "functions.api.numbers.parts": nouns.of_numbers,
            "functions.api.numbers.account_actions": nouns.of_connected_accounts,
            "functions.api.segments.parts": nouns.of_segments,
            "functions.api.templates.parts": nouns.of_templates,
        }
    )


class _Nouns(AccountNouns, ContactNouns):
    """What each noun works with."""

    def idempotency(self) -> Iterable[object]:
        from functions.api.http.idempotency import IdempotencyStore

        return [IdempotencyStore(self.directory, self.vault)]

    def call_limits(self) -> Iterable[object]:
        from functions.api.http.call_limits import CallLimits
        from shared.store.accounts.call_buckets import CallBuckets

        return [CallLimits(CallBuckets(self.database.impatient()), self.settings.call_limit_factor)]

    def notices(self) -> Iterable[object]:
        from shared.store.numbers.notices import Notices

        return [Notices(self.directory)]

    def of_bots(self) -> Iterable[object]:
        from functions.api.bots.parts import BotParts
        from shared.store.bots.bots import Bots

        return [BotParts(self.accounts, Bots(self.directory))]

    def of_campaigns(self) -> Iterable[object]:
        from functions.api.campaigns.parts import CampaignParts
        from functions.api.campaigns.schedules import Schedules, ScheduleTarget
        from shared.services.audience_segments import AudienceSegments
        from shared.store.campaigns.lanes import Lanes
        from shared.store.campaigns.sends import Sends
        from shared.store.segments.segments import Segments

        settings = self.settings
        target = ScheduleTarget(
            group=settings.schedule_group, queue_arn=settings.start_queue_arn, role_arn=settings.schedule_role_arn
        )
        return [
            CampaignParts(
                directory=self.directory,
                accounts=self.accounts,
                campaigns=self.campaigns,
                contacts=self.contacts,
                fields=self.fields,
                templates=self.templates,
                sends=Sends(self.database),
                lanes=Lanes(self.database),
                schedules=Schedules(self.aws.scheduler, target),
                graph=self.graph,
                access=self.access,
                media=self.media,
                segments=AudienceSegments(Segments(self.directory), self.fields, self.accounts, self.campaigns),
                leases=self.leases,
                start_queue=self.queue(settings.start_queue_url),
                dry_run_queue=self.queue(settings.dry_run_queue_url),
                lane_queue=self.queue(settings.lane_queue_url),
            )
        ]

    def of_events(self) -> Iterable[object]:
        from functions.api.events.parts import EndpointParts, FeedParts
        from shared.store.webhooks.backlog import WebhookBacklog
        from shared.store.webhooks.deliveries import WebhookDeliveries
        from shared.store.webhooks.endpoints import WebhookEndpoints
        from shared.store.webhooks.event_feed import EventFeed
        from shared.store.webhooks.slow_hosts import SlowHosts

        endpoints = EndpointParts(
            endpoints=WebhookEndpoints(self.directory),
            deliveries=WebhookDeliveries(self.database),
            backlog=WebhookBacklog(self.database),
            hosts=SlowHosts(self.database),
            vault=self.vault,
            webhook_queue=self.queue(self.settings.webhook_queue_url),
            leases=self.leases,
            private_webhooks=self.settings.private_webhooks,
        )
        return [FeedParts(EventFeed(self.database), self.conversations, self.leases), endpoints]

    def of_media(self) -> Iterable[object]:
        from functions.api.media.parts import MediaParts

        return [MediaParts(self.media, self.conversations)]

    def of_numbers(self) -> Iterable[object]:
        from functions.api.numbers.claiming import Claims
        from functions.api.numbers.connect import Connector
        from functions.api.numbers.logic.requests import SignupSettings
        from functions.api.numbers.onboarding import Onboarder
        from functions.api.numbers.parts import NumberParts
        from functions.api.numbers.registration import Registrations
        from functions.api.numbers.steps import StepParts, Steps
        from functions.api.numbers.trial_message import TrialMessages
        from shared.clock import epoch_ms
        from shared.store.numbers.onboardings import Onboardings
        from shared.store.numbers.token_watches import TokenWatches

        settings, graph, onboardings = self.settings, self.brief_graph, Onboardings(self.directory)
        steps = Steps(
            StepParts(
                graph=graph,
                accounts=self.accounts,
                templates=self.templates,
                vault=self.vault,
                claims=Claims(self.accounts, self._cell()),
                registrations=Registrations(graph, self.directory, self.vault),
                trial=TrialMessages(self.contacts, self.conversations, self.sender),
                watches=TokenWatches(self.directory),
            )
        )
        onboarder = Onboarder(onboardings, steps, epoch_ms)
        signup = SignupSettings(
            settings.meta_app_id, settings.meta_configuration_id, settings.meta_sdk_url, settings.graph_version
        )
        return [
            NumberParts(
                accounts=self.accounts,
                secrets=self.secrets,
                connector=Connector(onboarder, self.accounts),
                onboarder=onboarder,
                onboardings=onboardings,
                signup=signup,
            )
        ]

    def of_connected_accounts(self) -> Iterable[object]:
        from functions.api.numbers.account_actions import ConnectedParts
        from functions.api.numbers.claiming import Claims
        from shared.store.campaigns.lanes import Lanes
        from shared.store.numbers.onboardings import Onboardings
        from shared.store.numbers.token_watches import TokenWatches

        return [
            ConnectedParts(
                accounts=self.accounts,
                directory=self.directory,
                campaigns=self.campaigns,
                lanes=Lanes(self.database),
                graph=self.brief_graph,
                access=self.access,
                claims=Claims(self.accounts, self._cell()),
                watches=TokenWatches(self.directory),
                onboardings=Onboardings(self.directory),
            )
        ]

    def _cell(self) -> "Cell | None":
        if not self.settings.control_url:
            return None
        from functions.api.numbers.cell import Cell
        from shared.clients.webhook_sender import WebhookSender

        # Not a tenant's address but one that the stack was deployed with.
        send = WebhookSender(allow_private=True).send
        forwards = self.queue(self.settings.forward_queue_url)
        return Cell(self.settings.callback_url, self.settings.control_url, send, forwards)

    def of_templates(self) -> Iterable[object]:
        from functions.api.templates.parts import PreviewParts, SampleParts, TemplateParts
        from shared.clients.sample_uploads import SampleUploads
        from shared.store.templates.drafts import TemplateDrafts

        return [
            TemplateParts(
                self.accounts,
                self.templates,
                TemplateDrafts(self.directory),
                self.campaigns,
                self.graph,
                self.access,
            ),
            PreviewParts(self.templates, self.contacts, self.fields),
            SampleParts(self.accounts, self.access, self.media, SampleUploads(self.client, self.settings.meta_app_id)),
        ]

    def of_the_inbox(self) -> Iterable[object]:
        from functions.api.inbox.parts import ConversationParts, DeskParts
        from functions.api.inbox.sending.parts import DraftParts
        from shared.store.conversations.agents import Agents

        accounts, contacts, conversations = self.accounts, self.contacts, self.conversations
        return [
            ConversationParts(
                accounts=accounts,
                contacts=contacts,
                conversations=conversations,
                drafts=DraftParts(accounts, contacts, self.fields, self.templates, conversations, self.media),
                sender=self.sender,
                signals=self.signals,
            ),
            DeskParts(accounts, Agents(self.database), conversations, self.inbox, self.signals),
        ]

    def of_lookups(self) -> Iterable[object]:
        from functions.api.inbox.lookup_parts import CannedReplyParts, SearchParts, TimelineParts
        from shared.store.campaigns.lanes import Lanes
        from shared.store.campaigns.sends import Sends

        accounts, contacts, conversations = self.accounts, self.contacts, self.conversations
        return [
            CannedReplyParts(self.fields, contacts, self.inbox),
            SearchParts(accounts, contacts, self.fields, conversations, self.inbox),
            TimelineParts(
                accounts=accounts,
                campaigns=self.campaigns,
                contacts=contacts,
                conversations=conversations,
                templates=self.templates,
                lanes=Lanes(self.database),
                sends=Sends(self.database),
            ),
        ]

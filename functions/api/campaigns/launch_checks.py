"""What is looked at once more before a campaign is launched, at Meta and in the latest dry run."""

from dataclasses import dataclass

from functions.api.campaigns.allowances import allowance_of
from functions.api.campaigns.dry_runs import DryRuns
from functions.api.campaigns.media_checks import LookAtLinks, media_of, media_problems
from functions.api.campaigns.parts import CampaignParts
from functions.api.numbers.facts import Facts, bring_up_to_date, look_up
from functions.api.templates.sync import refresh_template
from shared.clients.link_probe import look_at_links
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.outlook import limit_words
from shared.domain.numbers.number import Number, Waba
from shared.domain.templates.compiler import CompileError, SendPlan
from shared.errors import Conflict, NotFound
from shared.failures import failure
from shared.ids import CampaignId, PhoneNumberId, TenantId
from shared.observability import count, logger

_ABOUT_TO_SEND = frozenset({State.DRAFT, State.PAUSED})


def refresh_number(
    parts: CampaignParts, tenant_id: TenantId, phone_number_id: PhoneNumberId, now: EpochMs
) -> tuple[Number, Waba]:
    """The number and its account with what Meta says of them now, or with what is stored when Meta cannot be asked."""
    number = parts.accounts.number(tenant_id, phone_number_id)
    waba = parts.accounts.waba(tenant_id, number.waba_id)
    try:
        facts = look_up(parts.graph, parts.access.of_account(tenant_id, waba, now), phone_number_id)
    except Exception as error:  # nobody waits for these facts, and the launch says itself what it cannot do without
        logger.warning("number facts not read", extra={"phone_number_id": phone_number_id, **failure(error)})
        count("NumberFactsStale")
        facts = Facts()
    return bring_up_to_date(parts.accounts, tenant_id, number, facts, now)


def refresh_template_of(parts: CampaignParts, tenant_id: TenantId, campaign_id: CampaignId, now: EpochMs) -> None:
    """Ask Meta for the template that a campaign is about to use: an event of it may have been missed. What Meta cannot
    tell just now stays as it is stored. Raises NotFound."""
    campaign = parts.campaigns.get(tenant_id, campaign_id)
    if campaign.state not in _ABOUT_TO_SEND:
        return
    template = parts.templates.get(tenant_id, campaign.template_id)
    try:
        access = parts.access.of_account(tenant_id, parts.accounts.waba(tenant_id, template.waba_id), now)
        refresh_template(parts.graph, parts.templates, access, tenant_id, template, now)
    except Exception as error:  # as with the number's facts: what is stored is what webhooks told
        logger.warning("template not read", extra={"template_id": template.template_id, **failure(error)})
        count("TemplateFactsStale")


@dataclass(frozen=True, slots=True)
class LaunchChecks:
    """`beyond_limit`: the caller knows that the audience is larger than the messaging limit, and wants to begin."""

    parts: CampaignParts
    dry_runs: DryRuns
    tenant_id: TenantId
    now: EpochMs
    beyond_limit: bool
    look_at_links: LookAtLinks = look_at_links

    def __call__(self, campaign: Campaign, plan: SendPlan) -> None:
        """Raises CompileError for media that Meta could not send, RetryableError when Meta cannot be asked about them,
        and Conflict when fewer people may be written to than the latest dry run counts."""
        _, waba = refresh_number(self.parts, self.tenant_id, campaign.phone_number_id, self.now)
        self._check_media(campaign, plan, waba)
        if not self.beyond_limit:
            self._check_limit(campaign, waba)

    def _check_media(self, campaign: Campaign, plan: SendPlan, waba: Waba) -> None:
        if not media_of(plan):
            return
        access = self.parts.access.of_account(self.tenant_id, waba, self.now)
        problems = media_problems(self.parts.graph, access, campaign.phone_number_id, plan, self.look_at_links)
        if problems:
            raise CompileError(problems)

    def _check_limit(self, campaign: Campaign, waba: Waba) -> None:
        try:
            tried = self.dry_runs.latest(self.tenant_id, campaign.campaign_id)
        except NotFound:
            return
        allowance = allowance_of(self.parts.campaigns, self.parts.sends, self.tenant_id, waba, self.now)
        beyond = allowance.beyond(tried.sendable)
        if tried.complete and beyond:
            raise Conflict(
                f"{limit_words(beyond, allowance)}; or launch with accept_messaging_limit",
                field="accept_messaging_limit",
                code="beyond_messaging_limit",
            )

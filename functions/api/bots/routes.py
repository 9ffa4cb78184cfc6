"""Keyword bots."""

from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.bots.models import BotIn, BotOut, BotsOut, BotUpdate
from functions.api.bots.parts import BotParts
from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.revisions import revised
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from shared.clock import EpochMs
from shared.domain.accounts.account import Scope
from shared.domain.bots.bot import Bot, Rule, folded
from shared.errors import NotFound
from shared.ids import PhoneNumberId

router = new_router()
deps = parts_for(router, BotParts)
BotId = Annotated[str, Path(pattern=ULID, description="id of the bot")]


def _bot(body: BotIn, bot_id: str, created_at: EpochMs) -> Bot:
    if body.phone_number_id is not None:
        try:
            deps().accounts.number(caller(router).tenant_id, body.phone_number_id)
        except NotFound as exc:
            raise NotFound("there is no such number", field="phone_number_id") from exc
    rules = tuple(Rule(rule.match, tuple(rule.keywords), rule.reply) for rule in body.rules)
    return Bot(bot_id, body.name, body.phone_number_id or PhoneNumberId(""), body.enabled, rules, created_at)


@router.get("/v1/bots", **secured(Scope.READ, "bots", "list_bots", summary="Bots, in the order they are asked"))
def list_bots(limit: Limit = 50, cursor: CursorText = None) -> BotsOut:
    """The first bot whose rule matches a message answers it."""
    page = deps().bots.page(caller(router).tenant_id, limit, cursor)
    return BotsOut(items=[BotOut.of(bot) for bot in page.items], next_cursor=page.cursor)


@router.post("/v1/bots", **effect(Scope.SETTINGS, "bots", "create_bot", summary="Make a bot", status=201))
def post_bot(body: BotIn) -> BotOut:
    """It answers from the next message on, unless `enabled` is false."""
    request = operation(router)
    bot = _bot(body, request.operation_id, request.at)
    deps().bots.put(caller(router).tenant_id, bot)
    return BotOut.of(bot)


@router.get("/v1/bots/<bot_id>", **secured(Scope.READ, "bots", "get_bot", summary="A bot"))
def get_bot(bot_id: BotId) -> BotOut:
    """With its rules, in the order in which they are tried."""
    return BotOut.of(deps().bots.get(caller(router).tenant_id, bot_id))


@router.put("/v1/bots/<bot_id>", **secured(Scope.SETTINGS, "bots", "replace_bot", summary="Replace a bot"))
def put_bot(bot_id: BotId, body: BotUpdate) -> BotOut:
    """Its rules and all else are as in the body afterwards; what is left out has its default."""
    tenant_id, bots = caller(router).tenant_id, deps().bots
    bot = folded(_bot(body, bot_id, bots.get(tenant_id, bot_id).created_at))

    def changed(found: Bot) -> Bot:
        return revised(found, replace(bot, revision=found.revision), body.revision)

    return BotOut.of(bots.change(tenant_id, bot_id, changed))


@router.delete("/v1/bots/<bot_id>", **secured(Scope.SETTINGS, "bots", "delete_bot", summary="Remove a bot", status=204))
def delete_bot(bot_id: BotId) -> None:
    """It answers nothing from then on. Bots cannot be brought back; make another one."""
    tenant_id, bots = caller(router).tenant_id, deps().bots
    bots.get(tenant_id, bot_id)
    bots.delete(tenant_id, bot_id)

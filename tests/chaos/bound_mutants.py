"""Mistakes in what bounds webhooks: room for what waits for a dead endpoint, and the places of a slow host."""

from tests.chaos.mutant import Mutant, one

BACKLOG = "shared/store/webhooks/backlog.py"
HOSTS = "shared/store/webhooks/slow_hosts.py"
SHARES = "shared/domain/webhooks/slow_host.py"
ROOM = "functions/api/events/room.py"
GATE = "functions/api/events/host_gate.py"
COURIER = "functions/api/events/courier.py"
WAITING = ("tests/integration/api/test_webhook_backlog.py",)
SLOW = ("tests/integration/api/test_slow_hosts.py",)

MUTANTS = (
    one("room taken where there is none", BACKLOG, "OR n < :most", "OR n < :most OR n >= :most", tests=WAITING),
    one("room for one more than may wait", BACKLOG, "OR n < :most", "OR n <= :most", tests=WAITING),
    one("room that nobody had given back", BACKLOG, '"n > :none"', '"n > :none OR n <= :none"', tests=WAITING),
    one(
        "room taken once for each try", ROOM, "if message.test or message.has_place:", "if message.test:", tests=WAITING
    ),
    one(
        "room given back by who never had any",
        ROOM,
        "        if message.has_place:\n",
        "        if True:\n",
        "what never waited began to wait at no moment, and in its window nothing is counted",
        tests=WAITING,
    ),
    one(
        "room of what has arrived kept",
        COURIER,
        "        if not kept:\n            self.room.leave(message)\n",
        "",
        tests=WAITING,
    ),
    Mutant(
        "room given back before the end is in the log",
        COURIER,
        (
            (
                "        self._log(message, outcome, kept.due_at if kept else EpochMs(0))\n",
                "        if not kept:\n            self.room.leave(message)\n"
                "        self._log(message, outcome, kept.due_at if kept else EpochMs(0))\n",
            ),
            (
                "trial=trial)\n        if not kept:\n            self.room.leave(message)\n",
                "trial=trial)\n",
            ),
        ),
        tests=WAITING,
    ),
    one("a tenant never told of what was given up", ROOM, "if found.announced or (", "if True or (", tests=WAITING),
    one("a tenant told of each that was given up", ROOM, "if found.announced or (", "if False and (", tests=WAITING),
    one(
        "a place taken although somebody has it",
        HOSTS,
        "OR #until <= :now",
        "OR #until <= :now OR #until > :now",
        tests=SLOW,
    ),
    one(
        "a place given back by who lost it",
        HOSTS,
        '"#token = :token"',
        '"#token = :token OR #token <> :token"',
        tests=SLOW,
    ),
    one(
        "a place for ever for who died",
        HOSTS,
        "until = EpochMs(now + PLACE_MS)",
        "until = EpochMs(now * 2)",
        tests=SLOW,
    ),
    one("a slow host like any other", GATE, "if not state.slow_until:", "if True:", tests=SLOW),
    one("a place for everybody", GATE, "            yield False\n", "            yield True\n", tests=SLOW),
    one("all places for one tenant", SHARES, "return drawn[:PLACES_OF_A_TENANT]", "return drawn", tests=SLOW),
    one(
        "a place kept by who has been",
        GATE,
        "        finally:\n            self._leave(host, place, token)\n",
        "        finally:\n            pass\n",
        tests=SLOW,
    ),
    one("a host known to be slow only when it has answered", GATE, "        watch.start()\n", "", tests=SLOW),
    one(
        "a host slow for ever",
        HOSTS,
        "            if until <= now:\n                continue\n",
        "",
        tests=SLOW,
    ),
)

"""AWS list price of a million campaign messages, from counted requests; the arithmetic is printed.

Prices: us-east-1, list, no free tier, as of 2026-11 (HTTP API $1.00, Lambda requests $0.20, SQS $0.40, DynamoDB
$0.625 WRU and $0.125 RRU, each per million; Lambda arm64 $0.0000133334 per GB-s).
"""

from tests.bench.parts import folding, receive

POSTS = 2.53
"""Webhooks per message when each brings one status: sent, delivered for 93 %, read for 60 %."""
SQS_CALL_SECONDS = 3e-3
"""Assumed for the one SQS call of a POST; everything else here is counted or measured."""
WRU = 0.9
"""The budget that tests/integration/campaign_dispatch/test_write_cost.py holds the measured figure to."""
RRU = 0.5 + 2 * 3 / 72 + 0.25 + 0.5
"""Per message: blocks and opt-outs while sending, the consumers' look-ups, the reports, whose user id is known."""
FIRST_WRU = 1.0
"""For a person who gets their first message: their user id is kept."""
BUDGET = 6.20


def main() -> None:
    million = 1_000_000
    fold_s, receive_s = folding(), receive() + SQS_CALL_SECONDS
    gb_s = 0.0000133334
    lines = (
        ("HTTP API", f"{POSTS} POSTs x $1.00/M", POSTS * 1.00),
        ("webhook Lambda, requests", f"{POSTS} x $0.20/M", POSTS * 0.20),
        (
            "webhook Lambda, time",
            f"{POSTS} M x {receive_s * 1e3:.1f} ms x 0.5 GB",
            POSTS * million * receive_s * 0.5 * gb_s,
        ),
        ("status queue", f"{POSTS} x (1 send + 0.2 receive and delete) x $0.40/M", POSTS * 1.2 * 0.40),
        (
            "status consumer",
            f"{POSTS} M x {fold_s * 1e6:.0f} µs x 3 x 0.5 GB",
            POSTS * million * fold_s * 3 * 0.5 * gb_s,
        ),
        ("DynamoDB writes", f"{WRU} WRU x $0.625/M", WRU * 0.625),
        ("DynamoDB reads", f"{RRU:.2f} RRU x $0.125/M", RRU * 0.125),
        ("lane", "1 M / 72 s x 0.5 GB", million / 72 * 0.5 * gb_s),
    )
    for name, arithmetic, dollars in lines:
        print(f"{name:26} {arithmetic:52} ${dollars:6.3f}")
    total = sum(dollars for _, _, dollars in lines)
    print(f"{'per million messages':26} {f'budget ${BUDGET:.2f}':52} ${total:6.3f}")
    first = total + FIRST_WRU * 0.625
    print(f"{'when all are first ones':26} {f'and {FIRST_WRU} WRU x $0.625/M':52} ${first:6.3f}")

"""What counts together, and how much of it there may be."""

from shared.domain.accounts.attempts import ATTEMPT_LIMITS, Attempt, account_key, network_key


def test_an_account_is_counted_however_its_address_is_written() -> None:
    assert account_key(" Ana@Example.com ") == account_key("ana@example.com") != account_key("rui@example.com")
    assert "ana" not in account_key("ana@example.com")


def test_one_subscriber_is_counted_together() -> None:
    assert network_key("2001:db8:1:2::1") == network_key("2001:db8:1:2:ffff::9") != network_key("2001:db8:1:3::1")
    assert network_key("192.0.2.1") != network_key("192.0.2.2")
    assert network_key("") == network_key("unknown")


def test_codes_of_six_digits_are_not_guessed_in_a_year() -> None:
    limit = ATTEMPT_LIMITS[Attempt.CODE]
    tries_in_a_day = limit.of_account * 24 * 60 / limit.minutes
    # Three codes are good at a time, for clocks that go wrong (RFC 6238, 5.2).
    assert 365 * tries_in_a_day * 3 / 10**6 < 1
    assert set(ATTEMPT_LIMITS) == set(Attempt)


def test_a_bucket_flows_in_within_its_time() -> None:
    limit = ATTEMPT_LIMITS[Attempt.MAIL]
    network, account = limit.quotas(1)
    assert account.call_us * account.calls == limit.minutes * 60_000_000
    assert network.calls == limit.of_network
    assert limit.quotas(1000)[1].calls == 1000 * limit.of_account

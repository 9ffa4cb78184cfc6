import pytest

from functions.webhook_ingest.media.hosts import is_allowed

HOSTS = ("lookaside.fbsbx.com", "*.fbcdn.net", "*.whatsapp.net", "graph.facebook.com")
API = "https://graph.facebook.com"
LOCAL = "http://127.0.0.1:4000"


@pytest.mark.parametrize(
    "url",
    [
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=a-b_c",
        "https://LOOKASIDE.fbsbx.com/x",
        "https://lookaside.fbsbx.com:443/x",
        "https://scontent-eze1-1.xx.fbcdn.net/v/t62.bin?a=b",
        "https://mmg.whatsapp.net/x",
        "https://graph.facebook.com/v26.0/1",
        "https://lookaside.fbsbx.com?x=1",
    ],
)
def test_metas_hosts_get_the_token(url: str) -> None:
    assert is_allowed(url, HOSTS, API)


@pytest.mark.parametrize(
    "url",
    [
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://evil-fbcdn.net/x",
        "https://fbcdn.net/x",
        "https://evil.example/?https://lookaside.fbsbx.com/",
        "https://lookaside.fbsbx.com@evil.example/x",
        "https://evil.example\\@lookaside.fbsbx.com/x",
        "https://evil.example#@lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://lookaside.fbsbx.com/a\\b",
        "https://lookaside.fbsbx.com/a b",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "//lookaside.fbsbx.com/x",
        " https://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com/x\n",
        "",
    ],
)
def test_nobody_else_does(url: str) -> None:
    assert not is_allowed(url, HOSTS, API)


def test_the_api_itself_may_be_anywhere() -> None:
    assert is_allowed("http://127.0.0.1:4000/_media/1", HOSTS, LOCAL)
    assert not is_allowed("http://127.0.0.1:4001/_media/1", HOSTS, LOCAL)
    assert not is_allowed("https://127.0.0.1:4000/_media/1", HOSTS, LOCAL)
    assert not is_allowed("http://127.0.0.1:4000@evil.example/", HOSTS, LOCAL)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.media import mime_names
from shared.domain.media.media_types import (
    OPAQUE,
    SENDABLE,
    MediaKind,
    checked_type,
    extension_of,
    refusal_to_send,
    shown_inline,
    wire_type,
)
from shared.domain.media.mime_names import base_type
from shared.domain.media.sniffing import is_animated_webp, is_voice_note, sniff

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
JPEG = b"\xff\xd8\xff\xe0" + bytes(16)
GIF = b"GIF89a" + bytes(10)
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L" + bytes(16)
ANIMATED = b"RIFF\x1a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02" + bytes(16)
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(16)
M4A = b"\x00\x00\x00\x18ftypM4A " + bytes(16)
GP3 = b"\x00\x00\x00\x18ftyp3gp4" + bytes(16)
OPUS = b"OggS" + bytes(24) + b"OpusHead\x01\x01" + bytes(16)
STEREO = b"OggS" + bytes(24) + b"OpusHead\x01\x02" + bytes(16)
VORBIS = b"OggS" + bytes(24) + b"\x01vorbis" + bytes(16)
MP3, ADTS, AMR = b"\xff\xfb\x90\x64" + bytes(16), b"\xff\xf1\x50\x80" + bytes(16), b"#!AMR\n" + bytes(16)
FREE, WIDE = b"\x00\x00\x00\x10free" + bytes(8), b"\x00\x00\x00\x08wide"
PDF, ZIP, OLE = b"%PDF-1.7\n", b"PK\x03\x04" + bytes(16), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
XML = b'\xef\xbb\xbf<?xml version="1.0"?><svg/>'
HTML = b"\n <!DOCTYPE html><script>alert(1)</script>"
SCRIPT, EXE, ELF = b"#!/bin/sh\n", b"MZ\x90\x00", b"\x7fELF\x02"
ACTIVE = (SVG, XML, HTML, SCRIPT, EXE, ELF)


@pytest.mark.parametrize(
    ("head", "mime_type"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (GIF, "image/gif"),
        (WEBP, "image/webp"),
        (MP4, "video/mp4"),
        (M4A, "audio/mp4"),
        (GP3, "video/3gpp"),
        (OPUS, "audio/ogg"),
        (MP3, "audio/mpeg"),
        (b"ID3\x04", "audio/mpeg"),
        (ADTS, "audio/aac"),
        (AMR, "audio/amr"),
        (PDF, "application/pdf"),
        (b"hello", ""),
        (b"", ""),
        (b"\xff", ""),
        (b"\xff\xfeh\x00i\x00", ""),
        (b"a < b", ""),
        (b"< b", ""),
        (FREE + MP4, "video/mp4"),
        (FREE + WIDE + M4A, "audio/mp4"),
        (b"\x00\x00\x40\x00free" + bytes(4088), "video/mp4"),
        (b"\x00\x00\x00\x01skip" + (24).to_bytes(8, "big") + bytes(8) + GP3, "video/3gpp"),
        (WIDE + b"\x00\x10\x00\x00mdat" + bytes(16), "video/quicktime"),
        (b"\x00\x00\x02\x00moov" + bytes(16), "video/quicktime"),
        (b"The free ftyp", ""),
        (b"See moov!", ""),
        (b"\x00\x00\x00\x07freeftyp" + bytes(16), ""),
        (b"\xef\xbb\xbf" + PDF, "application/pdf"),
        (b"\r\n" + PDF, "application/pdf"),
        (b"x" * 1024 + PDF, "application/pdf"),
        (b"x" * 1025 + PDF, ""),
        (b"PK\x07\x08PK\x03\x04", "application/zip"),
    ],
)
def test_the_first_bytes_give_a_file_away(head: bytes, mime_type: str) -> None:
    assert sniff(head) == mime_type


@pytest.mark.parametrize(
    ("kind", "declared", "head", "kept"),
    [
        ("image", "image/jpeg", JPEG, "image/jpeg"),
        ("image", "image/jpeg", PNG, "image/png"),
        ("sticker", "image/webp", WEBP, "image/webp"),
        ("audio", "audio/ogg; codecs=opus", OPUS, "audio/ogg"),
        ("audio", "audio/mp4", MP4, "audio/mp4"),
        ("video", "video/mp4", GP3, "video/mp4"),
        ("video", "video/mp4", GIF, None),
        ("image", "image/jpeg", b"who knows", OPAQUE),
        ("image", "image/jpeg", PDF, None),
        ("image", "image/jpeg", ZIP, None),
        ("document", "application/pdf", PDF, "application/pdf"),
        ("document", "application/pdf", b"who knows", OPAQUE),
        ("document", "application/pdf", PNG, "image/png"),
        ("document", DOCX, ZIP, DOCX),
        ("document", "application/java-archive", ZIP, "application/zip"),
        ("document", "application/msword", OLE, "application/msword"),
        ("document", "text/plain", b"hola", "text/plain"),
        ("document", "text/plain", HTML, OPAQUE),
        ("document", "text/html", HTML, OPAQUE),
        ("document", "image/svg+xml", SVG, OPAQUE),
        ("document", "application/vnd.android.package-archive", EXE, OPAQUE),
        ("document", "application/javascript", b"alert(1)", OPAQUE),
        ("document", "application/pdf", HTML, None),
        ("document", "application/msword", EXE, None),
        ("document", "", b"\x00\x01", OPAQUE),
        ("document", "application/pdf", b"HTTP/1.1 200 OK\r\n\r\n" + PDF, "application/pdf"),
        ("document", "application/pdf", b"MZ\x00" + PDF, "application/pdf"),
        ("document", "application/pdf", HTML + PDF, None),
        ("document", "application/x-pdf", PDF, "application/pdf"),
        ("document", "text/plain", b"MZ is where a program begins", "text/plain"),
        ("document", "text/csv", b"ID3;name\n1;Ana", "text/csv"),
        ("document", "text/plain", b"hola\x00", OPAQUE),
        ("document", DOCX, OLE, DOCX),
        ("document", "application/msword", b"{\\rtf1\\ansi hola}", "application/msword"),
        ("video", "video/mp4", FREE + MP4, "video/mp4"),
        ("audio", "audio/aac", b"ID3\x04\x00\x00\x00\x00\x00\x02xx" + ADTS, "audio/aac"),
        ("audio", "audio/mpeg", bytes(40) + MP3, "audio/mpeg"),
        ("audio", "audio/x-m4a", M4A, "audio/mp4"),
        ("audio", "audio/opus", OPUS, "audio/ogg"),
    ],
)
def test_what_is_kept_is_named_by_its_bytes(kind: MediaKind, declared: str, head: bytes, kept: str | None) -> None:
    assert checked_type(kind, declared, head) == kept


@pytest.mark.parametrize("head", ACTIVE)
@pytest.mark.parametrize("kind", ["image", "video", "audio", "sticker"])
def test_a_page_or_program_is_no_picture_sound_or_video(kind: MediaKind, head: bytes) -> None:
    assert checked_type(kind, "image/jpeg", head) is None


KINDS: list[MediaKind] = ["image", "video", "audio", "document", "sticker"]
SHOWABLE = (PNG, JPEG, GIF, WEBP, MP4, M4A, GP3, OPUS, MP3, ADTS, AMR)
SOME_TYPE = st.sampled_from([*SENDABLE, "image/svg+xml", "text/html", "audio/3gpp", "x/y", ""])


@given(st.sampled_from(KINDS), SOME_TYPE, st.sampled_from((*SHOWABLE, *ACTIVE, PDF, ZIP, OLE, b"")), st.binary())
def test_only_bytes_of_pictures_sound_and_video_are_shown(
    kind: MediaKind, declared: str, beginning: bytes, rest: bytes
) -> None:
    kept = checked_type(kind, declared, beginning + rest)
    if kept is not None and shown_inline(kept):
        assert beginning in SHOWABLE or sniff(rest) == kept


@given(st.binary(max_size=64), st.sampled_from(["image/svg+xml", "text/html", "text/xml", "application/javascript"]))
def test_a_declared_page_is_never_kept_as_one(head: bytes, declared: str) -> None:
    assert checked_type("document", declared, head) != declared
    assert checked_type("image", declared, head) != declared


@pytest.mark.parametrize(
    ("mime_type", "head"),
    [
        ("image/jpeg", JPEG),
        ("image/png", PNG),
        ("video/mp4", MP4),
        ("video/3gpp", GP3),
        ("audio/mp4", M4A),
        ("audio/aac", ADTS),
        ("audio/amr", AMR),
        ("audio/mpeg", MP3),
        ("audio/ogg", OPUS),
        ("application/pdf", PDF),
        ("text/plain", b"hola"),
        ("application/msword", OLE),
        (DOCX, ZIP),
        (DOCX, OLE),
        ("video/mp4", FREE + MP4),
        ("video/mp4", WIDE + FREE + MP4),
        ("application/pdf", b"\xef\xbb\xbf\n" + PDF),
        ("application/pdf", b"#!/usr/bin/x\n" + PDF),
        ("audio/mpeg", b"ID3\x03\x00\x00\x00\x00\x00\x02xx" + MP3),
        ("audio/mpeg", b"ID3\x03\x00\x00\x00\x00\x7f\x7f"),
        ("audio/mpeg", bytes(9) + MP3),
        ("audio/aac", b"ID3\x04\x00\x00\x00\x00\x00\x02xx" + ADTS),
        ("application/msword", b"{\\rtf1 hola}"),
    ],
)
def test_files_that_whatsapp_takes_up_to_their_limit(mime_type: str, head: bytes) -> None:
    limit = SENDABLE[mime_type].most_bytes
    assert refusal_to_send(mime_type, limit, head) == ""
    assert str(limit) in refusal_to_send(mime_type, limit + 1, head)
    assert refusal_to_send(mime_type, 0, b"") == "the file is empty"
    if mime_type != "text/plain":
        assert "whatever its name says" in refusal_to_send(mime_type, 9, SVG)


@pytest.mark.parametrize(
    "head",
    [
        *(
            b"hola",
            b"MZ is a sign",
            b"ID3 tags",
            b"GIF89a is a format",
            b"%PDF- begins a PDF",
            b"RIFF or WEBP",
            b"PKZIP",
        ),
        *(b"#!/bin/sh\n", b"<Ana>, hello", SVG, b"OggS", "año".encode(), "año".encode("latin-1"), b"\xef\xbb\xbfhi"),
        *("año".encode("utf-16"), b"\x1b[1mbold\x1b[0m\t\x0c\r\n", "я".encode("cp1251")),
    ],
)
def test_a_text_may_begin_like_anything(head: bytes) -> None:
    assert refusal_to_send("text/plain", 9, head) == ""


@pytest.mark.parametrize("head", [PNG, JPEG, ZIP, OLE, EXE, ELF, MP4, OPUS, b"hello\x00", b"\xff\xfea\xd8", AMR])
def test_what_has_control_characters_is_no_text(head: bytes) -> None:
    assert "whatever its name says" in refusal_to_send("text/plain", 9, head)


@pytest.mark.parametrize(
    ("declared", "mime_type"),
    [
        ("audio/opus", "audio/ogg"),
        ("audio/ogg; codecs=opus", "audio/ogg"),
        ("Audio/MP3", "audio/mpeg"),
        ("audio/x-m4a", "audio/mp4"),
        ("audio/x-aac", "audio/aac"),
        ("image/jpg", "image/jpeg"),
        ("image/pjpeg; q=1", "image/jpeg"),
        ("image/x-png", "image/png"),
        ("video/x-m4v", "video/mp4"),
        ("video/3gp", "video/3gpp"),
        ("application/x-pdf", "application/pdf"),
        ("application/vnd.ms-word", "application/msword"),
        ("application/x-zip-compressed", "application/zip"),
        ("x/y", "x/y"),
        ("", ""),
    ],
)
def test_a_type_goes_by_several_names(declared: str, mime_type: str) -> None:
    assert base_type(declared) == mime_type


def test_every_alias_leads_to_a_type_that_is_known_and_is_none_itself() -> None:
    for alias, mime_type in mime_names._ALIASES.items():
        assert base_type(mime_type) == mime_type != alias
        assert extension_of(mime_type) != "bin"


def test_stickers_have_two_limits() -> None:
    assert refusal_to_send("image/webp", 100 * 1024, WEBP) == ""
    assert refusal_to_send("image/webp", 100 * 1024 + 1, WEBP)
    assert is_animated_webp(ANIMATED)
    assert refusal_to_send("image/webp", 500 * 1024, ANIMATED) == ""
    assert refusal_to_send("image/webp", 500 * 1024 + 1, ANIMATED)


def test_voice_notes_are_opus_with_one_channel() -> None:
    assert is_voice_note("audio/ogg", OPUS)
    assert not is_voice_note("audio/ogg", STEREO)
    assert not is_voice_note("audio/mpeg", OPUS)
    assert refusal_to_send("audio/ogg", 9, STEREO) == ""
    assert "Opus" in refusal_to_send("audio/ogg", 9, VORBIS)


def test_types_that_whatsapp_does_not_take() -> None:
    assert refusal_to_send("image/gif", 9, GIF)
    assert refusal_to_send("image/svg+xml", 9, SVG)


def test_meta_is_told_the_codec_of_a_voice_note() -> None:
    assert [wire_type(name) for name in ("audio/ogg", "audio/mpeg")] == ["audio/ogg; codecs=opus", "audio/mpeg"]


def test_names_end_as_their_type_does() -> None:
    assert (extension_of("image/jpeg"), extension_of("audio/ogg"), extension_of(OPAQUE)) == ("jpg", "ogg", "bin")

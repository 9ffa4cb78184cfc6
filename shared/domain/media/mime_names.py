"""The names of media types: one for each, whatever a program or a phone calls it."""

from collections.abc import Mapping

_ALIASES: Mapping[str, str] = {
    **dict.fromkeys(("image/jpg", "image/pjpeg", "image/x-jpeg", "image/x-jpg", "image/jfif"), "image/jpeg"),
    **dict.fromkeys(("image/x-png", "image/x-citrix-png"), "image/png"),
    **dict.fromkeys(("video/x-m4v", "video/m4v", "video/x-mp4", "application/mp4"), "video/mp4"),
    **dict.fromkeys(("video/3gp", "video/x-3gp", "video/x-3gpp", "video/3gpp2"), "video/3gpp"),
    **dict.fromkeys(("audio/aacp", "audio/x-aac", "audio/x-hx-aac-adts", "audio/vnd.dlna.adts"), "audio/aac"),
    **dict.fromkeys(("audio/amr-nb", "audio/amr-wb", "audio/x-amr", "audio/amr-wb+"), "audio/amr"),
    **dict.fromkeys(("audio/mp3", "audio/x-mp3", "audio/mpg", "audio/x-mpeg", "audio/x-mpg"), "audio/mpeg"),
    **dict.fromkeys(("audio/mpeg3", "audio/x-mpeg3", "audio/x-mpeg-3"), "audio/mpeg"),
    **dict.fromkeys(("audio/x-m4a", "audio/m4a", "audio/x-mp4", "audio/mp4a-latm", "audio/m4b"), "audio/mp4"),
    **dict.fromkeys(("audio/opus", "audio/x-opus", "audio/x-opus+ogg", "audio/x-ogg", "application/ogg"), "audio/ogg"),
    **dict.fromkeys(("audio/vnd.wave", "audio/wave", "audio/x-wav", "audio/x-pn-wav"), "audio/wav"),
    **dict.fromkeys(("application/x-pdf", "application/acrobat", "text/pdf"), "application/pdf"),
    **dict.fromkeys(("application/doc", "application/vnd.ms-word", "application/x-msword"), "application/msword"),
    **dict.fromkeys(("application/excel", "application/x-excel", "application/x-msexcel"), "application/vnd.ms-excel"),
    **dict.fromkeys(
        ("application/powerpoint", "application/mspowerpoint", "application/x-mspowerpoint"),
        "application/vnd.ms-powerpoint",
    ),
    **dict.fromkeys(("application/x-zip", "application/x-zip-compressed"), "application/zip"),
    **dict.fromkeys(("text/x-plain", "text/txt", "application/txt"), "text/plain"),
    **dict.fromkeys(("text/x-csv", "application/csv", "text/comma-separated-values"), "text/csv"),
}
"""What programs and phones call a type besides its registered name (IANA, media types)."""


def base_type(declared: str) -> str:
    """A media type under its usual name, without its parameters: `audio/ogg` of `Audio/Opus; rate=48000`."""
    base = declared.partition(";")[0].strip().lower()
    return _ALIASES.get(base, base)

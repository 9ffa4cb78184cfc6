"""What the demo shows: steps as they are done, and a campaign while it runs.

On a terminal the campaign is drawn in place; anywhere else a plain line is printed every few seconds.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

_PLAIN_SECONDS, _QUIET_SECONDS = 5.0, 30.0
_SHOWN = ("sent", "delivered", "read", "replied", "failed", "skipped", "unknown", "waiting")


class Screen:
    """Prints to standard output."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        self._started = time.monotonic()
        self._live: Live | None = None
        self._plain = ""
        self._plain_at = 0.0

    def title(self, text: str) -> None:
        """A heading."""
        self.console.print(f"\n[bold]{text}[/bold]")

    def step(self, what: str, detail: str = "") -> None:
        """Something that is done now, with the seconds since the start."""
        seconds = time.monotonic() - self._started
        self.console.print(
            f"[dim]{seconds:6.1f} s[/dim]  {escape(what)}" + (f"  [dim]{escape(detail)}[/dim]" if detail else "")
        )

    def line(self, text: str = "", *, markup: bool = False) -> None:
        """One line as it is."""
        self.console.print(text, markup=markup)

    @contextmanager
    def following(self) -> Iterator[None]:
        """While this is open, `progress` draws in place."""
        if not self.console.is_terminal:
            yield
            return
        with Live(console=self.console, auto_refresh=False, transient=True) as live:
            self._live = live
            try:
                yield
            finally:
                self._live = None

    def progress(self, state: str, books: Mapping[str, int], rate: float) -> None:
        """The books of the campaign as they stand; `rate` in messages per second."""
        if self._live is not None:
            self._live.update(_drawn(state, books, rate), refresh=True)
            return
        now = time.monotonic()
        line = f"{state:<9} " + " ".join(f"{name} {books[name]}" for name in _SHOWN)
        pause = _PLAIN_SECONDS if line != self._plain else _QUIET_SECONDS
        if now - self._plain_at >= pause:
            self._plain, self._plain_at = line, now
            self.step(f"{line}  {rate:.0f}/s")


def _drawn(state: str, books: Mapping[str, int], rate: float) -> Table:
    table = Table.grid(padding=(0, 2))
    planned = max(1, books["planned"])
    table.add_row("", f"[bold]{state}[/bold]", f"{books['planned']:,} planned, {rate:.0f}/s", "")
    for name in _SHOWN:
        if books[name] or name in _SHOWN[:4]:
            bar = ProgressBar(total=planned, completed=books[name], width=40)
            table.add_row("", name, bar, f"{books[name]:>7,}  {books[name] / planned:6.1%}")
    return table

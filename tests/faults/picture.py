"""The picture of a campaign: a line a run, its strikes, and how far the workers were behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from tests.faults.result import Result
from tests.faults.strikes import STRIKES

COLOURS: Final = {
    "workers": "#dc2626",
    "inside": "#f97316",
    "brokers": "#7c3aed",
    "network": "#0284c7",
    "producers": "#475569",
    "policies": "#be185d",
    "commands": "#15803d",
    "exports": "#a16207",
    "restrictions": "#0f766e",
    "foreign": "#9f1239",
}
"""By the module that a strike stands in."""

WORDS: Final = {
    "workers": "worker killed, stopped, frozen, doubled",
    "inside": "worker dies or stands still between two steps",
    "brokers": "broker killed, restarted, refuses writes, slows writers",
    "network": "connections cut, stalled, refused, slow",
    "producers": "producer aborts or hangs",
    "policies": "policy changed",
    "commands": "person erased, outputs rebuilt",
    "exports": "facts exported",
    "restrictions": "processing restricted, restriction lifted",
    "foreign": "foreign findings ended",
}

WIDTH, LEFT, RIGHT, TOP, ROW = 960, 62, 20, 150, 26


def picture(results: Sequence[Result]) -> str:
    """The SVG."""
    height = TOP + ROW * len(results) + 40
    longest = max((r.seconds for r in results), default=1) or 1
    most = max((behind for r in results for _, behind in r.behind), default=1) or 1
    scale = (WIDTH - LEFT - RIGHT) / longest
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'font-family="system-ui, sans-serif" font-size="11" role="img" aria-labelledby="t d">'
        ),
        '<title id="t">The campaign, run by run</title>',
        (
            '<desc id="d">For each run a line over time: marks where something struck, and an area '
            "for the records not yet judged, which comes back to zero.</desc>"
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        *legend(most),
    ]
    for number, result in enumerate(results):
        parts += run_line(result, TOP + ROW * number, scale, most)
    floor = TOP + ROW * len(results)
    step = next(s for s in (20, 60, 120, 300, 900) if longest / s <= 12 or s == 900)
    for second in range(0, int(longest) + 1, step):
        x = LEFT + second * scale
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{floor}" stroke="#e2e8f0"/>')
        parts.append(f'<text x="{x:.1f}" y="{floor + 16}" fill="#475569">{second} s</text>')
    return "\n".join([*parts, "</svg>", ""])


def legend(most: int) -> Iterator[str]:
    """What the colours stand for."""
    for number, (kind, words) in enumerate(WORDS.items()):
        x, y = LEFT + number % 2 * 440, 20 + number // 2 * 18
        yield f'<circle cx="{x}" cy="{y - 4}" r="4" fill="{COLOURS[kind]}"/>'
        yield f'<text x="{x + 10}" y="{y}" fill="#0f172a">{words}</text>'
    x, y = LEFT, 20 + (len(WORDS) + 1) // 2 * 18
    yield f'<rect x="{x - 5}" y="{y - 9}" width="10" height="9" fill="#bae6fd"/>'
    yield f'<text x="{x + 10}" y="{y}" fill="#0f172a">records not judged (full: {most:,})</text>'
    yield f'<text x="{LEFT}" y="{TOP - 14}" fill="#475569">seconds from the start of a run</text>'


def run_line(result: Result, top: float, scale: float, most: int) -> Iterator[str]:
    """One run: the area first, the strikes above it."""
    floor = top + ROW - 4
    points = [(0.0, 0), *result.behind, (result.seconds, 0)]
    path = " ".join(
        f"{LEFT + at * scale:.1f},{floor - behind / most * (ROW - 6):.1f}" for at, behind in points
    )
    yield f'<polygon points="{path}" fill="#bae6fd"/>'
    yield (
        f'<line x1="{LEFT}" y1="{floor}" x2="{LEFT + result.seconds * scale:.1f}" y2="{floor}" '
        'stroke="#94a3b8"/>'
    )
    fill = "#15803d" if result.clean else "#dc2626"
    sign = "ok" if result.clean else "not clean"
    yield f'<text x="8" y="{floor - 2}" fill="{fill}">{result.plan.seed} {sign}</text>'
    for at, what in result.moments:
        colour = COLOURS[STRIKES[what].act.__module__.rpartition(".")[2]]
        yield (
            f'<circle cx="{LEFT + at * scale:.1f}" cy="{floor - 8}" r="3.5" fill="{colour}" '
            f'fill-opacity="0.85"><title>{escape(what)} at {at:g} s</title></circle>'
        )

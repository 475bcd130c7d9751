"""Two pictures: bars of events a second, and latency by percentile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median
from typing import Final
from xml.sax.saxutils import escape

from bench.report.figures import plain
from bench.report.goals import number
from bench.results import Run

WIDTH: Final = 960
OURS: Final = "#0284c7"
THEIRS: Final = "#94a3b8"
INK, PALE, RULE = "#0f172a", "#475569", "#e2e8f0"
COLOURS: Final = ("#0284c7", "#dc2626", "#f97316", "#475569", "#7c3aed")
LEFT, BAR, TOP = 300, 34, 60


def throughput_picture(run: Run) -> str:
    """A bar a contestant: the median, with a line from the lowest to the highest round."""
    names = dict.fromkeys(line.who for line in run.figures("throughput"))
    bars = []
    for who in names:
        rate, cpu = (plain(run, "throughput", who, n) for n in ("events_per_s", "cpu_us"))
        label = run.figures("throughput", who)[-1].values["name"]
        if rate is not None and cpu is not None:
            bars.append((rate, cpu, str(label), who))
    bars.sort(key=lambda bar: -bar[0].value)
    most = max((bar[0].highest for bar in bars), default=1.0)
    height = TOP + BAR * max(1, len(bars)) + 20
    scale = (WIDTH - LEFT - 230) / most
    parts = [
        *_head(height, "Events a second", "One bar a contestant, the longest is the fastest."),
        _text(20, 30, "events a second over full topics, and µs of CPU per event", INK, 14),
    ]
    for number_, (rate, cpu, label, who) in enumerate(bars):
        y = TOP + BAR * number_
        middle, end = y + 10, LEFT + rate.value * scale
        colour = OURS if who == "consentry" else THEIRS
        parts += [
            _text(20, y + 15, label, INK, 13),
            (
                f'<rect x="{LEFT}" y="{y}" width="{rate.value * scale:.1f}" height="20" rx="3" '
                f'fill="{colour}"/>'
            ),
            (
                f'<line x1="{LEFT + rate.lowest * scale:.1f}" y1="{middle}" '
                f'x2="{LEFT + rate.highest * scale:.1f}" y2="{middle}" stroke="{INK}"/>'
            ),
            _text(
                max(end, LEFT + rate.highest * scale) + 8,
                y + 15,
                f"{number(rate.value)}  ({number(cpu.value)} µs)",
                PALE,
                13,
            ),
        ]
    if not bars:
        parts.append(_text(20, TOP + 15, "not measured yet", PALE, 13))
    return "\n".join([*parts, "</svg>", ""])


def latency_picture(run: Run) -> str:
    """Milliseconds by percentile on a logarithmic scale, a panel a rate."""
    height, panel = 380, 400
    parts = [
        *_head(height, "From a share to its finding", "Milliseconds by percentile, at two rates."),
    ]
    lines = run.figures("latency")
    names = dict.fromkeys(line.who for line in lines)
    labels = {line.who: str(line.values["name"]) for line in lines}
    for number_, who in enumerate(names):
        x, y = 60 + number_ % 2 * 440, 24 + number_ // 2 * 20
        parts += [
            f'<rect x="{x - 16}" y="{y - 9}" width="10" height="10" fill="{_colour(number_)}"/>',
            _text(x, y, labels[who], INK, 13),
        ]
    for position, rate in enumerate(("low", "half")):
        left = 60 + position * 450
        some = [line for line in lines if line.values["rate"] == rate]
        sent = [float(line.values["sent_per_s"]) for line in some]
        title = f"{median(sent):,.0f} events/s" if sent else "not measured yet"
        parts += [*_grid(left, panel, title)]
        for number_, who in enumerate(names):
            cuts = [line.values["cut_ms"] for line in some if line.who == who]
            if cuts:
                middle = [median(values) for values in zip(*cuts, strict=True)]
                points = " ".join(
                    f"{left + (panel - 40) * (n + 1) / 100:.1f},{_height(ms):.1f}"
                    for n, ms in enumerate(middle)
                )
                parts.append(
                    f'<polyline points="{points}" fill="none" stroke="{_colour(number_)}" '
                    'stroke-width="2"/>'
                )
    return "\n".join([*parts, "</svg>", ""])


LOW_MS, HIGH_MS, PANEL_TOP, PANEL_BOTTOM = 0.3, 1000.0, 90, 340


def _grid(left: float, width: float, title: str) -> Iterator[str]:
    yield _text(left, PANEL_TOP - 12, title, INK, 14)
    for ms in (1, 10, 100, 1000):
        y = _height(ms)
        yield f'<line x1="{left}" y1="{y:.1f}" x2="{left + width - 40}" y2="{y:.1f}" stroke="{RULE}"/>'
        yield _text(left + width - 36, y + 4, f"{ms} ms", PALE, 11)
    for percent in (1, 25, 50, 75, 99):
        x = left + (width - 40) * percent / 100
        yield _text(x - 8, PANEL_BOTTOM + 18, f"p{percent}", PALE, 11)


def _height(ms: float) -> float:
    inside = min(max(ms, LOW_MS), HIGH_MS)
    part = math.log(inside / LOW_MS) / math.log(HIGH_MS / LOW_MS)
    return PANEL_BOTTOM - part * (PANEL_BOTTOM - PANEL_TOP)


def _colour(position: int) -> str:
    return COLOURS[position % len(COLOURS)]


def _head(height: float, title: str, description: str) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="system-ui, sans-serif" role="img" aria-labelledby="t d">'
    )
    yield f'<title id="t">{escape(title)}</title>'
    yield f'<desc id="d">{escape(description)}</desc>'
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'


def _text(x: float, y: float, text: str, colour: str, size: int) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}">{escape(text)}</text>'

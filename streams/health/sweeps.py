"""How far a sweep is, from the progress row."""

from __future__ import annotations

from streams.health.report import SweepReport
from streams.wire.progress import Progress


def sweep_report(progress: Progress) -> SweepReport | None:
    """The sweep that is under way in a partition number, or None."""
    sweep = progress.sweep
    if sweep is None or sweep.through:
        return None
    return SweepReport(
        reason=sweep.cause,
        policy_version=progress.basis.version,
        percent=round(100 * sweep.share, 1),
        subjects=sweep.subjects,
        findings=sweep.findings,
        duties=sweep.duties,
    )

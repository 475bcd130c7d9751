"""The page says what the run says: missed goals, and what nobody measured."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.recorder import Recorder
from bench.report.figures import ratio
from bench.report.goals import Goal, Verdict
from bench.report.page import page, readme_lines
from bench.report.picture import latency_picture, throughput_picture
from bench.report.rows import ROWS
from bench.report.write import BEGIN, END, NO_RUN, files, published, with_lines
from bench.results import Line, Run, read
from tests.bench.runs import BY_EOS, EOS, KEEPING, QUICK, late, pair, row_of, run, speed


def test_a_goal_that_is_met_says_so() -> None:
    text = page(run(speed("consentry", 1, 150), speed(EOS, 1, 100)))
    assert row_of(text, BY_EOS)[1:4] == ["≥ 0.4", "**1.50**", "met"]


def test_a_goal_that_is_missed_says_so() -> None:
    text = page(run(speed("consentry", 1, 30), speed(EOS, 1, 100)))
    assert row_of(text, BY_EOS)[1:4] == ["≥ 0.4", "**0.30**", "**missed**"]
    assert text.splitlines()[4].startswith("0 of 29 goals are met, 1 missed, 28 not measured")


def test_a_row_that_nobody_measured_says_so_and_why() -> None:
    fault = Line(kind="fault", section="throughput", who=EOS, what="Maven is not installed")
    text = page(run(speed("consentry", 1, 110), fault))
    assert row_of(text, BY_EOS)[1:4] == [
        "≥ 0.4", "Maven is not installed", "**not measured**"
    ]  # fmt: skip
    assert row_of(text, "cost of an event, history")[2] == "this run did not measure it"
    assert row_of(text, "throughput") == ["throughput", EOS, "", "Maven is not installed"]


def test_without_a_run_nothing_is_measured() -> None:
    text = page(NO_RUN)
    assert "nothing on this page has been measured" in text
    assert all(row.verdict(NO_RUN) is Verdict.UNMEASURED for row in ROWS)
    assert text.count("**not measured**") == len(ROWS)
    assert "[all of it]" not in "".join(readme_lines(NO_RUN))


def test_less_is_better_where_the_goal_says_so() -> None:
    cpu = next(row for row in ROWS if row.what.startswith("CPU per event by the same"))
    good = run(speed("consentry", 1, 1, cpu=4), speed(KEEPING, 1, 1, cpu=10))
    bad = run(speed("consentry", 1, 1, cpu=6), speed(KEEPING, 1, 1, cpu=10))
    assert cpu.verdict(good) is Verdict.MET
    assert cpu.verdict(bad) is Verdict.MISSED
    assert Goal("≤", 0.5).met(0.5)
    assert Goal("≥", 1.2).met(1.2)


def test_a_ratio_is_taken_round_by_round() -> None:
    rates = [(1, 100, 50), (2, 300, 100), (3, 80, 20)]
    lines = [
        line
        for number, ours, theirs in rates
        for line in (speed("consentry", number, ours), speed(EOS, number, theirs))
    ]
    found = ratio(run(*lines), "throughput", "consentry", EOS, "events_per_s")
    assert found is not None
    assert (found.value, found.lowest, found.highest, found.rounds) == (3, 2, 4, 3)
    # A round that only one of them has is in no ratio.
    found = ratio(run(*lines[:-1]), "throughput", "consentry", EOS, "events_per_s")
    assert found is not None
    assert (found.value, found.rounds) == (2.5, 2)


def test_a_rate_that_is_not_half_of_the_peak_does_not_stand_for_it() -> None:
    half = next(row for row in ROWS if "half of Consentry's peak, p50" in row.what)
    pair = [late("consentry", 5, "half"), late(QUICK, 50, "half")]
    assert half.verdict(run(*pair)) is Verdict.MET
    other = [late("consentry", 5, "half", half=False), late(QUICK, 50, "half", half=False)]
    assert half.verdict(run(*other)) is Verdict.UNMEASURED


def test_a_run_that_was_cut_off_says_so() -> None:
    whole = run(speed("consentry", 1, 1))
    assert "cut off" not in page(whole)
    assert "cut off" in page(Run(name="r", lines=whole.lines[:-1]))


def test_every_figure_of_a_section_has_its_place_on_the_page() -> None:
    some = run(
        Line(kind="figure", section="history", who="history-10", round=1, values={"cpu_us": 7.0}),
        Line(kind="figure", section="restore", who="tail", round=1,
             values={"rows_by_missing": 1.0, "rows_per_s": 9.0, "rows": 5}),
        Line(kind="figure", section="memory", who="huge-poll", round=1,
             values={"memory_by_bound": 0.5}),
    )  # fmt: skip
    text = page(some)
    assert row_of(text, "rows restored with the local store")[2:4] == ["**1.00**", "met"]
    assert row_of(text, "memory with a huge poll")[2:4] == ["**0.50**", "met"]
    assert row_of(text, "tail") == ["tail", "**9.00**", "**5.00**"]
    assert "## A long history" in text
    assert "## Files" not in text


def test_what_a_check_takes_to_start_is_reported_beside_its_rate() -> None:
    some = run(
        Line(kind="figure", section="offline", who="avro", round=1,
             values={"events": 600_000, "events_per_s": 260_000.0, "cpu_us": 3.8}),
        Line(kind="figure", section="offline", who="start", round=1, values={"start_s": 0.31}),
    )  # fmt: skip
    text = page(some)
    assert row_of(text, "`consentry check` of Avro files")[2:4] == ["**260,000**", "met"]
    assert row_of(text, "`consentry check` before it")[2:4] == ["**0.31 s**", "reported"]
    assert row_of(text, "start") == ["start", "", "", "**0.31**"]


def test_the_pictures_are_pictures() -> None:
    some = run(
        speed("consentry", 1, 150), speed(EOS, 1, 100),
        late("consentry", 5, "low"), late(EOS, 50, "low"), late("consentry", 6, "half"),
    )  # fmt: skip
    bars = ET.fromstring(throughput_picture(some))  # noqa: S314 - our own text
    lines = ET.fromstring(latency_picture(some))  # noqa: S314 - our own text
    svg = "{http://www.w3.org/2000/svg}"
    assert len(bars.findall(f"{svg}rect")) == 1 + 2
    assert len(lines.findall(f"{svg}polyline")) == 3
    for empty in (throughput_picture(NO_RUN), latency_picture(NO_RUN)):
        ET.fromstring(empty)  # noqa: S314 - our own text
        assert "not measured yet" in empty


def test_the_page_is_that_of_the_newest_whole_run() -> None:
    for path, text in files(published()).items():
        assert path.read_text("utf-8") == text, f"{path.name}: run python -m bench --report"


def test_a_changed_page_is_noticed() -> None:
    (path, text), *_ = files(published()).items()
    assert path.read_text("utf-8").replace("measured", "guessed") != text


def test_a_readme_without_marks_is_an_error() -> None:
    assert with_lines(f"a\n{BEGIN}\nold\n{END}\nb", ["new"]) == f"a\n{BEGIN}\nnew\n{END}\nb"
    with pytest.raises(ValueError, match="README"):
        with_lines("a", ["new"])


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.jsonl", {"rounds": 2})
    recorder.figure("throughput", "consentry", 1, {"events_per_s": 5.0})
    recorder.fault("throughput", "pathway", "not installed")
    cut = read(recorder.file)
    assert cut.end is None
    recorder.end()
    found = read(recorder.file)
    assert found.head["rounds"] == 2
    assert found.head["machine"]["cores"] >= 1
    assert len(found.head["load_average"]) == 3
    assert found.figures("throughput", "consentry")[0].values == {"events_per_s": 5.0}
    assert [one.what for one in found.faults()] == ["not installed"]
    assert found.end is not None


def test_only_a_long_whole_run_that_came_to_its_end_is_published(tmp_path: Path) -> None:
    assert published(tmp_path) is NO_RUN
    facts = {"whole": True, "short": False}
    for name, other in (("2026-b", {}), ("2026-c", {"short": True}), ("2026-d", {"whole": False})):
        Recorder(tmp_path / f"{name}.jsonl", facts | other).end()
    Recorder(tmp_path / "2026-a.jsonl", facts).end()
    Recorder(tmp_path / "2026-e.jsonl", facts)
    assert published(tmp_path).name == "2026-b"


def test_a_file_that_is_no_run_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"kind":"head"}\n{"kind":"other"}\n')
    with pytest.raises(ValueError, match=r"x\.jsonl, line 2"):
        read(file)
    file.write_text('{"kind":"end"}\n')
    with pytest.raises(ValueError, match="no run"):
        read(file)


def test_a_section_that_a_whole_run_lacks_comes_from_a_run_of_it_alone(tmp_path: Path) -> None:
    def kept(name: str, facts: dict[str, bool], *lines: Line) -> None:
        recorder = Recorder(tmp_path / f"{name}.jsonl", {"rounds": 1} | facts)
        for line in lines:
            recorder.figure(line.section, line.who, line.round, line.values)
        recorder.end()

    kept("2026-a", {"whole": True}, speed("consentry", 1, 110))
    kept("2026-b", {"apart": True}, pair("share after shares", 1.3))
    newest = pair("share after shares", 1.1), speed("consentry", 1, 999)
    kept("2026-c", {"apart": True}, *newest)
    kept("2026-d", {"apart": False}, pair("share after shares", 9.9))
    found = published(tmp_path)
    assert [line.values["ratio"] for line in found.figures("adversarial")] == [1.1]
    assert [line.values["events_per_s"] for line in found.figures("throughput")] == [110]
    text = page(found)
    assert "later run: adversarial." in text
    assert "2026-a.jsonl" in text
    assert "2026-c.jsonl" in text
    kept("2026-e", {"whole": True}, pair("share after shares", 1.2))
    assert published(tmp_path).apart == []


def test_what_writes_more_is_compared_where_it_writes_the_same() -> None:
    some = run(
        pair("share after shares", 1.15),
        pair("share after toggles", 1.02),
        pair("erasure after shares", 1.6, ratio_full=1.4, ratio_full_of_bytes=1.25),
        pair("stream: toggles", 2.4, ratio_of_bytes=1.4),
    )
    text = page(some)
    assert row_of(text, "cost of any event on time")[2:4] == ["**1.15**", "met"]
    assert row_of(text, "the same of those that write more")[2:4] == ["**1.25**", "**missed**"]
    assert row_of(text, "cost of an event in a stream")[2:4] == ["**1.40**", "reported"]
    assert row_of(text, "shares |") == ["shares", "1.15", "1.60 (more)"]
    assert row_of(text, "toggles | 1.02") == ["toggles", "1.02", ""]

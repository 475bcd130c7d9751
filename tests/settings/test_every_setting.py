"""Every setting is read by the program, has its unit in its name, its limits and its words.

Where a setting is documented: `tests/docs/test_operations.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

import pytest
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from streams.settings import Settings
from streams.settings.fields import SettingsGroup, setting
from streams.settings.load import allowed_values
from tests.settings.reads import STREAMS, Read, reads, sources

FOLDER = STREAMS / "settings"
MODEL = FOLDER / "model.py"
UNITS = ("_s", "_days", "_hours", "_bytes", "_records", "_share")

PROPERTIES = [name for name, value in vars(Settings).items() if isinstance(value, property)]
EVERY = pytest.mark.parametrize("name", Settings.model_fields)


def unread(names: Iterable[str], found: set[Read]) -> set[str]:
    """Settings that nothing reads from a value that is called settings."""
    read = {one.name for one in found if one.base.lower().endswith("settings")}
    return set(names) - read


def secret(name: str) -> bool:
    annotation = Settings.model_fields[name].annotation
    return annotation is SecretStr or SecretStr in get_args(annotation)


def files_of_secrets() -> set[str]:
    """`x_file` is read where settings are loaded, which gives its word to `x`."""
    return {f"{name}_file" for name in Settings.model_fields if secret(name)}


def in_program() -> set[Read]:
    """What is read outside the declarations; a validator is no reader."""
    return reads(sources(without=FOLDER.rglob("*.py")))


def in_model() -> set[Read]:
    """What the properties of `Settings` read."""
    return {
        Read("settings", one.name)
        for one in reads([MODEL.read_text("utf-8")])
        if one.base == "self"
    }


def test_something_reads_every_setting() -> None:
    left = unread(Settings.model_fields, in_program() | in_model()) - files_of_secrets()
    assert not left, f"nothing reads {', '.join(sorted(left))}"


def test_something_reads_every_property_of_the_settings() -> None:
    """Or a setting that only an unread property reads would pass."""
    assert unread(PROPERTIES, in_program() | in_model()) == set()


def test_a_setting_that_nobody_reads_is_noticed() -> None:
    class WithOneMore(Settings):
        owl_interval_s: float = setting(1.0, "How often the owl calls.", "a number from 1", ge=1)

    added = set(WithOneMore.model_fields) - set(Settings.model_fields)
    read = in_program() | in_model()
    assert unread(added, read) == {"owl_interval_s"}
    read |= reads(["def call(self):\n    return self._settings.owl_interval_s\n"])
    assert unread(added, read) == set()


def test_to_write_to_a_setting_or_to_read_another_value_is_no_reading() -> None:
    found = reads(["a.x = 1\nother.y\nsettings.z\nload_settings().w\n"])
    assert unread(["x", "y", "z", "w"], found) == {"x", "y"}


def takes(group: type[SettingsGroup], name: str, value: float) -> bool:
    """Whether a value is accepted for one setting, as far as that setting alone decides."""
    try:
        group.model_validate({name: value})
    except ValidationError as error:
        return name not in [part for one in error.errors() for part in one["loc"]]
    return True


@EVERY
def test_it_is_described(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert description[0].isupper()
    assert description.endswith(".")
    assert allowed_values(name)


@EVERY
def test_a_number_has_limits(name: str) -> None:
    if _is_number(Settings.model_fields[name]):
        assert not takes(Settings, name, -2), "give it ge, gt, le or lt: -2 is a number too"


@EVERY
def test_a_time_or_size_has_its_unit_in_its_name(name: str) -> None:
    if float in (Settings.model_fields[name].annotation, *get_args(_annotation(name))):
        assert name.endswith(UNITS), f"{name}: in what unit?"


def test_a_number_without_limits_or_unit_is_noticed() -> None:
    class Group(SettingsGroup):
        owl: float = setting(1.0, "How often the owl calls.", "a number")

    assert _is_number(Group.model_fields["owl"])
    assert takes(Group, "owl", -2)
    assert not "owl".endswith(UNITS)


def _annotation(name: str) -> Any:
    return Settings.model_fields[name].annotation


def _is_number(field: FieldInfo) -> bool:
    kinds = (field.annotation, *get_args(field.annotation))
    return int in kinds or float in kinds

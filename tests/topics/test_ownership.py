"""Whose consumer group it is, by what stands beside its offsets."""

from __future__ import annotations

from typing import Any, cast

import pytest
from kafka import TopicPartition
from kafka.errors import GroupAuthorizationFailedError
from kafka.structs import OffsetAndMetadata

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics.ownership import require_own_delivery, require_own_groups

PROD, STAGING = Settings(topic_prefix="prod."), Settings(topic_prefix="staging.")


class Admin:
    """An admin client that knows groups by name: topics with offsets, and what stands beside."""

    def __init__(self, **groups: dict[str, str]) -> None:
        self.groups = groups
        self.hidden = False

    def list_group_offsets(self, group: str) -> dict[str, Any]:
        if self.hidden:
            raise GroupAuthorizationFailedError
        offsets = {
            TopicPartition(topic, 0): OffsetAndMetadata(5, said, -1)
            for topic, said in self.groups.get(group, {}).items()
        }
        return {group: offsets}


def refused(admin: Admin, settings: Settings) -> ConsentryError:
    with pytest.raises(ConsentryError) as error:
        require_own_groups(cast("Any", admin), settings)
    return error.value


def of(settings: Settings, *, declared: bool = True) -> dict[str, str]:
    said = f"partitions=4;{settings.installation.declaration}" if declared else "partitions=4"
    return dict.fromkeys((settings.topics.data_share, *settings.topics.further), said)


def test_a_group_of_nobody_yet_and_the_own_one() -> None:
    for admin in (Admin(), Admin(**{PROD.group_id: of(PROD)})):
        require_own_groups(cast("Any", admin), PROD)
    require_own_groups(cast("Any", Admin(**{PROD.group_id: of(PROD, declared=False)})), PROD)


def test_a_group_that_declares_another_installation() -> None:
    shared = STAGING.model_copy(update={"application_id": PROD.application_id})
    error = refused(Admin(**{PROD.group_id: of(PROD)}), shared)
    assert "application_id prod.consentry, topic_prefix prod., generation 1" in error.problem
    assert "topic_prefix staging." in error.problem
    assert "application_id" in error.remedy


def test_names_that_meet_by_chance_of_the_generation() -> None:
    one, other = Settings(application_id="a", generation=2), Settings(application_id="a-v2")
    assert one.group_id == other.group_id
    assert "application_id a, " in refused(Admin(**{one.group_id: of(one)}), other).problem


def test_a_group_of_an_earlier_release_is_known_by_its_topics() -> None:
    shared = STAGING.model_copy(update={"application_id": "consentry"})
    error = refused(Admin(consentry=of(PROD, declared=False)), shared)
    assert "reads prod.data-share" in error.problem
    assert "topic_prefix staging." in error.problem


def test_state_under_the_name_that_earlier_releases_gave_it_is_not_left_behind() -> None:
    error = refused(Admin(consentry=of(PROD, declared=False)), PROD)
    assert "stands under application_id consentry" in error.problem
    assert "application_id to prod.consentry" in error.remedy
    admin: Any = Admin(consentry=of(PROD, declared=False))
    require_own_groups(admin, STAGING)
    require_own_groups(admin, Settings(topic_prefix="prod.", application_id="prod.consentry"))
    require_own_groups(admin, Settings(topic_prefix="prod.", application_id="consentry"))


def test_a_further_topic_is_added_and_none_is_left_out() -> None:
    before = Settings()
    after = Settings(topic_data_share="data-share,crm.shares")
    require_own_groups(cast("Any", Admin(consentry=of(before))), after)
    error = refused(Admin(consentry=of(after)), before)
    assert "one that reads crm.shares" in error.problem


def test_a_group_that_may_not_be_looked_at_says_nothing() -> None:
    admin = Admin(**{PROD.group_id: of(STAGING)})
    admin.hidden = True
    require_own_groups(cast("Any", admin), PROD)


def test_the_group_of_a_sink() -> None:
    one = Settings(topic_prefix="prod.", application_id="consentry")
    other = Settings(topic_prefix="staging.", application_id="consentry")
    admin = Admin(**{one.delivery_group("siem"): {one.topics.violations: ""}})
    require_own_delivery(cast("Any", admin), one, ["siem"])
    require_own_delivery(cast("Any", admin), other, ["pager"])
    with pytest.raises(ConsentryError) as error:
        require_own_delivery(cast("Any", admin), other, ["siem"])
    assert "consentry-delivery-siem delivers prod.consentry.violations" in error.value.problem
    assert "staging.consentry.violations" in error.value.problem


def test_a_sink_that_an_earlier_release_served_under_its_name_is_not_left_behind() -> None:
    admin: Any = Admin(**{"consentry-delivery-siem": {PROD.topics.violations: ""}})
    with pytest.raises(ConsentryError, match="stands under application_id consentry"):
        require_own_delivery(admin, PROD, ["siem"])
    require_own_delivery(admin, PROD, ["pager"])
    require_own_delivery(admin, STAGING, ["siem"])
    admin.groups[PROD.delivery_group("siem")] = {PROD.topics.violations: ""}
    require_own_delivery(admin, PROD, ["siem"])

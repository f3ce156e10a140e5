"""A group of goods stands for all its goods, wherever goods are named."""

import pytest

from sim.common.errors import SimError
from sim.common.good_groups import codes_named, group_names, groups_of

GOODS = ("bolts", "chips", "nuts")
GROUPS = groups_of([("bolts", "metal;small"), ("chips", "small"), ("nuts", " metal ; small ")])


def test_groups_hold_the_codes_in_the_order_of_the_goods() -> None:
    assert GROUPS == {"metal": ("bolts", "nuts"), "small": ("bolts", "chips", "nuts")}
    assert group_names("") == ()


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (["all"], [*GOODS]),
        (["metal"], ["bolts", "nuts"]),
        (["nuts", "metal"], ["bolts", "nuts"]),
        (["chips"], ["chips"]),
        ([], []),
    ],
)
def test_names_stand_for_codes_each_once(names: list[str], codes: list[str]) -> None:
    assert codes_named(names, GOODS, GROUPS) == codes


def test_an_unknown_name_is_told_with_the_nearest_good_or_group() -> None:
    with pytest.raises(SimError, match=r"unknown good 'metals'; did you mean 'metal'\?"):
        codes_named(["metals"], GOODS, GROUPS)

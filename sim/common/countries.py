"""What people call a country: its name, its codes of ISO 3166, and which state of a world that is.

countries.csv has codes and names: ISO 3166-1, official names of the United Nations (M49, UNTERM) and display names of
the Unicode CLDR, as gathered in datasets/country-codes (Open Data Commons Public Domain Dedication and License, 15 May
2026); the codes that ISO 3166-1 reserves for the United Kingdom and the European Union, the one that customs offices
use for Kosovo; and a few names of everyday use (assumption).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from sim.common.csv_rows import csv_rows
from sim.common.errors import KnownNames, closest, nearest

_TABLE = Path(__file__).with_name("countries.csv")
_WORDS = re.compile(r"[\w]+")
_JOINS = ".'\u2019"  # signs within a word
_LEAST_WORD = 5  # letters; a shorter text may be anybody's code


class Country(NamedTuple):
    """A country by its codes of ISO 3166-1 (two letters, three letters) and by name."""

    alpha2: str
    alpha3: str
    name: str


def folded(name: str) -> str:
    """Return a name without case, accents, signs and articles, so that two ways of writing it are equal."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    words = _WORDS.findall("".join(one for one in plain if one not in _JOINS and not unicodedata.combining(one)))
    return " ".join(word for word in words if word != "the")


def country_called(name: str) -> Country | None:
    """Return the country of a name or a code of ISO 3166-1, two letters or three; None where there is none."""
    return _by_name().get(folded(name))


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, Country]:
    """Return the countries by every folded form of their names."""
    found: dict[str, Country] = {}
    rows = csv_rows(_TABLE)
    next(rows)
    for _, (alpha2, alpha3, name, also) in rows:
        country = Country(alpha2, alpha3, name)
        found.update(dict.fromkeys(map(folded, (alpha2, alpha3, name, *filter(None, also.split("; ")))), country))
    return found


def members_of(rows: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the countries that each state stands for, of rows of a state and a country's code; both in order."""
    found: dict[str, tuple[str, ...]] = {}
    for state, member in rows:
        found[state] = (*found.get(state, ()), member)
    return {state: tuple(sorted(found[state])) for state in sorted(found)}


class StateNames(KnownNames):
    """The names that may stand for states of a world, which know what people call them.

    Args:
        names: Codes of the states, and what else may stand in their place, such as groups.
        titles: Code -> plain name of each state of the world; texts in brackets do not count.
        members: Code of a state that stands for several -> their codes of ISO 3166-1, three letters.
        rest: Code of the state that stands for all others; empty where the world has none.
    """

    titles: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]
    rest: str

    def __new__(
        cls,
        names: Iterable[str],
        titles: Mapping[str, str],
        members: Mapping[str, tuple[str, ...]] | None = None,
        rest: str = "",
    ) -> "StateNames":
        """Return the names as a tuple."""
        made = super().__new__(cls, names)
        made.titles, made.members, made.rest = titles, members or {}, rest
        return made

    def __getnewargs__(self) -> tuple[object, ...]:  # what a worker makes them of
        return tuple(self), self.titles, self.members, self.rest

    def code(self, name: str) -> str | None:
        """Return the code of the state that a name stands for; None where no state of the world is called so.

        A code comes back as it is, and so does a group; beside them a state's plain name, and the names and codes of
        the country that it is, are understood. A country that the world counts in a larger state is none of its own.
        """
        if name in self.titles or name in self:
            return name
        if (found := self._by_form.get(folded(name))) is not None:
            return found
        country = self._country(name)
        return None if country is None else self._own(country)

    def hint(self, name: str) -> str:
        """Return what a name may have meant; empty where nothing is known of it."""
        if code := self.code(name):
            there = code in self
            return f"did you mean '{code}'?" if there else f"{self._titled(code)} is no choice here; {self._choices()}"
        if country := self._country(name):
            return self._where(country)
        if len(folded(name)) < _LEAST_WORD:
            return ""
        meant = closest(folded(name), (*self, *self._by_form, *(_by_name() if self._is_of_countries else ())))
        if not meant or meant in self:
            return ""
        if code := self.code(meant):
            return f"did you mean '{code}' ({_short(self.titles.get(code, code))})?" if code in self else ""
        return self._where(_by_name()[meant])

    @cached_property
    def _by_form(self) -> Mapping[str, str]:
        """Folded form of each code and plain name -> code; forms of two states are of neither."""
        found: dict[str, str | None] = {}
        for code, title in self.titles.items():
            for form in {folded(code), folded(title), folded(_short(title))} - {""}:
                found[form] = None if found.get(form, code) != code else code
        return {form: code for form, code in found.items() if code is not None}

    @cached_property
    def _is_of_countries(self) -> bool:
        """Whether the states are countries of the Earth: in a made-up world a country's name says nothing."""
        return any((country := country_called(code)) and country.alpha3 == code for code in self.titles)

    def _country(self, name: str) -> Country | None:
        return country_called(name) if self._is_of_countries else None

    def _own(self, country: Country) -> str | None:
        """Return the code of the state that is this country."""
        return country.alpha3 if country.alpha3 in self.titles else self._by_form.get(folded(country.name))

    def _where(self, country: Country) -> str:
        """Return where a country stands that is no state of the world."""
        for code, members in self.members.items():
            if country.alpha3 in members:
                return f"{country.name} is part of {self._titled(code)}; {self._offer(code)}"
        if self.rest:
            return f"{country.name} is counted in {self._titled(self.rest)}; {self._offer(self.rest)}"
        return f"{country.name} is not in this world; {self._choices()}"

    def _offer(self, code: str) -> str:
        return f"did you mean '{code}', all of it?" if code in self else self._choices()

    def _choices(self) -> str:
        return nearest("", tuple(self))

    def _titled(self, code: str) -> str:
        return f"'{code}' ({_short(self.titles.get(code, code))})"


def _short(title: str) -> str:
    return title.split(" (")[0]

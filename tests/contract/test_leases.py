"""What every claim keeps."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.sides import LeasesSide
from validator.errors import ServiceError
from validator.lease import Leases


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 1, 5, 11, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.instant

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.instant += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """A clock at some instant."""
    return Clock()


@pytest.fixture
def leases(leases_side: LeasesSide, clock: Clock) -> Leases:
    """Claims that live on the test's clock."""
    return leases_side.leases(clock)


def test_a_free_name_is_claimed(leases: Leases) -> None:
    """0 means that it is ours now."""
    assert leases.claim("run-1", "one", 30) == 0


def test_a_claimed_name_is_not_free(leases: Leases, leases_side: LeasesSide, clock: Clock) -> None:
    """Another holder, on another adapter, is told how long the claim still lasts."""
    leases.claim("run-1", "one", 30)
    clock.forward(10)
    assert leases_side.leases(clock).claim("run-1", "two", 30) == pytest.approx(20, abs=1)


def test_names_are_independent(leases: Leases) -> None:
    """Claiming one run leaves the others free."""
    leases.claim("run-1", "one", 30)
    assert leases.claim("run-2", "two", 30) == 0


def test_our_own_claim_is_ours(leases: Leases, clock: Clock) -> None:
    """Claiming again is no conflict, and starts the time anew."""
    leases.claim("run-1", "one", 30)
    clock.forward(20)
    assert leases.claim("run-1", "one", 30) == 0
    clock.forward(20)
    assert leases.claim("run-1", "two", 30) == pytest.approx(10, abs=1)


def test_a_lapsed_claim_is_taken_over(leases: Leases, clock: Clock) -> None:
    """When its time is up the next one gets it, and the first no longer has it."""
    leases.claim("run-1", "one", 30)
    clock.forward(31)
    assert leases.claim("run-1", "two", 30) == 0
    assert leases.renew("run-1", "one", 30) is False
    assert leases.claim("run-1", "one", 30) == pytest.approx(30, abs=1)


def test_a_renewed_claim_lasts_longer(leases: Leases, clock: Clock) -> None:
    """Renewing counts from now."""
    leases.claim("run-1", "one", 30)
    clock.forward(25)
    assert leases.renew("run-1", "one", 30) is True
    clock.forward(25)
    assert leases.claim("run-1", "two", 30) == pytest.approx(5, abs=1)


def test_what_was_never_claimed_is_not_renewed(leases: Leases) -> None:
    """There is nothing to prolong."""
    assert leases.renew("run-1", "one", 30) is False


def test_a_released_claim_is_free(leases: Leases) -> None:
    """Giving up lets the next one in at once, and the first is no longer the holder."""
    leases.claim("run-1", "one", 30)
    leases.release("run-1", "one")
    assert leases.claim("run-1", "two", 30) == 0
    assert leases.renew("run-1", "two", 30) is True
    assert leases.claim("run-1", "one", 30) == pytest.approx(30, abs=1)


def test_only_the_holder_releases(leases: Leases) -> None:
    """Giving up what is another's changes nothing, nor does giving up what nobody has."""
    leases.claim("run-1", "one", 30)
    leases.release("run-1", "two")
    leases.release("run-2", "two")
    assert leases.claim("run-1", "two", 30) > 0


def test_claim_and_release_again_and_again(leases: Leases) -> None:
    """A name may change hands many times."""
    for holder in ("one", "two", "one", "three"):
        assert leases.claim("run-1", holder, 30) == 0
        leases.release("run-1", holder)


def test_of_many_at_once_one_wins(leases: Leases) -> None:
    """A free name goes to exactly one."""
    with ThreadPoolExecutor(5) as pool:
        waits = list(pool.map(lambda n: leases.claim("run-1", f"holder-{n}", 30), range(5)))
    assert sorted(wait == 0 for wait in waits) == [False, False, False, False, True]


def test_of_many_at_once_one_takes_over(leases: Leases, clock: Clock) -> None:
    """So does a lapsed one."""
    leases.claim("run-1", "one", 30)
    clock.forward(31)
    with ThreadPoolExecutor(5) as pool:
        waits = list(pool.map(lambda n: leases.claim("run-1", f"holder-{n}", 30), range(5)))
    assert sorted(wait == 0 for wait in waits) == [False, False, False, False, True]


def test_notes_come_back_in_order(leases: Leases, leases_side: LeasesSide, clock: Clock) -> None:
    """What one adapter noted another reads, in the order it was noted, each text once."""
    leases.claim("run-1", "one", 30)
    for text in ("slack", "email", "slack"):
        leases.note("run-1", text)
    assert list(leases_side.leases(clock).notes("run-1")) == ["slack", "email"]


def test_nothing_noted_is_empty(leases: Leases) -> None:
    """A claim without notes has none, nor has a name that was never claimed, nor do notes of another name show."""
    leases.claim("run-1", "one", 30)
    leases.note("run-2", "email")
    assert list(leases.notes("run-1")) == list(leases.notes("run-3")) == []
    assert list(leases.notes("run-2")) == ["email"]


def test_notes_outlive_the_claim(leases: Leases, clock: Clock) -> None:
    """Releasing, lapsing and another's claim leave the notes; and a note makes no claim."""
    leases.note("run-1", "email")
    assert leases.claim("run-1", "one", 30) == 0
    leases.release("run-1", "one")
    clock.forward(60)
    assert leases.claim("run-1", "two", 30) == 0
    assert list(leases.notes("run-1")) == ["email"]


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "run; DROP TABLE leases", "été"])
def test_any_name_is_only_a_name(leases: Leases, name: str) -> None:
    """No character of a name or a holder means anything."""
    assert leases.claim(name, name, 30) == 0
    assert leases.claim(name, "other", 30) > 0
    leases.note(name, name)
    assert list(leases.notes(name)) == [name]


def test_claims_that_cannot_be_made_are_an_error(leases_side: LeasesSide) -> None:
    """Not being able to ask is neither ours nor another's."""
    leases = leases_side.unreachable()
    for ask in (
        lambda: leases.claim("a", "b", 30),
        lambda: leases.renew("a", "b", 30),
        lambda: leases.release("a", "b"),
    ):
        with pytest.raises(ServiceError):
            ask()

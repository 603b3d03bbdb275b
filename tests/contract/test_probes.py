"""What everyone who asks services how they are answers."""

import pytest

from tests.contract.sides import ProbesSide
from validator.errors import ServiceError


def test_each_service_answers_for_itself(probes_side: ProbesSide) -> None:
    """The status as it is, whatever it is."""
    services = [probes_side.service(name, status) for name, status in (("a", 200), ("b", 503), ("c", 403))]
    found = probes_side.probes().health(services)
    assert {name: health.status for name, health in found.items()} == {"a": 200, "b": 503, "c": 403}


def test_a_service_that_does_not_answer_is_in_the_answer(probes_side: ProbesSide) -> None:
    """No answer is known of the service, with the reason, and the others are asked all the same."""
    services = [probes_side.service("dead", None), probes_side.service("well", 200)]
    found = probes_side.probes().health(services)
    assert found["dead"].status is None
    assert found["dead"].reason
    assert found["well"].status == 200


def test_nobody_to_ask(probes_side: ProbesSide) -> None:
    """Without services there is no answer."""
    assert probes_side.probes().health([]) == {}


def test_not_being_able_to_ask_is_an_error(probes_side: ProbesSide) -> None:
    """Whoever can't ask says nothing of the service."""
    with pytest.raises(ServiceError) as caught:
        probes_side.unreachable().health([probes_side.service("a", 200)])
    assert caught.value.service == "Cloud Run"

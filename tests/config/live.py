"""Live services exactly as the source of truth declares them, laid into a world."""

from tests.worlds.laid import LaidWorld
from validator.ssot.load import load
from validator.ssot.source import subscriptions_of


def lay_services(world: LaidWorld) -> None:
    """Every declared service, topic and subscription, and the runner's own service."""
    ssot = load(world.schemas)
    for service in ssot.services:
        lay_service(world, service.name, service.region or ssot.pipeline.location)
    if ssot.services:
        lay_service(world, ssot.pipeline.runner.function, ssot.pipeline.location)
    for topic in ssot.topics:
        world.sql("INSERT INTO pubsub.topics VALUES (?)", [topic.name])
        for spec in subscriptions_of(topic):
            values = [spec.name, topic.name, spec.dead_letter_topic, spec.max_delivery_attempts]
            world.sql("INSERT INTO pubsub.subscriptions VALUES (?, ?, ?, ?, NULL)", values)


def lay_service(world: LaidWorld, name: str, region: str) -> None:
    """One deployed service."""
    world.sql("INSERT INTO cloud_run.services (service, region) VALUES (?, ?)", [name, region])

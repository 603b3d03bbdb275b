"""The tables that stand for other services: what columns they have, so that anyone can change the world with SQL."""

from collections.abc import Mapping

_TEXT, _COUNT, _INSTANT = "VARCHAR", "INTEGER", "TIMESTAMPTZ"

STAND_INS: Mapping[str, Mapping[str, str]] = {
    "firestore.documents": {"collection": _TEXT, "document_id": _TEXT, "data": "JSON"},
    "pubsub.topics": {"topic": _TEXT},
    "pubsub.subscriptions": {
        "subscription": _TEXT,
        "topic": _TEXT,
        "dead_letter_topic": _TEXT,
        "max_delivery_attempts": _COUNT,
        "push_endpoint": _TEXT,
    },
    "pubsub.messages": {
        "subscription": _TEXT,
        "message_id": _TEXT,
        "publish_time": _INSTANT,
        "data": _TEXT,
        "attributes": "JSON",
    },
    "cloud_run.services": {
        "service": _TEXT,
        "region": _TEXT,
        "commit_sha": _TEXT,
        "image_digest": _TEXT,
        "latest_created_revision": _TEXT,
        "latest_ready_revision": _TEXT,
        "serving_revision": _TEXT,
        "deployed_at": _INSTANT,
        "health_status": _COUNT,
    },
    "git.commits": {"sha": _TEXT, "committed_at": _INSTANT, "subject": _TEXT, "paths": "VARCHAR[]"},
    "cloud_scheduler.jobs": {
        "job": _TEXT,
        "schedule": _TEXT,
        "time_zone": _TEXT,
        "uri": _TEXT,
        "state": _TEXT,
        "attempt_deadline_seconds": _COUNT,
        "audience": _TEXT,
        "last_attempt_time": _INSTANT,
        "last_attempt_code": _COUNT,
    },
    "logging.entries": {"timestamp": _INSTANT, "severity": _TEXT, "service": _TEXT, "message": _TEXT},
}
"""DuckDB's types, by table. One that is absent means that its service cannot be reached."""

SCHEMAS = tuple(dict.fromkeys(table.split(".")[0] for table in STAND_INS))

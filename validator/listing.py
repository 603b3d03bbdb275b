"""Schedules and checks as plain data, for every way of asking."""

from datetime import datetime
from typing import Any

from validator.clock import Cron, rfc3339, zone
from validator.compose import Service
from validator.registry import schedule_items


def list_schedules(svc: Service, now: datetime) -> list[dict[str, Any]]:
    """The schedules as plain data."""
    listed = []
    for name, spec in svc.ssot.schedules.items():
        where = spec.time_zone or svc.ssot.pipeline.time_zone
        listed.append(
            {
                "schedule": name,
                "cron": spec.cron,
                "time_zone": where,
                "next": rfc3339(Cron.parse(spec.cron).next_after(now, zone(where))),
                "target_date": spec.target_date,
                "notify": spec.notify,
                "checks": [check for check, _ in schedule_items(spec)],
                "description": spec.description,
            }
        )
    return listed


def list_checks(svc: Service) -> list[dict[str, Any]]:
    """The checks as plain data."""
    return [
        {
            "check": name,
            "class": named.spec.class_,
            "question": " ".join((named.check.__doc__ or "").split()),
            "parameters": named.check.parameters(),
            "unit": named.check.unit,
            "warn": [str(limit) for limit in named.limits.warn],
            "fail": [str(limit) for limit in named.limits.fail],
            "severity": named.spec.severity.value,
            "category": named.spec.category,
            "owner": named.spec.owner,
            "remedy": named.spec.remedy or named.check.remedy,
        }
        for name, named in svc.checks.items()
    ]

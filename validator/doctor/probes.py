"""Every probe, in the order in which a reader meets them; the identity's comes before all."""

from validator.doctor.bigquery import CATALOG, LOAD_JOBS, READS
from validator.doctor.clocks import CLOCK, ZONES
from validator.doctor.cloud_run import INVOKER, SERVICES
from validator.doctor.firestore import DOCUMENTS, LEASES
from validator.doctor.logs import LOGS
from validator.doctor.probe import Probe
from validator.doctor.pubsub import DEPTHS, MESSAGES, PUSHES, QUEUES
from validator.doctor.result_tables import RESULT_TABLES
from validator.doctor.scheduler import JOBS, SCHEDULES
from validator.doctor.source import SOURCE
from validator.doctor.telling import HEARTBEAT, RECIPIENTS, SENDGRID, SLACK

PROBES: tuple[Probe, ...] = (
    *(ZONES, CLOCK),
    *(RESULT_TABLES, CATALOG, READS, LOAD_JOBS),
    *(DOCUMENTS, LEASES, QUEUES, DEPTHS, MESSAGES, PUSHES, SERVICES, INVOKER, LOGS, SOURCE),
    *(JOBS, SCHEDULES),
    *(RECIPIENTS, SENDGRID, SLACK, HEARTBEAT),
)

"""Firestore: completion documents, and the claims on scheduled runs."""

from collections.abc import Iterator

from validator.doctor.line import Line, ok, skip
from validator.doctor.place import Place
from validator.doctor.probe import Access, Probe

API = "firestore.googleapis.com"
MAKE = "gcloud firestore databases create"


def _documents(place: Place) -> Iterator[Line]:
    """Today's document of each phase: whether it is there is nobody's business here."""
    today = place.world.target.isoformat()
    phases = place.ssot.phases.values()
    collections = [phase.completion.collection for phase in phases if phase.completion and phase.completion.collection]
    if not collections:
        yield skip("no phase's completion is read there")
        return
    there = [name for name in collections if place.backend.documents.get(name, today) is not None]
    yield ok(f"{len(collections)} collections read; today's document is there in {len(there)}")


def _leases(place: Place) -> Iterator[Line]:
    """The notes beside a claim that nobody ever made."""
    if place.local:
        yield skip("claims live in the world's own file")
        return
    place.backend.leases.notes("doctor")
    yield ok("notes beside claims can be read; that claims can be made, only a scheduled run shows")


DOCUMENTS = Probe(
    name="Firestore documents",
    look=_documents,
    access=Access(api=API, role="roles/datastore.viewer", absent=MAKE),
    classes=("PhaseCompletion", "PhaseProgress", "Handover"),
)
LEASES = Probe(name="Firestore claims", look=_leases, access=Access(api=API, role="roles/datastore.user", absent=MAKE))

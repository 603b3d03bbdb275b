"""Applying: what is missing is made, what is unlike is changed, what is there is left, and a failure is gone on from."""

import json

import pytest

from tests.config.conftest import ROOT, Source
from tests.deploy.cloud import Cloud, flags_of
from tests.deploy.conftest import CloudShell, changed, filled
from validator.config.jobs import own_functions, own_job_name
from validator.dead_letters.message import of_delivery
from validator.dead_letters.place import Wiring
from validator.deploy.apply import Done, Outcome, apply
from validator.deploy.hints import likely
from validator.deploy.plan import steps
from validator.deploy.shell import Answer
from validator.deploy.step import Exactly, Not, unlike
from validator.ssot.load import load
from validator.ssot.source import Ssot
from validator.world import Subscription

WORLDS = ROOT / "tests/worlds"


def applied(ssot: Ssot, cloud: Cloud) -> list[Done]:
    """One go over the whole plan."""
    return list(apply(steps(ssot), CloudShell(cloud=cloud)))


def again(cloud: Cloud) -> Cloud:
    """The same project, its calls forgotten, failing no more."""
    return Cloud({**cloud.held, "calls": [], "fail": None})


ALWAYS = ["python", "-m", "validator", "tables", "create"]
"""The one step that looks for itself."""


def test_everything_is_made_in_one_go(ssot: Ssot, cloud: Cloud) -> None:
    """In an empty project every step makes something, and none is left."""
    done = applied(ssot, cloud)
    assert len(done) == len(steps(ssot))
    assert not any(one.outcome.stops for one in done)
    things = cloud.state()["things"]
    assert set(things["functions"]) == {"validation-runner", "validation-dead-letter"}
    assert len(things["jobs"]) == len(ssot.schedules)
    assert len(things["subscriptions"]) == sum(topic.dead_letter for topic in ssot.topics)


def test_a_second_go_changes_nothing(ssot: Ssot, cloud: Cloud) -> None:
    """What is there is looked at and left: only the tables, which look for themselves, are asked for again."""
    applied(ssot, cloud)
    second = again(cloud)
    assert {one.outcome for one in applied(ssot, second)} == {Outcome.THERE, Outcome.RAN}
    assert second.changes == [ALWAYS]


def test_a_failure_at_any_step_is_gone_on_from(ssot: Ssot) -> None:
    """Whichever command fails: nothing after it is tried, and the next go does the rest, repeating nothing that was done."""
    whole = filled(ssot)
    applied(ssot, whole)
    total = len(whole.changes)
    assert total > 50
    for number in range(1, total + 1):
        cloud = filled(ssot)
        cloud.held["fail"] = number
        first = applied(ssot, cloud)
        assert first[-1].outcome is Outcome.FAILED, number
        assert len(cloud.changes) == number
        before = cloud.changes
        second = again(cloud)
        assert not any(one.outcome.stops for one in applied(ssot, second)), number
        repeated = [call for call in second.changes if call in before[:-1] and call != ALWAYS]
        assert repeated == [], number
        assert second.changes[1 if before[:-1].count(ALWAYS) else 0 :] == whole.changes[number - 1 :], number
        assert second.state() == whole.state(), number


def test_what_was_changed_by_hand_is_put_right(ssot: Ssot, cloud: Cloud) -> None:
    """A job at another time, a variable that was taken away: each is changed by one command, and nothing else is touched."""
    applied(ssot, cloud)
    cloud.held["things"]["jobs"]["validation-midday"]["schedule"] = "0 13 * * *"
    del cloud.held["things"]["functions"]["validation-runner"]["serviceConfig"]["environmentVariables"][
        "EMAIL_ALERTS_TO"
    ]
    second = again(cloud)
    applied(ssot, second)
    changes = [call for call in second.changes if call != ALWAYS]
    assert [call[1:5] for call in changes] == [
        ["functions", "deploy", "validation-runner", "--gen2"],
        ["run", "services", "add-iam-policy-binding", "validation-runner"],
        ["scheduler", "jobs", "update", "http"],
    ]


FUNCTION = ("functions", "validation-runner")
CHANNEL = ("channels", "validation-runner: data-team@example.com")
REDEPLOYED = [["functions", "deploy", "validation-runner"], ["run", "services", "add-iam-policy-binding"]]


@pytest.mark.parametrize(
    ("where", "value", "said", "changes"),
    [
        ((*FUNCTION, "serviceConfig", "availableMemory"), "256Mi", "availableMemory is 256Mi, not 512Mi", REDEPLOYED),
        (
            (*FUNCTION, "serviceConfig", "maxInstanceRequestConcurrency"),
            80,
            "maxInstanceRequestConcurrency is 80, not 1",
            REDEPLOYED,
        ),
        (
            (*FUNCTION, "serviceConfig", "environmentVariables", "VALIDATOR_SCHEMAS"),
            "/elsewhere",
            "environmentVariables has VALIDATOR_SCHEMAS too",
            REDEPLOYED,
        ),
        (("jobs", "validation-midday", "state"), "UPDATE_FAILED", "state is UPDATE_FAILED", [["scheduler", "jobs", "update"]]),
        ((*CHANNEL, "enabled"), False, "enabled is False, not True", [["beta", "monitoring", "channels"]]),
        (
            (*CHANNEL, "labels", "email_address"),
            "old@example.com",
            "labels.email_address is old@example.com",
            [["beta", "monitoring", "channels"]],
        ),
    ],
)  # fmt: skip
def test_each_setting_that_was_changed_by_hand_is_seen(
    ssot: Ssot, cloud: Cloud, where: tuple[str, ...], value: object, said: str, changes: list[list[str]]
) -> None:
    """What is declared holds: the difference is named, and one command makes it so."""
    applied(ssot, cloud)
    thing = cloud.held["things"]
    for key in where[:-1]:
        thing = thing[key]
    thing[where[-1]] = value
    second = again(cloud)
    done = applied(ssot, second)
    (changed_,) = [one for one in done if one.outcome is Outcome.CHANGED and one.step.change != one.step.probe][:1]
    assert said in "; ".join(changed_.differences)
    assert [call[1:4] for call in second.changes if call != ALWAYS] == changes
    assert {one.outcome for one in applied(ssot, again(second))} == {Outcome.THERE, Outcome.RAN}


@pytest.mark.parametrize("everyone", ["allUsers", "allAuthenticatedUsers"])
def test_a_function_that_was_opened_is_closed(ssot: Ssot, cloud: Cloud, everyone: str) -> None:
    """Whoever may call it is taken for the scheduler: strangers are shut out, and nothing is deployed for it."""
    applied(ssot, cloud)
    policy = cloud.held["policies"]["services validation-dead-letter"]
    policy.append({"role": "roles/run.invoker", "members": [everyone]})
    second = again(cloud)
    done = applied(ssot, second)
    (taken,) = [one for one in done if one.outcome is Outcome.TAKEN_AWAY]
    assert taken.step.title == f"function validation-dead-letter is closed to {everyone}"
    (call,) = [call for call in second.changes if call != ALWAYS]
    assert call[1:5] == ["run", "services", "remove-iam-policy-binding", "validation-dead-letter"]
    assert everyone not in json.dumps(second.held["policies"])


def test_what_stays_as_it_was_is_not_called_changed(ssot: Ssot, cloud: Cloud) -> None:
    """A subscription keeps its topic, also one that was deleted and made again: said, with what to do; the rest is done."""
    applied(ssot, cloud)
    name = "validation-dead-letter-prediction-request-dlq"
    cloud.held["things"]["subscriptions"][name]["topic"] = "_deleted-topic_"
    done = applied(ssot, again(cloud))
    (one,) = [one for one in done if one.outcome is not Outcome.THERE and one.outcome is not Outcome.RAN]
    assert one.outcome is Outcome.UNLIKE
    assert one.differences == (
        "topic is _deleted-topic_, not projects/nba-props-platform/topics/prediction-request-dlq",
    )
    assert f"gcloud pubsub subscriptions delete {name} --project=nba-props-platform" in one.step.otherwise
    assert len(done) == len(steps(ssot))


def test_a_database_of_the_other_kind_is_said(ssot: Ssot, cloud: Cloud) -> None:
    """Claims can't be made in Datastore mode; nothing is changed there."""
    applied(ssot, cloud)
    cloud.held["things"]["databases"]["(default)"]["type"] = "DATASTORE_MODE"
    second = again(cloud)
    (one,) = [one for one in applied(ssot, second) if one.outcome is Outcome.UNLIKE]
    assert one.differences == ("type is DATASTORE_MODE, not FIRESTORE_NATIVE",)
    assert second.changes == [ALWAYS]


def test_a_secret_whose_newest_value_is_switched_off_waits_for_a_person(ssot: Ssot, cloud: Cloud) -> None:
    """A function takes the newest value; with that one disabled no instance would start."""
    (secret, *_) = ssot.pipeline.runner.secrets.values()
    cloud.held["things"]["value"][secret].append({"name": "2", "state": "DISABLED"})
    done = applied(ssot, cloud)
    assert done[-1].outcome is Outcome.BY_HAND
    assert done[-1].differences == ("state is DISABLED, not ENABLED",)


@pytest.mark.parametrize(
    ("found", "wanted", "said"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, []),
        ({"a": 1}, {"a": "1"}, ["a is 1, not 1"]),
        ({}, {"a": {"b": 1}}, ["a.b is not set, not 1"]),
        ({"a": {"b": 2}}, {"a": {"b": None}}, ["a.b is 2, not not set"]),
        (None, {"a": 1}, ["a is not set, not 1"]),
        ([{"a": 1}, {"a": 2}], [{"a": 2}], []),
        ([{"a": 1}, {"a": 2}], [{"a": 3}], ["has no 3"]),
        ([{"a": 1}], [{"a": 3}], ["a is 1, not 3"]),
        ({"state": "PAUSED"}, {"state": Not("UPDATE_FAILED")}, []),
        ({}, {"state": Not("UPDATE_FAILED")}, []),
        ({"v": {"A": "1", "L": "x"}}, {"v": Exactly({"A": "1"}, besides=("L",))}, []),
        ({"v": {"A": "2", "B": "x"}}, {"v": Exactly({"A": "1"})}, ["v.A is 2, not 1", "v has B too"]),
        (None, {"v": Exactly({})}, []),
    ],
)
def test_what_differs_is_named(found: object, wanted: object, said: list[str]) -> None:
    """By the way to it, with what is there and what should be."""
    assert list(unlike(found, wanted)) == said


def test_a_pinned_revision_is_let_go(ssot: Ssot, cloud: Cloud) -> None:
    """A function whose traffic was pinned to an old revision is deployed anew, with all traffic on the newest."""
    applied(ssot, cloud)
    cloud.held["things"]["functions"]["validation-runner"]["serviceConfig"]["allTrafficOnLatestRevision"] = False
    second = again(cloud)
    applied(ssot, second)
    assert second.state()["things"]["functions"]["validation-runner"]["serviceConfig"]["allTrafficOnLatestRevision"]


def test_other_source_is_deployed(ssot: Ssot, cloud: Cloud) -> None:
    """A function that was built from something else is deployed anew, though its settings are the same."""
    applied(ssot, cloud)
    cloud.held["things"]["functions"]["validation-runner"]["labels"]["source"] = "fedcba9876543210"
    second = again(cloud)
    applied(ssot, second)
    assert second.changes[1][1:4] == ["functions", "deploy", "validation-runner"]


def test_the_invoker_is_granted_again_after_a_deployment(ssot: Ssot, cloud: Cloud) -> None:
    """A deployment takes the policy away; the step after it looks anew and gives it back."""
    applied(ssot, cloud)
    del cloud.held["policies"]["services validation-runner"]
    second = again(cloud)
    applied(ssot, second)
    (granted,) = [call for call in second.changes if call != ALWAYS]
    assert granted[1:5] == ["run", "services", "add-iam-policy-binding", "validation-runner"]


def test_a_role_under_a_condition_is_not_the_role(ssot: Ssot, cloud: Cloud) -> None:
    """A conditional binding does not count as the role itself."""
    applied(ssot, cloud)
    policy = cloud.held["policies"]["projects nba-props-platform"]
    policy[0]["condition"] = {"expression": "false"}
    second = again(cloud)
    applied(ssot, second)
    assert any(f"--role={policy[0]['role']}" in call for call in second.changes)


def test_what_cannot_be_looked_at_is_not_made(ssot: Ssot, cloud: Cloud) -> None:
    """Where looking is refused, it stops: refused is not absent."""
    cloud.held["fail"] = "secrets describe"
    done = applied(ssot, cloud)
    assert done[-1].outcome is Outcome.FAILED
    assert not any("secrets" in call and "create" in call for call in cloud.changes)


def test_a_secret_without_a_value_waits_for_a_person(ssot: Ssot) -> None:
    """No value is made up, and nothing is deployed without it."""
    cloud = Cloud()
    done = applied(ssot, cloud)
    assert done[-1].outcome is Outcome.BY_HAND
    assert done[-1].step.create[1:4] == ("secrets", "versions", "add")
    assert not any("deploy" in call for call in cloud.changes)
    assert not any("versions" in call and "add" in call for call in cloud.calls)


@pytest.mark.parametrize(
    "said",
    [
        "PERMISSION_DENIED: Permission 'run.services.getIamPolicy' denied on resource (or it may not exist).",
        "Access Denied: Dataset p:nba_raw: User does not have permission, or dataset was not found",
        "INVALID_ARGUMENT: Service account nba-orchestration@p.iam.gserviceaccount.com does not exist.",
    ],
)
def test_refused_is_not_absent(said: str) -> None:
    """What must not be looked at may be there; what a new account is refused is not missing."""
    assert not Answer(command=("gcloud",), code=1, err=said).absent
    assert Answer(command=("gcloud",), code=1, err="NOT_FOUND: Job not found.").absent
    assert Answer(command=("bq",), code=2, out="Not found: Dataset p:nba_raw").absent
    impersonating = "WARNING: This command is using service account impersonation."
    assert Answer(command=("bq",), code=2, out="error in show: Not found: Dataset p:x", err=impersonating).absent
    assert Answer(command=("bq",), code=2, out="Error in query string: bqjob_1: Not\nfound: Dataset p:x").absent


@pytest.mark.parametrize("absent", ["nba-scrapers", "prediction-request-dlq", "nba_raw"])
def test_what_the_pipeline_lacks_is_left_out(ssot: Ssot, cloud: Cloud, absent: str) -> None:
    """A service, topic or dataset of the pipeline that is not there stops nothing; its step is done once it is."""
    cloud.held["absent"] = [absent]
    done = applied(ssot, cloud)
    (left_out,) = [one for one in done if one.outcome is Outcome.LEFT_OUT]
    assert absent in left_out.step.title
    assert len(done) == len(steps(ssot))
    cloud.held["absent"] = []
    assert not [one for one in applied(ssot, again(cloud)) if one.outcome is Outcome.LEFT_OUT]


def test_the_alert_has_its_channel(ssot: Ssot, cloud: Cloud) -> None:
    """The policy names the channel that was made just before, by the name that it was given there."""
    applied(ssot, cloud)
    (policy,) = cloud.state()["things"]["policies"].values()
    assert policy["notificationChannels"] == ["channels/validation-runner: data-team@example.com"]


def test_the_alert_is_changed_when_other_people_are_to_be_told(source: Source, cloud: Cloud) -> None:
    """Whoever corrects an address later would else have an alert that goes to nobody (L-87)."""
    for address in ("old@your.domain", "new@your.domain"):
        source.edit("pipeline.yaml", {"runner": {"environment": {"EMAIL_CRITICAL_TO": address}}})
        done = applied(changed(source), cloud)
    assert done[-1].outcome is Outcome.CHANGED
    (policy,) = cloud.state()["things"]["policies"].values()
    assert policy["notificationChannels"] == ["channels/validation-runner: new@your.domain"]


def test_an_alert_that_lost_its_channel_is_given_it_back(ssot: Ssot, cloud: Cloud) -> None:
    """A channel that was deleted takes itself out of every policy; the new one has another name (L-87)."""
    applied(ssot, cloud)
    (policy,) = cloud.held["things"]["policies"].values()
    policy["notificationChannels"] = []
    cloud.held["things"]["channels"].clear()
    done = applied(ssot, again(cloud))
    assert [one.outcome for one in done[-2:]] == [Outcome.CREATED, Outcome.CHANGED]
    assert policy["notificationChannels"] == ["channels/validation-runner: data-team@example.com"]


def test_pub_sub_may_make_tokens(ssot: Ssot, cloud: Cloud) -> None:
    """Its agent is named by the project's number, which is asked for."""
    applied(ssot, cloud)
    policy = json.dumps(cloud.state()["policies"])
    assert "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com" in policy


@pytest.mark.parametrize("world", ["league", "shop"])
def test_another_pipeline(world: str) -> None:
    """Any source of truth can be deployed: one without secrets, dead letters or owners too."""
    other = load(WORLDS / world)
    cloud = filled(other)
    assert not any(one.outcome.stops for one in applied(other, cloud))
    things = cloud.state()["things"]
    assert set(things["functions"]) == set(own_functions(other))
    assert set(things["jobs"]) == {own_job_name(name) for name in other.schedules}
    assert {one.outcome for one in applied(other, again(cloud))} == {Outcome.THERE, Outcome.RAN}


def test_an_account_of_googles_own_is_not_made(source: Source) -> None:
    """The default account of Compute Engine is there or it is not; nobody can make it."""
    source.edit("pipeline.yaml", {"runner": {"service_account": "1-compute@developer.gserviceaccount.com"}})
    assert not [step for step in steps(changed(source)) if step.part == "Service account"]


def test_an_account_of_another_project_is_looked_for_there(source: Source) -> None:
    """The address names the project that it belongs to."""
    source.edit("pipeline.yaml", {"runner": {"service_account": "watch@other-project.iam.gserviceaccount.com"}})
    (step,) = [step for step in steps(changed(source)) if step.part == "Service account"]
    assert step.create[-1] == "--project=other-project"


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("ERROR: (gcloud.x) You do not currently have an active account selected.", "gcloud auth login"),
        ("Your default credentials were not found.", "application-default login"),
        ("PERMISSION_DENIED: Permission 'iam.serviceaccounts.actAs' denied on service account", "serviceAccountUser"),
        ("Cloud Functions API has not been used in project 1 before or it is disabled.", "wait a minute"),
        ("OperationError: code=3, message=Build failed with status: FAILURE", "builds list"),
        ("ERROR: 403 Access Denied: Dataset p:d: User does not have permission", "DEPLOYING.md"),
        ("it did not end within 30 minutes", "look, then apply again"),
        ("something nobody has seen", ""),
    ],
)
def test_what_is_likely(said: str, hint: str) -> None:
    """What Google's programs are known to say leads to what to type; what they are not known to say, to nothing."""
    assert hint in likely(said)
    assert bool(hint) == bool(likely(said))


@pytest.mark.parametrize(
    ("environment", "addresses"),
    [
        ({}, ("data-team@example.com",)),
        ({"EMAIL_CRITICAL_TO": "night@example.com,day@example.com"}, ("night@example.com", "day@example.com")),
        ({"EMAIL_CRITICAL_TO": None, "EMAIL_ALERTS_TO": "all@example.com"}, ("all@example.com",)),
        ({"EMAIL_CRITICAL_TO": None, "EMAIL_ALERTS_TO": None}, ("owner@example.com",)),
    ],
)
def test_who_is_told_that_it_stopped(
    source: Source, environment: dict[str, str | None], addresses: tuple[str, ...]
) -> None:
    """Who gets critical mail, else who gets any, else the owners: each by a channel of Cloud Monitoring."""
    owners = {"data-team": {"email": "owner@example.com"}}
    source.edit("pipeline.yaml", {"runner": {"environment": environment}, "owners": owners})
    other = changed(source)
    cloud = filled(other)
    applied(other, cloud)
    channels = cloud.state()["things"]["channels"].values()
    assert [one["labels"] for one in channels] == [{"email_address": address} for address in addresses]
    (policy,) = cloud.state()["things"]["policies"].values()
    assert len(policy["notificationChannels"]) == len(addresses)


def test_a_function_is_deployed_as_declared(source: Source) -> None:
    """Closed to strangers, of the second generation, all traffic on the newest; everything else is `runner`'s."""
    runner = {"memory": "2Gi", "timeout_seconds": 300, "attempt_deadline_seconds": 200, "max_instances": 2}
    source.edit("pipeline.yaml", {"runner": {**runner, "concurrency": 4, "region": "us-east1"}})
    other = changed(source)
    cloud = filled(other)
    applied(other, cloud)
    deployed = {call[3]: flags_of(call) for call in cloud.changes if call[1:3] == ["functions", "deploy"]}
    assert [flags["entry-point"] for flags in deployed.values()] == ["run_validation", "alert_dead_letter"]
    for flags in deployed.values():
        assert {"gen2", "no-allow-unauthenticated", "serve-all-traffic-latest-revision", "trigger-http"} <= set(flags)
        given = {
            name: flags[name] for name in ("memory", "timeout", "max-instances", "concurrency", "region", "runtime")
        }
        assert given == {
            "memory": "2Gi",
            "timeout": "300s",
            "max-instances": "2",
            "concurrency": "4",
            "region": "us-east1",
            "runtime": "python311",
        }
    job = cloud.state()["things"]["jobs"]["validation-midday"]
    assert job["attemptDeadline"] == "200s"
    assert job["httpTarget"]["oidcToken"]["audience"] == job["httpTarget"]["uri"].partition("?")[0]


def test_two_of_a_name_are_nobodys_guess(ssot: Ssot, cloud: Cloud) -> None:
    """Where two policies bear the name, none is changed: it stops and says how many there are."""
    applied(ssot, cloud)
    policies = cloud.held["things"]["policies"]
    ((name, policy),) = policies.items()
    policies.update({name: {**policy, "enabled": False}, "another": {**policy, "enabled": False, "name": "another"}})
    done = applied(ssot, again(cloud))
    assert done[-1].outcome is Outcome.FAILED
    assert done[-1].answer
    assert "2 lines instead of one" in done[-1].answer.words


def test_what_our_subscription_pushes_is_placed(ssot: Ssot, cloud: Cloud) -> None:
    """A message that comes by a subscription of ours belongs to its topic, and to the subscription in which people find it."""
    applied(ssot, cloud)
    made = cloud.state()["things"]["subscriptions"]["validation-dead-letter-prediction-request-dlq"]
    short = made["name"].rpartition("/")[2]
    live = Subscription(name=short, topic=made["topic"].rpartition("/")[2], push_endpoint="https://x.example.com")
    body = {"subscription": made["name"], "message": {"messageId": "1", "data": "e30="}}
    place = Wiring(ssot, lambda: {short: live}).place(of_delivery(body, b""))
    assert (place.topic, place.subscription) == ("prediction-request-dlq", "prediction-request-dlq-sub")

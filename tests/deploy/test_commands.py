"""The commands as typed: asking before, progress, what is said where it stops, exit codes, what is no longer declared."""

import io
import re
import sys
from pathlib import Path

import pytest
import yaml

from tests.config.conftest import ROOT, Source
from tests.deploy.cloud import Cloud
from tests.deploy.conftest import CloudShell
from tests.deploy.test_apply import again, applied
from tests.typed import Type, forget_environment, typing
from validator.deploy import commands
from validator.deploy.files import deploy_files
from validator.deploy.plan import steps
from validator.deploy.shell import Answer
from validator.ssot.source import Ssot


@pytest.fixture
def shipped(cloud: Cloud, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Types commands in the project's folder, over the stand-in."""
    monkeypatch.chdir(ROOT)
    forget_environment(monkeypatch)
    monkeypatch.setattr(commands, "_shell", lambda call: CloudShell(cloud=cloud))
    return typing(capsys)


def test_apply_shows_how_far_it_is(shipped: Type, ssot: Ssot) -> None:
    """A line a step: which of how many, what, and what became of it; before the first, where and as whom."""
    done = shipped("deploy", "apply", "--yes")
    lines = done.out.splitlines()
    assert done.code == 0
    assert "in nba-props-platform, as someone@example.com" in lines[0]
    assert lines[1] == f"[ 1/{len(steps(ssot))}] APIs … created"
    assert lines[-1].endswith("] alert validation-runner of nba-props has stopped … created")


def test_apply_says_what_to_do_where_it_stops(shipped: Type, ssot: Ssot, cloud: Cloud) -> None:
    """The command, what it said, what is likely behind it, and what to type next; exit 2."""
    cloud.held["fail"] = "functions deploy validation-runner"
    done = shipped("deploy", "apply", "--yes")
    assert done.code == 2
    assert f" of {len(steps(ssot))}\n" in done.out.partition("stopped at step")[2]
    assert "command  gcloud functions deploy validation-runner --gen2" in done.out
    assert "it said  ERROR: (gcloud) PERMISSION_DENIED" in done.out
    assert "likely   your account may not do this" in done.out
    assert "next     python -m validator deploy apply goes on from here" in done.out


def test_apply_says_how_to_give_a_secret_its_value(shipped: Type, cloud: Cloud) -> None:
    """The command to type, which reads the value from the terminal; exit 2."""
    cloud.held["things"] = {}
    done = shipped("deploy", "apply", "--yes")
    assert done.code == 2
    assert "type     gcloud secrets versions add sendgrid-api-key --data-file=-" in done.out


def test_apply_names_what_was_left_out(shipped: Type, cloud: Cloud) -> None:
    """Exit 1: it is not all there."""
    cloud.held["absent"] = ["nba-scrapers"]
    done = shipped("deploy", "apply", "--yes")
    assert done.code == 1
    assert "service nba-scrapers … left out: ERROR: NOT_FOUND: Resource nba-scrapers does not exist" in done.out
    assert "1 step left out" in done.out


def test_apply_says_what_was_unlike(shipped: Type, ssot: Ssot, cloud: Cloud) -> None:
    """What was changed by hand is named when it is put right; exit 0."""
    applied(ssot, cloud)
    cloud.held["things"]["jobs"]["validation-midday"] |= {"schedule": "0 13 * * *", "timeZone": "UTC"}
    done = shipped("deploy", "apply", "--yes")
    assert done.code == 0
    assert "job validation-midday … changed: schedule is 0 13 * * *, not 0 12 * * *; timeZone is UTC, not " in done.out


def test_apply_says_what_it_could_not_change(shipped: Type, ssot: Ssot, cloud: Cloud) -> None:
    """Nothing is called changed that stays as it was: what differs, what a person does, and exit 1."""
    applied(ssot, cloud)
    name = "validation-dead-letter-prediction-request-dlq"
    cloud.held["things"]["subscriptions"][name]["topic"] = "_deleted-topic_"
    done = shipped("deploy", "apply", "--yes")
    assert done.code == 1
    assert f"subscription {name} … is not as declared: topic is _deleted-topic_, not projects/" in done.out
    assert f"gcloud pubsub subscriptions delete {name} --project=nba-props-platform, then apply again" in done.out
    assert done.out.endswith("1 thing not as declared, each with what to do below it\n")


def test_why_something_was_left_out_is_one_line() -> None:
    """bq breaks its lines wherever it likes, and warnings stand before the error."""
    said = Answer(
        command=("bq",), code=2, out="BigQuery error in show operation: Not\nfound: Dataset p:x", err="WARNING: x."
    )
    assert said.reason == "BigQuery error in show operation: Not found: Dataset p:x"
    assert Answer(command=("gcloud",), code=1, err="WARNING: y\nERROR: (gcloud) gone").reason == "ERROR: (gcloud) gone"
    assert Answer(command=("gcloud",), code=3).reason == "nothing; it ended with code 3"


@pytest.mark.parametrize("answer", ["end of file", "", "n\n", "what?\n"])
def test_apply_asks_first(shipped: Type, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Where nobody is there to be asked, or does not say yes, nothing is changed; exit 2."""
    typed = io.StringIO("" if answer == "end of file" else answer)
    monkeypatch.setattr(typed, "isatty", lambda: bool(answer), raising=False)
    monkeypatch.setattr(sys, "stdin", typed)
    done = shipped("deploy", "apply")
    assert done.code == 2
    assert cloud.changes == []


def test_apply_refuses_other_schemas(shipped: Type, cloud: Cloud, source: Source) -> None:
    """What is uploaded is the project's `schemas/`: a plan of others would not be what is deployed."""
    done = shipped("deploy", "apply", "--yes")
    assert done.code == 2
    assert "which is what would be uploaded" in done.err
    assert cloud.calls == []


def leave_behind(ssot: Ssot, cloud: Cloud) -> None:
    """Jobs and a subscription beside the declared ones: some ours, some not."""
    applied(ssot, cloud)
    jobs, subscriptions = cloud.held["things"]["jobs"], cloud.held["things"]["subscriptions"]
    ours, theirs = dict(jobs["validation-midday"]), dict(jobs["validation-midday"])
    theirs["httpTarget"] = {"uri": "https://elsewhere.example.com/?schedule=midday"}
    jobs["validation-weekly"] = {**ours, "name": "projects/p/locations/l/jobs/validation-weekly"}
    jobs["validation-of-others"] = {**theirs, "name": "projects/p/locations/l/jobs/validation-of-others"}
    jobs["weekly-retrain"] = {**ours, "name": "projects/p/locations/l/jobs/weekly-retrain"}
    old = dict(subscriptions["validation-dead-letter-prediction-request-dlq"])
    subscriptions["validation-dead-letter-gone"] = {
        **old,
        "name": "projects/p/subscriptions/validation-dead-letter-gone",
    }
    cloud.held["calls"].clear()


def test_plan_prune_shows_what_is_no_longer_declared(shipped: Type, ssot: Ssot, cloud: Cloud) -> None:
    """What bears our prefix and calls our function; neither others' jobs nor ours that are declared. Nothing is deleted."""
    leave_behind(ssot, cloud)
    done = shipped("deploy", "plan", "--prune")
    assert re.findall(r"^gcloud .* delete (\S+)", done.out, re.MULTILINE) == [
        "validation-weekly",
        "validation-dead-letter-gone",
    ]
    assert cloud.changes == []


@pytest.mark.parametrize(
    "answered", ["null", "5", '"x"', "hello", "[]\n[]", "[null]", '[{"name": "n", "httpTarget": null}]']
)
def test_prune_takes_any_answer(
    shipped: Type, ssot: Ssot, cloud: Cloud, answered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no list in JSON is said to be none; what has no target or no name is nobody's of ours. No traceback."""
    applied(ssot, cloud)
    real = cloud.answer

    def strange(argv: list[str]) -> tuple[int, str, str]:
        return (0, answered, "") if argv[-1] == "--format=json" and "list" in argv else real(argv)

    monkeypatch.setattr(cloud, "answer", strange)
    done = shipped("deploy", "plan", "--prune")
    assert "Traceback" not in done.err
    if answered.startswith("[") and "\n" not in answered:
        assert (done.code, done.out.endswith("# nothing is there that is no longer declared\n")) == (0, True)
    else:
        assert (done.code, "it did not answer with a list in JSON" in done.err) == (2, True)


def test_apply_prune_removes_it(shipped: Type, ssot: Ssot, cloud: Cloud) -> None:
    """After the plan is done; what is declared, and what is not ours, stays."""
    leave_behind(ssot, cloud)
    assert shipped("deploy", "apply", "--prune", "--yes").code == 0
    deleted = [call[call.index("delete") + 1] for call in cloud.changes if "delete" in call]
    assert deleted == ["validation-weekly", "validation-dead-letter-gone"]
    assert {"validation-of-others", "weekly-retrain"} <= set(cloud.held["things"]["jobs"])
    assert "nothing is there that is no longer declared" in shipped("deploy", "apply", "--prune", "--yes").out


def test_apply_without_prune_removes_nothing(shipped: Type, ssot: Ssot, cloud: Cloud) -> None:
    """Deleting is asked for."""
    leave_behind(ssot, cloud)
    shipped("deploy", "apply", "--yes")
    assert not any("delete" in call for call in cloud.changes)


def test_check_says_why_it_cannot(shipped: Type, cloud: Cloud) -> None:
    """Without a token nothing is called; exit 2 with what to type."""
    cloud.held["fail"] = "auth"
    done = shipped("deploy", "check")
    assert done.code == 2
    assert "PERMISSION_DENIED" in done.err


def test_a_missing_program_is_named(
    source: Source, typed: Type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where gcloud is not installed, it says so instead of failing at every step."""
    (tmp_path / "env").symlink_to("/usr/bin/env")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = typed("deploy", "check")
    assert done.code == 2
    assert "gcloud is not installed here" in done.err


def test_the_folder_is_current(ssot: Ssot) -> None:
    """`deploy/` is what `deploy plan --write` writes (make docs does)."""
    for name, text in deploy_files(ssot).items():
        assert (ROOT / "deploy" / name).read_text() == text, name


def test_write_writes_what_differs(source: Source, typed: Type) -> None:
    """Beside `schemas/`; a second time there is nothing to write."""
    first, second = (typed("deploy", "plan", "--write") for _ in range(2))
    folder = source.schemas.parent / "deploy"
    assert {path.name for path in folder.iterdir()} == {
        "plan.sh",
        "roles.md",
        "scheduler-jobs.json",
        "absence-alert.json",
    }
    assert (first.out.count("wrote"), second.out) == (4, "")


def test_a_second_apply_says_that_all_was_there(shipped: Type, ssot: Ssot, cloud: Cloud) -> None:
    """Nothing is said to be created that was not."""
    applied(ssot, cloud)
    assert "created" not in shipped("deploy", "apply", "--yes").out
    assert again(cloud).changes == []


def test_addresses_that_nobody_reads_are_named(shipped: Type) -> None:
    """Mails to a placeholder would go nowhere, and nobody would know (L-87)."""
    done = shipped("deploy", "plan")
    assert done.code == 0
    assert "! EMAIL_ALERTS_TO is data-team@example.com, a placeholder" in done.err
    assert "placeholder" not in done.out


def test_in_brief_a_step_is_a_line(shipped: Type, ssot: Ssot) -> None:
    """What `make deploy` shows before it asks: each step by its number, as it is counted when it is done, and no command."""
    done = shipped("deploy", "plan", "--brief")
    numbered = [line.strip() for line in done.out.splitlines() if line.startswith(" ")]
    assert numbered == [f"{number}. {step.title}" for number, step in enumerate(steps(ssot), start=1)]
    assert "gcloud" not in done.out


@pytest.mark.parametrize(
    ("runner", "said"),
    [
        ({"function": "validation-dead-letter"}, "validation-dead-letter is the name of the other function"),
        ({"region": None}, "US is no region that a function can be in: set runner.region"),
        ({"region": None}, "service prediction-worker is in US, which is no region"),
        ({"service_account": "foo"}, "runner.service_account foo can't name a service account (6 to 30 letters)"),
        ({"function": "run", "service_account": None}, "runner.function run can't name a service account"),
        ({"memory": "64Mi"}, "runner.memory 64Mi: a function has 128Mi to 32Gi"),
        ({"memory": "33Gi"}, "runner.memory 33Gi: a function has 128Mi to 32Gi"),
        (
            {"memory": "1Gi", "concurrency": 2},
            "runner.concurrency 2 needs a whole processor: runner.memory 2Gi or more",
        ),
        ({"memory": "4Gi", "concurrency": 1001}, "runner.concurrency 1001: at most 1000"),
    ],
)
def test_what_cannot_be_deployed_is_refused(source: Source, typed: Type, runner: dict[str, str], said: str) -> None:
    """Before anything is printed to be pasted, or done."""
    source.edit("pipeline.yaml", {**({"location": "US"} if "region" in runner else {}), "runner": runner})
    for action in ("plan", "apply", "check"):
        done = typed("deploy", action)
        assert (done.code, said in done.err, done.out) == (2, True, ""), done.err


def test_without_a_schedule_there_is_nothing_to_deploy(source: Source, typed: Type) -> None:
    """A service that nobody calls would be silent for ever."""
    (source.schemas / "schedules.yaml").write_text("schedules: {}\n")
    for action in ("plan", "apply", "check"):
        done = typed("deploy", action)
        assert (done.code, done.out) == (2, "")
        assert "schedules.yaml declares no schedule: nothing would ever be run" in done.err


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("function", "a.b%c"),
        ("function", "Validation_Runner"),
        ("region", "us west2; $(id)"),
        ("region", "US"),
        ("service_account", 'a@b", "user:evil@example.com'),
    ],
)
def test_a_name_that_google_cloud_would_refuse_does_not_load(source: Source, typed: Type, key: str, value: str) -> None:
    """It would reach addresses, filters and SQL."""
    source.edit("pipeline.yaml", {"runner": {key: value}})
    done = typed("config", "check")
    assert (done.code, "pipeline.yaml:" in done.err, key in done.err) == (2, True, True), done.err


def test_that_an_alert_would_be_switched_off_is_said(source: Source, typed: Type) -> None:
    """A pause that Cloud Monitoring can't wait for leaves nobody to notice that the service is dead; a heartbeat would."""
    schedule = {"cron": "0 6 * * *", "target_date": "yesterday", "checks": ["dlq_depth"]}
    (source.schemas / "schedules.yaml").write_text(yaml.safe_dump({"schedules": {"daily": schedule}}))
    said = (
        "! schedules rest for 24 hours, longer than Cloud Monitoring can wait: the absence alert is made switched off"
    )
    source.edit("pipeline.yaml", {"runner": {"secrets": {"HEARTBEAT_URL": None}}})
    assert said in typed("deploy", "plan").err
    source.edit("pipeline.yaml", {"runner": {"secrets": {"HEARTBEAT_URL": "heartbeat-url"}}})
    assert said not in typed("deploy", "plan").err


def test_that_nobody_would_get_mail_is_said(source: Source, typed: Type) -> None:
    """L-87: alerts without anybody to read them."""
    source.edit("pipeline.yaml", {"runner": {"environment": {"EMAIL_ALERTS_TO": None, "EMAIL_CRITICAL_TO": None}}})
    assert "! nobody is named who would get mail" in typed("deploy", "plan").err


def test_another_project_than_the_declared_one_is_refused(shipped: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed or done would be for a project that nobody asked about."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "other-project")
    for action in ("plan", "apply", "check"):
        done = shipped("deploy", action)
        assert (done.code, "GOOGLE_CLOUD_PROJECT is 'other-project'" in done.err) == (2, True), done.err


def test_nobody_is_asked_before_somebody_is_logged_in(shipped: Type, cloud: Cloud) -> None:
    """What can't be done is not offered."""
    cloud.held["account"] = ""
    done = shipped("deploy", "apply")
    assert (done.code, "gcloud has no account: gcloud auth login" in done.err) == (2, True), done.err
    assert "Go on?" not in done.out

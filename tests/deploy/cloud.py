"""A stand-in for gcloud and bq: what a project holds, answered and changed as their commands do, every call kept.

In a test's own process it is a `Cloud`; as a program (`python cloud.py STATE gcloud …`) it keeps what it holds in a file.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

LOOKS = ("describe", "list", "get-iam-policy", "show", "print-identity-token", "get", "source")
NUMBER = "123456789012"


class Refused(Exception):
    """A command that fails; the text is what it says."""


class Cloud:
    """A project: things by kind and name, policies by thing."""

    def __init__(self, held: dict[str, Any] | None = None) -> None:
        self.held: dict[str, Any] = held or {"things": {}, "policies": {}, "absent": [], "fail": None, "calls": []}

    @property
    def calls(self) -> list[list[str]]:
        """Every call, in order."""
        return [list(call) for call in self.held["calls"]]

    @property
    def changes(self) -> list[list[str]]:
        """The calls that were meant to change something."""
        return [call for call in self.calls if not is_look(call)]

    def state(self) -> dict[str, Any]:
        """What there is now."""
        return dict(json.loads(json.dumps({"things": self.held["things"], "policies": self.held["policies"]})))

    def answer(self, argv: list[str]) -> tuple[int, str, str]:
        """Exit code, output, errors of a command."""
        self.held["calls"].append(argv)
        fail = self.held["fail"]
        if fail in " ".join(argv) if isinstance(fail, str) else not is_look(argv) and len(self.changes) == fail:
            return 1, "", "ERROR: (gcloud) PERMISSION_DENIED: the caller does not have permission"
        try:
            found = self._do(argv)
        except Refused as refused:
            return (2, str(refused), "") if argv[0] == "bq" else (1, "", f"ERROR: {refused}")
        return 0, shown(found, flags_of(argv).get("format", "")), ""

    def _do(self, argv: list[str]) -> Any:
        program, *words = argv
        flags, plain = flags_of(argv), [word for word in words if not word.startswith("-")]
        if program == "python":
            return "0123456789abcdef" if plain[-1] == "source" else "made"
        if program == "bq":
            return self._bq(plain, flags)
        while plain[0] in ("alpha", "beta"):
            plain = plain[1:]
        return self._gcloud(plain, flags)

    def _bq(self, plain: list[str], flags: dict[str, str]) -> Any:
        if plain[0] == "show":
            access = self.held["policies"].get(f"dataset {plain[1].partition(':')[2]}", [])
            if plain[1].partition(":")[2] in self.held["absent"]:
                raise Refused(f"BigQuery error in show operation: Not found: Dataset {plain[1]}")
            return {"access": access}
        role, dataset, email = re.fullmatch(
            r"GRANT `(.*)` ON SCHEMA `.*`\.`(.*)` TO \"serviceAccount:(.*)\"", plain[1]
        ).groups()  # type: ignore[union-attr]
        if dataset in self.held["absent"]:
            raise Refused(f"Error in query string: Not found: Dataset {dataset}")
        legacy = {"roles/bigquery.dataViewer": "READER", "roles/bigquery.dataEditor": "WRITER"}[role]
        access = self.held["policies"].setdefault(f"dataset {dataset}", [])
        entry = {"role": legacy, "userByEmail": email}
        access.extend([] if entry in access else [entry])
        return None

    def _gcloud(self, plain: list[str], flags: dict[str, str]) -> Any:
        match plain:
            case ["config", "get", "account"]:
                return self.held.get("account", "someone@example.com")
            case ["auth", "print-identity-token"]:
                return "token"
            case ["projects", "describe", _]:
                return NUMBER
            case ["services", "enable", *names]:
                self._things("service").update({name: {"config": {"name": name}} for name in names})
                return None
            case ["services", "list"]:
                return list(self._things("service").values())
            case ["functions", "deploy", name]:
                return self._deploy(name, flags)
            case ["secrets", "versions", "describe", "latest"]:
                if not self._things("value").get(flags["secret"]):
                    raise Refused(f"NOT_FOUND: Secret [{flags['secret']}] has no versions.")
                return self._things("value")[flags["secret"]][-1]
            case ["run", "services", "get-iam-policy", name] if "filter" in flags:
                return self._strangers(name, flags["filter"].rpartition("=")[2])
            case ["run", "services", "remove-iam-policy-binding", name]:
                self._policy(["services"], name).remove({"role": flags["role"], "members": [flags["member"]]})
                return None
        return self._usual(plain, flags)

    def _usual(self, plain: list[str], flags: dict[str, str]) -> Any:
        match plain:
            case [*group, "get-iam-policy", name]:
                return {"bindings": self._policy(group, name)}
            case [*group, "add-iam-policy-binding", name]:
                bound = {"role": flags["role"], "members": [flags["member"]]}
                policy = self._policy(group, name)
                if bound not in policy:
                    policy.append(bound)
                return {"bindings": policy}
            case [*group, "list"]:
                found = [one for _, one in sorted(self._things(group[-1]).items())]
                if email := re.fullmatch(r"email=(.*)", flags.get("filter", "")):
                    return [one for one in found if one["email"] == email[1]]
                wanted = re.fullmatch(r'displayName="(.*)"', flags.get("filter", ""))
                return [one for one in found if not wanted or one.get("displayName") == json.loads(f'"{wanted[1]}"')]
            case [*group, verb, "http", name]:
                return self._change(group[-1], verb, name, flags)
            case ["firestore", "databases", verb]:
                return self._change("databases", verb, flags["database"], flags)
            case [*group, "channels", "create"]:
                return self._change("channels", "create", flags["display-name"], flags)
            case ["monitoring", "policies", verb, *_] if verb != "list":
                policy = json.loads(flags["policy"])
                return self._change(
                    "policies",
                    verb,
                    policy["displayName"],
                    {
                        **policy,
                        "notificationChannels": (
                            flags.get("notification-channels") or flags.get("set-notification-channels", "")
                        ).split(","),
                    },
                )
            case [*group, verb, name]:
                return self._change(group[-1], verb, name, flags)
        raise Refused(f"no such command: {plain}")

    def _change(self, kind: str, verb: str, name: str, flags: dict[str, Any]) -> Any:
        things, short = self._things(kind), name.removeprefix("channels/")
        short = short if kind in ("channels", "policies") else short.partition("@")[0]
        if verb == "create":
            if short in things:
                raise Refused(f"ALREADY_EXISTS: {short}")
            if flags.get("topic") in self.held["absent"]:
                raise Refused(f"NOT_FOUND: Resource not found (resource={flags['topic']}).")
            things[short] = seen(kind, name, flags)
        elif short not in things:
            raise Refused(f"NOT_FOUND: {kind} {short} was not found")
        elif verb == "update":
            things[short] |= {key: value for key, value in seen(kind, name, flags).items() if key != "topic"}
        elif verb == "delete":
            return things.pop(short)
        return things[short]

    def _deploy(self, name: str, flags: dict[str, str]) -> Any:
        """A deployment takes the service's policy away, as it has been seen to."""
        for secret in pairs(flags.get("set-secrets", "")).values():
            if not self._things("value").get(secret.partition(":")[0]):
                raise Refused(f"Secret {secret} was not found")
        self.held["policies"].pop(f"services {name}", None)
        self._things("functions")[name] = {
            "name": f"projects/{flags['project']}/locations/{flags['region']}/functions/{name}",
            "state": "ACTIVE",
            "labels": pairs(flags["update-labels"]),
            "buildConfig": {"runtime": flags["runtime"], "entryPoint": flags["entry-point"]},
            "serviceConfig": {
                "availableMemory": flags["memory"],
                "maxInstanceRequestConcurrency": int(flags["concurrency"]),
                "timeoutSeconds": int(flags["timeout"].rstrip("s")),
                "allTrafficOnLatestRevision": "serve-all-traffic-latest-revision" in flags,
                "maxInstanceCount": int(flags["max-instances"]),
                "serviceAccountEmail": flags["service-account"],
                "environmentVariables": {**pairs(flags["set-env-vars"]), "LOG_EXECUTION_ID": "true"},
                "secretEnvironmentVariables": [
                    {"key": key, "secret": value.partition(":")[0], "version": "latest", "projectId": NUMBER}
                    for key, value in pairs(flags.get("set-secrets", "")).items()
                ],
            },
        }
        return None

    def _strangers(self, name: str, member: str) -> Any:
        found = [one for one in self._policy(["services"], name) if member in one["members"]]
        return [{"bindings": {"members": member, "role": one["role"]}} for one in found]

    def _policy(self, group: list[str], name: str) -> Any:
        if name in self.held["absent"]:
            raise Refused(f"NOT_FOUND: Resource {name} does not exist")
        return self.held["policies"].setdefault(f"{group[-1]} {name}", [])

    def _things(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = self.held["things"].setdefault(kind, {})
        return found


def seen(kind: str, name: str, flags: dict[str, Any]) -> dict[str, Any]:
    """A thing as its API shows it."""
    project = flags.get("project", "")
    if kind == "jobs":
        return {
            "name": f"projects/{project}/locations/{flags['location']}/jobs/{name}",
            "description": flags["description"],
            "schedule": flags["schedule"],
            "timeZone": flags["time-zone"],
            "attemptDeadline": flags["attempt-deadline"],
            "state": "ENABLED",
            "retryConfig": {
                "retryCount": int(flags["max-retry-attempts"]),
                "minBackoffDuration": flags["min-backoff"],
                "maxBackoffDuration": flags["max-backoff"],
            },
            "httpTarget": {
                "uri": flags["uri"],
                "httpMethod": flags["http-method"].upper(),
                "oidcToken": {
                    "serviceAccountEmail": flags["oidc-service-account-email"],
                    "audience": flags["oidc-token-audience"],
                },
            },
        }
    if kind == "subscriptions":
        return {
            "name": f"projects/{project}/subscriptions/{name}",
            "topic": f"projects/{project}/topics/{flags.get('topic')}",
            "ackDeadlineSeconds": int(flags["ack-deadline"]),
            "pushConfig": {
                "pushEndpoint": flags["push-endpoint"],
                "oidcToken": {
                    "serviceAccountEmail": flags["push-auth-service-account"],
                    "audience": flags["push-auth-token-audience"],
                },
            },
        }
    if kind == "service-accounts":
        return {"name": name, "email": f"{name}@{project}.iam.gserviceaccount.com"}
    if kind == "channels":
        shown = {"displayName": flags["display-name"]} if "display-name" in flags else {}
        labels = pairs(flags.get("channel-labels") or flags["update-channel-labels"])
        return {"name": f"channels/{name.removeprefix('channels/')}", **shown, "enabled": True, "labels": labels}
    if kind == "databases":
        return {"name": name, "type": flags["type"].upper().replace("-", "_")}
    return {"name": f"{kind}/{name}", **{key: value for key, value in flags.items() if key != "format"}}


def is_look(call: list[str]) -> bool:
    """Whether a call only looks."""
    return any(word in LOOKS for word in call)


def flags_of(argv: list[str]) -> dict[str, str]:
    """The flags by name, without dashes; a switch is empty."""
    found = (re.fullmatch(r"--([a-z_0-9-]+)(?:=(.*))?", word, re.DOTALL) for word in argv)
    return {match[1]: match[2] or "" for match in found if match}


def pairs(text: str) -> dict[str, str]:
    """`A=1,B=2`, or with another delimiter that is named in front."""
    named = re.match(r"\^(.+?)\^", text)
    parts = text[named.end() :].split(named[1]) if named else text.split(",")
    return dict(part.partition("=")[::2] for part in parts if part)


def shown(found: Any, form: str) -> str:
    """An answer in the format that was asked for."""
    if form == "value(state)":
        return f"{found['state']}\n"
    if form.startswith("value(") and isinstance(found, list):
        return "".join(f"{one.get('name', one.get('bindings'))}\n" for one in found)
    if isinstance(found, str):
        return found + "\n"
    return json.dumps(found) + "\n" if found is not None else ""


def main() -> int:
    """Answer one call from the state in a file."""
    place, program, *words = sys.argv[1:]
    cloud = Cloud(json.loads(Path(place).read_text()))
    code, out, err = cloud.answer([Path(program).name, *words])
    Path(place).write_text(json.dumps(cloud.held))
    sys.stdout.write(out)
    sys.stderr.write(err)
    return code


if __name__ == "__main__":
    raise SystemExit(main())

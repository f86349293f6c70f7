import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from commands.run import sandbox_addresses
from gateway.settings import documented
from tests.docker.compose_file import FOLDER, compose_file, port_of, services

SCHEMA = Path(__file__).parent / "compose_spec" / "compose_spec.json"
GATEWAYS = ("gateway-1", "gateway-2")
OURS = (*GATEWAYS, "worker", "sandbox")
NAMES = tuple(services())


def faults(document: Mapping[str, Any]) -> list[str]:
    validator = jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def networks_of(service: str) -> set[str]:
    return set(services()[service]["networks"])


def test_the_file_is_valid_by_the_compose_specification() -> None:
    assert faults(compose_file()) == []


def test_the_schema_would_find_a_misspelt_key_and_a_wrong_type() -> None:
    assert faults({"services": {"nginx": {"imagee": "nginx"}}}) != []
    assert faults({"services": {"nginx": {"read_only": "often"}}}) != []


def test_the_deployment_is_two_gateways_a_worker_a_database_a_front_door_and_the_counterparties() -> None:
    assert set(NAMES) == {"nginx", "gateway-1", "gateway-2", "worker", "postgres", "sandbox"}
    assert services()["gateway-1"] == services()["gateway-2"]


@pytest.mark.parametrize("name", NAMES)
def test_every_service_is_confined(name: str) -> None:
    service = services()[name]
    user, group = str(service["user"]).split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "pid", "ipc", "network_mode"} & service.keys()


@pytest.mark.parametrize("name", NAMES)
def test_no_service_sees_the_engine_or_the_files_of_the_machine(name: str) -> None:
    mounts = [str(mount).split(":") for mount in services()[name].get("volumes", [])]
    bound = [mount for mount in mounts if mount[0] not in compose_file()["volumes"]]
    assert all(mount[0].startswith("./") and mount[-1] == "ro" for mount in bound)
    assert all((FOLDER / mount[0]).is_file() for mount in bound)


@pytest.mark.parametrize("name", NAMES)
def test_every_service_is_watched_and_started_again(name: str) -> None:
    service = services()[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", NAMES)
def test_every_image_names_its_version(name: str) -> None:
    image, separator, tag = str(services()[name]["image"]).partition(":")
    assert separator, f"{image} has no tag"
    assert tag != "latest"
    assert tag[0].isdigit()


def test_only_the_front_door_can_be_reached_from_outside() -> None:
    assert [name for name in NAMES if "ports" in services()[name]] == ["nginx"]
    reaching_out = {name for name, network in compose_file()["networks"].items() if not network.get("internal")}
    assert [name for name in NAMES if networks_of(name) & reaching_out] == ["nginx"]


def test_those_who_talk_share_a_network_and_the_others_do_not() -> None:
    together = [("nginx", "gateway-1"), ("worker", "postgres"), ("gateway-1", "postgres"), ("gateway-1", "sandbox")]
    assert all(networks_of(one) & networks_of(other) for one, other in [*together, ("worker", "sandbox")])
    apart = [("nginx", "postgres"), ("nginx", "sandbox"), ("sandbox", "postgres")]
    assert not any(networks_of(one) & networks_of(other) for one, other in apart)


def test_secrets_are_files_and_every_one_that_is_used_is_declared() -> None:
    declared = compose_file()["secrets"]
    assert all(set(secret) == {"file"} for secret in declared.values())
    used = {secret for name in NAMES for secret in services()[name].get("secrets", [])}
    assert used == set(declared)


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_stands_in_the_environment(name: str) -> None:
    environment = services()[name].get("environment", {})
    shown = {key for key, value in environment.items() if not str(value).startswith("/run/secrets/")}
    assert [key for key in shown if "PASSWORD" in key or "SECRET" in key or key == "DATABASE_URL"] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_given_the_secret_files_that_its_settings_name(name: str) -> None:
    environment = services()[name].get("environment", {})
    named = {str(value).rpartition("/")[2] for value in environment.values() if str(value).startswith("/run/secrets/")}
    assert named <= set(services()[name].get("secrets", []))


@pytest.mark.parametrize("name", [*GATEWAYS, "worker"])
def test_every_setting_is_one_that_the_gateway_knows(name: str) -> None:
    others = {"SSL_CERT_FILE"}
    given = {key for key in services()[name]["environment"] if not key.startswith("PARTY_")}
    assert given - others <= documented().keys()


def test_gateways_and_worker_work_with_the_same_settings_on_the_same_files() -> None:
    own = {"PORT", "WORKER_PORT"}
    common = [
        {key: value for key, value in services()[name]["environment"].items() if key not in own}
        for name in (*GATEWAYS, "worker")
    ]
    assert common[0] == common[1] == common[2]
    assert {tuple(services()[name]["volumes"]) for name in (*GATEWAYS, "worker")} == {("var:/var/lib/gateway",)}


@pytest.mark.parametrize("name", [*GATEWAYS, "worker"])
def test_every_party_of_the_demonstration_is_found_at_the_sandbox(name: str) -> None:
    port = port_of(services()["sandbox"]["healthcheck"]["test"][-1])
    expected = {key: url.replace("127.0.0.1", "sandbox") for key, url in sandbox_addresses(port).items()}
    given = {key: value for key, value in services()[name]["environment"].items() if key.startswith("PARTY_")}
    assert given == expected


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_asked_for_its_health_where_it_listens(name: str) -> None:
    service = services()[name]
    environment, command = service.get("environment", {}), [str(word) for word in service["command"]]
    listening = environment.get("PORT") or environment.get("WORKER_PORT") or command[command.index("--port") + 1]
    assert port_of(service["healthcheck"]["test"][-1]) == int(listening)


def test_what_needs_the_database_waits_for_it() -> None:
    waiting = {name for name in NAMES if "postgres" in services()[name].get("depends_on", {})}
    assert waiting == {*GATEWAYS, "worker"}
    conditions = [each["condition"] for name in NAMES for each in services()[name].get("depends_on", {}).values()]
    assert set(conditions) == {"service_healthy"}


def test_what_is_under_way_may_be_finished_before_the_end() -> None:
    longest_lease = int(documented()["LEASE_SECONDS"][0])
    for name in (*GATEWAYS, "worker"):
        assert int(str(services()[name]["stop_grace_period"]).removesuffix("s")) > longest_lease

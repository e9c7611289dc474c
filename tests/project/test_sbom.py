"""What the service is made of: every package that is pinned, and no other."""

import json
import re
import subprocess
import sys

from django.conf import settings


def test_the_list_names_every_pinned_package_once():
    done = subprocess.run(
        [sys.executable, settings.ROOT / ".ci" / "sbom"], capture_output=True, text=True, check=True
    )
    bom = json.loads(done.stdout)
    pins = re.findall(
        r"^([\w.-]+)==(\S+)", (settings.ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M
    )
    named = [(each["name"], each["version"]) for each in bom["components"]]
    assert sorted(named) == sorted(
        (re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in pins
    )
    graph = {each["ref"]: each["dependsOn"] for each in bom["dependencies"]}
    references = {each["bom-ref"] for each in bom["components"]}
    assert set(graph["hetra"]) == references
    django = next(reference for reference in references if reference.startswith("pkg:pypi/django@"))
    assert any(needed.startswith("pkg:pypi/asgiref@") for needed in graph[django])

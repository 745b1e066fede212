"""Holds exports for Kubernetes against other readers: PyYAML, and kubectl where it is on PATH.

Lists of odd bytes are exported in each way; what the readers make of the
manifest must be those bytes again. kubectl only reads (`label --local`,
`kustomize`): no cluster is asked. Needs PyYAML.

    python tests/oracle/export.py --bin target/release/skyplug-tui [--count 200] [--seed N]
"""

import argparse
import base64
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import yaml

ODD = [
    b"", b"\n", b"\n\n\n", b" ", b"plugins: []", b"plugins: []\n", b"plugins:\n- class: a.B   # why\n",
    b"plugins:\r\n- class: a.B\r\n", b"plugins:\r- class: a.B\r", b"\xef\xbb\xbfplugins: []\n", b"plugins: [\xff]\n",
    b"a: 1\0\n", b"# \x1b[31m\n", b"\n\nplugins: []\n\n\n", b"  plugins: []\n  x: 1\n", b"\tplugins: []\n",
    b"plugins: [] \n", b"a: |\n  x  \n\n   y\n", b"--- \nplugins: []\n...\n", b"a: \"\\\"\" # ' \\\n",
    b"#\xc2\x85\xe2\x80\xa8\xe2\x80\xae\n", "a: \U0001f600 \ufffd \ue000\n".encode(), b"\x80\x81\x82",
]
PIECES = [b"plugins:\n", b"- class: a.B\n", b"  ", b"\t", b"\n", b"#", b": ", b"'", b'"', b"\\", b"|", b">", b"\r\n",
          b"\r", "é".encode(), "\u0085".encode(), "\ufeff".encode(), b"a", b"%YAML", b"---\n", b"...\n", b"{", b"]"]


def read_back(object_):
    """Returns the bytes of plugins.yaml in an object."""
    texts, binary = ("stringData", "data") if object_["kind"] == "Secret" else ("data", "binaryData")
    if "plugins.yaml" in (object_.get(texts) or {}):
        return object_[texts]["plugins.yaml"].encode()
    return base64.b64decode(object_[binary]["plugins.yaml"])


def run(*argv, **more):
    return subprocess.run(argv, check=True, capture_output=True, **more).stdout


def kubectl_reads(manifest):
    text = run("kubectl", "label", "--local", "-f", manifest, "held=yes", "-o", "json")
    return read_back(json.loads(text))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    args = parser.parse_args()
    rng = random.Random(args.seed)
    program = os.path.abspath(args.bin)
    has_kubectl = shutil.which("kubectl") is not None
    lists = ODD + [b"".join(rng.choices(PIECES, k=rng.randrange(1, 12))) for _ in range(args.count)]
    wrong = 0
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        (home / ".sky").mkdir()
        environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
        for number, text in enumerate(lists):
            (home / ".sky/plugins.yaml").write_bytes(text)
            for kind in ["configmap", "secret"]:
                out = home / f"{number}-{kind}"
                run(program, "export", "configmap", "--kind", kind, "--output", out, env=environment, cwd=home)
                manifest = out / f"{kind}.yaml"
                answers = {"PyYAML": read_back(yaml.safe_load(manifest.read_text()))}
                if has_kubectl:
                    answers["kubectl"] = kubectl_reads(manifest)
                for reader, answer in answers.items():
                    if answer != text:
                        wrong += 1
                        print(f"{kind}, {reader}: {text!r} is read as {answer!r}")
                shutil.rmtree(out)
        if has_kubectl:
            wrong += kustomized(program, home, environment)
    told = "PyYAML and kubectl" if has_kubectl else "PyYAML (no kubectl on PATH)"
    print(f"{len(lists)} lists, {told}, seed {args.seed}: {wrong} wrong")
    return 1 if wrong else 0


def kustomized(program, home, environment):
    """Builds a kustomization with the chart's Deployment; returns what is wrong with it."""
    (home / ".sky/plugins.yaml").write_text(f"controller_wheel_path: {home}/wheels\n")
    (home / "wheels").mkdir()
    (home / "wheels/a-1+x-py3-none-any.whl").write_bytes(b"\0\xff")
    run(program, "export", "configmap", "--kustomize", "--wheels", "binary-data", "--output", home / "k",
        env=environment, cwd=home)
    deployment = {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "mine-api-server"},
        "spec": {"template": {"spec": {"containers": [{"name": "skypilot-api", "env": [{"name": "A", "value": "b"}]}]}}},
    }
    (home / "k/api-server.yaml").write_text(yaml.safe_dump(deployment))
    path = home / "k/kustomization.yaml"
    text = path.read_text().replace("# resources:", "resources:").replace("#   - api-server", "  - api-server")
    path.write_text(text)
    objects = {one["kind"]: one for one in yaml.safe_load_all(run("kubectl", "kustomize", home / "k"))
               if "wheels" not in one["metadata"]["name"]}
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    volumes = {one["name"]: one for one in pod["volumes"]}
    names = [one["name"] for one in pod["containers"][0]["env"]]
    held = [
        volumes["skypilot-plugins"]["configMap"]["name"] == objects["ConfigMap"]["metadata"]["name"],
        volumes["skypilot-plugin-wheels"]["configMap"]["items"][0]["path"] == "a-1+x-py3-none-any.whl",
        sorted(names) == ["A", "SKYPILOT_SERVER_PLUGINS_CONFIG"],
        read_back(objects["ConfigMap"]) == (home / ".sky/plugins.yaml").read_bytes(),
    ]
    if not all(held):
        print("kustomize:", held, json.dumps(objects))
    return held.count(False)


if __name__ == "__main__":
    sys.exit(main())

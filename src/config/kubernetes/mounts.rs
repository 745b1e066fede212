//! What mounts the lists: values of the Helm chart, or a kustomization with a patch of the Deployment.

use std::fmt::Write as _;

use super::wheels::{FOLDER, Packed, SUFFIX};
use super::{Kind, MOUNT, Wheels, Wishes, scalar, told};
use crate::config::{Role, locate};

/// What is mounted.
pub(super) struct Plan<'a> {
    pub(super) wishes: &'a Wishes,
    /// The lists that are there.
    pub(super) roles: Vec<Role>,
    /// The wheels in a `ConfigMap`.
    pub(super) wheels: &'a [Packed],
    /// Where the wheels are.
    pub(super) mount: String,
}

/// The names of the volumes, whatever the objects are called.
const VOLUME: &str = "skypilot-plugins";
const WHEEL_VOLUME: &str = "skypilot-plugin-wheels";
/// The claim that a person puts another name in the place of.
const CLAIM: &str = "skypilot-plugin-wheels";

/// Returns the values for the Helm chart.
pub(super) fn values(plan: &Plan) -> String {
    let mut out = String::from(
        "# Values for SkyPilot's Helm chart; the keys are those of the chart for 0.14.\n\
         # Helm replaces lists as a whole: where your values have extraEnvs, extraVolumes or\n\
         # extraVolumeMounts, put these items into yours.\n\
         apiService:\n",
    );
    section(&mut out, "extraEnvs", 2, &variables(plan));
    section(&mut out, "extraVolumes", 2, &volumes(plan));
    section(&mut out, "extraVolumeMounts", 2, &volume_mounts(plan));
    for line in packages(plan, false) {
        let _ = writeln!(out, "  # {line}");
    }
    out
}

/// Returns the kustomization.
pub(super) fn kustomization(plan: &Plan) -> String {
    let wishes = plan.wishes;
    let mut out = String::from(
        "apiVersion: kustomize.config.k8s.io/v1beta1\n\
         kind: Kustomization\n\
         # The Deployment of SkyPilot's chart, as `helm template skypilot skypilot/skypilot` writes it:\n\
         # resources:\n\
         #   - api-server.yaml\n",
    );
    let generator = |out: &mut String, name: &str, files: &[String]| {
        let _ = writeln!(out, "  - name: {}", scalar(name));
        if let Some(namespace) = &wishes.namespace {
            let _ = writeln!(out, "    namespace: {}", scalar(namespace));
        }
        out.push_str("    files:\n");
        for file in files {
            let _ = writeln!(out, "      - {}", scalar(file));
        }
    };
    let lists: Vec<String> = plan.roles.iter().map(|role| role.file_name().to_owned()).collect();
    let wheels: Vec<String> = plan.wheels.iter().map(|wheel| format!("{FOLDER}/{}", wheel.key)).collect();
    if wishes.kind == Kind::Secret {
        out.push_str("secretGenerator:\n");
        generator(&mut out, &wishes.name, &lists);
    }
    if wishes.kind == Kind::ConfigMap || !wheels.is_empty() {
        out.push_str("configMapGenerator:\n");
    }
    if wishes.kind == Kind::ConfigMap {
        generator(&mut out, &wishes.name, &lists);
    }
    if !wheels.is_empty() {
        generator(&mut out, &format!("{}{SUFFIX}", wishes.name), &wheels);
    }
    out.push_str(
        "# The generated names end in a hash of the files, and the patch follows them: a change starts\n\
         # the server anew.\n\
         patches:\n\
         \x20 - path: api-server-patch.yaml\n\
         \x20   target:\n\
         \x20     kind: Deployment\n\
         \x20     name: .*-api-server\n",
    );
    out
}

/// Returns the patch of the Deployment.
pub(super) fn patch(plan: &Plan) -> String {
    let mut out = String::from(
        "# The Deployment of SkyPilot's chart for 0.14; its container is skypilot-api.\n\
         apiVersion: apps/v1\n\
         kind: Deployment\n\
         metadata:\n\
         \x20 name: skypilot-api-server\n\
         spec:\n\
         \x20 template:\n\
         \x20   spec:\n\
         \x20     containers:\n\
         \x20       - name: skypilot-api\n",
    );
    section(&mut out, "env", 10, &variables(plan));
    section(&mut out, "volumeMounts", 10, &volume_mounts(plan));
    section(&mut out, "volumes", 6, &volumes(plan));
    for line in packages(plan, true) {
        let _ = writeln!(out, "# {line}");
    }
    out
}

/// Writes a list below its key.
fn section(out: &mut String, key: &str, indent: usize, lines: &[String]) {
    let _ = writeln!(out, "{:indent$}{key}:", "");
    for line in lines {
        let _ = writeln!(out, "{:indent$}  {line}", "");
    }
}

fn variables(plan: &Plan) -> Vec<String> {
    let pair = |role: &Role| {
        let value = format!("{MOUNT}/{}", role.file_name());
        [format!("- name: {}", locate::variable(*role)), format!("  value: {}", scalar(&value))]
    };
    plan.roles.iter().flat_map(pair).collect()
}

fn volumes(plan: &Plan) -> Vec<String> {
    let name = scalar(&plan.wishes.name);
    let mut lines = vec![format!("- name: {VOLUME}")];
    lines.extend(match plan.wishes.kind {
        Kind::ConfigMap => ["  configMap:".to_owned(), format!("    name: {name}")],
        Kind::Secret => ["  secret:".to_owned(), format!("    secretName: {name}")],
    });
    match plan.wishes.wheels {
        Wheels::Image => {}
        Wheels::Volume => lines.extend([
            format!("- name: {WHEEL_VOLUME}"),
            "  # Your volume that holds the wheels.".to_owned(),
            "  persistentVolumeClaim:".to_owned(),
            format!("    claimName: {CLAIM}"),
        ]),
        Wheels::BinaryData => {
            lines.extend([
                format!("- name: {WHEEL_VOLUME}"),
                "  configMap:".to_owned(),
                format!("    name: {}", scalar(&format!("{}{SUFFIX}", plan.wishes.name))),
            ]);
            if plan.wheels.iter().any(|wheel| wheel.key != wheel.name) {
                lines.push("    items:".to_owned());
                for wheel in plan.wheels {
                    lines.push(format!("      - key: {}", scalar(&wheel.key)));
                    lines.push(format!("        path: {}", scalar(&wheel.name)));
                }
            }
        }
    }
    lines
}

fn volume_mounts(plan: &Plan) -> Vec<String> {
    let mount = |name: &str, path: &str| {
        [format!("- name: {name}"), format!("  mountPath: {}", scalar(path)), "  readOnly: true".to_owned()]
    };
    let mut lines = mount(VOLUME, MOUNT).to_vec();
    if plan.wishes.wheels != Wheels::Image {
        lines.extend(mount(WHEEL_VOLUME, &plan.mount));
    }
    lines
}

/// Returns what a person decides: how the server itself gets the packages of its plugins.
fn packages(plan: &Plan, is_patch: bool) -> Vec<String> {
    let mount = told(&plan.mount);
    let install = format!("pip install {mount}/*.whl");
    if plan.wishes.wheels == Wheels::Image {
        return vec![
            "The server's own plugins and the wheels for controllers come with the image, made with lines like:".into(),
            "  FROM berkeleyskypilot/skypilot:0.14.1".into(),
            format!("  COPY *.whl {mount}/"),
            format!("  RUN {install}"),
            if is_patch {
                "which stands as image: in the container.".into()
            } else {
                "image: REGISTRY/IMAGE:TAG".into()
            },
        ];
    }
    let mut lines = vec![
        "The server needs the packages of its own plugins before it starts, where they are not in the image:".into(),
    ];
    if is_patch {
        lines.push(format!("  {install}   (apiService.preDeployHook in the values of `helm template`)"));
    } else {
        lines.extend(["preDeployHook: |-".into(), format!("  {install}")]);
    }
    lines
}

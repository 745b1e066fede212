//! How a new `plugins.yaml` takes effect: the restart that it needs, and its command.

use super::message::Effect;
use super::{State, restart};

/// The variable that is set in each pod of Kubernetes.
const POD: &str = "KUBERNETES_SERVICE_HOST";
/// What the screens add to it; line mode has no clipboard.
const HINT: &str = " (:restart command copies that)";
/// The same where a person can have it done.
const DOES: &str = " (L does both)";

fn in_pod(state: &State) -> bool {
    state.facts.environment.get(POD).is_some_and(|host| !host.is_empty())
}

/// Returns the command.
#[must_use]
pub fn command(state: &State) -> &'static str {
    // The name is the one that SkyPilot's Helm chart gives by itself.
    if in_pod(state) { "kubectl rollout restart deployment/skypilot-api-server" } else { "sky api stop; sky api start" }
}

/// Returns when a saved `plugins.yaml` takes effect, in words.
#[must_use]
pub fn told(state: &State) -> String {
    if in_pod(state) {
        return format!("takes effect once the API server's pod is restarted{HINT}");
    }
    let hint = if restart::is_offered(state) { DOES } else { HINT };
    format!("takes effect after {}{hint}", command(state))
}

/// Sends the command to the clipboard.
pub(super) fn copy(state: &State) -> Vec<Effect> {
    vec![Effect::Copy { text: command(state).to_owned(), what: "the restart command".to_owned() }]
}

/// Returns a line about a save without what line mode cannot do.
#[must_use]
pub fn without_keys(text: &str) -> String {
    text.replace(HINT, "").replace(DOES, "")
}

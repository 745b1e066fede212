//! What is wrong with wheels beside what is remembered of them.

use super::Problems;
use crate::check::{Code, Severity};
use crate::text::visible::visible_name;

impl Problems<'_> {
    /// Wheels that were built anew under the same name, or not built anew at all.
    pub(super) fn memories(&mut self) {
        let (facts, preview) = (self.facts, self.preview);
        let Some(directory) = preview.wheel_dir.as_ref().filter(|_| !facts.memories.is_empty()) else { return };
        for mount in &preview.mounts {
            let Some(memory) = facts.memories.get(&directory.resolved.join(&mount.name)) else { continue };
            let shown = visible_name(&mount.name);
            if memory.rebuilt && facts.version.has_stamp() {
                self.add(
                    Code::WheelRebuilt,
                    Severity::Warning,
                    Self::wheel(&mount.local),
                    format!("{shown} has other bytes than at the last save, under the same name"),
                    "A controller that has installed it skips it: its file name is recorded there.",
                    "raise its version and build it anew, so that its name changes",
                );
            }
            if let Some((project, source)) = &memory.newer_source {
                let source = source.strip_prefix(project).unwrap_or(source);
                self.add(
                    Code::WheelOutdated,
                    Severity::Info,
                    Self::wheel(&mount.local),
                    format!(
                        "{shown} is older than {} of the project it was built from",
                        visible_name(source.as_os_str())
                    ),
                    "Controllers get the wheel as it was built, without the later changes.",
                    &format!("build {} again, under another version", visible_name(project.as_os_str())),
                );
            }
        }
    }
}

//! Why an edit is refused, in words that say what to do instead.

use super::data::refused;
use super::share::Shared;
use super::{EditError, Editor};
use crate::yaml::node::{Kind, NodeId};

impl Editor<'_> {
    /// Refuses to take away an anchor that is used elsewhere.
    pub(super) fn keeps_anchors(&self, node: NodeId) -> Result<(), EditError> {
        let aliases = self.tree.ids().filter(|&id| self.tree.kind(id) == Kind::Alias);
        for alias in aliases {
            let anchored = self.tree.target(alias);
            if self.tree.is_within(anchored, node) && !self.tree.is_within(alias, node) {
                return Err(Shared::anchor(self.document, anchored, alias));
            }
        }
        Ok(())
    }

    /// Returns what to say where no way leads to the wanted data.
    pub(super) fn problem(&self, node: NodeId) -> EditError {
        let mut at = Some(node);
        while let Some(here) = at {
            let used = || self.tree.aliases_of(here).find(|&alias| !self.tree.is_within(alias, here));
            if self.tree.anchor(here).is_some()
                && let Some(alias) = used()
            {
                return Shared::anchor(self.document, here, alias);
            }
            if let Some(tag @ ("tag:yaml.org,2002:omap" | "tag:yaml.org,2002:pairs" | "tag:yaml.org,2002:set")) =
                self.tree.tag(here)
            {
                let tag = tag.rsplit(':').next().unwrap_or_default();
                let reason = format!("it is in a collection with the tag !!{tag}: change that in an editor");
                return refused(reason, self.tree.span(here));
            }
            at = self.tree.parent(here);
        }
        self.generic(node)
    }

    /// Returns what to say where nothing better is known.
    pub(super) fn generic(&self, node: NodeId) -> EditError {
        let line = self.document.position(self.tree.span(node).start).line;
        let reason =
            format!("the text around line {line} cannot be changed without risk to other bytes: edit it in an editor");
        refused(reason, self.tree.span(node))
    }
}

//! Why an edit is refused, in words that say what to do instead.

use super::data::refused;
use super::{EditError, Editor};
use crate::yaml::node::{Kind, NodeId};

impl Editor<'_> {
    /// Refuses to take away an anchor that is used elsewhere.
    pub(super) fn keeps_anchors(&self, node: NodeId) -> Result<(), EditError> {
        for alias in self.tree.ids().filter(|&id| self.tree.kind(id) == Kind::Alias) {
            let anchored = self.tree.target(alias);
            if self.tree.is_within(anchored, node) && !self.tree.is_within(alias, node) {
                let name = self.tree.anchor(anchored).unwrap_or_default();
                let line = self.document.position(self.tree.span(alias).start).line;
                let reason =
                    format!("the anchor &{name} in it is used again in line {line} (*{name}): write that out first");
                return Err(refused(reason, self.tree.span(anchored)));
            }
        }
        Ok(())
    }

    /// Returns what to say where no way leads to the wanted data.
    pub(super) fn problem(&self, node: NodeId) -> EditError {
        let mut at = Some(node);
        while let Some(here) = at {
            if let Some(name) = self.tree.anchor(here)
                && let Some(alias) = self.tree.aliases_of(here).next()
            {
                let line = self.document.position(self.tree.span(alias).start).line;
                let reason = format!(
                    "it is in &{name}, which is used again in line {line} (*{name}): the change would show there, too"
                );
                return refused(reason, self.tree.span(alias));
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
        let holder = if self.tree.is_mapping(node) { Some(node) } else { self.tree.parent(node) };
        let merges = holder.is_some_and(|h| self.tree.pairs(h).any(|(key, _)| self.document.key_token(key) == "<<"));
        if merges {
            let reason = "a merge (<<) brings a value for the same key in: change the merge in an editor";
            return refused(reason, self.tree.span(node));
        }
        let line = self.document.position(self.tree.span(node).start).line;
        let reason =
            format!("the text around line {line} cannot be changed without risk to other bytes: edit it in an editor");
        refused(reason, self.tree.span(node))
    }
}

//! What is wrong with the wheels of a directory together: which one needs which.
//!
//! Controllers install one wheel after the other, in the order of the directory,
//! and take what it needs from the package index alone. They get every wheel,
//! whether a class of the remote list needs it or not.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::Problems;
use super::inspected::{Read, is_needed};
use crate::check::{Code, Severity};
use crate::config::{Role, model};
use crate::text::visible::visible;
use crate::wheel::contents::Inspection;
use crate::wheel::filename::normalize;

/// How many wheels of a circle are named.
const TOLD: usize = 6;

/// One wheel of the directory.
struct Node<'a> {
    shown: &'a str,
    local: &'a Path,
    distribution: String,
    inspection: &'a Inspection,
    /// The wheels that it needs, each with whether its version will do.
    needs: BTreeMap<usize, bool>,
}

impl Problems<'_> {
    /// Wheels that need other wheels of the directory.
    pub(super) fn dependencies(&mut self, read: &[Read<'_>]) {
        let mut nodes = nodes(read);
        connect(&mut nodes);
        let circles = circles(&nodes);
        let in_circle: BTreeSet<(usize, usize)> = circles
            .iter()
            .flat_map(|circle| circle.iter().zip(circle.iter().cycle().skip(1)).map(|(from, to)| (*from, *to)))
            .collect();
        for circle in &circles {
            self.circle(&nodes, circle);
        }
        for (at, node) in nodes.iter().enumerate() {
            let needs = node.needs.iter().filter(|(other, _)| !in_circle.contains(&(at, **other)));
            for (other, will_do) in needs {
                self.order(node, &nodes[*other], *will_do);
            }
        }
        self.unused(&nodes);
    }

    /// Wheels that neither a class of the remote list nor such a wheel needs.
    fn unused(&mut self, nodes: &[Node<'_>]) {
        // One that was not read may have any class and need any wheel.
        if nodes.is_empty() || nodes.len() != self.preview.mounts.len() {
            return;
        }
        let Some(document) = self.workspace.document(Role::Remote) else { return };
        let classes: Vec<String> = model::rows(document).filter_map(|row| row.class).map(Cow::into_owned).collect();
        let Some(needed) = needed(nodes, &classes) else { return };
        for (_, node) in nodes.iter().enumerate().filter(|(at, _)| !needed.contains(at)) {
            self.add(
                Code::WheelUnused,
                Severity::Info,
                Self::wheel(node.local),
                format!("no class of the remote list needs {}", node.shown),
                "Controllers get it all the same: every launch uploads it, and installs it where it is not yet.",
                "list a class of it, or move it out of the wheel directory",
            );
        }
    }

    fn order(&mut self, node: &Node<'_>, other: &Node<'_>, will_do: bool) {
        let version = if will_do { "" } else { ", whose version will not do" };
        self.add(
            Code::WheelOrder,
            Severity::Warning,
            Self::wheel(node.local),
            format!("{} needs {}, the wheel {}{version}", node.shown, visible(&other.distribution), other.shown),
            "Controllers take it from the package index unless that wheel was installed before, and the order is the \
             file system's: where the index does not have it, the install script ends there.",
            "put both into one wheel, or publish the other one on the index that controllers use",
        );
    }

    fn circle(&mut self, nodes: &[Node<'_>], circle: &[usize]) {
        let Some(first) = circle.first() else { return };
        let mut names: Vec<&str> = circle.iter().take(TOLD).map(|at| nodes[*at].shown).collect();
        if circle.len() > TOLD {
            names.push("…");
        }
        names.push(nodes[*first].shown);
        let message = format!("wheels need each other: {}", names.join(" -> "));
        self.add(
            Code::WheelCycle,
            Severity::Warning,
            Self::wheel(nodes[*first].local),
            message,
            "Controllers install one after the other: whichever comes first fails, unless the package index has the others.",
            "put them into one wheel, or take one of the dependencies out",
        );
    }
}

/// Takes the wheels that could be read.
fn nodes<'a>(read: &'a [Read<'_>]) -> Vec<Node<'a>> {
    let node = |one: &'a Read<'_>| {
        let contents = one.inspection.contents.as_ref().ok()?;
        let distribution = normalize(&contents.metadata.name);
        Some(Node {
            shown: &one.shown,
            local: one.local,
            distribution,
            inspection: one.inspection,
            needs: BTreeMap::new(),
        })
    };
    read.iter().filter_map(node).collect()
}

/// Finds for each wheel the other ones that it needs.
fn connect(nodes: &mut [Node<'_>]) {
    // Most wheels are needed by none of the others: those that are asked for come first.
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for one in nodes.iter().filter_map(|node| node.inspection.contents.as_ref().ok()).flat_map(|it| &it.requirements) {
        if !places.contains_key(&one.name) {
            places.insert(one.name.clone(), Vec::new());
        }
    }
    if places.is_empty() {
        return;
    }
    for (at, node) in nodes.iter().enumerate() {
        if let Some(of_name) = places.get_mut(&node.distribution) {
            of_name.push(at);
        }
    }
    for at in 0..nodes.len() {
        let node = &nodes[at];
        let Ok(contents) = &node.inspection.contents else { continue };
        let mut needs = BTreeMap::new();
        for one in contents.requirements.iter().filter(|one| one.name != node.distribution) {
            let others = places.get(&one.name).filter(|others| !others.is_empty() && is_needed(one));
            let Some(others) = others else { continue };
            let version =
                |other: usize| nodes[other].inspection.contents.as_ref().map(|it| it.metadata.version.as_str());
            let will_do = |other: &usize| version(*other).is_ok_and(|version| one.allows(version) != Some(false));
            // Of several wheels of one package, one that will do.
            let best = others.iter().copied().find(will_do);
            if let Some(other) = best.or_else(|| others.first().copied()) {
                needs.insert(other, best.is_some());
            }
        }
        nodes[at].needs = needs;
    }
}

/// Returns the wheels that have one of the classes, and those that these need;
/// none where a class is in no wheel: which one it is meant to be in is not known.
fn needed<'a>(nodes: &[Node<'_>], classes: &'a [String]) -> Option<BTreeSet<usize>> {
    let top = |class: &'a String| class.split('.').next();
    let mut places: BTreeMap<&str, Vec<usize>> = classes.iter().filter_map(top).map(|top| (top, Vec::new())).collect();
    for (at, node) in nodes.iter().enumerate() {
        for module in node.inspection.contents.iter().flat_map(|contents| &contents.modules) {
            if let Some(places) = places.get_mut(module.as_str()) {
                places.push(at);
            }
        }
    }
    let mut needed = BTreeSet::new();
    let mut left: Vec<usize> = Vec::new();
    for class in classes {
        left.extend(places.get(top(class)?).filter(|places| !places.is_empty())?);
    }
    while let Some(at) = left.pop() {
        if needed.insert(at) {
            left.extend(nodes[at].needs.keys());
        }
    }
    (!classes.is_empty()).then_some(needed)
}

/// Finds circles that share no wheel, each in the order in which one needs the next.
fn circles(nodes: &[Node<'_>]) -> Vec<Vec<usize>> {
    let mut settled = vec![false; nodes.len()];
    let mut circles = Vec::new();
    for start in 0..nodes.len() {
        // A walk without recursion: each wheel with what it needs and was not walked yet.
        let mut walk: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut on_walk: BTreeMap<usize, usize> = BTreeMap::new();
        let mut next = (!settled[start] && !nodes[start].needs.is_empty()).then_some(start);
        while let Some(at) = next {
            settled[at] = true;
            on_walk.insert(at, walk.len());
            walk.push((at, nodes[at].needs.keys().rev().copied().collect()));
            next = None;
            while let Some((_, left)) = walk.last_mut() {
                match left.pop() {
                    Some(other) if on_walk.contains_key(&other) => {
                        let from = on_walk[&other];
                        circles.push(walk[from..].iter().map(|(at, _)| *at).collect());
                        walk.truncate(from);
                        on_walk.retain(|_, place| *place < from);
                    }
                    Some(other) if !settled[other] => {
                        next = Some(other);
                        break;
                    }
                    Some(_) => {}
                    None => {
                        if let Some((at, _)) = walk.pop() {
                            on_walk.remove(&at);
                        }
                    }
                }
            }
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(edges: &[(usize, usize)], count: usize) -> Vec<Vec<usize>> {
        let inspection = Inspection { stamp: (0, None), contents: Err(String::new()), sha256: None };
        let shown: Vec<String> = (0..count).map(|at| at.to_string()).collect();
        let mut nodes: Vec<Node<'_>> = (0..count)
            .map(|at| Node {
                shown: &shown[at],
                local: Path::new(""),
                distribution: at.to_string(),
                inspection: &inspection,
                needs: BTreeMap::new(),
            })
            .collect();
        for (from, to) in edges {
            nodes[*from].needs.insert(*to, true);
        }
        circles(&nodes)
    }

    #[test]
    fn circles_are_found_and_ways_that_only_meet_are_none() {
        assert_eq!(found(&[(0, 1), (0, 2), (1, 3), (2, 3)], 4), Vec::<Vec<usize>>::new());
        assert_eq!(found(&[(0, 1), (1, 0)], 2), [[0, 1]]);
        assert_eq!(found(&[(0, 1), (1, 2), (2, 3), (3, 1)], 4), [[1, 2, 3]]);
        assert_eq!(found(&[(0, 1), (1, 0), (2, 3), (3, 2)], 4), [[0, 1], [2, 3]]);
        let long: Vec<(usize, usize)> = (0..20_000).map(|at| (at, (at + 1) % 20_000)).collect();
        assert_eq!(found(&long, 20_000).len(), 1);
    }
}

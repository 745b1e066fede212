//! Terminal editor for SkyPilot's plugin lists, and the core that it shares with its command line.
//!
//! SkyPilot's API server loads `~/.sky/plugins.yaml`; what controllers get is
//! `~/.sky/remote_plugins.yaml` and the wheels of `controller_wheel_path`.
//! This crate reads both files as SkyPilot does, edits them without touching a
//! byte that an edit does not concern, and says what a launch will upload.
//!
//! # The rooms
//!
//! - [`text`]: byte ranges, lines, columns, and what of a text may be shown.
//! - [`yaml`]: documents as text and tree, the data as PyYAML loads it, edits as splices.
//! - [`wheel`]: a directory of wheels as facts, names and tags of wheels.
//! - [`python`]: plugin classes as their source tells of them, and what is known of modules.
//! - [`config`]: where the two files are, what their entries are, the edits that a person means, merges,
//!   what of them Kubernetes mounts.
//! - [`check`]: what SkyPilot makes of both files, and every problem found.
//! - [`preview`]: what the next controller launch uploads and installs.
//! - [`app`]: the state of the screens and how messages change it.
//! - [`ui`]: the screens, drawn from the state.
//! - [`settings`]: what a person has set, by flag, variable or `config.toml`, and where each comes from.
//! - [`io`]: reading, saving, looking at processes and directories.
//! - [`tui`]: the loop between terminal, state and the outside.
//! - [`cli`]: the command line.
//!
//! A room uses only those above it in this list (`check` and `preview` need
//! each other, `tui` and `cli` too); files, environment and output are touched in
//! `io`, `tui` and `cli` alone. A test holds the sources against this.
//!
//! # An edit
//!
//! ```
//! use skyplug_tui::yaml::edit::{self, NewValue, PatchOp};
//! use skyplug_tui::yaml::{Document, Value};
//!
//! let document = Document::parse("plugins:\n  # for audits\n  - class: acme.Audit   # v2\n");
//! let entry = Value::map(vec![(Value::str("class"), Value::str("acme.Cost"))]);
//! let patch = [PatchOp::Add { path: "/plugins/-".parse()?, value: NewValue::of(entry) }];
//! let edited = edit::apply(&document, &patch)?;
//! assert_eq!(
//!     edited.document.text(),
//!     "plugins:\n  # for audits\n  - class: acme.Audit   # v2\n  - class: acme.Cost\n",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod app;
pub mod check;
pub mod cli;
pub mod config;
pub mod io;
pub mod preview;
pub mod python;
pub mod settings;
pub mod text;
pub mod tui;
pub mod ui;
pub mod wheel;
pub mod yaml;

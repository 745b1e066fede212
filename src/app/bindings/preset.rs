//! Sets of further keys: for fingers that know vi, Emacs or nconfig.
//!
//! A preset adds keys to those of the command table, and takes a key from a
//! command that has another one. The words of vi (`:w`, `:q`, `:wq`, `:x`,
//! `:e!`) work in the palette whatever the preset.

use crate::app::command::{Context, Id, SCREENS};

/// Which keys there are beside those of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// None.
    #[default]
    Default,
    /// Those of vi.
    Vim,
    /// Those of Emacs.
    Emacs,
}

/// What the function keys are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FunctionKeys {
    /// Those of the command table, near to those of Midnight Commander.
    #[default]
    Default,
    /// Those of the kernel's nconfig: F5 back, F6 save, F7 load, F8 search, F9 leave.
    Nconfig,
}

/// Keys that a preset adds.
#[derive(Debug)]
pub(super) struct Extra {
    pub(super) id: Id,
    pub(super) contexts: &'static [Context],
    pub(super) keys: &'static [&'static str],
}

use Context as C;

const EVERYWHERE: &[Context] = &Context::ALL;
const TYPING: &[Context] = &[C::Field, C::Commands, C::Area];
const DIALOGS: &[Context] = &[C::Browse, C::Notice, C::Run, C::Backups];

const fn extra(id: Id, contexts: &'static [Context], keys: &'static [&'static str]) -> Extra {
    Extra { id, contexts, keys }
}

static VIM: &[Extra] = &[
    extra(Id::Redo, SCREENS, &["Ctrl-R"]),
    extra(Id::PageDown, EVERYWHERE, &["Ctrl-F"]),
    extra(Id::PageUp, EVERYWHERE, &["Ctrl-B"]),
    extra(Id::NextPane, SCREENS, &["Ctrl-W"]),
    extra(Id::Open, &[C::List], &["i"]),
    extra(Id::EditValue, &[C::Parameters], &["i", "A"]),
    extra(Id::EditLine, &[C::Text], &["i", "A"]),
    extra(Id::AddValue, &[C::Parameters], &["O"]),
];

static EMACS: &[Extra] = &[
    extra(Id::Down, EVERYWHERE, &["Ctrl-N"]),
    extra(Id::Up, EVERYWHERE, &["Ctrl-P"]),
    extra(Id::PageDown, EVERYWHERE, &["Ctrl-V"]),
    extra(Id::PageUp, EVERYWHERE, &["Alt-v"]),
    extra(Id::First, EVERYWHERE, &["Alt-<"]),
    extra(Id::Last, EVERYWHERE, &["Alt->"]),
    extra(Id::Back, SCREENS, &["Ctrl-G"]),
    extra(Id::Close, DIALOGS, &["Ctrl-G"]),
    extra(Id::Palette, SCREENS, &["Alt-x"]),
    extra(Id::Save, SCREENS, &["Ctrl-X Ctrl-S"]),
    extra(Id::SaveNow, SCREENS, &["Ctrl-X Ctrl-S"]),
    extra(Id::Quit, SCREENS, &["Ctrl-X Ctrl-C"]),
    extra(Id::Accept, &[C::Area], &["Ctrl-X Ctrl-S"]),
    extra(Id::Undo, SCREENS, &["Ctrl-/", "Ctrl-X u"]),
    extra(Id::CharLeft, TYPING, &["Ctrl-B"]),
    extra(Id::NextRow, &[C::Commands, C::Area], &["Ctrl-N"]),
    extra(Id::PreviousRow, &[C::Commands, C::Area], &["Ctrl-P"]),
];

static NCONFIG: &[Extra] = &[
    extra(Id::Back, SCREENS, &["F5"]),
    extra(Id::Save, SCREENS, &["F6"]),
    extra(Id::SaveNow, SCREENS, &["F6"]),
    extra(Id::Reload, SCREENS, &["F7"]),
    extra(Id::Filter, SCREENS, &["F8"]),
    extra(Id::Quit, SCREENS, &["F9"]),
    extra(Id::Accept, &[C::Area], &["F6"]),
    extra(Id::Cancel, TYPING, &["F5"]),
    extra(Id::Close, DIALOGS, &["F5"]),
];

impl Preset {
    /// All presets with their names.
    pub const ALL: [(&'static str, Self); 3] = [("default", Self::Default), ("vim", Self::Vim), ("emacs", Self::Emacs)];

    pub(super) const fn extras(self) -> &'static [Extra] {
        match self {
            Self::Default => &[],
            Self::Vim => VIM,
            Self::Emacs => EMACS,
        }
    }
}

impl FunctionKeys {
    /// Both sets with their names.
    pub const ALL: [(&'static str, Self); 2] = [("default", Self::Default), ("nconfig", Self::Nconfig)];

    pub(super) const fn extras(self) -> &'static [Extra] {
        match self {
            Self::Default => &[],
            Self::Nconfig => NCONFIG,
        }
    }
}

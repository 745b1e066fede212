//! In which releases of SkyPilot each kind of problem was seen.

use super::Code;
use crate::check::version::{FIRST_WITH_STAMP, LAST_WITHOUT_STAMP, NEWEST, OLDEST};

/// Returns in which releases a kind was seen.
#[rustfmt::skip]
pub(super) const fn of(code: Code) -> Seen {
    match code {
        Code::NotUtf8 | Code::Unreadable | Code::Endless | Code::YamlSyntax | Code::YamlCharacter
        | Code::YamlComposition | Code::YamlConstruction | Code::YamlConversion | Code::YamlUnpredictable
        | Code::TooDeep | Code::TopLevel | Code::UnknownKey | Code::MissingClass | Code::WrongType
        | Code::KeyNotString | Code::PluginsNull | Code::ClassPath | Code::ParameterName | Code::NoExpansion
        | Code::PathBlank | Code::WheelPathUnset | Code::WheelPathRelative | Code::WheelDirMissing
        | Code::WheelDirNotDirectory | Code::WheelDirFails | Code::TaskBroken | Code::TaskOtherSource
        | Code::TaskSourceMissing | Code::WheelNameUnsafe | Code::WheelNameMalformed | Code::WheelTag
        | Code::WheelDangling | Code::WheelUnreachable | Code::WheelNotFile => Seen::Run,

        Code::DuplicateKey | Code::ForgottenDash | Code::DuplicateClass | Code::YamlSurprise | Code::EmptyValue
        | Code::IgnoredKey | Code::NoConfiguration | Code::ByteOrderMark | Code::VariableEmpty
        | Code::VariableMissing | Code::VariableRelative | Code::WheelPathUnused | Code::WheelDirUnreadable
        | Code::NoWheels | Code::WheelCase => Seen::Silent,

        Code::MergeOrder | Code::ModuleMissing | Code::SingularName | Code::RemoteServer | Code::ServerElsewhere
        | Code::SeveralServers | Code::Consolidation | Code::ClassMissing | Code::ClassNotPlugin | Code::ClassAbstract
        | Code::ClassNotLoaded | Code::ClassNotUploaded | Code::ParameterUnknown | Code::ParameterMissing => Seen::Read,

        Code::WheelVersions | Code::WheelPrefix | Code::WheelRebuilt => Seen::Stamp,

        Code::ClassBlank | Code::Invisible | Code::Encrypted | Code::YamlDirective | Code::SameFile
        | Code::OtherRelease | Code::ClassUnseen | Code::ClassUnchecked | Code::ParameterType | Code::WheelOutdated | Code::WheelArchive
        | Code::WheelRecord | Code::WheelMetadata | Code::WheelPython | Code::WheelSkypilot | Code::WheelOrder
        | Code::WheelCycle | Code::WheelUnused | Code::SecretOpen | Code::UnusedIgnore => Seen::Own,
    }
}

/// How it is known what `SkyPilot` does, and of which releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The newest release was run; the rule was read in the older ones too.
    Run,
    /// The same, and SkyPilot itself says nothing.
    Silent,
    /// Read in the code of the releases, not run.
    Read,
    /// The newest release was run; the rule is as old as the stamp file.
    Stamp,
    /// Nothing that a release does by itself.
    Own,
}

impl Seen {
    /// Returns the releases and how they were looked at, as a sentence.
    #[must_use]
    pub fn told(self) -> String {
        let run = format!("{NEWEST}, which was run");
        match self {
            Self::Run => format!("Seen in {run}; the code of the releases since {OLDEST} has the same rule."),
            Self::Silent => format!(
                "No release tells of it: {run}, goes on without a word, and so does the code of those since {OLDEST}."
            ),
            Self::Read => format!("Read in the code of {OLDEST} to {NEWEST}; not run."),
            Self::Stamp => format!(
                "Seen in {run}; the code of the releases since {FIRST_WITH_STAMP} has the same rule. {OLDEST} to \
                 {LAST_WITHOUT_STAMP} install every wheel at every launch."
            ),
            Self::Own => "No release tells of it: only this program does.".to_owned(),
        }
    }
}

//! `--verify`: a real SkyPilot's answer beside ours.

use anyhow::bail;
use serde_json::{Value as Json, json};

use super::{Exit, Session, report};
use crate::check::Facts;
use crate::check::verify::{Mode, Verified};
use crate::config::Workspace;
use crate::io::verify::{LIMIT, Question, verify};
use crate::text::visible::visible_lines;

/// What came of the question.
pub(super) struct Asked {
    question: Question,
    result: Result<Verified, String>,
}

impl Asked {
    /// Returns what is printed under our own answer.
    pub(super) fn text(&self) -> String {
        match &self.result {
            Ok(verified) => verified.lines().join("\n") + "\n",
            Err(_) => "not verified\n".to_owned(),
        }
    }
}

/// Refuses where no program may be started.
pub(super) fn may_ask(session: &Session) -> anyhow::Result<()> {
    if session.globals.read_only {
        bail!("--verify starts a program, which --read-only rules out");
    }
    if session.globals.configmap.is_some() {
        bail!("--verify asks about files that SkyPilot reads, and it reads no manifest (--configmap)");
    }
    Ok(())
}

/// Asks about the files of a workspace, at their places on disk.
pub(super) fn ask(session: &Session, mode: Mode, workspace: &Workspace, facts: &Facts) -> anyhow::Result<Asked> {
    let Some(python) = facts.python.clone() else {
        bail!("--verify knows no SkyPilot to ask: name the Python that has it with --python FILE");
    };
    let question = Question {
        python,
        mode,
        limit: LIMIT,
        show_secrets: session.globals.show_secrets,
        python_path: session.globals.python_path.clone(),
    };
    let result = verify(&question, workspace, facts);
    Ok(Asked { question, result })
}

/// Returns a JSON answer with what came of the question in it.
pub(super) fn with(mut answer: Json, asked: Option<&Asked>) -> Json {
    let Some(Asked { question, result }) = asked else { return answer };
    let verified = result.as_ref().ok();
    let theirs = verified.and_then(|verified| verified.answer.as_ref());
    let differences = verified.map(|verified| verified.differences.as_slice()).unwrap_or_default();
    answer["verify"] = json!({
        "mode": question.mode.name(),
        "python": report::path(&question.python),
        "sky_version": theirs.map(|answer| &answer.sky_version),
        "answer": theirs,
        "differences": differences.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "notes": verified.map(|verified| verified.notes.as_slice()).unwrap_or_default(),
        "error": result.as_ref().err(),
    });
    answer
}

/// Returns how the program ends: 1 where anything differs or was not asked.
///
/// # Errors
///
/// Returns why a question has no answer.
pub(super) fn exit<'a>(own: Exit, asked: impl IntoIterator<Item = &'a Asked>) -> anyhow::Result<Exit> {
    let mut exit = own;
    for one in asked {
        match &one.result {
            Err(why) => bail!("SkyPilot was not asked: {}", visible_lines(why)),
            Ok(verified) if !verified.differences.is_empty() || verified.answer.is_none() => exit = Exit::Findings,
            Ok(_) => {}
        }
    }
    Ok(exit)
}

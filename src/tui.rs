//! tmp
/// tmp
#[derive(Clone, Copy)]
#[expect(missing_docs)]
pub struct Settings {
    pub read_only: bool,
    pub ascii: bool,
    pub color: bool,
    pub show_secrets: bool,
    pub demo: bool,
}
/// tmp
pub fn run(_: &crate::io::Options, _: crate::config::Environment, _: Settings) -> anyhow::Result<crate::cli::Exit> {
    anyhow::bail!("no terminal; check")
}

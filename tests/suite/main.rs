//! The integration tests, one binary: the program against SkyPilot and its own promises.

mod architecture;
mod checks;
mod cli;
mod conformance;
mod edits;
mod lossless;
mod preview;

//! The integration tests, one binary: the program against SkyPilot and its own promises.

mod architecture;
mod checks;
mod cli;
mod conformance;
mod driver;
mod edits;
mod keys;
mod lossless;
mod preview;
mod random;
mod screens;
mod terminal;

//! All integration tests, one binary.

mod architecture;
mod cli;
mod conformance;
mod preview;

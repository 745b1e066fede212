//! All integration tests, one binary.

mod architecture;
mod cli;
mod conformance;
mod preview;
//! The suite that holds the program against SkyPilot's behaviour and its own promises.

mod edits;

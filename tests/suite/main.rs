//! The integration tests, one binary: the program against SkyPilot and its own promises.

mod architecture;
mod checks;
mod classes;
mod cli;
mod codes;
mod completion;
mod conformance;
mod driver;
mod edits;
mod facts;
mod fixes;
mod hostile;
mod keys;
mod lossless;
mod mutants;
mod preview;
mod programs;
mod random;
mod recovery;
mod releases;
mod sample;
mod screens;
mod terminal;
mod verify;
mod wheels;
mod zip;

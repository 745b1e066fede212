//! The suite that holds the program against SkyPilot's behaviour and its own promises.

mod edits;
mod lossless;

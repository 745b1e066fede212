//! Terminal editor for `SkyPilot`'s plugin lists.

pub mod app;
pub mod check;
pub mod config;
pub mod io;
pub mod preview;
pub mod text;
pub mod wheel;
pub mod yaml;

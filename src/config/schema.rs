//! `SkyPilot`'s schema of both files, as one static table.

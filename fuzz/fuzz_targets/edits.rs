#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // One half edits as patches do, the other as people do.
    match data.split_first() {
        Some((first, rest)) if first % 2 == 1 => skyplug_tui_fuzz::operations(rest),
        Some((_, rest)) => skyplug_tui_fuzz::edits(rest),
        None => skyplug_tui_fuzz::Tally::default(),
    };
});

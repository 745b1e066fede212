#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skyplug_tui_fuzz::archive(data));
